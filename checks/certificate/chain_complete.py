"""See ``chain_complete``."""

from agent import certificates
from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

EVIDENCE = {"state": "text", "length": "count", "missing": "text", "subject": "text", "thumbprint": "text"}


@check(cost=Cost.LOCAL, evidence=EVIDENCE, timeout_s=3.0)
def chain_complete(system: System, *, thumbprint: str = "", subject: str = "", certificate_path: str = "") -> Verdict:
    """Can this computer build the chain from the certificate to its authority, so that it can be sent along?

    Applications that trust a name and an issuer want the intermediates with the assertion. A self-signed certificate has no chain and
    needs none; a missing root alone is no fault, because the service has its own. Which authorities the service trusts is not told here.
    """
    one = certificates.the_one(system, thumbprint, subject, certificate_path)
    chain = system.certificate_chain(one)
    found = {"length": chain.length, "missing": chain.missing, "subject": one.subject, "thumbprint": one.thumbprint}
    if chain.state == "incomplete":
        summary = f"{certificates.short(one)} was issued by {chain.missing}, whose certificate is not here"
        return failed(summary, state="incomplete", **found)
    if chain.state == "expired":
        return failed(f"The authority {chain.missing} in the chain is over", state="expired_issuer", **found)
    if chain.state == "self_signed":
        return passed(f"{certificates.short(one)} is self-signed and needs no chain", **found)
    return passed(f"The chain of {certificates.short(one)} is here, {chain.length} certificates", **found)
