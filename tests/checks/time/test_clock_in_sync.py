"""Does the clock agree with time servers?"""

import pytest
from checkkit import run_check

from agent.errors import CannotObserve
from agent.model import Status, UnknownReason
from agent.system.base import NtpAnswer
from agent.system.fake import FakeSystem

CHECK = "time.clock_in_sync"
SILENT = CannotObserve("unreachable", "no answer")


def ntp(server: str, offset_s: float) -> NtpAnswer:
    """An answer that says what to add to the local clock."""
    return NtpAnswer(server, offset_s, 0.01, 2, 0.05, 0)


def test_small_offset_passes() -> None:
    """A fifth of a second is healthy, and the servers of the machine are the ones asked."""
    system = FakeSystem(
        ntp_servers=("ntp.contoso.test",), ntp_query={"ntp.contoso.test": ntp("ntp.contoso.test", -0.2)}
    )
    result = run_check(CHECK, system)
    assert (result.status, result.evidence["offset_s"]) == (Status.PASS, 0.2)


@pytest.mark.parametrize(("to_add", "direction"), [(-420.0, "ahead"), (420.0, "behind")])
def test_seven_minutes_fail(to_add: float, direction: str) -> None:
    """Seven minutes fail; the evidence has the sign of the local clock, not of the correction."""
    system = FakeSystem(ntp_servers=("ntp.contoso.test",), ntp_query=ntp("ntp.contoso.test", to_add))
    result = run_check(CHECK, system)
    found = (result.status, result.evidence["state"], result.evidence["direction"], result.evidence["offset_s"])
    assert found == (Status.FAIL, direction, direction, -to_add)


@pytest.mark.parametrize(
    ("offset_s", "status"), [(59.9, Status.PASS), (60.0, Status.WARN), (299.9, Status.WARN), (300.0, Status.FAIL)]
)
def test_thresholds(offset_s: float, status: Status) -> None:
    """60 s and 300 s belong to the worse side."""
    assert run_check(CHECK, FakeSystem(ntp_servers=("a",), ntp_query=ntp("a", offset_s))).status is status


def test_median_outvotes_one_wrong_server() -> None:
    """One server an hour off decides nothing."""
    answers = {"a": ntp("a", 0.1), "b": ntp("b", 3600.0), "c": ntp("c", 0.2)}
    result = run_check(CHECK, FakeSystem(ntp_servers=("a", "b", "c"), ntp_query=answers))
    assert (result.status, result.evidence["server"]) == (Status.PASS, "c")


def test_silent_servers_do_not_spoil_an_answer() -> None:
    """Whoever answers counts; whoever is silent does not."""
    system = FakeSystem(ntp_servers=("a", "b"), ntp_query={"a": SILENT, "b": ntp("b", 0.0)})
    assert run_check(CHECK, system).status is Status.PASS


def test_well_known_servers_without_configuration() -> None:
    """A machine that names no servers asks the well-known ones."""
    system = FakeSystem(ntp_servers=(), ntp_query=lambda server, timeout_s: ntp(server, 0.0))
    run_check(CHECK, system)
    asked = {args[0] for name, args in system.asked if name == "ntp_query"}
    assert asked == {"time.windows.com", "pool.ntp.org", "time.cloudflare.com", "time.google.com"}


def test_given_server_is_asked_alone() -> None:
    """``ntp_server`` overrides the configuration."""
    system = FakeSystem(ntp_query=lambda server, timeout_s: ntp(server, 0.0))
    run_check(CHECK, system, ntp_server="192.0.2.1:1123")
    assert [args[0] for name, args in system.asked if name == "ntp_query"] == ["192.0.2.1:1123"]


def test_no_answer_is_unknown() -> None:
    """Blocked NTP is no verdict about the clock."""
    result = run_check(CHECK, FakeSystem(ntp_servers=("a",), ntp_query=SILENT))
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.UNREACHABLE)


def test_unreadable_configuration_is_unknown() -> None:
    """Where even the list of servers cannot be read, the reason is carried on."""
    result = run_check(CHECK, FakeSystem(platform="windows", ntp_servers=CannotObserve("no_permission", "no")))
    assert result.reason is UnknownReason.NO_PERMISSION
