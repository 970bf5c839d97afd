"""Windows' own answers about this process: its account, elevation, session, window station, and room on a volume.

The layouts and numbers are data at the top, so that a test compares them with the real headers. The calls themselves were not
tried on a Windows machine.
"""

from __future__ import annotations

import ctypes
from typing import Any, NamedTuple

from agent.system.winabi import BOOL, DWORD, HANDLE, LPCWSTR, Prototype, load

LPWSTR = ctypes.c_wchar_p
PSID = ctypes.c_void_p


class SidAndAttributes(ctypes.Structure):
    """``SID_AND_ATTRIBUTES``."""

    _fields_ = (("Sid", PSID), ("Attributes", DWORD))


class TokenUser(ctypes.Structure):
    """``TOKEN_USER``."""

    _fields_ = (("User", SidAndAttributes),)


class TokenElevation(ctypes.Structure):
    """``TOKEN_ELEVATION``."""

    _fields_ = (("TokenIsElevated", DWORD),)


class UserObjectFlags(ctypes.Structure):
    """``USEROBJECTFLAGS``."""

    _fields_ = (("fInherit", BOOL), ("fReserved", BOOL), ("dwFlags", DWORD))


STRUCTURES = {
    "SID_AND_ATTRIBUTES": SidAndAttributes,
    "TOKEN_USER": TokenUser,
    "TOKEN_ELEVATION": TokenElevation,
    "USEROBJECTFLAGS": UserObjectFlags,
}
CONSTANTS = {
    "TOKEN_QUERY": 0x0008,
    "TokenUser": 1,
    "TokenElevation": 20,
    "UOI_FLAGS": 1,
    "WSF_VISIBLE": 0x0001,
    "WTSUserName": 5,
    "WTSDomainName": 7,
    "WTS_CURRENT_SERVER_HANDLE": 0,
}

#: DLL -> function -> (result type, argument types)
PROTOTYPES: dict[str, dict[str, Prototype]] = {
    "kernel32": {
        "GetCurrentProcess": (HANDLE, ()),
        "GetCurrentProcessId": (DWORD, ()),
        "ProcessIdToSessionId": (BOOL, (DWORD, ctypes.POINTER(DWORD))),
        "CloseHandle": (BOOL, (HANDLE,)),
        "LocalFree": (HANDLE, (HANDLE,)),
        "GetDiskFreeSpaceExW": (
            BOOL,
            (LPCWSTR, *(ctypes.POINTER(ctypes.c_uint64),) * 3),
        ),
    },
    "advapi32": {
        "OpenProcessToken": (BOOL, (HANDLE, DWORD, ctypes.POINTER(HANDLE))),
        "GetTokenInformation": (BOOL, (HANDLE, DWORD, ctypes.c_void_p, DWORD, ctypes.POINTER(DWORD))),
        "ConvertSidToStringSidW": (BOOL, (PSID, ctypes.POINTER(LPWSTR))),
        "LookupAccountSidW": (
            BOOL,
            (LPCWSTR, PSID, LPWSTR, ctypes.POINTER(DWORD), LPWSTR, ctypes.POINTER(DWORD), ctypes.POINTER(DWORD)),
        ),
    },
    "wtsapi32": {
        "WTSQuerySessionInformationW": (
            BOOL,
            (HANDLE, DWORD, DWORD, ctypes.POINTER(LPWSTR), ctypes.POINTER(DWORD)),
        ),
        "WTSFreeMemory": (None, (ctypes.c_void_p,)),
    },
    "user32": {
        "GetProcessWindowStation": (HANDLE, ()),
        "GetUserObjectInformationW": (
            BOOL,
            (HANDLE, ctypes.c_int32, ctypes.c_void_p, DWORD, ctypes.POINTER(DWORD)),
        ),
    },
}


class ProcessFacts(NamedTuple):
    """What Windows says of this process; ``session_user`` is who is signed in to its session, empty for none."""

    sid: str
    user: str
    elevated: bool
    session_id: int
    session_user: str
    station_visible: bool


def process_facts() -> ProcessFacts:
    """The facts of this process; a call that fails raises ``OSError``."""
    token = HANDLE()
    _must("OpenProcessToken", _call("GetCurrentProcess"), CONSTANTS["TOKEN_QUERY"], ctypes.byref(token))
    try:
        sid, user = _token_user(token)
        elevation = TokenElevation()
        _token("TokenElevation", token, elevation, ctypes.sizeof(elevation))
    finally:
        _call("CloseHandle", token)
    session = DWORD()
    _must("ProcessIdToSessionId", _call("GetCurrentProcessId"), ctypes.byref(session))
    name = _session_text(session.value, "WTSUserName")
    domain = _session_text(session.value, "WTSDomainName") if name else ""
    signed_in = f"{domain}\\{name}" if domain else name
    return ProcessFacts(sid, user, bool(elevation.TokenIsElevated), session.value, signed_in, station_visible())


def station_visible() -> bool:
    """Whether the window station of this process is the one a person can see."""
    flags = UserObjectFlags()
    needed = DWORD()
    station = _call("GetProcessWindowStation")
    arguments = (CONSTANTS["UOI_FLAGS"], ctypes.byref(flags), ctypes.sizeof(flags), ctypes.byref(needed))
    _must("GetUserObjectInformationW", station, *arguments)
    return bool(flags.dwFlags & CONSTANTS["WSF_VISIBLE"])


def disk_space(path: str) -> tuple[int, int]:
    """(free for this account, total) in bytes."""
    free, total = ctypes.c_uint64(), ctypes.c_uint64()
    _must("GetDiskFreeSpaceExW", path, ctypes.byref(free), ctypes.byref(total), None)
    return free.value, total.value


def _token_user(token: Any) -> tuple[str, str]:
    # a SID has at most 68 bytes (SECURITY_MAX_SID_SIZE) and lies behind the structure in the same memory
    room = ctypes.create_string_buffer(ctypes.sizeof(TokenUser) + 68)
    _token("TokenUser", token, room, len(room))
    sid = TokenUser.from_buffer(room).User.Sid
    text = LPWSTR()
    _must("ConvertSidToStringSidW", sid, ctypes.byref(text))
    shown = text.value or ""
    _call("LocalFree", ctypes.cast(text, ctypes.c_void_p))
    # UNLEN is 256 and domain names have 255 characters at most, each with a zero behind
    name, domain = ctypes.create_unicode_buffer(257), ctypes.create_unicode_buffer(256)
    sizes, kind = (DWORD(257), DWORD(256)), DWORD()
    arguments = (None, sid, name, ctypes.byref(sizes[0]), domain, ctypes.byref(sizes[1]), ctypes.byref(kind))
    if not _call("LookupAccountSidW", *arguments):
        return shown, shown  # no domain controller in reach: the number will do
    return shown, f"{domain.value}\\{name.value}" if domain.value else name.value


def _token(kind: str, token: Any, room: Any, size: int) -> None:
    needed = DWORD()
    _must("GetTokenInformation", token, CONSTANTS[kind], ctypes.byref(room), size, ctypes.byref(needed))


def _session_text(session: int, kind: str) -> str:
    text, size = LPWSTR(), DWORD()
    server = CONSTANTS["WTS_CURRENT_SERVER_HANDLE"]
    arguments = (server, session, CONSTANTS[kind], ctypes.byref(text), ctypes.byref(size))
    if not _call("WTSQuerySessionInformationW", *arguments):
        return ""  # the service for remote sessions does not run: nobody can be told
    shown = text.value or ""
    _call("WTSFreeMemory", ctypes.cast(text, ctypes.c_void_p))
    return shown


def _must(name: str, *arguments: Any) -> None:
    if not _call(name, *arguments):
        windows: Any = ctypes
        raise OSError(int(windows.get_last_error()), f"{name} failed")


def _call(name: str, *arguments: Any) -> Any:
    library = next(dll for dll, functions in PROTOTYPES.items() if name in functions)
    return getattr(load(library, PROTOTYPES[library]), name)(*arguments)
