"""What the time service follows, how well, since when, and what it was told: four checks on one service."""

from __future__ import annotations

import pytest
from checkkit import run_check

from agent.errors import CannotObserve
from agent.model import Result, Status, UnknownReason
from agent.system.base import TimeSync
from agent.system.fake import FakeSystem

SYNC = TimeSync("chronyd", "synchronised", "ntp.contoso.test", 3, 600.0, 0.02)
OF_THE_SERVICE = ("time.sync_source_set", "time.stratum_sane", "time.holdover_recent")


def _run(check: str, **changes: object) -> Result:
    return run_check(check, FakeSystem(time_sync=SYNC._replace(**changes)))


def _told(result: Result) -> tuple[Status, object]:
    return result.status, result.evidence.get("state")


@pytest.mark.parametrize("check", OF_THE_SERVICE)
def test_a_synchronised_service_passes(check: str) -> None:
    """A source, a sane stratum and a fresh answer: all three checks pass and name the service."""
    result = _run(check)
    assert (result.status, result.evidence["service"]) == (Status.PASS, "chronyd")


@pytest.mark.parametrize(
    ("check", "changes", "expected"),
    [
        ("time.sync_source_set", {"state": "none", "source": ""}, (Status.FAIL, "none")),
        ("time.sync_source_set", {"state": "local_clock"}, (Status.FAIL, "local_clock")),
        ("time.stratum_sane", {"state": "unsynchronised", "stratum": 16}, (Status.FAIL, "unsynchronised")),
        ("time.stratum_sane", {"state": "none", "stratum": 0}, (Status.FAIL, "unsynchronised")),
        ("time.stratum_sane", {"root_distance_s": 3.5}, (Status.WARN, "unsynchronised")),
        ("time.holdover_recent", {"age_s": 90_000.0}, (Status.WARN, "stale")),
        ("time.holdover_recent", {"age_s": 9 * 86400.0}, (Status.FAIL, "stale")),
    ],
)
def test_a_lost_service_does_not(check: str, changes: dict[str, object], expected: tuple[Status, str]) -> None:
    """No source, its own clock, a lost or vague source, and an old answer are told apart."""
    assert _told(_run(check, **changes)) == expected


def test_the_limit_of_age_is_a_parameter() -> None:
    """A domain that wants an answer every hour says so."""
    result = run_check("time.holdover_recent", FakeSystem(time_sync=SYNC._replace(age_s=7200.0)), max_age_h=1.0)
    assert result.status is Status.WARN


def test_an_age_that_is_not_told_is_unknown() -> None:
    """A service that does not say when it last heard is no verdict."""
    assert _run("time.holdover_recent", age_s=None).reason is UnknownReason.NOT_SUPPORTED


@pytest.mark.parametrize("check", OF_THE_SERVICE)
def test_a_container_has_no_service(check: str) -> None:
    """Where no time service is installed, nobody can look."""
    system = FakeSystem(time_sync=CannotObserve("not_installed", "a container takes its clock from the host"))
    result = run_check(check, system)
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.NOT_INSTALLED)


def _policy(**values: str) -> Result:
    def registry(hive: str, key: str, name: str) -> str | None:
        return values.get(("policy_" if "Policies" in key else "own_") + name)

    return run_check("time.policy_sane", FakeSystem(platform="windows", registry_value=registry))


@pytest.mark.parametrize(
    "values",
    [
        {"own_Type": "NT5DS"},
        {"own_Type": "NTP", "own_NtpServer": "time.contoso.test,0x9"},
        {"own_Type": "NoSync", "policy_Type": "NTP", "policy_NtpServer": "time.contoso.test,0x9"},
        {},
    ],
)
def test_sane_policies_pass(values: dict[str, str]) -> None:
    """The domain, a list of servers, a policy over an own setting, and the defaults are sane."""
    assert _policy(**values).status is Status.PASS


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({"own_Type": "NoSync"}, "nosync"),
        ({"own_Type": "NT5DS", "policy_Type": "NoSync"}, "nosync"),
        ({"own_Type": "NTP", "own_NtpServer": " "}, "manual_peer_missing"),
    ],
)
def test_policies_that_ask_nobody_fail(values: dict[str, str], state: str) -> None:
    """NoSync, by policy too, and a list without servers fail."""
    assert _told(_policy(**values)) == (Status.FAIL, state)


def test_an_unreadable_registry_is_unknown() -> None:
    """A registry that may not be read is no verdict."""
    system = FakeSystem(platform="windows", registry_value=CannotObserve("no_permission"))
    assert run_check("time.policy_sane", system).reason is UnknownReason.NO_PERMISSION


def test_policy_is_windows_only() -> None:
    """Elsewhere there is no such policy."""
    assert run_check("time.policy_sane", FakeSystem()).reason is UnknownReason.NOT_SUPPORTED
