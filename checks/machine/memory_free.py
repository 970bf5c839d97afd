"""See ``memory_free``."""

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

_EVIDENCE = {"state": "text", "free_bytes": "bytes", "total_bytes": "bytes", "limit": "text"}


@check(cost=Cost.INSTANT, evidence=_EVIDENCE, false_alarm="rarely")
def memory_free(system: System, *, least_mb: int = 256) -> Verdict:
    """Is there memory for another PowerShell session with its modules?

    The limit of a container counts. 256 MB is what PowerShell 7 with the Graph sign-in module takes, and some. The memory of the
    moment of the failure may have been less.
    """
    memory = system.memory()
    free_mb = memory.free_bytes / 1e6
    said = {"free_bytes": memory.free_bytes, "total_bytes": memory.total_bytes, "limit": memory.limit}
    whose = "The container" if memory.limit == "container" else "This computer"
    text = f"{whose} has {free_mb:,.0f} MB of memory left of {memory.total_bytes / 1e6:,.0f} MB"
    return failed(text, state="low", **said) if free_mb < least_mb else passed(text, **said)
