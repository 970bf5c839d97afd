"""See ``tenant_exists``."""

import json
import re

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

#: Sign-in host -> what its documents call their cloud (limits.csv: cloud_*_login); other hosts count as the public cloud.
CLOUDS = {
    "login.microsoftonline.us": "microsoftonline.us",
    "login.partner.microsoftonline.cn": "partner.microsoftonline.cn",
    "login.chinacloudapi.cn": "partner.microsoftonline.cn",
}
SHAPE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|([a-z0-9_-]+\.)+[a-z0-9-]{2,}", re.IGNORECASE)
KEYWORDS = ("common", "organizations", "consumers")


@check(cost=Cost.NETWORK, evidence={"state": "text", "issuer": "text", "cloud": "text"}, group="tenant")
def tenant_exists(system: System, *, tenant: str, authority: str = "https://login.microsoftonline.com") -> Verdict:
    """Does the sign-in service know the tenant, in the cloud that is asked?

    The public OpenID document is fetched without any login. AADSTS90002 in the answer means an unknown tenant; AADSTS900021 and
    AADSTS900023 a value that can be none.
    """
    if not tenant.strip("0-") or not (tenant.lower() in KEYWORDS or SHAPE.fullmatch(tenant)):
        return failed(f"“{tenant}” is neither a tenant id (GUID) nor a domain name", state="malformed")
    answer = system.http_get(f"{authority.rstrip('/')}/{tenant}/v2.0/.well-known/openid-configuration")
    try:
        document = json.loads(answer.body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        detail = f"{authority} answered {answer.status}, but not with a sign-in document"
        raise CannotObserve(UnknownReason.UNREACHABLE, detail)
    host = authority.partition("://")[2].partition("/")[0].lower()
    if answer.status == 200 and document.get("issuer"):
        cloud = str(document.get("cloud_instance_name") or "")
        found = {"issuer": str(document["issuer"]), "cloud": cloud}
        if cloud and cloud != CLOUDS.get(host, "microsoftonline.com") and cloud != host:
            return failed(f"Tenant {tenant} lives in another cloud ({cloud}) than {host}", state="other_cloud", **found)
        return passed(f"{host} knows the tenant {tenant}", **found)
    said = str(document.get("error_description") or document.get("error") or "")
    if re.search(r"AADSTS9000(21|22|23)\b", said):
        return failed(f"{host} does not accept “{tenant}” as a tenant", state="malformed")
    if "AADSTS90002" in said or document.get("error") == "invalid_tenant":
        return failed(f"{host} knows no tenant {tenant}", state="not_found")
    raise CannotObserve(UnknownReason.UNREACHABLE, f"{host} answered {answer.status} without naming the tenant")
