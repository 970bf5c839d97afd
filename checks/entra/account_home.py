"""See ``account_home``."""

import re

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

#: Issuers of personal accounts, and the tenant that stands for them.
PERSONAL = ("live.com", "9188040d-6c67-4c5b-b112-36a304b66dad")
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@check(cost=Cost.INSTANT, evidence={"state": "text", "home": "text", "wanted": "text"})
def account_home(system: System, *, identity_provider: str, tenant: str = "") -> Verdict:
    """Is the account of the tenant that was asked, not of another one and not a personal account?

    The error names the identity provider that vouched for the account; its address holds the id of the home tenant.
    """
    low = identity_provider.lower()
    if any(name in low for name in PERSONAL):
        return failed("The account is a personal Microsoft account", state="personal", home="personal")
    home = GUID.search(low)
    if not home:
        return failed(f"The account comes from {identity_provider}", state="other_provider", home=identity_provider)
    wanted = GUID.fullmatch(tenant.strip())
    if not wanted:
        detail = f"the home tenant of the account is {home[0]}; the id of the tenant asked is not known"
        raise CannotObserve(UnknownReason.MISSING_FACT, detail)
    found = {"home": home[0], "wanted": wanted[0].lower()}
    if home[0] == wanted[0].lower():
        return passed(f"The account is of the tenant asked, {home[0]}", **found)
    return failed(f"The account is of tenant {home[0]}, the one asked is {tenant}", state="other_tenant", **found)
