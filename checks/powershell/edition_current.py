"""See ``edition_current``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System


@check(cost=Cost.INSTANT, evidence={"state": "text", "edition": "text"})
def edition_current(system: System, *, edition: str) -> Verdict:
    """Did the command run in PowerShell 7 or later, not in Windows PowerShell 5.1?

    The edition comes from the error report; the machine itself is not asked, since both editions are usually installed.
    """
    if edition == "Desktop":
        return failed("The command ran in Windows PowerShell 5.1", state="desktop", edition=edition)
    if edition == "Core":
        return passed("The command ran in PowerShell 7 or later", edition=edition)
    raise CannotObserve(UnknownReason.MISSING_FACT, "the report does not say which edition ran")
