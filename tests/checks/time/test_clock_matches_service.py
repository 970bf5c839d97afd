"""Does the clock agree with the sign-in service's Date header?"""

from typing import Any

import pytest
from checkkit import run_check

from agent.errors import CannotObserve
from agent.model import Status, UnknownReason
from agent.system.base import HttpAnswer
from agent.system.fake import FakeSystem

CHECK = "time.clock_matches_service"
STATED = "Wed, 25 Nov 2026 08:00:00 GMT"
STATED_AT = 1795593600.0


def system(offset_s: float, round_trip_s: float = 0.2, **headers: str) -> FakeSystem:
    """A machine whose clock is this far off when the service answers."""
    middle = STATED_AT + 0.5 + offset_s
    sent, received = middle - round_trip_s / 2, middle + round_trip_s / 2
    fields: dict[str, Any] = {"date": STATED} | headers
    return FakeSystem(http_get=HttpAnswer("https://login.example", 404, "Not Found", fields, b"", sent, received))


def test_agreement_passes() -> None:
    """Any answer with a Date will do, whatever its status; the bound is half a second and half the round trip."""
    result = run_check(CHECK, system(0.3))
    assert (result.status, result.evidence["error_bound_s"]) == (Status.PASS, 0.6)


@pytest.mark.parametrize(("offset_s", "state"), [(400.0, "ahead"), (-400.0, "behind")])
def test_wrong_clock_fails(offset_s: float, state: str) -> None:
    """Both directions are told apart."""
    result = run_check(CHECK, system(offset_s))
    assert (result.status, result.evidence["state"], result.evidence["offset_s"]) == (Status.FAIL, state, offset_s)


def test_two_minutes_warn() -> None:
    """Between the thresholds it is only suspicious."""
    assert run_check(CHECK, system(120.0)).status is Status.WARN


def test_age_of_a_cached_answer_counts() -> None:
    """A cache that repeats a ten-minute-old answer makes no clock wrong."""
    assert run_check(CHECK, system(600.0, age="600")).status is Status.PASS


def test_certificate_is_not_judged() -> None:
    """The request is sent without verification, because a wrong clock would hide the header."""
    asked = system(0.0)
    run_check(CHECK, asked, authority="https://login.example")
    url = "https://login.example/common/v2.0/.well-known/openid-configuration"
    assert ("http_get", (url, 2.0, False)) in asked.asked


def test_answer_without_date_is_unknown() -> None:
    """No header, no verdict."""
    answer = HttpAnswer("https://login.example", 200, "OK", {}, b"", STATED_AT, STATED_AT)
    assert run_check(CHECK, FakeSystem(http_get=answer)).reason is UnknownReason.UNREACHABLE


def test_no_answer_is_unknown() -> None:
    """A service out of reach says nothing about the clock, on any platform."""
    result = run_check(CHECK, FakeSystem(platform="windows", http_get=CannotObserve("timeout", "no answer")))
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.TIMEOUT)
