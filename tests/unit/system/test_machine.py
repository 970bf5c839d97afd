"""Files, folders, account, processes and the registry."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system import machine

unix = pytest.mark.skipif(sys.platform == "win32", reason="permission bits and home folders of Unix")


@unix
def test_file_facts(tmp_path: Path) -> None:
    """Size, time, owner and permission bits of a real file."""
    path = tmp_path / "cache.bin"
    path.write_bytes(b"12345")
    path.chmod(0o600)
    facts = machine.file_info(str(path))
    assert (facts.exists, facts.is_folder, facts.size_bytes, facts.mine, facts.mode) == (True, False, 5, True, 0o600)
    assert facts.modified_at == path.stat().st_mtime


def test_folder_facts(tmp_path: Path) -> None:
    """A folder is one."""
    assert machine.file_info(str(tmp_path)).is_folder is True


@pytest.mark.parametrize("name", ["absent", "file/below", "nul\0"])
def test_absent_is_a_value(tmp_path: Path, name: str) -> None:
    """What is not there is no error, neither for facts nor for a listing."""
    (tmp_path / "file").write_text("")
    path = os.path.join(str(tmp_path), name)
    assert (machine.file_info(path).exists, machine.list_folder(path)) == (False, ())


def test_reading_is_bounded(tmp_path: Path) -> None:
    """A large file gives its beginning."""
    path = tmp_path / "large"
    path.write_bytes(b"x" * 100)
    assert machine.read_file(str(path), 10) == b"x" * 10


def test_unreadable_file_cannot_be_observed(tmp_path: Path) -> None:
    """A missing file has no content to speak of."""
    with pytest.raises(CannotObserve) as caught:
        machine.read_file(str(tmp_path / "absent"))
    assert caught.value.reason is UnknownReason.UNREACHABLE


def test_forbidden_is_no_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that may not be searched is neither present nor absent."""

    def deny(*args: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(machine.os, "stat", deny)
    monkeypatch.setattr(machine.os, "listdir", deny)
    for ask in (machine.file_info, machine.list_folder):
        with pytest.raises(CannotObserve) as caught:
            ask("/somewhere")
        assert caught.value.reason is UnknownReason.NO_PERMISSION


def test_listing_is_sorted(tmp_path: Path) -> None:
    """Names come in order."""
    for name in ("b", "a", "c"):
        (tmp_path / name).write_text("")
    assert machine.list_folder(str(tmp_path)) == ("a", "b", "c")


@pytest.mark.skipif(sys.platform != "linux", reason="the folders of Linux")
def test_known_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Home and the XDG folders, as .NET finds them."""
    monkeypatch.setenv("HOME", "/home/alex")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", "/srv/config")
    found = [machine.folder(name) for name in ("home", "local_data", "config")]
    assert found == ["/home/alex", "/home/alex/.local/share", "/srv/config"]


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("win32", {"USERPROFILE": "H", "LOCALAPPDATA": "L"}, ("H", "L")),
        ("darwin", {"HOME": "/Users/alex"}, ("/Users/alex", "/Users/alex/Library/Application Support")),
    ],
)
def test_known_folders_elsewhere(
    platform: str, variables: dict[str, str], expected: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows takes its variables, macOS its library folder."""
    monkeypatch.setattr(machine.sys, "platform", platform)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert (machine.folder("home"), machine.folder("local_data")) == expected


def test_unknown_folder_cannot_be_observed() -> None:
    """Only the names of the seam are known."""
    with pytest.raises(CannotObserve):
        machine.folder("desktop")


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable, and the absence of one."""
    monkeypatch.setenv("AGENT_EXAMPLE", "1")
    assert (machine.environment("AGENT_EXAMPLE"), machine.environment("AGENT_ABSENT")) == ("1", None)


@unix
def test_account() -> None:
    """This process has an account, and root is elevated."""
    who = machine.account()
    assert (bool(who.name), who.elevated) == (True, os.geteuid() == 0)


@unix
def test_account_without_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's bare number is still a name."""
    monkeypatch.setattr(machine.os, "geteuid", lambda: 4_000_000_000)
    assert machine.account().name == "uid 4000000000"


def test_windows_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recorded variables: domain and user, and no session name for a service."""
    monkeypatch.setattr(machine.sys, "platform", "win32")
    monkeypatch.setattr(machine, "_windows_elevated", lambda: True)
    monkeypatch.setenv("USERDOMAIN", "CONTOSO")
    monkeypatch.setenv("USERNAME", "alex")
    monkeypatch.delenv("SESSIONNAME", raising=False)
    assert machine.account() == ("CONTOSO\\alex", True, False)


def test_process_name() -> None:
    """This process has a name, an impossible one has none."""
    assert (bool(machine.process_name(os.getpid())), machine.process_name(2**31 - 1), machine.process_name(-1)) == (
        True,
        "",
        "",
    )


@unix
def test_registry_off_windows() -> None:
    """There is no registry to look at."""
    with pytest.raises(CannotObserve) as caught:
        machine.registry_value("HKLM", "SOFTWARE", "x")
    assert caught.value.reason is UnknownReason.NOT_SUPPORTED


@pytest.mark.parametrize(
    ("raw", "expected"), [("text", "text"), (7, 7), (b"\x01\xff", "01ff"), (["a", "b"], "a\nb"), (None, None)]
)
def test_registry_values_are_plain(raw: object, expected: object) -> None:
    """Binary values become hex, lists of texts become lines."""
    assert machine.plain(raw) == expected


@pytest.mark.windows
@pytest.mark.skipif(sys.platform != "win32", reason="reads a real registry")
def test_real_registry() -> None:
    """Windows names its version; an absent value is None."""
    key = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
    found = (
        bool(machine.registry_value("HKLM", key, "CurrentBuild")),
        machine.registry_value("HKLM", key, "NoSuchValue"),
    )
    assert found == (True, None)
