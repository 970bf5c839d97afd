"""The repositories that this account's PowerShell knows, from the lists it keeps on disk.

PowerShell 7 keeps one list (PSResourceGet), Windows PowerShell and the older PowerShellGet another; both make theirs on first use.
The first was read where PowerShell 7 wrote it; the place of the second on Windows follows PowerShellGet's own source.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.base import Repository
from agent.system.machine import folder, read_file


def module_repositories(edition: str = "Core") -> tuple[Repository, ...]:
    """Repositories in the lists of this account; where none was made yet, ``CannotObserve('not_installed')``."""
    found: list[Repository] = []
    lists = 0
    for store, path in stores(edition):
        if os.path.exists(path):
            lists += 1
            read = resource_repositories if store == "PSResourceGet" else source_repositories
            found += read(path, read_file(path))
    if not lists:
        detail = "PowerShell has made no list of repositories yet; it makes one with the gallery in it on first use"
        raise CannotObserve(UnknownReason.NOT_INSTALLED, detail)
    return tuple(found)


def stores(edition: str) -> tuple[tuple[str, str], ...]:
    """(kind, path) of the lists an edition reads; Windows PowerShell has the older one only."""
    local = folder("local_data")
    if sys.platform == "win32":
        old = os.path.join(local, "Microsoft", "Windows", "PowerShell", "PowerShellGet", "PSRepositories.xml")
    else:
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(folder("home"), ".cache")
        old = os.path.join(cache, "powershell", "PowerShellGet", "PSRepositories.xml")
    new = os.path.join(local, "PSResourceGet", "PSResourceRepository.xml")
    both = (("PSResourceGet", new), ("PowerShellGet", old))
    return both if edition == "Core" else both[1:]


def resource_repositories(path: str, data: bytes) -> Iterator[Repository]:
    """PSResourceGet's list: one element with attributes per repository."""
    for element in _tree(path, data).iter("Repository"):
        url = element.get("Url") or element.get("Uri") or ""
        yield Repository(element.get("Name", ""), url, element.get("Trusted", "").lower() == "true", "PSResourceGet")


def source_repositories(path: str, data: bytes) -> Iterator[Repository]:
    """PowerShellGet's list: serialised objects whose properties are elements with a name."""
    space = "{http://schemas.microsoft.com/powershell/2004/04}"
    for members in _tree(path, data).iter(f"{space}MS"):
        values = {e.get("N", ""): e.text or "" for e in members}
        if "SourceLocation" in values:
            trusted = values.get("InstallationPolicy", "").lower() == "trusted"
            yield Repository(values.get("Name", ""), values["SourceLocation"], trusted, "PowerShellGet")


def _tree(path: str, data: bytes) -> Any:
    from xml.etree import ElementTree

    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, f"{path} declares entities, which PowerShell never writes")
    try:
        return ElementTree.fromstring(data)  # noqa: S314 - entities are refused above
    except ElementTree.ParseError as fault:
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, f"{path} is damaged: {fault}") from fault
