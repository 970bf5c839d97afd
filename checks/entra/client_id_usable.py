"""See ``client_id_usable``."""

import re

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
#: Applications that many scripts name and that were withdrawn by their makers.
RETIRED = {
    "31359c7f-bd7e-475c-86db-fdb8c937548e": "PnP Management Shell",
    "d1ddf0e4-d672-4dae-b554-9d5bdfd93547": "Microsoft Intune PowerShell",
    "1b730954-1685-4b74-9bfd-dac224a7b894": "Azure Active Directory PowerShell",
}


@check(cost=Cost.INSTANT, evidence={"state": "text", "client_id": "text"})
def client_id_usable(system: System, *, client_id: str, tenant: str = "") -> Verdict:
    """Can the client id be that of an application, by its form and by what is known of it?

    A GUID of the right form can still belong to another application; only the directory tells.
    """
    bare, found = client_id.strip().lower(), {"client_id": client_id}
    if not bare.strip("0-{}"):
        return failed("The client id is empty", state="empty", **found)
    if not GUID.fullmatch(bare):
        return failed(f"The client id “{client_id}” is not a GUID", state="malformed", **found)
    if bare == tenant.strip().lower():
        return failed("The client id is the id of the tenant", state="same_as_tenant", **found)
    if name := RETIRED.get(bare):
        return failed(f"The client id is that of {name}, which was withdrawn", state="retired", **found)
    return passed("The client id has the form of one and is not known to be withdrawn", **found)
