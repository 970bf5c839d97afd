"""See ``cache_tenant``."""

from agent import signin
from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

EVIDENCE = {"state": "text", "saved": "text", "wanted": "text"}


@check(cost=Cost.NETWORK, evidence=EVIDENCE, false_alarm="rarely")
def cache_tenant(system: System, *, tenant: str, cache: str = "graph", authority: str = signin.PUBLIC) -> Verdict:
    """Is the saved sign-in one of the tenant that is asked?

    A tenant given by name is looked up in its public OpenID configuration. A guest's saved account names the home tenant.
    """
    saved = next((s for s in system.saved_sign_ins(cache) if s.tenant), None)
    if saved is None:
        raise CannotObserve(UnknownReason.MISSING_FACT, "no sign-in is saved that names a tenant")
    wanted = tenant.strip().lower()
    if not signin.GUID.fullmatch(wanted):
        wanted = signin.openid(system, tenant, authority).tenant
    if not wanted or tenant.lower() in ("common", "organizations", "consumers"):
        raise CannotObserve(UnknownReason.MISSING_FACT, f"{tenant} names no tenant to compare with")
    found = {"saved": saved.tenant, "wanted": wanted}
    if saved.tenant == wanted:
        return passed(f"The saved sign-in is of the tenant asked, {wanted}", **found)
    return failed(
        f"The saved sign-in is of tenant {saved.tenant}, the one asked is {wanted}", state="other_tenant", **found
    )
