"""WinHTTP's declarations and answers, without Windows."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

import pytest

from agent.system import winhttp


def test_structures_have_windows_sizes() -> None:
    """On 64 bits the layouts have the sizes of the Windows SDK."""
    if ctypes.sizeof(ctypes.c_void_p) != 8:
        pytest.skip("sizes of 64-bit Windows")
    sizes = {name: ctypes.sizeof(structure) for name, structure in winhttp.STRUCTURES.items()}
    assert sizes == {"WINHTTP_PROXY_INFO": 24, "WINHTTP_AUTOPROXY_OPTIONS": 32}


class Recorded:
    """winhttp.dll as a table: what each function returns, and what it writes into the answer."""

    def __init__(self, **returns: int) -> None:
        self.returns, self.called = returns, list[str]()
        self.texts = [
            ctypes.create_unicode_buffer("http=a.test:1;https=b.test:2"),
            ctypes.create_unicode_buffer("<local>"),
        ]

    def __call__(self, name: str, *arguments: Any) -> int:
        self.called.append(name)
        if name in ("WinHttpGetDefaultProxyConfiguration", "WinHttpGetProxyForUrl") and self.returns.get(name, 1):
            info = arguments[-1]._obj
            info.dwAccessType = self.returns.get("access", 3)
            info.lpszProxy, info.lpszProxyBypass = (ctypes.addressof(text) for text in self.texts)
        return self.returns.get(name, 1)


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last error is a recorded one."""
    monkeypatch.setattr(winhttp, "_last_error", lambda: 12180)


def test_default_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both texts come back, and their memory is given back."""
    recorded = Recorded()
    monkeypatch.setattr(winhttp, "_call", recorded)
    assert winhttp.default_proxy() == ("http=a.test:1;https=b.test:2", "<local>")
    assert recorded.called.count("GlobalFree") == 2


def test_direct_access_has_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the kind "named proxy" there is none, whatever the texts."""
    monkeypatch.setattr(winhttp, "_call", Recorded(access=1))
    assert winhttp.default_proxy() == ("", "")


def test_script_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script's answer comes back, and the session is closed."""
    recorded = Recorded()
    monkeypatch.setattr(winhttp, "_call", recorded)
    assert winhttp.proxy_by_script("https://x.test/", "http://a.test/p.pac") == "http=a.test:1;https=b.test:2"
    assert recorded.called[-1] == "WinHttpCloseHandle"


@pytest.mark.usefixtures("wide")
def test_network_without_a_script_is_direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that finds no script means a direct connection."""
    monkeypatch.setattr(winhttp, "_call", Recorded(WinHttpGetProxyForUrl=0))
    assert winhttp.proxy_by_script("https://x.test/", "") == ""


@pytest.mark.usefixtures("wide")
def test_script_that_fails_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A named script that cannot be had is not a direct connection."""
    recorded = Recorded(WinHttpGetProxyForUrl=0)
    monkeypatch.setattr(winhttp, "_call", recorded)
    with pytest.raises(OSError, match="WinHttpGetProxyForUrl failed"):
        winhttp.proxy_by_script("https://x.test/", "http://a.test/p.pac")
    assert recorded.called[-1] == "WinHttpCloseHandle"


@pytest.mark.windows
@pytest.mark.skipif(sys.platform != "win32", reason="calls the real winhttp.dll")
def test_real_default_proxy() -> None:
    """The real library answers with two texts."""
    assert [type(text) for text in winhttp.default_proxy()] == [str, str]
