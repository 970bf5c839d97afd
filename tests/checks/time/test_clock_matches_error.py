"""Did the clock agree with the service's time in the error?"""

import pytest
from checkkit import run_check

from agent.model import Status, UnknownReason
from agent.system.fake import FakeSystem

CHECK = "time.clock_matches_error"
SERVICE = 1795593600.0


def test_agreement_passes() -> None:
    """One second is the time the answer travelled."""
    result = run_check(CHECK, FakeSystem(), service_time=SERVICE, failed_at=SERVICE + 1)
    assert (result.status, result.evidence["offset_s"]) == (Status.PASS, 1.0)


@pytest.mark.parametrize(("offset_s", "state"), [(900.0, "ahead"), (-900.0, "behind")])
def test_fresh_assertion_and_failure_agree(offset_s: float, state: str) -> None:
    """An assertion stamped moments before the failure proves the offset in both directions."""
    times = {"assertion_from": SERVICE + offset_s - 1, "assertion_until": SERVICE + offset_s + 599}
    result = run_check(CHECK, FakeSystem(), service_time=SERVICE, failed_at=SERVICE + offset_s, **times)
    assert (result.status, result.evidence["state"]) == (Status.FAIL, state)
    assert result.evidence["offset_s"] == pytest.approx(offset_s, abs=1.0)


def test_behind_without_assertion_fails() -> None:
    """A failure noted before the service's time needs no second witness."""
    result = run_check(CHECK, FakeSystem(), service_time=SERVICE, failed_at=SERVICE - 600)
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "behind")


def test_ahead_without_assertion_fails() -> None:
    """Where the error names no assertion, the moment of the failure alone decides."""
    result = run_check(CHECK, FakeSystem(), service_time=SERVICE, failed_at=SERVICE + 600)
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "ahead")


def test_reused_assertion_blames_no_clock() -> None:
    """An assertion made nine minutes before a failure at the right time is old, the clock is not wrong."""
    times = {"assertion_from": SERVICE - 540, "assertion_until": SERVICE + 60}
    result = run_check(CHECK, FakeSystem(), service_time=SERVICE, failed_at=SERVICE + 1, **times)
    assert result.status is Status.PASS


def test_end_of_the_assertion_stands_for_its_start() -> None:
    """With only the end known, the start is 600 s before it."""
    result = run_check(
        CHECK, FakeSystem(), service_time=SERVICE, failed_at=SERVICE + 401, assertion_until=SERVICE + 1000
    )
    assert (result.status, result.evidence["offset_s"]) == (Status.FAIL, 400.0)


def test_two_minutes_warn() -> None:
    """Between the thresholds it is only suspicious."""
    assert run_check(CHECK, FakeSystem(), service_time=SERVICE, failed_at=SERVICE - 120).status is Status.WARN


def test_missing_times_are_unknown() -> None:
    """Without both times there is nothing to compare."""
    result = run_check(CHECK, FakeSystem(), service_time=0.0, failed_at=SERVICE)
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.MISSING_FACT)


def test_machine_is_not_asked() -> None:
    """The error alone answers, on every platform and without the network."""
    system = FakeSystem(platform="windows")
    run_check(CHECK, system, service_time=SERVICE, failed_at=SERVICE)
    assert system.asked == [("platform", ())]
