"""See ``identity_variables``."""

from urllib.parse import urlsplit

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

EVIDENCE = {"state": "text", "host_kind": "text"}


@check(cost=Cost.INSTANT, evidence=EVIDENCE)
def identity_variables(system: System) -> Verdict:
    """Do the variables that name a managed identity's endpoint belong together?

    App Service, Functions and containers set IDENTITY_ENDPOINT with IDENTITY_HEADER; Service Fabric adds a thumbprint; Azure Arc sets
    IDENTITY_ENDPOINT with IMDS_ENDPOINT; Cloud Shell sets MSI_ENDPOINT alone. Whether a header is still
    good is not told by them.
    """
    endpoint, old = (system.environment(n) or "" for n in ("IDENTITY_ENDPOINT", "MSI_ENDPOINT"))
    header = system.variable_shape("IDENTITY_HEADER", "token") not in ("absent", "empty")
    arc = bool(system.environment("IMDS_ENDPOINT"))
    for name, url in (("IDENTITY_ENDPOINT", endpoint), ("MSI_ENDPOINT", old)):
        if url and urlsplit(url).scheme not in ("http", "https"):
            return failed(f"{name} is no web address", state="malformed", host_kind="")
    if header and not endpoint:
        return failed("IDENTITY_HEADER is set without IDENTITY_ENDPOINT", state="no_endpoint", host_kind="")
    if endpoint and not header and not arc:
        return failed("IDENTITY_ENDPOINT is set without IDENTITY_HEADER", state="no_header", host_kind="")
    kind = (
        "arc"
        if endpoint and arc
        else "app service"
        if endpoint
        else "cloud shell"
        if old
        else "virtual machine or none"
    )
    return passed(f"The variables are those of: {kind}", host_kind=kind)
