"""Does the execution policy let scripts run?"""

from checkkit import run_check

from agent.errors import CannotObserve
from agent.model import Status, UnknownReason
from agent.system.base import FileInfo
from agent.system.fake import FakeSystem

CHECK = "powershell.execution_policy_allows"


def _run(values: dict[tuple[str, str], object], script: str = "", marked: bool = False, process: str | None = None):  # type: ignore[no-untyped-def]
    def registry(hive: str, key: str, name: str) -> object:
        where = "policy" if "Policies" in key else "own"
        return values.get((hive, where)) if name == "ExecutionPolicy" else None

    system = FakeSystem(
        platform="windows",
        registry_value=registry,
        environment=lambda name: process,
        file_info=lambda path: FileInfo(path, marked),
    )
    return run_check(CHECK, system, script=script)


def test_remote_signed_passes() -> None:
    """RemoteSigned lets local scripts run."""
    assert _run({("HKLM", "own"): "RemoteSigned"}).status is Status.PASS


def test_nothing_set_is_restricted() -> None:
    """Where nothing is set, no script may run."""
    result = _run({})
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "restricted")


def test_group_policy_wins() -> None:
    """A policy of the computer outranks the user's and the process's setting."""
    result = _run({("HKLM", "policy"): "AllSigned", ("HKCU", "own"): "Bypass"}, process="Bypass")
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "unsigned")


def test_downloaded_script_needs_a_signature() -> None:
    """RemoteSigned stops a script that carries the mark of the web."""
    result = _run({("HKCU", "own"): "RemoteSigned"}, script="C:\\s.ps1", marked=True)
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "unsigned")


def test_unreadable_registry_is_unknown() -> None:
    """A registry that cannot be read is not a verdict."""
    system = FakeSystem(platform="windows", registry_value=CannotObserve("no_permission"))
    assert run_check(CHECK, system).reason is UnknownReason.NO_PERMISSION


def test_other_platforms_are_not_asked() -> None:
    """Off Windows there is no execution policy."""
    assert run_check(CHECK, FakeSystem()).reason is UnknownReason.NOT_SUPPORTED
