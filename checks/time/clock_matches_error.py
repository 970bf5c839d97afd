"""See ``clock_matches_error``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed, warned
from agent.model import UnknownReason
from agent.system.base import System

TOLERANCE_S = 60.0
BLAME_S = 300.0
EVIDENCE = {"offset_s": "seconds", "direction": "text", "server": "host", "stratum": "count", "state": "text"}


@check(cost=Cost.INSTANT, evidence=EVIDENCE, group="clock")
def clock_matches_error(
    system: System,
    *,
    service_time: float,
    failed_at: float = 0.0,
    assertion_from: float = 0.0,
    assertion_until: float = 0.0,
) -> Verdict:
    """Did the local clock agree with the service's when the command failed?

    Needs no network: the error names the service's time. When the error was noted bounds the clock from above; the start of the
    assertion, stamped with the local clock before it was sent, bounds it from below (limits.csv:
    client_assertion_lifetime_msal_net, ``nbf`` equals local now). Only what both bounds prove counts, so an assertion that
    a library reused (MSAL Python: 540 s, client_assertion_reuse_msal_python) blames no clock. Thresholds as for
    ``time.clock_in_sync``.
    """
    if not service_time:
        raise CannotObserve(UnknownReason.MISSING_FACT, "the error names no time of the service")
    if assertion_from <= 0 and assertion_until > 0:
        assertion_from = assertion_until - 600.0  # limits.csv: client_assertion_lifetime_msal_net
    lower_s = assertion_from - service_time if assertion_from > 0 else None
    if not failed_at and (lower_s is None or lower_s <= 0):
        # An assertion from the past may be an old one; only one from the future proves a clock without the time of the failure.
        raise CannotObserve(UnknownReason.MISSING_FACT, "the error was noted without the local time of the failure")
    upper_s = failed_at - service_time if failed_at else float("inf")
    lower_s = upper_s if lower_s is None else min(lower_s, upper_s)
    offset_s = lower_s if lower_s > 0 else min(upper_s, 0.0)
    found = {"offset_s": round(offset_s, 1), "server": "the sign-in service"}
    if abs(offset_s) < TOLERANCE_S:
        return passed(f"The clock agreed with the service when the command failed ({abs(offset_s):.0f} s off)", **found)
    direction = "ahead" if offset_s > 0 else "behind"
    place = "ahead of" if offset_s > 0 else "behind"
    text = f"The clock was {abs(offset_s):.0f} s {place} the service when the command failed"
    say = failed if abs(offset_s) >= BLAME_S else warned
    return say(text, direction=direction, state=direction, **found)
