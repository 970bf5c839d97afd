"""See ``disk_space_free``."""

from agent.check import Cost, Verdict, check, failed, passed, warned
from agent.system.base import System

#: Below this a token cache, its lock and its replacement find no room.
FULL_BYTES = 1_048_576
_EVIDENCE = {"state": "text", "path": "text", "free_bytes": "bytes", "total_bytes": "bytes"}


@check(cost=Cost.INSTANT, evidence=_EVIDENCE)
def disk_space_free(system: System, *, path: str = "", least_mb: int = 200) -> Verdict:
    """Is there room where this account keeps its token cache and modules?

    Asked for the account's data folder when no path is given. Quota and the part kept for root count as not free; so does a volume
    that has bytes left but no more file records. 200 MB hold the Graph modules while they are unpacked.
    """
    space = system.disk_space(path or system.folder("local_data"))
    said = {"path": space.path, "free_bytes": space.free_bytes, "total_bytes": space.total_bytes}
    if space.free_files == 0:
        return failed(f"The volume of {space.path} can hold no more files", state="full", **said)
    if space.free_bytes < FULL_BYTES:
        return failed(f"The volume of {space.path} is full: {space.free_bytes:,} bytes free", state="full", **said)
    free_mb = space.free_bytes / 1e6
    if free_mb < least_mb:
        return warned(f"The volume of {space.path} has {free_mb:.0f} MB left", state="low", **said)
    return passed(f"The volume of {space.path} has {free_mb:,.0f} MB left", **said)
