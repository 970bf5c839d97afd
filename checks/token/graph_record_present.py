"""See ``graph_record_present``."""

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

EVIDENCE = {"state": "text", "tenant": "text", "client_id": "text", "saved_client": "text"}


@check(cost=Cost.LOCAL, evidence=EVIDENCE, false_alarm="sometimes")
def graph_record_present(system: System, *, client_id: str = "") -> Verdict:
    """Has the Graph module a saved sign-in of this account, for the application that is used?

    A failed Connect-MgGraph and Disconnect-MgGraph delete it; application-only and process-scoped sessions never write one.
    """
    saved = system.saved_sign_ins("graph")
    if not saved:
        return failed("The Graph module has no saved sign-in of this account", state="none")
    if saved[0].kind == "damaged":
        return failed("The saved sign-in of the Graph module is damaged", state="damaged")
    found = {"tenant": saved[0].tenant, "saved_client": saved[0].client_id, "client_id": client_id}
    if client_id and saved[0].client_id and saved[0].client_id != client_id.strip().lower():
        summary = f"The saved sign-in is of application {saved[0].client_id}, not of {client_id}"
        return failed(summary, state="other_app", **found)
    return passed(f"The Graph module has a saved sign-in of tenant {saved[0].tenant or 'unknown'}", **found)
