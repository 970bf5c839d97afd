"""Room and memory: free space, writable folders, free memory, programs on the search path."""

from __future__ import annotations

import errno
import os
import secrets
import sys
from pathlib import Path
from typing import Any

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.base import DiskSpace, Memory, WriteAnswer

#: Written by the test of a folder: more than a file system hides in its own records, less than anyone notices.
PROBE_BYTES = 16384

_STATES = {
    errno.EROFS: "read_only",
    errno.EACCES: "denied",
    errno.EPERM: "denied",
    errno.ENOSPC: "full",
}
if hasattr(errno, "EDQUOT"):
    _STATES[errno.EDQUOT] = "full"
#: Windows: ERROR_WRITE_PROTECT, ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL, ERROR_DISK_QUOTA_EXCEEDED
_WINDOWS_STATES = {19: "read_only", 39: "full", 112: "full", 1295: "full"}


def disk_space(path: str) -> DiskSpace:
    """Room on the volume of ``path`` or of its nearest parent that exists, as this account may use it (quota and reserve count)."""
    place = Path(path)
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        if sys.platform == "win32":
            from agent.system import winsession

            free, total = winsession.disk_space(str(place))
            return DiskSpace(str(place), total, free)
        facts = os.statvfs(place)
    except OSError as fault:
        raise CannotObserve(UnknownReason.UNREACHABLE, f"{place}: {fault.strerror or fault}") from fault
    # btrfs and others make file records as needed and count none
    files = facts.f_favail if facts.f_files else -1
    return DiskSpace(str(place), facts.f_blocks * facts.f_frsize, facts.f_bavail * facts.f_frsize, files)


def memory() -> Memory:
    """What psutil calls available, or what a control group leaves when that is less."""
    import psutil

    facts = psutil.virtual_memory()
    limit = container_memory("/sys/fs/cgroup") if sys.platform == "linux" else None
    if limit and limit[0] < facts.total and limit[1] < facts.available:
        return Memory(limit[0], limit[1], "container")
    return Memory(facts.total, facts.available)


def container_memory(root: str) -> tuple[int, int] | None:
    """(limit, free) of the control group mounted at ``root``, version 2 or 1; None where there is no limit.

    File cache that can be dropped counts as free, as the kernel drops it before it ends a process.
    """
    for folder, limit_name, used_name, cache in (
        ("", "memory.max", "memory.current", "inactive_file"),
        ("memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        place = Path(root, folder)
        try:
            limit = int((place / limit_name).read_text("ascii"))
            used = int((place / used_name).read_text("ascii"))
            lines = (place / "memory.stat").read_text("ascii").splitlines()
        except (OSError, ValueError):  # not this version, or "max": no limit
            continue
        droppable = next((int(line.split()[1]) for line in lines if line.split()[:1] == [cache]), 0)
        return limit, max(limit - max(used - droppable, 0), 0)
    return None


def write_test(folder: str) -> WriteAnswer:
    """Make a file in ``folder``, write some kilobytes, and let it go. Nothing is left, whatever happens.

    Linux makes a file that never gets a name; elsewhere it gets one for a moment (Windows removes it when it is closed).
    """
    if not os.path.isdir(folder):
        return WriteAnswer(folder, "missing")
    try:
        handle = _nameless_file(folder)
        try:
            os.write(handle, bytes(PROBE_BYTES))
            os.fsync(handle)  # network file systems tell of a full disk only now
        finally:
            os.close(handle)
    except OSError as fault:
        return WriteAnswer(folder, state_of(fault), fault.strerror or str(fault))
    return WriteAnswer(folder, "writable")


def state_of(fault: OSError) -> str:
    """The word for a failure to write."""
    if (found := _WINDOWS_STATES.get(getattr(fault, "winerror", None) or 0)) is not None:
        return found
    return _STATES.get(fault.errno or 0, "failed")


def _nameless_file(folder: str) -> int:
    system: Any = os
    if unnamed := getattr(os, "O_TMPFILE", 0):
        try:
            return os.open(folder, unnamed | os.O_WRONLY, 0o600)
        except OSError as fault:  # EISDIR: a kernel before 3.11; the others: a file system that cannot
            if fault.errno not in (errno.EISDIR, errno.EOPNOTSUPP, errno.ENOENT):
                raise
    # not the standard library's temporary file: on Windows it tries names without end in a folder that is denied
    path = os.path.join(folder, f".error-agent-{os.getpid()}-{secrets.token_hex(4)}")
    if sys.platform == "win32":
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | system.O_TEMPORARY, 0o600)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.unlink(path)
    return handle


def find_program(name: str) -> str:
    """The path of a program on the search path, or an empty text."""
    import shutil

    return shutil.which(name) or ""
