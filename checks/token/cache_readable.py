"""See ``cache_readable``."""

from agent import tokens
from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

EVIDENCE = {"state": "text", "path": "text", "size_bytes": "bytes"}


@check(cost=Cost.LOCAL, evidence=EVIDENCE, group="token-cache")
def cache_readable(system: System, *, cache: str = "graph") -> Verdict:
    """Can this account read the token cache, is the file its own, and is it what MSAL writes?

    MSAL says nothing of a cache that it may not read: tokens are then fetched and never kept. A file in a keyring is an empty mark here.
    """
    files = tokens.cache_files(system, cache)
    if not files:
        raise CannotObserve(UnknownReason.MISSING_FACT, f"there is no token cache of {cache} for this account")
    file = files[0]
    found = {"path": file.shown, "size_bytes": file.info.size_bytes}
    if file.info.is_folder:
        return failed(f"{file.shown} is a folder where a file belongs", state="folder", **found)
    if not file.info.readable:
        return failed(f"This account may not read {file.shown}", state="denied", **found)
    if file.info.mine is False:
        return failed(f"{file.shown} belongs to another account", state="foreign", **found)
    if file.info.size_bytes:
        data = system.read_file(file.info.path, tokens.LIMIT_BYTES)
        if not data.startswith(tokens.DPAPI) and tokens.parse(data) is None:
            return failed(f"{file.shown} is not what MSAL writes", state="damaged", **found)
    return passed(f"This account reads {file.shown}, and it is its own", **found)
