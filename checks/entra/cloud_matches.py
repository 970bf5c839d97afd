"""See ``cloud_matches``."""

from agent import signin
from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

EVIDENCE = {"state": "text", "tenant": "text", "cloud": "text", "asked": "text"}


@check(cost=Cost.NETWORK, evidence=EVIDENCE, timeout_s=6.0, group="tenant")
def cloud_matches(
    system: System, *, tenant: str, authority: str = signin.PUBLIC, clouds: tuple[str, ...] = signin.CLOUDS
) -> Verdict:
    """Is the tenant found at the sign-in address that is used, and at no other one instead?

    Where the address does not know it, those of the other national clouds are asked. Known nowhere, the tenant is misspelt or was deleted.
    """
    here = signin.openid(system, tenant, authority)
    if here.state == "malformed":
        raise CannotObserve(UnknownReason.MISSING_FACT, f"“{tenant}” is neither a tenant id nor a domain name")
    if here.state == "found":
        named = here.cloud and not _host(authority).endswith(here.cloud)
        if named and _host(authority) in [_host(c) for c in signin.CLOUDS]:
            summary = f"Tenant {tenant} is of the cloud {here.cloud}, the sign-in goes to {authority}"
            return failed(summary, state="other_cloud", tenant=tenant, cloud=here.cloud)
        return passed(f"Tenant {tenant} is found at {authority}", tenant=tenant, cloud=here.cloud)
    asked = [cloud for cloud in clouds if _host(cloud) != _host(authority)]
    for cloud in asked:
        if signin.openid(system, tenant, cloud).state == "found":
            return failed(
                f"{authority} knows no tenant {tenant}; {cloud} does", state="other_cloud", tenant=tenant, cloud=cloud
            )
    places = ", ".join([authority, *asked])
    return failed(f"No cloud knows a tenant {tenant}", state="nowhere", tenant=tenant, asked=places)


def _host(address: str) -> str:
    return address.partition("://")[2].partition("/")[0].lower()
