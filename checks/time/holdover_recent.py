"""See ``holdover_recent``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed, warned
from agent.model import UnknownReason
from agent.system.base import System

#: Windows outside a domain asked once a week in older releases (604800 s); a day beyond that is too long for every service.
MOST_AGE_S = 8 * 86400.0
_EVIDENCE = {"state": "text", "service": "text", "source": "host", "age_s": "seconds"}


@check(cost=Cost.LOCAL, timeout_s=2.0, evidence=_EVIDENCE, group="clock-service", false_alarm="sometimes")
def holdover_recent(system: System, *, max_age_h: float = 24.0) -> Verdict:
    """Has the time service heard from its source lately?

    A clock left alone drifts by a second or more a day. An age from the future counts as none: the clock was set back.
    """
    sync = system.time_sync()
    if sync.age_s is None:
        raise CannotObserve(
            UnknownReason.NOT_SUPPORTED, f"{sync.service or 'the service'} does not tell when it last heard"
        )
    said = {"service": sync.service, "source": sync.source, "age_s": round(sync.age_s, 1)}
    text = f"{sync.service} heard from {sync.source or 'its source'} {sync.age_s / 3600:.1f} h ago"
    if sync.age_s >= MOST_AGE_S:
        return failed(text, state="stale", **said)
    if sync.age_s >= max_age_h * 3600:
        return warned(text, state="stale", **said)
    return passed(text, **said)
