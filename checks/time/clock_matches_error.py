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
    failed_at: float,
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
    if not service_time or not failed_at:
        raise CannotObserve(
            UnknownReason.MISSING_FACT, "the error names no time of the service, or was noted without a time"
        )
    if assertion_from <= 0 and assertion_until > 0:
        assertion_from = assertion_until - 600.0  # limits.csv: client_assertion_lifetime_msal_net
    upper_s = failed_at - service_time
    lower_s = min(assertion_from - service_time, upper_s) if assertion_from > 0 else upper_s
    offset_s = lower_s if lower_s > 0 else min(upper_s, 0.0)
    found = {"offset_s": round(offset_s, 1), "server": "the sign-in service"}
    if abs(offset_s) < TOLERANCE_S:
        return passed(f"The clock agreed with the service when the command failed ({abs(offset_s):.0f} s off)", **found)
    direction = "ahead" if offset_s > 0 else "behind"
    place = "ahead of" if offset_s > 0 else "behind"
    text = f"The clock was {abs(offset_s):.0f} s {place} the service when the command failed"
    say = failed if abs(offset_s) >= BLAME_S else warned
    return say(text, direction=direction, state=direction, **found)
