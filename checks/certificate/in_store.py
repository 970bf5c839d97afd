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
    places, seen = " or ".join(look.searched), {"searched": ", ".join(look.searched), "found_count": len(look.found)}
    if look.found:
        best = look.found[0]
        return passed(f"{certificates.short(best)} is in {certificates.place(best)}", **seen, **_facts(best))
    if look.obstacle:
        raise look.obstacle
    if other := _elsewhere(system, thumbprint, subject):
        summary = f"{certificates.short(other)} is in {certificates.place(other)}, not in {places}"
        return failed(summary, state="other_store", **seen, **_facts(other))
    # A subject can be there under a longer name; a thumbprint cannot.
    state = "absent" if thumbprint else "no_such_subject"
    if look.similar:
        near = look.similar[0]
        summary = f"no certificate in {places} has exactly this subject; the nearest is {near.subject}"
        return failed(summary, state=state, **seen, **_facts(near))
    hold = "holds" if len(look.searched) == 1 else "hold"
    summary = f"not in {places}, which {hold} {look.others} other certificate{'s' * (look.others != 1)}"
    if look.unreadable:
        reason = certificates.say_problem(look.unreadable[0])
        summary += f" and {len(look.unreadable)} that cannot be read ({reason})"
    return failed(summary, state=state, **seen)


def _elsewhere(system: System, thumbprint: str, subject: str) -> CertificateFacts | None:
    try:
        return next(iter(certificates.search(system, thumbprint, subject, certificates.OTHER_STORES).found), None)
    except CannotObserve:  # what cannot be looked at there does not change that the certificate is not in My
        return None


def _facts(found: CertificateFacts) -> dict[str, str]:
    return {"subject": found.subject, "thumbprint": found.thumbprint, "location": certificates.place(found)}
