"""One module manifest, read as text: the files it names and what it needs."""

from __future__ import annotations

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.base import Manifest
from agent.system.machine import read_file
from agent.system.psmodules import LIMIT_BYTES, decode, read_manifest

_KEYS = (
    "RootModule|ModuleToProcess|NestedModules|RequiredAssemblies|ScriptsToProcess|TypesToProcess|FormatsToProcess|FileList"
    "|FunctionsToExport|PowerShellVersion|DotNetFrameworkVersion|ModuleVersion"
)
#: Endings of names that are files; a name without one is a module looked for elsewhere.
_FILES = (".psm1", ".psd1", ".dll", ".ps1", ".ps1xml", ".cdxml", ".exe")


def module_manifest(path: str) -> Manifest:
    """The manifest at ``path``; no permission or no such file raises ``CannotObserve``."""
    if not path.lower().endswith(".psd1"):
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, f"{path} is no manifest")
    return parse(path, read_file(path, LIMIT_BYTES))


def parse(path: str, data: bytes) -> Manifest:
    """A manifest from the bytes of its file; what is no manifest has a ``problem``."""
    if not data.strip(b"\0 \r\n\t"):
        return Manifest(path, problem="the file is empty" if not data else "the file holds only zero bytes")
    text = decode(data)
    values = read_manifest(text, _KEYS)
    if "@{" not in text or "\0" in text or "ModuleVersion" not in values:
        return Manifest(path, problem="the file is no module manifest")
    root = next(iter(values.get("RootModule") or values.get("ModuleToProcess") or ()), "")
    others = [
        name for key in ("ScriptsToProcess", "TypesToProcess", "FormatsToProcess") for name in values.get(key, ())
    ]
    functions = values.get("FunctionsToExport", ())
    return Manifest(
        path,
        root,
        tuple(n for n in values.get("NestedModules", ()) if _is_file(n)),
        tuple(n for n in values.get("RequiredAssemblies", ()) if _is_file(n)),
        tuple(dict.fromkeys(n for n in (*others, *values.get("FileList", ())) if _is_file(n))),
        next(iter(values.get("PowerShellVersion", ())), ""),
        next(iter(values.get("DotNetFrameworkVersion", ())), ""),
        -1 if not functions or any("*" in name for name in functions) else len(functions),
    )


def _is_file(name: str) -> bool:
    return name.lower().endswith(_FILES)
