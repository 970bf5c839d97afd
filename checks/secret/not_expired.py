"""See ``not_expired``."""

from datetime import datetime, timezone

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed, warned
from agent.model import UnknownReason
from agent.system.base import System

#: What the sign-in service says of an expired client secret.
EXPIRED_CODE = "AADSTS7000222"
DAY_S = 86400.0
#: Days left from which an end is near (limits.csv: credential_expiry_recommendation_threshold).
SOON_DAYS = 30


@check(cost=Cost.INSTANT, evidence={"state": "text", "expires_at": "time", "stated_by": "text"})
def not_expired(system: System, *, secret_expires: str = "", service_codes: tuple[str, ...] = ()) -> Verdict:
    """Is the client secret still valid?

    A secret does not carry its date, so this is known only from the service's own words or from a given end date
    (``--fact secret_expires=YYYY-MM-DD``). The secret counts as valid until that day is over in UTC.
    """
    if EXPIRED_CODE in service_codes:
        # The service judged the secret that was sent; a later end date given by hand belongs to another secret.
        other = f"; the end date {secret_expires} given belongs to another secret" if secret_expires else ""
        return failed(
            f"The sign-in service states that the client secret has expired ({EXPIRED_CODE}){other}",
            state="expired",
            stated_by="the sign-in service",
        )
    if not secret_expires:
        raise CannotObserve(UnknownReason.MISSING_FACT, "the end date of the client secret is not known")
    try:
        day = datetime.strptime(str(secret_expires)[:10], "%Y-%m-%d").replace(tzinfo=timezone.utc)
    except ValueError:
        detail = f"{secret_expires} is not a date of the form YYYY-MM-DD"
        raise CannotObserve(UnknownReason.MISSING_FACT, detail) from None
    expires_at = day.timestamp() + DAY_S
    left_days = (expires_at - system.now()) / DAY_S
    found = {"expires_at": expires_at, "stated_by": "the given end date"}
    if left_days <= 0:
        return failed(f"The client secret expired on {day:%Y-%m-%d}", state="expired", **found)
    say = warned if left_days <= SOON_DAYS else passed
    return say(f"The client secret is valid until {day:%Y-%m-%d} ({left_days:.0f} days left)", **found)
