"""See ``display_available``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

#: Programs the sign-in library tries on Linux, in its order.
OPENERS = ("xdg-open", "gnome-open", "kfmclient", "wslview")


@check(cost=Cost.INSTANT, evidence={"state": "text", "opener": "text"}, group="session", false_alarm="sometimes")
def display_available(system: System) -> Verdict:
    """Could a sign-in window or browser open here?

    On Linux a display and one of the opener programs are needed; on macOS a desktop session; on Windows a visible window station.
    That the browser behind an opener works is not tried.
    """
    who = system.session()
    if who.display is None:
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, "this system does not tell whether it has a display")
    if not who.display:
        return failed("This session has no display", state="no_display")
    if system.platform() != "linux":
        return passed("This session has a display")
    opener = next(filter(None, map(system.find_program, OPENERS)), "")
    if not opener:
        return failed(f"None of {', '.join(OPENERS)} is installed, so no browser can be opened", state="no_browser")
    return passed(f"This session has a display, and {opener} opens the browser", opener=opener)
