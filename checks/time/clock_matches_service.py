"""See ``clock_matches_service``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed, warned
from agent.model import UnknownReason
from agent.system.base import System

EVIDENCE = {
    "offset_s": "seconds",
    "direction": "text",
    "server": "host",
    "stratum": "count",
    "state": "text",
    "error_bound_s": "seconds",
}


@check(cost=Cost.NETWORK, evidence=EVIDENCE, group="clock")
def clock_matches_service(
    system: System,
    *,
    authority: str = "https://login.microsoftonline.com",
    tolerance_s: float = 60.0,
    blame_s: float = 300.0,
) -> Verdict:
    """Does the local clock agree with the ``Date`` of the sign-in service's own answer?

    Works where NTP is blocked. The certificate is not judged, because a wrong clock makes every certificate look expired and would
    hide the header. Error bound: half the round trip, and half of the header's one second. Thresholds: limits.csv,
    identitymodel_default_clock_skew and kerberos_max_clock_skew_default (300 s); below 60 s nothing listed there fails.
    """
    url = authority.rstrip("/") + "/common/v2.0/.well-known/openid-configuration"
    answer = system.http_get(url, 2.0, False)
    stated_at = _http_date(answer.headers.get("date", ""))
    age = answer.headers.get("age", "")
    stated_at += int(age) if age.isdigit() else 0  # a cache on the way repeats the date of the first answer
    # the header cuts off the fraction, so the middle of its second is the best estimate
    offset_s = (answer.sent_at + answer.received_at) / 2 - (stated_at + 0.5)
    bound_s = 0.5 + (answer.received_at - answer.sent_at) / 2
    host = authority.partition("://")[2].partition("/")[0]
    found = {"offset_s": round(offset_s, 1), "server": host, "error_bound_s": round(bound_s, 2)}
    if abs(offset_s) < tolerance_s:
        return passed(f"The clock agrees with {host} ({abs(offset_s):.1f} ± {bound_s:.1f} s off)", **found)
    direction = "ahead" if offset_s > 0 else "behind"
    text = f"The clock is {abs(offset_s):.0f} s {'ahead of' if offset_s > 0 else 'behind'} {host}"
    say = failed if abs(offset_s) >= blame_s else warned
    return say(text, direction=direction, state=direction, **found)


def _http_date(text: str) -> float:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError):
        detail = "the service's answer carries no usable Date header"
        raise CannotObserve(UnknownReason.UNREACHABLE, detail) from None
