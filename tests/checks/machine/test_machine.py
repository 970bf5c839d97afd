"""The computer, the account and the session: pass, fail, cannot look, and where a check does not apply."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from checkkit import run_check

from agent.errors import CannotObserve
from agent.model import Result, Status, UnknownReason
from agent.system.base import DeviceState, DiskSpace, FileInfo, InstalledModule, Memory, Session, WriteAnswer
from agent.system.fake import FakeSystem
from agent.system.live import LiveSystem

GB = 1_000_000_000
DENIED = CannotObserve("no_permission", "may not be asked")


def _told(result: Result) -> tuple[Status, object]:
    return result.status, result.evidence.get("state")


# --- disk_space_free


def _disk(**values: Any) -> Result:
    space = DiskSpace("/home/alex", 10 * GB, 5 * GB, 1000)._replace(**values)
    return run_check("machine.disk_space_free", FakeSystem(folder="/home/alex/.local/share", disk_space=space))


def test_disk_with_room_passes() -> None:
    """Room is measured where the account keeps its data."""
    assert (_disk().status, _disk().evidence["free_bytes"]) == (Status.PASS, 5 * GB)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"free_bytes": 4096}, (Status.FAIL, "full")),
        ({"free_files": 0}, (Status.FAIL, "full")),
        ({"free_bytes": 150_000_000}, (Status.WARN, "low")),
        ({"free_files": -1}, (Status.PASS, None)),
    ],
)
def test_disk_without_room(values: dict[str, int], expected: tuple[Status, object]) -> None:
    """Bytes and file records both run out; a volume that counts no records has enough."""
    assert _told(_disk(**values)) == expected


def test_disk_of_a_given_path(tmp_path: Path) -> None:
    """A given path is looked at on the real machine, wherever its volume is."""
    assert (
        run_check("machine.disk_space_free", LiveSystem(), path=str(tmp_path / "cache"), least_mb=0).status
        is Status.PASS
    )


def test_disk_that_does_not_answer_is_unknown() -> None:
    """A volume that cannot be asked is no full one."""
    system = FakeSystem(folder="/home/alex", disk_space=CannotObserve("unreachable", "stale file handle"))
    assert run_check("machine.disk_space_free", system).reason is UnknownReason.UNREACHABLE


# --- memory_free


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        (Memory(8 * GB, 3 * GB), (Status.PASS, None)),
        (Memory(8 * GB, GB // 10), (Status.FAIL, "low")),
        (Memory(GB // 2, GB // 10, "container"), (Status.FAIL, "low")),
    ],
)
def test_memory(memory: Memory, expected: tuple[Status, object]) -> None:
    """A computer and a container can both run short."""
    assert _told(run_check("machine.memory_free", FakeSystem(memory=memory))) == expected


def test_memory_unknown() -> None:
    """Memory that cannot be asked is no verdict."""
    assert run_check("machine.memory_free", FakeSystem(memory=DENIED)).reason is UnknownReason.NO_PERMISSION


# --- home_writable, temp_writable


def _home(states: dict[str, str], data_exists: bool = True) -> Result:
    return run_check(
        "machine.home_writable",
        FakeSystem(
            folder={"home": "/home/alex", "local_data": "/home/alex/.local/share"},
            file_info=lambda path: FileInfo(path, data_exists, is_folder=data_exists),
            write_test=lambda path: WriteAnswer(path, states.get(path, "writable"), "words of the system"),
        ),
    )


def test_home_that_can_be_written_passes() -> None:
    """Home and data folder both take a file; a data folder that is not there yet does not count."""
    assert _home({}).status is Status.PASS
    assert _home({"/home/alex/.local/share": "missing"}, data_exists=False).status is Status.PASS


@pytest.mark.parametrize("state", ["read_only", "missing", "denied", "full"])
@pytest.mark.parametrize("place", ["/home/alex", "/home/alex/.local/share"])
def test_home_that_cannot(place: str, state: str) -> None:
    """Every refusal fails with its word, and the folder is named."""
    result = _home({place: state})
    assert (*_told(result), result.evidence["path"]) == (Status.FAIL, state, place)


def test_home_that_fails_otherwise_is_unknown() -> None:
    """An input error says nothing about rights and room."""
    assert _home({"/home/alex": "failed"}).reason is UnknownReason.UNREACHABLE


def _temp(platform: str, variables: dict[str, str], state: str = "writable") -> Result:
    return run_check(
        "machine.temp_writable",
        FakeSystem(
            platform=platform,
            environment=variables.get,
            folder=r"C:\Users\alex\AppData\Local",
            write_test=lambda path: WriteAnswer(path, state),
        ),
    )


@pytest.mark.parametrize(
    ("platform", "variables", "place"),
    [
        ("linux", {"TMPDIR": "/var/tmp/alex"}, "/var/tmp/alex"),
        ("linux", {}, "/tmp"),
        ("windows", {"TMP": r"C:\T"}, r"C:\T"),
        ("windows", {}, r"C:\Users\alex\AppData\Local\Temp"),
    ],
)
def test_temp_folder(platform: str, variables: dict[str, str], place: str) -> None:
    """The folder is the one programs take."""
    result = _temp(platform, variables)
    assert (result.status, result.evidence["path"]) == (Status.PASS, place)


@pytest.mark.parametrize("state", ["read_only", "missing", "denied", "full"])
def test_temp_folder_that_cannot_be_written(state: str) -> None:
    """Every refusal fails with its word."""
    assert _told(_temp("linux", {}, state)) == (Status.FAIL, state)


def test_temp_folder_unknown() -> None:
    """Another failure to write is no verdict."""
    assert _temp("linux", {}, "failed").reason is UnknownReason.UNREACHABLE


@pytest.mark.skipif(sys.platform == "win32", reason="TMPDIR is Unix's")
def test_real_temp_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the real machine a missing folder is told from a good one, and nothing is left in it."""
    monkeypatch.setenv("TMPDIR", str(tmp_path / "gone"))
    assert _told(run_check("machine.temp_writable", LiveSystem())) == (Status.FAIL, "missing")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert run_check("machine.temp_writable", LiveSystem()).status is Status.PASS
    assert list(tmp_path.iterdir()) == []


# --- long_paths_enabled

DEEP = "C:\\" + "\\".join(["Modules"] * 28)
FOLDER = DEEP + "\\Contoso.Tools\\1.0.0"


def _paths(enabled: int | None, installed: bool = True, folder: str = FOLDER) -> Result:
    found = (InstalledModule("Contoso.Tools", "1.0.0", folder + "\\Contoso.Tools.psd1"),) if installed else ()
    names = {folder: ("Contoso.Tools.psd1", "lib"), folder + "\\lib": ("Contoso.Core.Dependencies.dll",)}
    return run_check(
        "machine.long_paths_enabled",
        FakeSystem(
            platform="windows",
            registry_value=enabled,
            installed_modules=found,
            list_folder=lambda path: names.get(path, ()),
        ),
        module="Contoso.Tools",
    )


def test_long_paths() -> None:
    """Too long a path fails only where long paths are off; short ones pass everywhere."""
    assert _told(_paths(0)) == (Status.FAIL, "too_long")
    assert _told(_paths(None)) == (Status.FAIL, "too_long")
    assert [_paths(1).status, _paths(0, folder="C:\\Modules\\Contoso.Tools").status] == [Status.PASS, Status.PASS]


def test_long_paths_of_nothing() -> None:
    """Without the module there is no path, and off Windows no limit."""
    assert _paths(0, installed=False).reason is UnknownReason.NOT_INSTALLED
    assert run_check("machine.long_paths_enabled", FakeSystem(), module="x").reason is UnknownReason.NOT_SUPPORTED


# --- runs_as_expected, session_interactive, display_available

PERSON = Session("alex", "person", False, "desktop", display=True)


def _account(expected: str = "", **changes: object) -> Result:
    system = FakeSystem(session=PERSON._replace(**changes))
    return run_check("machine.runs_as_expected", system, expected=expected)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"kind": "system", "elevated": True}, "system"),
        ({"kind": "service"}, "service"),
        ({"kind": "root", "elevated": True}, "root"),
        ({"kind": "root", "elevated": True, "sudo": True, "behind": "kim"}, "sudo"),
        ({"behind": "CONTOSO\\kim"}, "other_user"),
        ({"elevated": True}, "elevated"),
    ],
)
def test_other_accounts(changes: dict[str, object], state: str) -> None:
    """SYSTEM, services, root, sudo, another's session and elevation are told apart."""
    assert _told(_account(**changes)) == (Status.FAIL, state)


def test_expected_accounts() -> None:
    """A person not elevated passes; a wanted name decides alone, with or without its domain."""
    assert _account().status is Status.PASS
    assert _account("Alex", user="CONTOSO\\alex", elevated=True).status is Status.PASS
    assert _told(_account("kim")) == (Status.FAIL, "other_user")


@pytest.mark.parametrize(
    ("seat", "expected"),
    [
        ("desktop", (Status.PASS, None)),
        ("console", (Status.PASS, None)),
        ("ssh", (Status.WARN, "ssh")),
        ("session0", (Status.FAIL, "session0")),
        ("none", (Status.FAIL, "no_session")),
    ],
)
def test_seats(seat: str, expected: tuple[Status, object]) -> None:
    """Who sits before a desktop or terminal can be asked; over SSH no window shows."""
    assert _told(run_check("machine.session_interactive", FakeSystem(session=PERSON._replace(seat=seat)))) == expected


def _display(platform: str, display: bool | None, programs: tuple[str, ...] = ()) -> Result:
    system = FakeSystem(
        platform=platform,
        session=PERSON._replace(display=display),
        find_program=lambda name: f"/usr/bin/{name}" if name in programs else "",
    )
    return run_check("machine.display_available", system)


def test_displays() -> None:
    """Linux needs a display and an opener, the others a display."""
    assert _display("linux", True, ("wslview",)).evidence["opener"] == "/usr/bin/wslview"
    assert _told(_display("linux", True)) == (Status.FAIL, "no_browser")
    assert [_told(_display(p, False)) for p in ("linux", "windows")] == [(Status.FAIL, "no_display")] * 2
    assert [_display(p, True).status for p in ("windows", "darwin")] == [Status.PASS] * 2
    assert _display("linux", None).reason is UnknownReason.NOT_SUPPORTED


@pytest.mark.parametrize("name", ["runs_as_expected", "session_interactive", "display_available"])
def test_unknown_session(name: str) -> None:
    """A session that cannot be asked is no verdict."""
    assert run_check(f"machine.{name}", FakeSystem(session=DENIED)).reason is UnknownReason.NO_PERMISSION


@pytest.mark.skipif(sys.platform == "win32", reason="variables of Unix")
def test_real_sudo_and_display(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the real machine sudo's variable and the display's are seen."""
    monkeypatch.setenv("SUDO_USER", "kim")
    assert run_check("machine.runs_as_expected", LiveSystem()).evidence["behind"] == "kim"
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_INTEROP", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    if sys.platform == "linux":
        assert _told(run_check("machine.display_available", LiveSystem())) == (Status.FAIL, "no_display")


# --- vm_clock_source


def _clock(current: str, offered: str) -> Result:
    def read(path: str) -> bytes:
        return (current if path.endswith("current_clocksource") else offered).encode() + b" \n"

    return run_check("machine.vm_clock_source", FakeSystem(read_file=read))


@pytest.mark.parametrize(
    ("current", "offered", "expected"),
    [
        ("kvm-clock", "kvm-clock tsc acpi_pm", (Status.PASS, None)),
        ("tsc", "tsc kvm-clock", (Status.PASS, None)),
        ("hpet", "hpet acpi_pm", (Status.PASS, None)),
        ("acpi_pm", "kvm-clock acpi_pm", (Status.WARN, "unsuitable")),
        ("jiffies", "jiffies", (Status.FAIL, "unsuitable")),
    ],
)
def test_clock_sources(current: str, offered: str, expected: tuple[Status, object]) -> None:
    """Timer ticks lose time; a slow timer is suspicious only where the host offers better."""
    assert _told(_clock(current, offered)) == expected


def test_clock_source_unknown() -> None:
    """A kernel that shows no source, and another system, tell nothing."""
    system = FakeSystem(read_file=CannotObserve("unreachable", "no such file"))
    assert run_check("machine.vm_clock_source", system).reason is UnknownReason.UNREACHABLE
    assert run_check("machine.vm_clock_source", FakeSystem(platform="windows")).reason is UnknownReason.NOT_SUPPORTED


# --- device_joined

NOW = 1_795_600_000.0
JOINED = DeviceState(True, True, False, "success", "success", True, NOW - 3600)


def _device(state: DeviceState) -> Result:
    return run_check("machine.device_joined", FakeSystem(platform="windows", now=NOW, device_state=state))


def test_joined_device_passes() -> None:
    """Joined, key sound, token fresh; what the tool does not tell is not held against it."""
    assert _device(JOINED).evidence["kind"] == "hybrid joined"
    assert _device(DeviceState(True, False, False)).status is Status.PASS


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (DeviceState(False, True, False), (Status.FAIL, "not_joined")),
        (DeviceState(False, False, True), (Status.FAIL, "registered_only")),
        (JOINED._replace(auth="refused"), (Status.FAIL, "disabled")),
        (JOINED._replace(key_test="failed"), (Status.FAIL, "key_failed")),
        (JOINED._replace(prt=False, attempt="0xc000006d"), (Status.FAIL, "no_prt")),
        (JOINED._replace(prt_updated_at=NOW - 5 * 3600), (Status.WARN, "prt_stale")),
    ],
)
def test_devices_in_trouble(state: DeviceState, expected: tuple[Status, str]) -> None:
    """Each trouble of a device has its word."""
    assert _told(_device(state)) == expected


def test_device_unknown() -> None:
    """A tool that does not answer, and another system, tell nothing."""
    system = FakeSystem(platform="windows", device_state=CannotObserve("timeout", "no answer from dsregcmd in 4.0 s"))
    assert run_check("machine.device_joined", system).reason is UnknownReason.TIMEOUT
    assert run_check("machine.device_joined", FakeSystem()).reason is UnknownReason.NOT_SUPPORTED


@pytest.mark.windows
@pytest.mark.skipif(sys.platform != "win32", reason="asks a real Windows")
@pytest.mark.parametrize(
    "name", ["disk_space_free", "home_writable", "temp_writable", "runs_as_expected", "session_interactive"]
)
def test_real_windows_answers(name: str) -> None:
    """A real Windows can be asked: the check comes to a verdict."""
    assert run_check(f"machine.{name}", LiveSystem()).status is not Status.UNKNOWN


@pytest.mark.windows
@pytest.mark.skipif(sys.platform != "win32", reason="reads a real registry")
@pytest.mark.parametrize("check", ["time.policy_sane", "powershell.gallery_tls"])
def test_real_windows_settings(check: str) -> None:
    """A real registry is read to a verdict."""
    assert run_check(check, LiveSystem()).status is not Status.UNKNOWN
