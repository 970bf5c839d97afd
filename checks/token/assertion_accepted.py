"""See ``assertion_accepted``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed
from agent.model import UnknownReason
from agent.system.base import System

PARTS = ("subject", "issuer", "audience")


@check(cost=Cost.INSTANT, evidence={"state": "text", "stated_by": "text"})
def assertion_accepted(system: System, *, assertion_part: str) -> Verdict:
    """Did the sign-in service find a federated credential for subject, issuer and audience of the assertion?

    The service names the first part that fits no record (AADSTS700211, 700212 and 700213); the plain AADSTS70021 names none.
    """
    if assertion_part not in PARTS:
        raise CannotObserve(UnknownReason.MISSING_FACT, "the error names no part of the assertion")
    summary = f"The sign-in service states that no federated credential has this {assertion_part}"
    return failed(summary, state=assertion_part, stated_by="the sign-in service")
