"""See ``keyring_available``."""

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

SAYS = {
    "no_library": "libsecret, the library of the keyring, is not installed",
    "no_bus": "This session has no session bus, so no keyring",
    "absent": "No keyring service is on the session bus",
    "locked": "The keyring is locked",
}


@check(cost=Cost.LOCAL, evidence={"state": "text", "detail": "text"}, timeout_s=3.0, platforms=("linux", "darwin"))
def keyring_available(system: System) -> Verdict:
    """Can this session keep tokens in a keyring or keychain?

    The Graph module keeps tokens in memory only where it cannot, so that every new session asks again. Nothing is stored or opened.
    """
    told = system.keyring()
    if told.state in SAYS:
        return failed(SAYS[told.state], state=told.state, detail=told.detail)
    return passed("The keyring of this session answers and is open", detail=told.detail)
