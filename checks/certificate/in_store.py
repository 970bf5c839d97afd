"""Is the certificate where sign-in modules look for it?"""

from __future__ import annotations

from agent import certificates
from agent.check import Cost, Verdict, check, failed, passed
from agent.errors import CannotObserve
from agent.system.base import CertificateFacts, System

EVIDENCE = {
    "location": "text",
    "subject": "text",
    "thumbprint": "text",
    "searched": "text",
    "found_count": "count",
    "state": "text",
}


@check(cost=Cost.LOCAL, evidence=EVIDENCE, false_alarm="rarely")
def in_store(system: System, *, thumbprint: str = "", subject: str = "") -> Verdict:
    """Is the certificate in CurrentUser\\My or LocalMachine\\My of this account?

    Validity is not asked here, so that an expired certificate is told apart from an absent one. A job that runs under
    another account has another CurrentUser store: the answer holds for the account that runs this.
    """
    look = certificates.search(system, thumbprint, subject)
    searched = ", ".join(look.searched)
    if look.found:
        best = look.found[0]
        where = certificates.place(best)
        return passed(
            f"{certificates.short(best)} is in {where}",
            searched=searched,
            found_count=len(look.found),
            location=where,
            **_name(best),
        )
    if look.obstacle:
        raise look.obstacle
    if elsewhere := _elsewhere(system, thumbprint, subject):
        where = certificates.place(elsewhere)
        summary = f"{certificates.short(elsewhere)} is in {where}, not in {' or '.join(look.searched)}"
        return failed(
            summary, state="other_store", searched=searched, found_count=0, location=where, **_name(elsewhere)
        )
    others = f"{look.others} other certificate{'s' * (look.others != 1)}"
    summary = f"not in {' or '.join(look.searched)}, which hold {others}"
    if look.unreadable:
        reason = certificates.say_problem(look.unreadable[0])
        summary += f" and {len(look.unreadable)} files that cannot be read ({reason})"
    if look.similar:
        summary = f"no certificate has exactly this subject; the nearest is {look.similar[0].subject}"
        return failed(summary, state="absent", searched=searched, found_count=0, **_name(look.similar[0]))
    return failed(summary, state="absent", searched=searched, found_count=0)


def _elsewhere(system: System, thumbprint: str, subject: str) -> CertificateFacts | None:
    try:
        return next(iter(certificates.search(system, thumbprint, subject, certificates.OTHER_STORES).found), None)
    except CannotObserve:  # what cannot be looked at there does not change that the certificate is not in My
        return None


def _name(certificate: CertificateFacts) -> dict[str, str]:
    return {"subject": certificate.subject, "thumbprint": certificate.thumbprint}
