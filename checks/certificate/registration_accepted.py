"""See ``registration_accepted``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed
from agent.model import UnknownReason
from agent.system.base import System
from agent.times import show_duration, show_time

SAYS = {
    "not_found": "the application has no such certificate",
    "signature": "the application has the certificate, but another key made the signature",
    "expired": "the certificate registered on the application is over",
}


@check(cost=Cost.INSTANT, evidence={"state": "text", "key_used": "text", "registered_until": "time"})
def registration_accepted(
    system: System, *, key_reason: str, key_used: str = "", registered_until: float = 0.0
) -> Verdict:
    """Does the sign-in service know the key that signed, as a certificate of the application that is still valid?

    Only the service's own words in the error tell (``Reason - ...``); without them nothing here can.
    """
    if key_reason not in SAYS:
        raise CannotObserve(UnknownReason.MISSING_FACT, f"no meaning is known of “{key_reason}”")
    found = {"state": key_reason, "key_used": key_used, "registered_until": registered_until or None}
    when = ""
    if key_reason == "expired" and registered_until:
        when = f" since {show_time(registered_until)}, {show_duration(system.now() - registered_until)} ago"
    which = f" (key {key_used[:8]}…)" if key_used else ""
    return failed(
        f"The sign-in service states: {SAYS[key_reason]}{when}{which}", **{k: v for k, v in found.items() if v}
    )
