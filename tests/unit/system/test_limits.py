"""Time limits around calls that know none."""

import time

import pytest

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.limits import program_output, within


def test_value_comes_through() -> None:
    """What was asked is returned."""
    assert within(1.0, lambda: 42) == 42


def test_failure_comes_through() -> None:
    """What was raised is raised to the asker."""
    with pytest.raises(LookupError, match="nothing"):
        within(1.0, lambda: (_ for _ in ()).throw(LookupError("nothing")))


def test_late_work_is_left_behind() -> None:
    """The asker goes on when the time is over, after the work was told to give up, once."""
    told: list[str] = []
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        within(0.1, lambda: time.sleep(0.6), lambda: told.append("give up"))
    assert (told, time.monotonic() - started < 0.5) == (["give up"], True)


def test_missing_program_is_not_installed() -> None:
    """A program that this system does not have is named."""
    with pytest.raises(CannotObserve) as caught:
        program_output(["no-such-program-anywhere"])
    assert caught.value.reason is UnknownReason.NOT_INSTALLED
