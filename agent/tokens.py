"""Tokens as the checks see them: claims, and what MSAL's cache files say about age and validity. Never a secret.

Reads only ``cached_at``, ``expires_on`` and whether there are entries; names of people and the tokens themselves are not touched.
"""

from __future__ import annotations

import json
import ntpath
import posixpath
from typing import Any, NamedTuple

from agent.errors import CannotObserve
from agent.model import UnknownReason, Value
from agent.system.base import FileInfo, System

#: MSAL and the Graph module treat a token as expired this long before its end (limits of their sources: 5 minutes).
EARLY_S = 300.0

#: First bytes of data that Windows encrypted for an account (DPAPI: version 1 and the provider's GUID).
DPAPI = bytes.fromhex("01000000d08c9ddf0115d1118c7a00c04fc297eb")

#: A cache larger than this is not read (MSAL's own hold some KiB for each account).
LIMIT_BYTES = 8_388_608

#: cache -> (known folder, folders below it, file names)
CACHES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "graph": ("local_data", ".IdentityService", ("mg.msal.cache.cae", "mg.msal.cache.nocae")),
    "az": ("local_data", ".IdentityService", ("msal.cache.cae", "msal.cache.nocae", "msal.cache")),
    "azure-cli": ("home", ".azure", ("msal_token_cache.json", "msal_token_cache.bin", "msal_token_cache.sig")),
}


class CacheFile(NamedTuple):
    """A cache file that exists; ``shown`` is its path with ``~`` for the home folder, which often is a person's name."""

    info: FileInfo
    shown: str


class Entries(NamedTuple):
    """Access tokens of a cache: how many, when the newest was stored and the last one ends; ``renewable`` when refresh tokens are there."""

    tokens: int
    cached_at: float
    expires_on: float
    renewable: bool


def claim(token: Value, name: str) -> Value:
    """A claim of a token given as pairs, or None."""
    return dict(token).get(name)


def number(token: Value, name: str) -> float | None:
    """A claim that is a moment; anything else is None."""
    value = claim(token, name)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def cache_files(system: System, cache: str) -> tuple[CacheFile, ...]:
    """Files of a cache that exist, last written first.

    Where ``~/.local/share`` is missing, .NET names no folder for data and the cache lands in the current folder, so that is looked at too.
    """
    if cache not in CACHES:
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, f"no cache is known as {cache}; one of {', '.join(CACHES)}")
    known, below, names = CACHES[cache]
    join = (ntpath if system.platform() == "windows" else posixpath).join
    home = system.folder("home")
    places = [join(system.folder(known), below)] + ([below] if known == "local_data" else [])
    infos = [system.file_info(join(place, name)) for place in places for name in names]
    found = [CacheFile(i, shorten(i.path, home)) for i in infos if i.exists]
    return tuple(sorted(found, key=lambda f: -f.info.modified_at))


def shorten(path: str, home: str) -> str:
    """``~`` in place of the home folder."""
    below = path[len(home) :]
    return f"~{below}" if home and path.startswith(home) and below[:1] in ("/", "\\") else path


def holder(system: System, file: CacheFile, now: float) -> str:
    """Who holds the lock of a cache file, in a clause, or an empty text.

    The lock file names a process; left behind by one that no longer runs, it locks nothing. MSAL waits 60 s for it.
    """
    path = file.info.path + ".lockfile"
    lock = system.file_info(path)
    if not lock.exists:
        return ""
    first = system.read_file(path, 200).decode("utf-8-sig", "replace").split(maxsplit=1)
    if not first or not first[0].isdigit():
        return ""
    running = system.process_name(int(first[0]))
    return f"{running} (process {first[0]}) for {max(now - lock.modified_at, 0):.0f} s" if running else ""


def parse(data: bytes) -> Entries | None:
    """The access tokens in the plain text of a cache; None when it is not one (MSAL then deletes the file)."""
    try:
        whole = json.loads(data.decode("utf-8-sig"))
        tokens = [t for t in (whole.get("AccessToken") or {}).values() if isinstance(t, dict)]
        return Entries(
            len(tokens),
            max((_moment(t, "cached_at") for t in tokens), default=0.0),
            max((_moment(t, "expires_on") for t in tokens), default=0.0),
            bool(whole.get("RefreshToken")),
        )
    except (ValueError, AttributeError, TypeError, RecursionError):
        return None


def _moment(entry: dict[str, Any], name: str) -> float:
    """Unix seconds, which MSAL writes as text."""
    return float(int(entry.get(name) or 0))
