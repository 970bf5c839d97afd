"""Does a time service run?"""

from checkkit import run_check

from agent.errors import CannotObserve
from agent.model import Status, UnknownReason
from agent.system.base import ServiceState
from agent.system.fake import FakeSystem

CHECK = "time.time_service_running"


def test_running_passes() -> None:
    """A running service passes and is named."""
    result = run_check(CHECK, FakeSystem(time_service=ServiceState("chronyd", "running")))
    assert (result.status, result.evidence["service"]) == (Status.PASS, "chronyd")


def test_stopped_fails() -> None:
    """An installed service that does not run fails."""
    result = run_check(CHECK, FakeSystem(platform="windows", time_service=ServiceState("W32Time", "stopped")))
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "stopped")


def test_absent_warns() -> None:
    """No service at all is only suspicious: a container takes its clock from the host."""
    result = run_check(CHECK, FakeSystem(time_service=ServiceState("", "absent", "none is installed")))
    assert (result.status, result.evidence["state"]) == (Status.WARN, "absent")


def test_unanswered_is_unknown() -> None:
    """A service manager that may not be asked is no verdict."""
    result = run_check(CHECK, FakeSystem(time_service=CannotObserve("no_permission", "may not be asked")))
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.NO_PERMISSION)
