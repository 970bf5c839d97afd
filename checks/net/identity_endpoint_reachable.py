"""See ``identity_endpoint_reachable``."""

from urllib.parse import urlsplit

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

#: The metadata address of Azure virtual machines (limits.csv: imds_address).
METADATA = "http://169.254.169.254:80/metadata/identity/oauth2/token"
LIMIT_S = 1.0  # link-local: an answer takes milliseconds or never comes


@check(cost=Cost.NETWORK, evidence={"state": "text", "address": "host", "source": "text"}, timeout_s=2.0)
def identity_endpoint_reachable(system: System) -> Verdict:
    """Can this computer reach the address that hands out managed identities?

    App Service, Functions and Arc name theirs in ``IDENTITY_ENDPOINT`` or ``MSI_ENDPOINT``; a virtual machine has the fixed metadata
    address. Both are local and must not go through a proxy. No token is asked for.
    """
    source = next((n for n in ("IDENTITY_ENDPOINT", "MSI_ENDPOINT") if system.environment(n)), "metadata address")
    url = METADATA if source == "metadata address" else system.environment(source) or ""
    parts = urlsplit(url)
    try:
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        host, port = "", 0
    if not host:
        return failed(f"{source} holds no address", state="no_endpoint", source=source)
    found = {"address": f"{host}:{port}", "source": source}
    if proxy := system.proxy_for(url):
        return failed(
            f"Requests to {host} go through the proxy {proxy}, which cannot reach it", state="behind_proxy", **found
        )
    answer = system.connect(host, port, LIMIT_S)
    if answer.state == "open":
        return passed(f"The identity address {host}:{port} accepts connections", **found)
    if answer.state == "refused":
        return failed(f"The identity address {host}:{port} refused the connection", state="refused", **found)
    text = f"No identity address answers at {host}:{port} ({answer.state}); this is no Azure machine, or its way is blocked"
    return failed(text, state="no_endpoint", **found)
