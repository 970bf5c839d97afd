"""See ``home_writable``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

_WORDS = {
    "read_only": "is mounted read-only",
    "missing": "does not exist",
    "denied": "may not be written by this account",
    "full": "takes no more data: its volume or quota is full",
}


@check(cost=Cost.LOCAL, evidence={"state": "text", "path": "text"}, group="home")
def home_writable(system: System) -> Verdict:
    """Can this account write in its home and data folders?

    A nameless file is written and let go, as permission bits do not show read-only mounts and quotas. The data folder counts only
    where it exists, since programs make it in the home folder when they need it.
    """
    home, data = system.folder("home"), system.folder("local_data")
    places = [home, *([data] if data != home and system.file_info(data).is_folder else [])]
    if len(places) == 2 and not data.startswith(home):
        places = [data, home]
    for place in places:
        answer = system.write_test(place)
        if answer.state in _WORDS:
            return failed(f"{place} {_WORDS[answer.state]}", state=answer.state, path=place)
        if answer.state != "writable":
            raise CannotObserve(UnknownReason.UNREACHABLE, f"writing in {place} failed: {answer.detail}")
    return passed(f"{home} can be written", path=home)
