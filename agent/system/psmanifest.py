"""One module manifest, read as text: the files it names and what it needs."""

from __future__ import annotations

import os
import re
from pathlib import Path

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.base import Manifest, ModuleFile
from agent.system.machine import file_info, read_file
from agent.system.psmodules import LIMIT_BYTES, decode, installed_modules, read_manifest

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


#: Libraries of .NET itself, which a manifest may name like a file of its own.
_SHARED = ("system.", "presentation", "windowsbase", "microsoft.csharp", "microsoft.powershell.commands", "mscorlib")


def module_files(manifest: str) -> tuple[ModuleFile, ...]:
    """The files that a manifest names, each looked at; a bare name of a library of .NET that is not there is left out."""
    facts = module_manifest(manifest)
    if facts.problem:
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, f"{manifest}: {facts.problem}")
    named = dict.fromkeys(facts.files, "other")
    named |= dict.fromkeys(facts.assemblies, "assembly") | dict.fromkeys(facts.nested, "nested")
    if _is_file(facts.root):
        named[facts.root] = "root"
    found = (_look(os.path.dirname(manifest), name, kind) for name, kind in named.items())
    return tuple(f for f in found if f.size_bytes >= 0 or not _is_shared(f.name))


def _look(folder: str, name: str, kind: str) -> ModuleFile:
    path = os.path.normpath(os.path.join(folder, *name.replace("\\", "/").split("/")))
    facts = file_info(path)
    if not facts.exists:
        return ModuleFile(name, path, kind, -1, sound=False)
    head = read_file(path, 512)
    sound = bool(head.strip(b"\0")) and (not name.lower().endswith(".dll") or head.startswith(b"MZ"))
    return ModuleFile(name, path, kind, facts.size_bytes, sound)


def _is_shared(name: str) -> bool:
    return not any(mark in name for mark in "/\\") and name.lower().startswith(_SHARED)


def _is_file(name: str) -> bool:
    return name.lower().endswith(_FILES)


#: Commands of the engine itself, which no manifest lists (PowerShell 7.6; 5.1 has all that people type).
_ENGINE = (
    "Add-History Clear-History Enter-PSSession Exit-PSSession Export-ModuleMember ForEach-Object Get-Command Get-Help "
    "Get-History Get-Job Get-Module Get-PSSession Import-Module Invoke-Command Invoke-History New-Module New-ModuleManifest "
    "New-PSSession New-PSSessionOption Out-Default Out-Host Out-Null Receive-Job Register-ArgumentCompleter Remove-Job "
    "Remove-Module Remove-PSSession Save-Help Set-PSDebug Set-StrictMode Start-Job Stop-Job Test-ModuleManifest Update-Help "
    "Wait-Job Where-Object"
)
_EXPORTS = re.compile(r"(?im)^\s*[\"']?(?:FunctionsToExport|CmdletsToExport|AliasesToExport)[\"']?\s*=\s*")
_ENDS = re.compile(r"\n\s*[\"']?\w+[\"']?\s*=|\n\s*\}")


def exported_commands(edition: str = "Core") -> tuple[tuple[str, str], ...]:
    """(command, module) of everything that manifests list by name, the engine's own commands first; newest versions only.

    A module that exports by wildcard, or has no manifest, lists nothing.
    """
    found = [(name, "Microsoft.PowerShell.Core") for name in _ENGINE.split()]
    seen = set()
    for module in installed_modules("*", edition):
        if module.name in seen or not module.path.lower().endswith(".psd1") or module.problem:
            continue
        seen.add(module.name)
        try:
            text = decode(Path(module.path).read_bytes()[:LIMIT_BYTES])
        except OSError:
            continue  # gone or closed since it was listed
        found += [(name, module.name) for name in exports(text)]
    return tuple(found)


def exports(text: str) -> list[str]:
    """Names in the export lists of a manifest; by patterns alone, as the large ones list thousands."""
    names: list[str] = []
    for start in _EXPORTS.finditer(text):
        end = _ENDS.search(text, start.end())
        body = re.sub(r"#.*", "", text[start.end() : end.start() if end else len(text)])
        names += re.findall(r"[\"']([A-Za-z][\w.-]*)[\"']", body)
    return names
