"""Windows' own answers about proxies (winhttp.dll): the default of system services, and what a proxy script decides.

The layouts and numbers are data at the top, as the Windows SDK's ``winhttp.h`` gives them, so that a test can compare them
with a real header. The calls themselves were not tried on a Windows machine.
"""

from __future__ import annotations

import ctypes
from typing import Any

from agent.system.winabi import BOOL, DWORD, HANDLE, LPCWSTR, Prototype, load


class ProxyInfo(ctypes.Structure):
    """``WINHTTP_PROXY_INFO``."""

    _fields_ = (
        ("dwAccessType", DWORD),
        ("lpszProxy", ctypes.c_void_p),
        ("lpszProxyBypass", ctypes.c_void_p),
    )


class AutoproxyOptions(ctypes.Structure):
    """``WINHTTP_AUTOPROXY_OPTIONS``."""

    _fields_ = (
        ("dwFlags", DWORD),
        ("dwAutoDetectFlags", DWORD),
        ("lpszAutoConfigUrl", LPCWSTR),
        ("lpvReserved", ctypes.c_void_p),
        ("dwReserved", DWORD),
        ("fAutoLogonIfChallenged", BOOL),
    )


STRUCTURES = {"WINHTTP_PROXY_INFO": ProxyInfo, "WINHTTP_AUTOPROXY_OPTIONS": AutoproxyOptions}
CONSTANTS = {
    "WINHTTP_ACCESS_TYPE_NO_PROXY": 1,
    "WINHTTP_ACCESS_TYPE_NAMED_PROXY": 3,
    "WINHTTP_AUTOPROXY_AUTO_DETECT": 0x00000001,
    "WINHTTP_AUTOPROXY_CONFIG_URL": 0x00000002,
    "WINHTTP_AUTO_DETECT_TYPE_DHCP": 0x00000001,
    "WINHTTP_AUTO_DETECT_TYPE_DNS_A": 0x00000002,
    "ERROR_WINHTTP_AUTODETECTION_FAILED": 12180,
}

#: DLL -> function -> (result type, argument types)
PROTOTYPES: dict[str, dict[str, Prototype]] = {
    "winhttp": {
        "WinHttpGetDefaultProxyConfiguration": (BOOL, (ctypes.POINTER(ProxyInfo),)),
        "WinHttpOpen": (HANDLE, (LPCWSTR, DWORD, LPCWSTR, LPCWSTR, DWORD)),
        "WinHttpGetProxyForUrl": (
            BOOL,
            (HANDLE, LPCWSTR, ctypes.POINTER(AutoproxyOptions), ctypes.POINTER(ProxyInfo)),
        ),
        "WinHttpCloseHandle": (BOOL, (HANDLE,)),
    },
    "kernel32": {"GlobalFree": (HANDLE, (HANDLE,))},
}


def default_proxy() -> tuple[str, str]:
    """The proxy list and the bypass list of system services (``netsh winhttp show proxy``); empty texts for direct."""
    info = ProxyInfo()
    if not _call("WinHttpGetDefaultProxyConfiguration", ctypes.byref(info)):
        raise OSError(_last_error(), "WinHttpGetDefaultProxyConfiguration failed")
    return _taken(info)


def proxy_by_script(url: str, script: str) -> str:
    """The proxy list a proxy script gives for ``url`` (empty for direct); ``script`` empty asks the network for one (WPAD)."""
    options = AutoproxyOptions()
    if script:
        options.dwFlags = CONSTANTS["WINHTTP_AUTOPROXY_CONFIG_URL"]
        options.lpszAutoConfigUrl = script
    else:
        options.dwFlags = CONSTANTS["WINHTTP_AUTOPROXY_AUTO_DETECT"]
        options.dwAutoDetectFlags = (
            CONSTANTS["WINHTTP_AUTO_DETECT_TYPE_DHCP"] | CONSTANTS["WINHTTP_AUTO_DETECT_TYPE_DNS_A"]
        )
    options.fAutoLogonIfChallenged = 1
    session = _call("WinHttpOpen", "it-error-agent", CONSTANTS["WINHTTP_ACCESS_TYPE_NO_PROXY"], None, None, 0)
    if not session:
        raise OSError(_last_error(), "WinHttpOpen failed")
    try:
        info = ProxyInfo()
        if not _call("WinHttpGetProxyForUrl", session, url, ctypes.byref(options), ctypes.byref(info)):
            error = _last_error()
            if not script and error == CONSTANTS["ERROR_WINHTTP_AUTODETECTION_FAILED"]:
                return ""  # the network offers no script: a direct connection, as every client decides
            raise OSError(error, "WinHttpGetProxyForUrl failed")
        return _taken(info)[0]
    finally:
        _call("WinHttpCloseHandle", session)


def _taken(info: ProxyInfo) -> tuple[str, str]:
    """Both texts of an answer; their memory belongs to the caller and is given back."""
    texts = []
    for pointer in (info.lpszProxy, info.lpszProxyBypass):
        texts.append(ctypes.wstring_at(pointer) if pointer else "")
        if pointer:
            _call("GlobalFree", pointer)
    named = info.dwAccessType == CONSTANTS["WINHTTP_ACCESS_TYPE_NAMED_PROXY"]
    return (texts[0], texts[1]) if named else ("", "")


def _call(name: str, *arguments: Any) -> Any:
    library = next(dll for dll, functions in PROTOTYPES.items() if name in functions)
    return getattr(load(library, PROTOTYPES[library]), name)(*arguments)


def _last_error() -> int:
    windows: Any = ctypes
    return int(windows.get_last_error())
