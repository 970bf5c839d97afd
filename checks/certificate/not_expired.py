"""Is the certificate within its validity?"""

from __future__ import annotations

from agent import certificates
from agent.check import Cost, Verdict, check, failed, passed, warned
from agent.system.base import System
from agent.times import show_duration, show_time

#: Microsoft Entra recommends renewing a credential that ends within 30 days.
SOON_DAYS = 30

EVIDENCE = {
    "not_after": "time",
    "not_before": "time",
    "days_left": "days",
    "subject": "text",
    "thumbprint": "text",
    "location": "text",
    "state": "text",
}


@check(cost=Cost.LOCAL, evidence=EVIDENCE)
def not_expired(system: System, *, thumbprint: str = "", subject: str = "", certificate_path: str = "") -> Verdict:
    """Is the certificate valid now, by the local clock, and for more than 30 days?

    Sign-in modules compare with the local clock too; whether that is right is the question of the clock checks.
    """
    found = certificates.the_one(system, thumbprint, subject, certificate_path)
    now = system.now()
    evidence = {
        "not_after": found.not_after,
        "not_before": found.not_before,
        "days_left": round((found.not_after - now) / 86_400, 1),
        "subject": found.subject,
        "thumbprint": found.thumbprint,
        "location": certificates.place(found),
    }
    until = f"valid until {show_time(found.not_after)}"
    if now > found.not_after:
        return failed(f"{until}, {show_duration(now - found.not_after)} ago", state="expired", **evidence)
    if now < found.not_before:
        starts = f"valid from {show_time(found.not_before)}, in {show_duration(found.not_before - now)}"
        return failed(starts, state="not_yet_valid", **evidence)
    left = f"{until}, {show_duration(found.not_after - now)} left"
    return (warned if found.not_after - now <= SOON_DAYS * 86_400 else passed)(left, **evidence)
