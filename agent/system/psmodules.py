"""PowerShell modules on disk, found without starting PowerShell.

The folders are those of ``PSModulePath`` plus the defaults of each edition; the manifests are read by a small tolerant reader.
The Windows defaults follow the documented folders of both editions and were tried only through recorded answers.
"""

from __future__ import annotations

import fnmatch
import os
import re
import sys

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.base import InstalledModule

#: A manifest is a page of text; more than this is something else.
LIMIT_BYTES = 1_048_576
_KEYS = "ModuleVersion|CompatiblePSEditions|PowerShellVersion|RequiredModules"
_VERSION = re.compile(r"\d+(?:\.\d+){1,3}")


def module_folders(edition: str = "Core") -> tuple[str, ...]:
    """Folders that a PowerShell of this account searches for modules, in order, whether they exist or not."""
    given = [f for f in os.environ.get("PSModulePath", "").split(os.pathsep) if f.strip()]  # noqa: SIM112 (the name's case counts on Linux)
    defaults = _windows_defaults(edition) if sys.platform == "win32" else _unix_defaults()
    if sys.platform == "win32" and edition == "Desktop":
        # The path inherited from PowerShell 7 names folders that Windows PowerShell by itself does not search.
        given = [f for f in given if not re.search(r"\\powershell(?:\\7)?\\modules\\?$", f, re.IGNORECASE)]
    seen: dict[str, str] = {}
    for folder in (*given, *defaults):
        path = os.path.normpath(os.path.expandvars(folder.strip()))
        seen.setdefault(os.path.normcase(path), path)
    return tuple(seen.values())


def installed_modules(name: str, edition: str = "Core") -> tuple[InstalledModule, ...]:
    """Installed modules whose name equals ``name`` (a final ``*`` stands for any ending), by folder order, newest first.

    A folder that cannot be read is passed over; when none at all can be read, ``CannotObserve`` is raised. An empty tuple means
    that the folders were read and hold no such module.
    """
    out: list[InstalledModule] = []
    denied, readable = "", False
    for folder in module_folders(edition):
        try:
            names = sorted(os.listdir(folder), key=str.lower)
        except FileNotFoundError:
            readable = True
            continue
        except NotADirectoryError:
            continue
        except OSError as fault:
            denied = f"{folder}: {fault.strerror or fault}"
            continue
        readable = True
        for entry in names:
            if fnmatch.fnmatchcase(entry.lower(), name.lower()):
                out += sorted(_versions(os.path.join(folder, entry), entry), key=_newest, reverse=True)
    if denied and not readable:
        raise CannotObserve(UnknownReason.NO_PERMISSION, denied)
    return tuple(out)


def read_manifest(text: str, wanted: str = _KEYS) -> dict[str, tuple[str, ...]]:
    """The values of the ``wanted`` keys (divided by bars) of a manifest; comments are ignored, expressions give an empty tuple.

    Only literal strings, lists of them, and the ``ModuleName`` of hash tables in ``RequiredModules`` are understood.
    """
    clean = re.sub(r"<#.*?#>", "", text, flags=re.DOTALL)
    clean = "\n".join(_uncomment(line) for line in clean.splitlines())
    out: dict[str, tuple[str, ...]] = {}
    for found in re.finditer(rf"(?im)^\s*(?:@\{{)?\s*[\"']?({wanted})[\"']?\s*=\s*", clean):
        key = next(k for k in wanted.split("|") if k.lower() == found.group(1).lower())
        out.setdefault(key, _values(clean[found.end() :], key))
    return out


def _uncomment(line: str) -> str:
    quote = ""
    for i, char in enumerate(line):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "#":
            return line[:i]
    return line


def _values(rest: str, key: str) -> tuple[str, ...]:
    text = r"\"([^\"$]*)\"|'([^']*)'"
    if rest.startswith("@("):
        body = rest[2:]
        end = _closing(body)
        body = body[:end]
    elif rest.startswith("@{"):
        body = rest[: rest.find("}") + 1]
    else:
        body = re.split(r"\n\s*(?:\w+\s*=|\})", rest, maxsplit=1)[0]
    if key in ("RequiredModules", "NestedModules") and "{" in body:
        named = re.findall(r"ModuleName[\"']?\s*=\s*[\"']([^\"']+)[\"']", body, re.IGNORECASE)
        bare = re.sub(r"@\{.*?\}", "", body, flags=re.DOTALL)
        return (*named, *(a or b for a, b in re.findall(text, bare)))
    found = tuple(a or b for a, b in re.findall(text, body))
    if not found and key.endswith("Version") and (number := _VERSION.match(body.strip())):
        return (number.group(0),)
    return found


def _closing(body: str) -> int:
    depth = 1
    for i, char in enumerate(body):
        depth += (char == "(") - (char == ")")
        if not depth:
            return i
    return len(body)


def _versions(folder: str, name: str) -> list[InstalledModule]:
    """A module folder holds a manifest, or folders named by version, or (old) only a script module."""
    out = []
    try:
        entries = os.listdir(folder)
    except OSError as fault:
        return (
            []
            if isinstance(fault, NotADirectoryError)
            else [InstalledModule(name, "", folder, "", str(fault.strerror))]
        )
    if found := _module_in(folder, name, entries):
        out.append(found)
    for entry in entries:
        if _VERSION.fullmatch(entry) and os.path.isdir(inner := os.path.join(folder, entry)):
            try:
                found = _module_in(inner, name, os.listdir(inner), entry)
            except OSError as fault:
                found = InstalledModule(name, entry, inner, "", fault.strerror or str(fault))
            if found:
                out.append(found)
    return out


def _module_in(folder: str, name: str, entries: list[str], version: str = "") -> InstalledModule | None:
    lower = {e.lower(): e for e in entries}
    manifest = lower.get(f"{name.lower()}.psd1")
    if manifest is None:
        if any(f"{name.lower()}{ending}" in lower for ending in (".psm1", ".dll")):
            return InstalledModule(name, version or "0.0", folder)
        return None
    path = os.path.join(folder, manifest)
    try:
        with open(path, "rb") as handle:
            values = read_manifest(decode(handle.read(LIMIT_BYTES)))
    except OSError as fault:
        return InstalledModule(name, version, path, "", fault.strerror or str(fault))
    stated = next(iter(values.get("ModuleVersion", ())), "")
    edition = ",".join(values.get("CompatiblePSEditions", ()))
    problem = "" if stated else "the manifest states no version that can be read"
    return InstalledModule(name, stated or version, path, edition, problem)


def decode(data: bytes) -> str:
    """The text of a script file: UTF-16 with its mark, else UTF-8."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def _newest(module: InstalledModule) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", module.version)[:4])


def _unix_defaults() -> tuple[str, ...]:
    data = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
    home = os.environ.get("POWERSHELL_HOME") or "/opt/microsoft/powershell/7"
    if sys.platform == "darwin":
        home = "/usr/local/microsoft/powershell/7"
    return (
        os.path.join(data, "powershell", "Modules"),
        "/usr/local/share/powershell/Modules",
        os.path.join(home, "Modules"),
    )


def _windows_defaults(edition: str) -> tuple[str, ...]:
    own = "PowerShell" if edition == "Core" else "WindowsPowerShell"
    programs = os.environ.get("PROGRAMFILES", r"C:\Program Files")
    system = os.path.join(
        os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "WindowsPowerShell", "v1.0", "Modules"
    )
    folders = [os.path.join(_documents(), own, "Modules"), os.path.join(programs, own, "Modules")]
    if edition == "Core":
        folders += [
            os.path.join(programs, "PowerShell", "7", "Modules"),
            os.path.join(programs, "WindowsPowerShell", "Modules"),
        ]
    return (*folders, system)


def _documents() -> str:
    """The Documents folder, wherever OneDrive or a policy put it; the profile's own when the registry does not say."""
    if sys.platform == "win32":
        import winreg

        key = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as handle:
                return os.path.expandvars(str(winreg.QueryValueEx(handle, "Personal")[0]))
        except OSError:
            pass
    return os.path.join(os.path.expanduser("~"), "Documents")
