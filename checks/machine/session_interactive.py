"""See ``session_interactive``."""

from agent.check import Cost, Verdict, check, failed, passed, warned
from agent.system.base import System


@check(cost=Cost.INSTANT, evidence={"state": "text", "user": "text"}, group="session", false_alarm="sometimes")
def session_interactive(system: System) -> Verdict:
    """Can a person be asked in this session?

    Scheduled jobs, services and remote commands have nobody to ask. Over SSH a text can be shown, but no window. Asked of the process
    that looks, so it holds for the failed one only when both run in the same way.
    """
    who = system.session()
    if who.seat == "session0":
        return failed("This process runs in session 0, where nobody sees a prompt", state="session0", user=who.user)
    if who.seat == "none":
        return failed("No desktop and no terminal belongs to this process", state="no_session", user=who.user)
    if who.seat == "ssh":
        return warned("This session came over SSH: texts can be shown, windows cannot", state="ssh", user=who.user)
    return passed(f"This session has a {who.seat}", user=who.user)
