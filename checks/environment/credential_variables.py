"""See ``credential_variables``."""

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

IDS = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID")
#: Ways to prove the application, in the order in which EnvironmentCredential tries them; the last is read by another credential.
PROOFS = ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE")
EVIDENCE = {"state": "text", "set": "text", "missing": "text"}


@check(cost=Cost.LOCAL, evidence=EVIDENCE, false_alarm="sometimes")
def credential_variables(system: System) -> Verdict:
    """Are the variables of EnvironmentCredential set for this account: tenant, client and one proof?

    Variables belong to the process: a service, another account or a window opened before they were set does not have them. The secret is
    not read, only whether there is one.
    """
    values = {name: system.environment(name) or "" for name in (*IDS, *PROOFS) if name != PROOFS[0]}
    values[PROOFS[0]] = "" if system.variable_shape(PROOFS[0]) in ("absent", "empty") else "set"
    there = [name for name in (*IDS, *PROOFS) if values[name].strip()]
    missing = [name for name in IDS if name not in there]
    found = {"set": ", ".join(there), "missing": ", ".join(missing)}
    if not there:
        return failed("None of the credential's variables is set for this account", state="absent", **found)
    if missing:
        return failed(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set", state="partial", **found
        )
    strange = next((n for n in IDS if values[n] != values[n].strip() or values[n].strip()[0] in "\"'"), "")
    if strange:
        return failed(f"{strange} holds white space or quotation marks", state="malformed", **found)
    if not any(name in there for name in PROOFS):
        return failed("Tenant and client are set, but neither a secret nor a certificate", state="no_secret", **found)
    return passed(f"Set for this account: {found['set']}", **found)
