"""Free space, writable folders, memory and programs: real folders, and the file system's refusals."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent.errors import CannotObserve
from agent.system import storage, winsession
from agent.system.base import DiskSpace

unix = pytest.mark.skipif(sys.platform == "win32", reason="permission bits and nameless files of Unix")


def test_space_of_a_real_folder(tmp_path: Path) -> None:
    """A path that does not exist yet has the room of the volume it would lie on."""
    found = storage.disk_space(str(tmp_path / "not" / "yet"))
    assert found.path == str(tmp_path)
    assert 0 < found.free_bytes <= found.total_bytes


def test_windows_counts_the_quota(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Windows tells what this account may still use."""
    monkeypatch.setattr(storage.sys, "platform", "win32")
    monkeypatch.setattr(winsession, "_call", _free(7, 100))
    assert storage.disk_space(str(tmp_path)) == DiskSpace(str(tmp_path), 100, 7)


def _free(free: int, total: int):  # type: ignore[no-untyped-def]
    def call(name: str, path: str, own: object, all_: object, rest: object) -> int:
        assert name == "GetDiskFreeSpaceExW"
        own._obj.value, all_._obj.value = free, total  # type: ignore[attr-defined]
        return 1

    return call


def test_unreadable_volume(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A volume that does not answer is unknown."""

    def fail(path: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(storage.os, "statvfs", fail, raising=False)
    monkeypatch.setattr(storage.sys, "platform", "linux")
    with pytest.raises(CannotObserve, match="Input/output error"):
        storage.disk_space(str(tmp_path))


def test_memory() -> None:
    """Some of the memory is free."""
    found = storage.memory()
    assert 0 < found.free_bytes <= found.total_bytes


def test_container_limit(tmp_path: Path) -> None:
    """A control group of version 2 leaves limit minus use, droppable cache not counted as used."""
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("700000\n")
    (tmp_path / "memory.stat").write_text("anon 400000\ninactive_file 300000\n")
    assert storage.container_memory(str(tmp_path)) == (1_000_000, 600_000)
    (tmp_path / "memory.max").write_text("max\n")
    assert storage.container_memory(str(tmp_path)) is None


def test_container_limit_of_version_1(tmp_path: Path) -> None:
    """The older control groups have other names and the same meaning."""
    place = tmp_path / "memory"
    place.mkdir()
    (place / "memory.limit_in_bytes").write_text("1000\n")
    (place / "memory.usage_in_bytes").write_text("990\n")
    (place / "memory.stat").write_text("total_inactive_file 0\n")
    assert storage.container_memory(str(tmp_path)) == (1000, 10)


def test_writable_folder_stays_as_it_was(tmp_path: Path) -> None:
    """The test leaves nothing behind."""
    assert (storage.write_test(str(tmp_path)).state, os.listdir(tmp_path)) == ("writable", [])


def test_missing_folder(tmp_path: Path) -> None:
    """No folder, or a file in its place, is missing."""
    (tmp_path / "file").write_text("")
    assert [storage.write_test(str(tmp_path / name)).state for name in ("absent", "file")] == ["missing", "missing"]


@unix
def test_without_nameless_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that knows no nameless files gets one with a name for a moment."""
    monkeypatch.setattr(storage.os, "O_TMPFILE", 0, raising=False)
    assert (storage.write_test(str(tmp_path)).state, os.listdir(tmp_path)) == ("writable", [])


@pytest.mark.parametrize(
    ("number", "state"),
    [
        (errno.EROFS, "read_only"),
        (errno.EACCES, "denied"),
        (errno.EPERM, "denied"),
        (errno.ENOSPC, "full"),
        (errno.EIO, "failed"),
    ],
)
def test_refusals_have_words(number: int, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each refusal of the file system is one of the promised states, with the system's own words."""

    def refuse(folder: str) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(storage, "_nameless_file", refuse)
    answer = storage.write_test(str(tmp_path))
    assert (answer.state, answer.detail) == (state, os.strerror(number))


@pytest.mark.parametrize(("number", "state"), [(19, "read_only"), (112, "full"), (5, "denied")])
def test_windows_refusals(number: int, state: str) -> None:
    """Windows' own numbers come first, the general ones behind."""
    fault = OSError(errno.EACCES, "refused")
    fault.winerror = number  # type: ignore[attr-defined]
    assert storage.state_of(fault) == state


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() == 0, reason="root may write everywhere")
def test_really_denied(tmp_path: Path) -> None:
    """A folder without the right to write is denied."""
    tmp_path.chmod(0o500)
    assert storage.write_test(str(tmp_path)).state == "denied"


def test_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program on the search path is found, another is an empty text."""
    program = tmp_path / ("opener.exe" if sys.platform == "win32" else "opener")
    program.write_text("")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (storage.find_program("opener"), storage.find_program("closer")) == (str(program), "")


#: Run in a mount namespace of its own: a volume that is full, then one that is read-only; both vanish with the namespace.
STAGED = """
set -e
mount -t tmpfs -o size=64k none "$1"
dd if=/dev/zero of="$1/filler" bs=1k count=64 2>/dev/null || true
"$2" -c "from agent.system.storage import *; import sys; print(write_test(sys.argv[1]).state, disk_space(sys.argv[1]).free_bytes)" "$1"
rm "$1/filler"
mount -o remount,ro "$1"
"$2" -c "from agent.system.storage import *; import sys; print(write_test(sys.argv[1]).state)" "$1"
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="mount namespaces of Linux")
def test_really_full_and_really_read_only(tmp_path: Path) -> None:
    """On real volumes: a full one is full and has no byte left, a read-only one is read-only, root or not."""
    command = ["unshare", *([] if os.geteuid() == 0 else ["--map-root-user"]), "--mount", "sh", "-c", STAGED, "sh"]
    try:
        done = subprocess.run(
            [*command, str(tmp_path), sys.executable], capture_output=True, text=True, timeout=30, check=False
        )
    except FileNotFoundError:
        pytest.skip("needs unshare")
    if "unshare" in done.stderr or "permission denied" in done.stderr.lower():
        pytest.skip("mount namespaces are not allowed here")
    assert (done.stdout.split(), done.stderr) == (["full", "0", "read_only"], "")
    assert os.listdir(tmp_path) == []
