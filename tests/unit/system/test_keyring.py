"""The keyring of a session: a real session bus without a secret service, and one with an activatable name; the rest by recorded answers."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.system import keyring
from agent.system.base import KeyringAnswer
from agent.system.live import LiveSystem

_BUS = """<busconfig><type>session</type><listen>unix:dir={folder}</listen><auth>EXTERNAL</auth><servicedir>{folder}/services</servicedir>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A session bus of its own; services that it may start stand in the folder."""
    if not shutil.which("dbus-daemon") or not shutil.which("dbus-send"):
        pytest.skip("dbus-daemon is not here")
    (tmp_path / "services").mkdir()
    config = tmp_path / "bus.conf"
    config.write_text(_BUS.format(folder=tmp_path))
    with subprocess.Popen(
        ["dbus-daemon", f"--config-file={config}", "--print-address", "--nofork"], stdout=subprocess.PIPE, text=True
    ) as daemon:
        assert daemon.stdout is not None
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", daemon.stdout.readline().strip())
        try:
            yield tmp_path
        finally:
            daemon.kill()


def test_a_bus_without_a_secret_service(bus: Path) -> None:
    """The bus answers, and nobody keeps secrets on it."""
    assert keyring.service_state().state == "absent"


def test_a_bus_that_would_start_a_secret_service(tmp_path: Path, bus: Path) -> None:
    """A service that is started when asked counts as available; it is not started for this question."""
    service = "[D-BUS Service]\nName=org.freedesktop.secrets\nExec=/bin/false\n"
    (tmp_path / "services" / "secrets.service").write_text(service)
    from agent.system.limits import program_output

    program_output(
        [
            "dbus-send",
            "--session",
            "--print-reply",
            "--dest=org.freedesktop.DBus",
            "/",
            "org.freedesktop.DBus.ReloadConfig",
        ]
    )
    assert keyring.service_state().state == "available"


def test_a_bus_that_is_gone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An address that leads nowhere is no bus."""
    if not shutil.which("dbus-send"):
        pytest.skip("dbus-send is not here")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    assert keyring.service_state().state == "no_bus"


@pytest.mark.skipif(sys.platform != "linux", reason="libsecret and session bus are Linux's")
@pytest.mark.parametrize(("library", "state"), [(None, "no_library"), ("libsecret-1.so.0", "no_bus")])
def test_a_session_without(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, library: str | None, state: str) -> None:
    """The library comes first, then the bus; both are named."""
    monkeypatch.setattr("ctypes.util.find_library", lambda name: library)
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert LiveSystem().keyring().state == state


def test_the_usual_place_of_the_bus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the variable the bus is looked for where systemd puts it."""
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "bus").write_text("")
    assert keyring.bus_address() == f"unix:path={tmp_path}/bus"


@pytest.mark.parametrize(
    ("replies", "state"),
    [
        (["array [ string org.freedesktop.DBus ]", "array []"], "absent"),
        (['array [ string "org.freedesktop.secrets" ]', "variant       boolean true"], "locked"),
        (['array [ string "org.freedesktop.secrets" ]', "variant       boolean false"], "available"),
        ([""], "no_bus"),
    ],
)
def test_recorded_answers_of_the_bus(monkeypatch: pytest.MonkeyPatch, replies: list[str], state: str) -> None:
    """A locked and an open keyring, as dbus-send prints them."""
    waiting = iter(replies)
    monkeypatch.setattr(keyring, "program_output", lambda *_: next(waiting))
    assert keyring.service_state().state == state


@pytest.mark.parametrize(
    ("shown", "answer"),
    [
        ('Keychain "<NULL>" no-timeout', KeyringAnswer("available")),
        (
            "security: SecKeychainCopySettings <NULL>: User interaction is not allowed.",
            KeyringAnswer("locked", "the login keychain is locked and cannot be asked for without a window"),
        ),
        (
            "security: SecKeychainCopySettings: The specified keychain could not be found.",
            KeyringAnswer("absent", "there is no login keychain"),
        ),
    ],
)
def test_recorded_answers_of_macos(shown: str, answer: KeyringAnswer) -> None:
    """The words of macOS's own program."""
    assert keyring.keychain_state(shown) == answer
