"""See ``resource_known``."""

import difflib
import re
from urllib.parse import urlsplit

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

#: API host -> the sign-in host of its cloud (limits.csv: cloud_*); APIs that are the same application everywhere stand once per cloud.
PUBLIC, USA, CHINA = "login.microsoftonline.com", "login.microsoftonline.us", "login.chinacloudapi.cn"
APIS = {
    "graph.microsoft.com": PUBLIC, "management.azure.com": PUBLIC, "management.core.windows.net": PUBLIC, "vault.azure.net": PUBLIC,
    "outlook.office365.com": PUBLIC, "outlook.office.com": PUBLIC, "api.spaces.skype.com": PUBLIC, "manage.office.com": PUBLIC,
    "database.windows.net": PUBLIC, "storage.azure.com": PUBLIC, "graph.microsoft.us": USA, "dod-graph.microsoft.us": USA,
    "management.usgovcloudapi.net": USA, "vault.usgovcloudapi.net": USA, "outlook.office365.us": USA,
    "microsoftgraph.chinacloudapi.cn": CHINA, "management.chinacloudapi.cn": CHINA, "vault.azure.cn": CHINA,
}  # fmt: skip
RETIRED = ("graph.windows.net", "graph.chinacloudapi.cn")


@check(cost=Cost.INSTANT, evidence={"state": "text", "resource": "text", "meant": "text"}, false_alarm="rarely")
def resource_known(system: System, *, resource: str, authority: str = "https://login.microsoftonline.com") -> Verdict:
    """Is the API asked for one that this cloud has, written as it is registered?

    Known are the large APIs; one of an organisation's own (``api://...``) is the directory's to know, so that nothing is said of it.
    """
    address = urlsplit(resource.strip())
    host, found = (address.hostname or "").lower(), {"resource": resource}
    if re.search(r"\s|^[\"']|[\"']$", resource) or (address.scheme == "https" and address.path.count("//")):
        return failed(
            f"The API address {resource} holds characters that do not belong there", state="malformed", **found
        )
    if host in RETIRED:
        return failed(f"{host} was retired; its successor is Microsoft Graph", state="retired", **found)
    if cloud := APIS.get(host):
        if cloud != (urlsplit(authority).hostname or "").replace("login.partner.microsoftonline.cn", CHINA):
            return failed(f"{host} belongs to the cloud of {cloud}, not of {authority}", state="other_cloud", **found)
        return passed(f"{host} is an API of this cloud", **found)
    if near := difflib.get_close_matches(host, APIS, 1, 0.88):
        return failed(
            f"{host} is no known API; {near[0]} is written nearly so", state="misspelt", meant=near[0], **found
        )
    return passed(f"Nothing is known against {resource}", **found)
