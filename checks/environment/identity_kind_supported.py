"""See ``identity_kind_supported``."""

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System


@check(cost=Cost.INSTANT, evidence={"state": "text", "client_id": "text"})
def identity_kind_supported(system: System, *, client_id: str = "") -> Verdict:
    """Does this kind of host offer the kind of managed identity that is asked?

    Azure Arc, Cloud Shell and Service Fabric offer the host's own identity only; which host this is, its variables tell.
    """
    chosen = client_id.strip() or (system.environment("AZURE_CLIENT_ID") or "").strip()
    endpoint = bool(system.environment("IDENTITY_ENDPOINT"))
    kind = ""
    if endpoint and system.environment("IMDS_ENDPOINT"):
        kind = "arc"
    elif endpoint and system.environment("IDENTITY_SERVER_THUMBPRINT"):
        kind = "service_fabric"
    elif not endpoint and system.environment("MSI_ENDPOINT"):
        kind = "cloud_shell"
    if kind and chosen:
        named = {"arc": "Azure Arc", "cloud_shell": "Cloud Shell", "service_fabric": "Service Fabric"}[kind]
        return failed(f"{named} offers no user-assigned identity, but {chosen} is asked", state=kind, client_id=chosen)
    return passed("Nothing about this host forbids the identity that is asked", client_id=chosen)
