"""See ``language_mode_full``."""

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

_STATES = {"constrainedlanguage": "constrained", "restrictedlanguage": "restricted", "nolanguage": "no_language"}


@check(cost=Cost.SLOW, timeout_s=6.5, evidence={"state": "text", "mode": "text"})
def language_mode_full(system: System, *, edition: str = "Core") -> Verdict:
    """Does a new session of this account speak the full language?

    Application control (AppLocker, App Control for Business) puts sessions into constrained language. A new session is started and
    asked; a remote endpoint with a mode of its own is not seen.
    """
    session = system.new_session(edition)
    state = _STATES.get(session.language_mode.lower(), "")
    text = f"A new session of PowerShell {session.version} runs in {session.language_mode}"
    return failed(text, state=state, mode=session.language_mode) if state else passed(text, mode=session.language_mode)
