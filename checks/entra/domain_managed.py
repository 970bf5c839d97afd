"""See ``domain_managed``."""

from agent import signin
from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System


@check(cost=Cost.NETWORK, evidence={"state": "text", "domain": "host", "server": "host"}, false_alarm="rarely")
def domain_managed(system: System, *, user_domain: str, authority: str = signin.PUBLIC) -> Verdict:
    """Does the sign-in service itself check the passwords of the account's domain?

    A federated domain leaves that to a server of the organisation; sign-in with user name and password then needs its endpoints, or
    passwords copied to the cloud and a policy that allows their use.
    """
    told = signin.realm(system, user_domain, authority)
    if told.kind == "managed":
        return passed(f"The sign-in service checks the passwords of {user_domain}", domain=user_domain)
    if told.kind != "federated":
        raise CannotObserve(UnknownReason.MISSING_FACT, f"no tenant of an organisation has the domain {user_domain}")
    at = f" by {told.server}" if told.server else ""
    summary = f"{user_domain} is federated: its passwords are checked{at}, not by the sign-in service"
    return failed(summary, state="federated", domain=user_domain, server=told.server)
