"""See ``assertion_current``."""

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System
from agent.times import show_duration

#: Life that MSAL gives an assertion (limits.csv: client_assertion_lifetime_msal_net); the service recommends no more.
RECOMMENDED_S = 600.0


@check(cost=Cost.INSTANT, evidence={"state": "text", "expired_s": "seconds", "life_s": "seconds"}, group="clock")
def assertion_current(system: System, *, service_time: float, assertion_from: float, assertion_until: float) -> Verdict:
    """Was the client assertion within its own lifetime when it reached the service, by the service's clock?

    All three times are the service's words. Expired long after a normal life, it was kept and sent again; a start in the future
    or an end just missed is what a wrong clock makes, which the clock checks tell.
    """
    late, early, life = service_time - assertion_until, assertion_from - service_time, assertion_until - assertion_from
    found = {"expired_s": round(late, 1), "life_s": round(life, 1)}
    if late > 0:
        summary = (
            f"The assertion lived {show_duration(life)} and reached the service {show_duration(late)} after its end"
        )
        return failed(summary, state="expired", **found)
    if early > 0:
        return failed(f"The assertion begins {show_duration(early)} after it was sent", state="not_yet_valid", **found)
    extra = f", longer than the recommended {show_duration(RECOMMENDED_S)}" if life > RECOMMENDED_S + 1 else ""
    return passed(f"The assertion lives {show_duration(life)}{extra} and was sent within that time", **found)
