"""Developer tools are asked as a credential asks them: real child processes of stand-in programs."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from agent.errors import CannotObserve
from agent.system import devtools
from agent.system.base import ToolAnswer
from agent.system.live import LiveSystem

TENANT, SUBSCRIPTION = "3c8a2f10-0000-4000-8000-0000000000bb", "4c8a2f10-0000-4000-8000-0000000000cc"
ACCOUNT = f'{{"id": "{SUBSCRIPTION}", "tenantId": "{TENANT}", "user": {{"name": "kim@contoso.test"}}}}'

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in programs are shell scripts")


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A program of a name on an otherwise empty search path."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def make(name: str, script: str) -> None:
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    return make


@pytest.mark.parametrize(
    ("script", "state"),
    [
        (f"echo '{ACCOUNT}'", "signed_in"),
        (f"echo '{ACCOUNT}'; echo 'WARNING: please upgrade' >&2", "signed_in"),
        (f"echo 'Welcome to Contoso'; echo '{ACCOUNT}'", "polluted"),
        ("true", "polluted"),
        ("echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1", "not_signed_in"),
        ("echo 'ModuleNotFoundError: azure' >&2; exit 1", "failed"),
        ("echo '[]'", "failed"),
    ],
)
def test_the_azure_cli(stand_in, script: str, state: str) -> None:
    """Exit code and output tell the states apart; the account's name is not told."""
    stand_in("az", script)
    told = LiveSystem().developer_tool("az")
    assert told.state == state
    assert "kim" not in repr(told)
    if state == "signed_in":
        assert (told.tenant, told.subscription) == (TENANT, SUBSCRIPTION)


@pytest.mark.parametrize(
    ("script", "state"),
    [
        ('echo \'{"status": "success", "expiresOn": "2026-11-25T10:00:00Z"}\'', "signed_in"),
        ('echo \'{"status": "unauthenticated"}\'', "not_signed_in"),
        ("echo 'Not logged in, run `azd auth login` to login to Azure'; exit 1", "not_signed_in"),
    ],
)
def test_the_azure_developer_cli(stand_in, script: str, state: str) -> None:
    """The same for azd, whose answer names a status."""
    stand_in("azd", script)
    assert LiveSystem().developer_tool("azd").state == state


def test_a_tool_that_is_late_is_ended_with_its_children(
    stand_in, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A wrapper that waits for a child that never ends does not hold the agent, nor stay behind."""
    monkeypatch.setattr(devtools, "WAIT_S", 0.4)
    stand_in("az", f"/bin/sleep 60 & echo $! > {tmp_path}/child; wait")
    started = time.monotonic()
    assert LiveSystem().developer_tool("az").state == "timeout"
    assert time.monotonic() - started < 5
    child = Path("/proc", (tmp_path / "child").read_text().strip(), "status")
    deadline = time.monotonic() + 5
    while child.exists() and "zombie" not in child.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not child.exists() or "zombie" in child.read_text()


def test_a_tool_that_is_not_there(stand_in, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Not installed, and installed where the search path does not lead, are two things."""
    place = tmp_path / "aside" / "az"
    tool = devtools._TOOLS["az"]
    monkeypatch.setitem(devtools._TOOLS, "az", tool._replace(places=(str(place),)))
    assert LiveSystem().developer_tool("az").state == "absent"
    place.parent.mkdir()
    place.write_text("")
    assert LiveSystem().developer_tool("az") == ToolAnswer("az", "not_on_path", str(place))


def test_a_tool_nobody_knows() -> None:
    """Only named programs are ever started."""
    with pytest.raises(CannotObserve):
        LiveSystem().developer_tool("sh")
