"""See ``revocation_current``."""

from agent import certificates
from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

EVIDENCE = {"state": "text", "url": "text", "subject": "text", "thumbprint": "text"}


@check(cost=Cost.NETWORK, evidence=EVIDENCE, timeout_s=6.0)
def revocation_current(
    system: System, *, thumbprint: str = "", subject: str = "", certificate_path: str = ""
) -> Verdict:
    """Is the certificate absent from the revocation list that it names, and can that list be read from here?

    The service reads the list from the internet: an address that only the own network resolves passes here and fails there.
    """
    one = certificates.the_one(system, thumbprint, subject, certificate_path)
    told = system.certificate_revocation(one)
    found = {"url": told.url, "subject": one.subject, "thumbprint": one.thumbprint}
    says = {
        "revoked": f"{certificates.short(one)} is on the revocation list ({told.detail})",
        "unreachable": f"The revocation list at {told.url} cannot be read: {told.detail}",
        "outdated": f"The revocation list at {told.url} is out of date: {told.detail}",
        "damaged": f"At {told.url} is no usable revocation list: {told.detail}",
    }
    if told.state in says:
        return failed(says[told.state], state=told.state, **found)
    if told.state == "no_address":
        return passed(f"{certificates.short(one)} names no revocation list, so that nobody asks for one", **found)
    return passed(f"{certificates.short(one)} is not on the revocation list at {told.url}", **found)
