"""See ``tenant_agrees``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System


@check(cost=Cost.INSTANT, evidence={"state": "text", "wanted": "text", "configured": "text"})
def tenant_agrees(system: System, *, tenant: str) -> Verdict:
    """Is the tenant that is asked the one that the environment names for credentials?

    A credential refuses tokens of another tenant than its own unless it was told to allow it. A name and an id cannot be compared here.
    """
    configured = (system.environment("AZURE_TENANT_ID") or "").strip().lower()
    wanted = tenant.strip().lower()
    if not configured:
        raise CannotObserve(UnknownReason.MISSING_FACT, "AZURE_TENANT_ID is not set for this account")
    if ("." in configured) is not ("." in wanted):
        raise CannotObserve(UnknownReason.MISSING_FACT, "one tenant is given by name and the other by id")
    if configured == wanted:
        return passed("AZURE_TENANT_ID names the tenant that is asked", wanted=wanted, configured=configured)
    summary = f"AZURE_TENANT_ID is {configured}, the tenant asked is {wanted}"
    return failed(summary, state="other_tenant", wanted=wanted, configured=configured)
