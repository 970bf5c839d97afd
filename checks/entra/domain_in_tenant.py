"""See ``domain_in_tenant``."""

from agent import signin
from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

EVIDENCE = {"state": "text", "domain": "host", "home": "text", "wanted": "text"}


@check(cost=Cost.NETWORK, evidence=EVIDENCE, false_alarm="rarely")
def domain_in_tenant(system: System, *, user_domain: str, tenant: str, authority: str = signin.PUBLIC) -> Verdict:
    """Is the account's domain one of the tenant that was asked?

    Both are looked up in the public OpenID configuration, which a verified domain and an id both have. A guest's domain belongs to
    another tenant by nature.
    """
    wanted = signin.openid(system, tenant, authority)
    home = signin.openid(system, user_domain, authority)
    if wanted.state != "found" or not wanted.tenant or tenant.lower() in ("common", "organizations", "consumers"):
        raise CannotObserve(UnknownReason.MISSING_FACT, f"{tenant} names no tenant to compare with")
    found = {"domain": user_domain, "home": home.tenant, "wanted": wanted.tenant}
    if home.state != "found":
        return failed(f"The domain {user_domain} belongs to no tenant", state="no_tenant", **found)
    if home.tenant == wanted.tenant:
        return passed(f"The domain {user_domain} belongs to the tenant asked, {wanted.tenant}", **found)
    summary = f"The domain {user_domain} belongs to tenant {home.tenant}, the one asked is {wanted.tenant}"
    return failed(summary, state="other_tenant", **found)
