"""See ``grant_alive``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed
from agent.model import UnknownReason
from agent.system.base import System
from agent.times import show_duration, show_time

#: The fixed life of a single-page application's sign-in (limits.csv: refresh_token_lifetime_spa).
SPA_S = 86_400.0
EVIDENCE = {"state": "text", "issued_at": "time", "idle_s": "seconds", "limit_s": "seconds"}


@check(cost=Cost.INSTANT, evidence=EVIDENCE)
def grant_alive(
    system: System,
    *,
    grant_issued: float = 0.0,
    grant_idle_s: float = 0.0,
    grant_limit_s: float = 0.0,
    valid_from: float = 0.0,
    service_codes: tuple[str, ...] = (),
) -> Verdict:
    """Is the saved sign-in (refresh token) still one that the service accepts?

    Judged from the times that the service states in the error: how long unused, the longest life, since when older ones are void.
    """
    issued = f", issued {show_time(grant_issued)}" if grant_issued else ""
    found = {k: v for k, v in (("issued_at", grant_issued), ("idle_s", grant_idle_s), ("limit_s", grant_limit_s)) if v}
    if valid_from and grant_issued and valid_from > grant_issued:
        void = f"older ones are void since {show_time(valid_from)}"
        return failed(f"The saved sign-in was revoked{issued}; {void}", state="revoked", **found)
    if grant_idle_s:
        return failed(
            f"The saved sign-in was unused for {show_duration(grant_idle_s)}{issued}", state="inactive", **found
        )
    if grant_limit_s:
        spa = "AADSTS700084" in service_codes or (grant_limit_s == SPA_S and not service_codes)
        state = "spa" if spa else "lifetime"
        whose = "single-page application's sign-in" if spa else "saved sign-in"
        return failed(f"The {whose} may live {show_duration(grant_limit_s)}{issued}", state=state, **found)
    raise CannotObserve(UnknownReason.MISSING_FACT, "the error states no time of the saved sign-in")
