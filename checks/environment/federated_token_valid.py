"""See ``federated_token_valid``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System
from agent.times import show_duration

VARIABLE = "AZURE_FEDERATED_TOKEN_FILE"
#: The audience that the sign-in service wants in a federated token, by cloud.
AUDIENCES = ("api://AzureADTokenExchange", "api://AzureADTokenExchangeUSGov", "api://AzureADTokenExchangeChina")
SAYS = {
    "missing": "There is no file where the federated token is read from",
    "empty": "The file of the federated token is empty",
    "denied": "This account may not read the file of the federated token",
    "folder": "Where the federated token is read from is a folder",
    "not_jwt": "The file of the federated token holds no JSON Web Token",
}
EVIDENCE = {
    "state": "text",
    "path": "text",
    "source": "text",
    "expired_s": "seconds",
    "audience": "text",
    "issuer": "text",
}


@check(cost=Cost.LOCAL, evidence=EVIDENCE)
def federated_token_valid(system: System, *, federated_token_file: str = "") -> Verdict:
    """Is there a federated token where the credential reads it, still valid and made for the sign-in service?

    The file is that of the error, else the one of AZURE_FEDERATED_TOKEN_FILE. Issuer, audience and end are read; token and subject
    stay in the file.
    """
    path = federated_token_file or system.environment(VARIABLE) or ""
    if not path:
        raise CannotObserve(UnknownReason.MISSING_FACT, f"no file is named, and {VARIABLE} is not set for this account")
    told = system.token_file(path)
    found = {"path": path, "source": "the error" if federated_token_file else VARIABLE}
    if told.state in SAYS:
        return failed(SAYS[told.state], state=told.state, **found)
    claims = dict(told.claims)
    found |= {"audience": str(claims.get("aud", "")), "issuer": str(claims.get("iss", ""))}
    end = claims.get("exp")
    if isinstance(end, (int, float)) and end <= system.now():
        ago = system.now() - end
        return failed(
            f"The federated token ended {show_duration(ago)} ago", state="expired", expired_s=round(ago, 1), **found
        )
    if not any(audience in AUDIENCES for audience in found["audience"].split()):
        summary = f"The federated token is for {found['audience'] or 'no audience'}, not for the sign-in service"
        return failed(summary, state="audience", **found)
    return passed(f"The federated token of {found['issuer']} is valid and for the sign-in service", **found)
