"""Does the certificate file open, with a certificate and its key in it?"""

from __future__ import annotations

from agent import certificates
from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

EVIDENCE = {"subject": "text", "thumbprint": "text", "size_bytes": "bytes", "state": "text"}

#: The first word of a certificate's ``problem`` and the state it means here.
STATES = {"password": "password", "no_certificate": "no_certificate", "key_mismatch": "no_key"}


@check(cost=Cost.LOCAL, evidence=EVIDENCE)
def file_opens(system: System, *, certificate_path: str) -> Verdict:
    """Can the file be read as a certificate with its private key, without a password?

    Azure.Identity takes the endings ``.pfx`` and ``.pem`` only, whatever the file holds. The password it reads from
    AZURE_CLIENT_CERTIFICATE_PASSWORD is tried when that variable's partner names this file.
    """
    info = system.file_info(certificate_path)
    if not info.exists:
        return failed("there is no file at the path of the certificate", state="missing")
    if info.is_folder:
        return failed("the path of the certificate is a folder", state="not_accessible")
    if not info.readable:
        return failed("this account may not read the certificate file", state="not_accessible")
    if not certificate_path.lower().endswith((".pfx", ".pem")):
        ending = certificate_path.replace("\\", "/").rpartition("/")[2].rpartition(".")[2]
        return failed(f"the file ends in .{ending}; only .pfx and .pem are taken", state="unsupported_type")
    try:
        first = system.certificate_file(certificate_path)[0]
    except CannotObserve as fault:
        if fault.reason is UnknownReason.NO_PERMISSION:
            return failed(f"the certificate file does not open: {fault.detail}", state="not_accessible")
        raise
    evidence = {"subject": first.subject, "thumbprint": first.thumbprint, "size_bytes": info.size_bytes}
    if first.problem:
        state = STATES.get(first.problem.partition(":")[0], "damaged")
        return failed(
            f"the certificate file cannot be used: {certificates.say_problem(first)}", state=state, **evidence
        )
    if first.has_private_key is False:
        return failed(f"the file holds {certificates.short(first)} without a private key", state="no_key", **evidence)
    return passed(f"the file holds {certificates.short(first)} and its private key", **evidence)
