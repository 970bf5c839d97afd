"""Does the private key really sign?"""

from __future__ import annotations

from agent import certificates
from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

#: Smallest RSA key that MSAL recommends for a client certificate.
MIN_BITS = 2048

EVIDENCE = {
    "subject": "text",
    "thumbprint": "text",
    "location": "text",
    "key_kind": "text",
    "key_bits": "count",
    "state": "text",
}


@check(cost=Cost.LOCAL, evidence=EVIDENCE)
def key_usable(system: System, *, thumbprint: str = "", subject: str = "", certificate_path: str = "") -> Verdict:
    """Can this account sign with the certificate's key, and is it an RSA key of at least 2048 bits?

    A test buffer is signed and verified; nothing is kept. Sign-in with a certificate needs RSA: the libraries take no other kind.
    """
    found = certificates.the_one(system, thumbprint, subject, certificate_path)
    name, key = certificates.short(found), f"{found.key_bits}-bit {found.key_kind} key"
    evidence = {
        "subject": found.subject,
        "thumbprint": found.thumbprint,
        "location": certificates.place(found),
        "key_kind": found.key_kind,
        "key_bits": found.key_bits,
    }
    if found.key_kind and found.key_kind != "RSA":
        return failed(f"{name} has an {found.key_kind} key, not an RSA key", state="not_rsa", **evidence)
    if found.has_private_key is False and not found.problem:
        return failed(f"{name} has no private key to sign with", state="no_key", **evidence)
    answer = system.sign_with(found)
    if answer.state == "not_found":
        raise CannotObserve(UnknownReason.MISSING_FACT, f"the certificate went away meanwhile: {answer.detail}")
    if answer.state != "signed":
        return failed(f"signing with the key of {name} failed: {answer.detail}", state=answer.state, **evidence)
    if 0 < found.key_bits < MIN_BITS:
        return failed(f"{name} has a {key}, shorter than {MIN_BITS} bits", state="too_short", **evidence)
    return passed(f"signed and verified with the {key} of {name}", **evidence)
