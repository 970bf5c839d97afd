"""See ``identity_chosen``."""

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System


@check(cost=Cost.INSTANT, evidence={"state": "text", "client_id": "text"}, false_alarm="sometimes")
def identity_chosen(system: System, *, client_id: str = "") -> Verdict:
    """Is one user-assigned managed identity named, by the command or by AZURE_CLIENT_ID?

    Without a name the host's system-assigned identity is meant, or its only one.
    """
    chosen = client_id.strip() or (system.environment("AZURE_CLIENT_ID") or "").strip()
    if not chosen:
        return failed("No identity is named; the host's own is meant", state="none_named")
    return passed(f"The identity {chosen} is named", client_id=chosen)
