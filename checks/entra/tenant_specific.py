"""See ``tenant_specific``."""

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

#: Words that stand for no tenant in particular.
KEYWORDS = ("common", "organizations", "consumers")


@check(cost=Cost.INSTANT, evidence={"state": "text", "tenant": "text"}, false_alarm="rarely")
def tenant_specific(system: System, *, tenant: str) -> Verdict:
    """Does the sign-in name one tenant, not an address for all of them?

    A person may sign in at an address for all; an application without a person, and a single-tenant application, may not.
    """
    if tenant.strip().lower() in KEYWORDS:
        return failed(f"The sign-in goes to “{tenant}”, which names no tenant", state="keyword", tenant=tenant)
    return passed(f"The sign-in names the tenant {tenant}", tenant=tenant)
