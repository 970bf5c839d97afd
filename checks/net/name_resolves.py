"""See ``name_resolves``."""

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

_WORDS = {
    "not_found": "no such name exists",
    "no_address": "the name exists but has no address",
    "server_failure": "the name server failed",
    "no_server": "no name server answered",
}


@check(cost=Cost.NETWORK, evidence={"state": "text", "addresses": "text"})
def name_resolves(system: System, *, host: str) -> Verdict:
    """Does the operating system find an address for the host?

    Behind a proxy the name need not resolve here, because the proxy looks it up; a failure then counts as a failure all the same,
    and ``net.proxy_usable`` tells whether it matters.
    """
    answer = system.resolve(host)
    if answer.state == "found":
        shown = ", ".join(answer.addresses[:4])
        return passed(f"{host} resolves to {shown}", addresses=", ".join(answer.addresses))
    detail = f" ({answer.detail})" if answer.detail else ""
    return failed(f"{host} does not resolve: {_WORDS.get(answer.state, answer.state)}{detail}", state=answer.state)
