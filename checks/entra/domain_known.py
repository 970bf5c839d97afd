"""See ``domain_known``."""

from agent import signin
from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System


@check(cost=Cost.NETWORK, evidence={"state": "text", "domain": "host"})
def domain_known(system: System, *, user_domain: str, authority: str = signin.PUBLIC) -> Verdict:
    """Does the domain of the account belong to a tenant, so that its accounts are work or school accounts?

    The public user realm of the domain is asked for with a made-up name. A known domain does not prove that the account exists.
    """
    told = signin.realm(system, user_domain, authority)
    if told.kind == "unknown":
        return failed(f"No tenant has the domain {user_domain}", state="unknown", domain=user_domain)
    if told.kind == "personal":
        return failed(
            f"Accounts of {user_domain} are personal Microsoft accounts", state="personal", domain=user_domain
        )
    return passed(f"The domain {user_domain} belongs to a tenant", domain=user_domain)
