"""See ``api_host_matches_cloud``."""

from urllib.parse import urlsplit

from agent import signin
from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System


@check(cost=Cost.NETWORK, evidence={"state": "text", "called": "host", "published": "host", "cloud": "text"})
def api_host_matches_cloud(
    system: System,
    *,
    tenant: str,
    authority: str = signin.PUBLIC,
    graph: str = "https://graph.microsoft.com",
) -> Verdict:
    """Is the Graph address that is called the one of the tenant's cloud?

    The tenant's OpenID configuration names the Graph host that belongs to it.
    """
    told = signin.openid(system, tenant, authority)
    called = (urlsplit(graph).hostname or "").lower()
    if told.state != "found" or not told.graph:
        raise CannotObserve(UnknownReason.MISSING_FACT, f"{authority} names no Graph host for {tenant}")
    published = (urlsplit(f"//{told.graph}").hostname or "").lower()
    found = {"called": called, "published": published, "cloud": told.cloud}
    if called == published:
        return passed(f"{called} is the Graph host of tenant {tenant}", **found)
    return failed(
        f"The call goes to {called}, the Graph host of tenant {tenant} is {published}", state="differs", **found
    )
