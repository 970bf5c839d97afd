"""See ``scopes_well_formed``."""

from urllib.parse import urlsplit

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

#: Scopes that belong to no API and may stand beside those of one.
OPENID = frozenset(("openid", "profile", "email", "offline_access"))
#: What the service says when an application asked for a single permission.
WANTS_DEFAULT = ("AADSTS1002012", "AADSTS1002016")


@check(cost=Cost.INSTANT, evidence={"state": "text", "scopes": "text", "resources": "count"})
def scopes_well_formed(
    system: System, *, scopes: str, auth_type: str = "", service_codes: tuple[str, ...] = ()
) -> Verdict:
    """Do the scopes belong to one API, in the form that this kind of sign-in takes?

    An unattended sign-in asks for ``<API>/.default`` and nothing else. Whether each permission exists is the service's to say.
    """
    asked = scopes.replace("%20", " ").replace("+", " ").split()
    resources = len({_resource(s) for s in asked} - {""})
    found = {"scopes": " ".join(asked), "resources": resources}
    if not asked:
        return failed("The request names no scope", state="empty", **found)
    if any("," in s or ";" in s for s in asked):
        return failed("The scopes are divided by commas where the service wants spaces", state="separator", **found)
    if resources > 1:
        return failed(f"The scopes belong to {resources} APIs; one request takes one", state="two_resources", **found)
    defaults = [s for s in asked if s.endswith("/.default")]
    unattended = auth_type in ("AppOnly", "ManagedIdentity") or any(code in service_codes for code in WANTS_DEFAULT)
    if unattended and len(defaults) != len(asked):
        summary = "An unattended sign-in asks for single scopes; it takes only the API followed by /.default"
        return failed(summary, state="not_default", **found)
    if defaults and len(set(asked) - OPENID) > len(defaults):
        return failed("A scope /.default stands beside single scopes", state="mixed_default", **found)
    return passed("The scopes belong to one API and have the form of this sign-in", **found)


def _resource(scope: str) -> str:
    address = urlsplit(scope)
    return f"{address.scheme}://{address.netloc}".lower() if address.scheme in ("http", "https", "api") else ""
