"""Is there a private key with the certificate?"""

from __future__ import annotations

from agent import certificates
from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

EVIDENCE = {"subject": "text", "thumbprint": "text", "location": "text", "state": "text"}


@check(cost=Cost.LOCAL, evidence=EVIDENCE)
def has_private_key(system: System, *, thumbprint: str = "", subject: str = "", certificate_path: str = "") -> Verdict:
    """Does this account have a private key noted for the certificate?

    Noted is less than usable: Windows keeps the note when the key itself is lost or may not be read (``key_usable`` tries it).
    """
    found = certificates.the_one(system, thumbprint, subject, certificate_path)
    where = certificates.place(found)
    evidence = {"subject": found.subject, "thumbprint": found.thumbprint, "location": where}
    if found.has_private_key is None:
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, "this system does not tell whether there is a private key")
    if found.has_private_key:
        return passed(f"{certificates.short(found)} has a private key ({where})", **evidence)
    why = f": {certificates.say_problem(found)}" if found.problem else ""
    return failed(f"{certificates.short(found)} has no private key ({where}){why}", state="absent", **evidence)
