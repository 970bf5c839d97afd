"""Is the token within its lifetime?"""

from __future__ import annotations

from agent import tokens
from agent.check import CannotObserve, Cost, Verdict, check, failed, passed, warned
from agent.model import UnknownReason, Value
from agent.system.base import System
from agent.times import show_duration, show_time

EVIDENCE = {"expires_at": "time", "expired_s": "seconds", "state": "text"}

#: .NET services accept a token this long before its start (default clock skew of token validation).
FORGIVEN_S = 300.0


@check(cost=Cost.INSTANT, evidence=EVIDENCE)
def not_expired(system: System, *, token: Value) -> Verdict:
    """Is the token valid now, by the local clock, and for more than the 300 s that clients keep free at its end?

    Compares with the time of this question, not of the failure: a token that was good then may be over by now.
    """
    now, until, start = system.now(), tokens.number(token, "exp"), tokens.number(token, "nbf")
    if until is None:
        raise CannotObserve(UnknownReason.MISSING_FACT, "the token carries no time of expiry (exp)")
    evidence = {"expires_at": until, "expired_s": round(now - until, 1)}
    if now >= until:
        ago = show_duration(now - until)
        return failed(f"the token was valid until {show_time(until)}, {ago} ago", state="expired", **evidence)
    if until - now <= tokens.EARLY_S:
        left = show_duration(until - now)
        summary = f"{left} left; clients count a token as expired {tokens.EARLY_S:.0f} s before its end"
        return failed(summary, state="expired", **evidence)
    if start is not None and start > now:
        summary = f"the token is valid from {show_time(start)}, in {show_duration(start - now)}"
        if start - now > FORGIVEN_S:
            return failed(summary, state="not_yet_valid", **evidence)
        return warned(f"{summary}; services forgive {FORGIVEN_S:.0f} s", **evidence)
    return passed(f"the token is valid until {show_time(until)}, {show_duration(until - now)} left", **evidence)
