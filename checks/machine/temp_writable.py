"""See ``temp_writable``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

_WORDS = {
    "read_only": "is mounted read-only",
    "missing": "does not exist",
    "denied": "may not be written by this account",
    "full": "takes no more data: its volume or quota is full",
}


@check(cost=Cost.LOCAL, evidence={"state": "text", "path": "text"})
def temp_writable(system: System) -> Verdict:
    """Can this account write temporary files?

    Modules are unpacked there before they are installed, and remote commands are written there as modules. Services and elevated
    windows may have another folder than this process.
    """
    names = ("TMP", "TEMP") if system.platform() == "windows" else ("TMPDIR",)
    place = next(filter(None, map(system.environment, names)), "")
    if not place:
        place = system.folder("local_data") + r"\Temp" if system.platform() == "windows" else "/tmp"  # noqa: S108
    answer = system.write_test(place)
    if answer.state in _WORDS:
        return failed(f"The temporary folder {place} {_WORDS[answer.state]}", state=answer.state, path=place)
    if answer.state != "writable":
        raise CannotObserve(UnknownReason.UNREACHABLE, f"writing in {place} failed: {answer.detail}")
    return passed(f"The temporary folder {place} can be written", path=place)
