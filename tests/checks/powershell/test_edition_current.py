"""Which edition ran?"""

from checkkit import run_check

from agent.model import Status, UnknownReason
from agent.system.fake import FakeSystem

CHECK = "powershell.edition_current"


def test_core_passes() -> None:
    """PowerShell 7 passes."""
    assert run_check(CHECK, FakeSystem(), edition="Core").status is Status.PASS


def test_desktop_fails() -> None:
    """Windows PowerShell fails with its state."""
    result = run_check(CHECK, FakeSystem(), edition="Desktop")
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "desktop")


def test_unsaid_edition_is_unknown() -> None:
    """A report that names no edition is not a verdict."""
    assert run_check(CHECK, FakeSystem(), edition="").reason is UnknownReason.MISSING_FACT


def test_machine_is_not_asked() -> None:
    """The report alone answers, on every platform."""
    system = FakeSystem(platform="darwin")
    assert (run_check(CHECK, system, edition="Core").status, system.asked) == (Status.PASS, [("platform", ())])
