"""Is the client secret still valid?"""

import pytest
from checkkit import run_check

from agent.model import Status, UnknownReason
from agent.system.fake import FakeSystem

CHECK = "secret.not_expired"
NOON = 1795608000.0  # 2026-11-25 12:00 UTC


def test_far_date_passes() -> None:
    """A date months away passes."""
    assert run_check(CHECK, FakeSystem(now=NOON), secret_expires="2027-06-30").status is Status.PASS


def test_past_date_fails() -> None:
    """A day that is over fails."""
    result = run_check(CHECK, FakeSystem(now=NOON), secret_expires="2026-11-24")
    found = (result.status, result.evidence["state"], result.evidence["stated_by"])
    assert found == (Status.FAIL, "expired", "the given end date")


@pytest.mark.parametrize("day", ["2026-11-25", "2026-12-20"])
def test_near_date_warns(day: str) -> None:
    """The last day itself is not over, and the last thirty days warn."""
    assert run_check(CHECK, FakeSystem(now=NOON), secret_expires=day).status is Status.WARN


def test_word_of_the_service_fails() -> None:
    """The service's own code decides, whatever date was given, and the clock is not asked."""
    system = FakeSystem(platform="windows")
    result = run_check(CHECK, system, service_codes=("AADSTS7000222",), secret_expires="2027-06-30")
    assert (result.status, result.evidence["state"], result.evidence["stated_by"]) == (
        Status.FAIL,
        "expired",
        "the sign-in service",
    )


def test_other_code_of_the_service_decides_nothing() -> None:
    """A wrong secret is not an expired one."""
    assert run_check(CHECK, FakeSystem(), service_codes=("AADSTS7000215",)).reason is UnknownReason.MISSING_FACT


@pytest.mark.parametrize("given", ["", "soon", "2026-13-01"])
def test_no_date_is_unknown(given: str) -> None:
    """Without a date nothing on the machine knows."""
    result = run_check(CHECK, FakeSystem(now=NOON), secret_expires=given)
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.MISSING_FACT)
