"""Files, folders, account, processes and the registry, as they are."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Any

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.base import Account, FileInfo


def file_info(path: str) -> FileInfo:
    """Facts of a path, links followed; a path whose folder may not be searched raises ``CannotObserve``."""
    try:
        facts = os.stat(path)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return FileInfo(path, exists=False)
    except OSError as fault:
        raise _unreadable(path, fault) from fault
    return FileInfo(
        path,
        exists=True,
        is_folder=stat.S_ISDIR(facts.st_mode),
        size_bytes=facts.st_size,
        modified_at=facts.st_mtime,
        readable=os.access(path, os.R_OK),
        mine=facts.st_uid == os.geteuid() if sys.platform != "win32" else None,
        mode=stat.S_IMODE(facts.st_mode) if sys.platform != "win32" else 0,
    )


def read_file(path: str, limit_bytes: int = 1_048_576) -> bytes:
    """The first ``limit_bytes`` of a file."""
    try:
        with Path(path).open("rb") as file:
            return file.read(limit_bytes)
    except (OSError, ValueError) as fault:
        raise _unreadable(path, fault) from fault


def list_folder(path: str) -> tuple[str, ...]:
    """Names in a folder, sorted; a missing folder is empty, one that may not be read raises ``CannotObserve``."""
    try:
        return tuple(sorted(os.listdir(path)))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return ()
    except OSError as fault:
        raise _unreadable(path, fault) from fault


def folder(name: str) -> str:
    """A known folder, where .NET's ``Environment.GetFolderPath`` finds it for this account.

    On macOS ``local_data`` is what .NET 8 and later use; Windows and macOS answers were not tried on such systems.
    """
    home = os.environ.get("USERPROFILE" if sys.platform == "win32" else "HOME") or str(Path("~").expanduser())
    if name == "home":
        return home
    if sys.platform == "win32":
        places = {"local_data": ("LOCALAPPDATA", r"AppData\Local"), "config": ("APPDATA", r"AppData\Roaming")}
    elif sys.platform == "darwin":
        places = {"local_data": ("", "Library/Application Support"), "config": ("", "Library/Application Support")}
    else:
        places = {"local_data": ("XDG_DATA_HOME", ".local/share"), "config": ("XDG_CONFIG_HOME", ".config")}
    if name not in places:
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, f"no folder is known as {name}")
    variable, below_home = places[name]
    return os.environ.get(variable) or os.path.join(home, below_home)


def environment(name: str) -> str | None:
    """An environment variable of this process."""
    return os.environ.get(name)


def account() -> Account:
    """Who runs this process; ``interactive`` says that a person can be asked (a terminal, a desktop or a session)."""
    if sys.platform == "win32":
        name = "\\".join(filter(None, (os.environ.get("USERDOMAIN"), os.environ.get("USERNAME"))))
        # services and scheduled tasks that run without a logged-on user have no session name
        return Account(name, _windows_elevated(), bool(os.environ.get("SESSIONNAME")))
    return Account(_unix_name(), os.geteuid() == 0, _has_terminal() or _has_desktop())


def process_name(pid: int) -> str:
    """Name of a running process, or an empty text."""
    import psutil

    try:
        return psutil.Process(pid).name()
    except (psutil.NoSuchProcess, ValueError, OverflowError):
        return ""
    except psutil.AccessDenied as fault:
        raise CannotObserve(UnknownReason.NO_PERMISSION, f"process {pid} may not be looked at") from fault


def registry_value(hive: str, key: str, name: str) -> str | int | None:
    """A registry value or None; binary values as lower-case hex, lists of texts joined by line breaks."""
    if sys.platform != "win32":
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, "there is no registry on this system")
    return plain(raw_registry_value(hive, key, name))


def plain(value: Any) -> str | int | None:
    """A raw registry value in the shape the seam promises."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return value if isinstance(value, (str, int)) else None


def raw_registry_value(hive: str, key: str, name: str) -> Any:
    """The value as Windows keeps it, from the 64-bit view where there is one; None when absent (Windows only)."""
    import winreg as registry

    access: Any = registry
    root = {"HKCU": access.HKEY_CURRENT_USER, "HKLM": access.HKEY_LOCAL_MACHINE}[hive]
    try:
        with access.OpenKey(root, key, 0, access.KEY_READ | access.KEY_WOW64_64KEY) as opened:
            return access.QueryValueEx(opened, name)[0]
    except FileNotFoundError:
        return None
    except PermissionError as fault:
        raise CannotObserve(UnknownReason.NO_PERMISSION, f"{hive}\\{key} may not be read") from fault


def _unreadable(path: str, fault: Exception) -> CannotObserve:
    reason = UnknownReason.NO_PERMISSION if isinstance(fault, PermissionError) else UnknownReason.UNREACHABLE
    return CannotObserve(reason, f"{path} could not be read: {getattr(fault, 'strerror', None) or fault}")


def _windows_elevated() -> bool:
    import ctypes

    library: Any = ctypes
    return bool(library.windll.shell32.IsUserAnAdmin())


def _unix_name() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # containers often run under a number without an account
        return f"uid {os.geteuid()}"


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _has_desktop() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
