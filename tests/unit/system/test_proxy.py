"""Which proxy applies, and what it says."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from loopback import closed_port, proxy_serve, tcp_server, wait_for_end

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system import proxy
from agent.system.base import ProxySetting

VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
URL = "https://login.contoso.test/"


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy of the machine that runs the tests."""
    for name in (*VARIABLES, *map(str.upper, VARIABLES), "GATEWAY_INTERFACE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("http://proxy.contoso.test:8080", "http://proxy.contoso.test:8080"),
        ("proxy.contoso.test:8080/", "http://proxy.contoso.test:8080"),
        ("proxy.contoso.test", "http://proxy.contoso.test:80"),
        ("http://alex:p@ss@proxy.contoso.test:8080", "http://proxy.contoso.test:8080"),
        ("http://[2001:db8::1]:8080", "http://[2001:db8::1]:8080"),
        ("http://[2001:db8::1]", "http://[2001:db8::1]:80"),
        ("https://proxy.contoso.test", "https://proxy.contoso.test:443"),
        ("socks5://proxy.contoso.test", "socks5://proxy.contoso.test:80"),
        ("http://alex:s#x/y@proxy.contoso.test:3128/path", "http://proxy.contoso.test:3128"),
        ("http://proxy.contoso.test:port", "http://proxy.contoso.test:port"),
        ("ftp://proxy.contoso.test:21", "ftp://proxy.contoso.test:21"),
    ],
)
def test_address_has_no_login(value: str, expected: str) -> None:
    """Whatever a setting holds, its address has scheme, host and port, and nothing secret."""
    assert proxy.address_of(value) == expected


def test_environment_is_read_in_both_spellings() -> None:
    """Both spellings are listed, the lower case first, with exceptions and whether there is a login."""
    variables = {"https_proxy": "http://alex:secret@a.test:1", "HTTPS_PROXY": "b.test:2", "NO_PROXY": ".x.test, y.test"}
    bypass = (".x.test", "y.test")
    expected = (
        ProxySetting("environment", "https", "http://a.test:1", bypass, True),
        ProxySetting("environment", "https", "http://b.test:2", bypass, False),
    )
    assert proxy.environment_settings(variables) == expected


def test_upper_case_http_proxy_does_not_count_for_web_programs() -> None:
    """A web client could have set HTTP_PROXY through a header, so .NET ignores it there."""
    variables = {"HTTP_PROXY": "a.test:1", "GATEWAY_INTERFACE": "CGI/1.1"}
    assert proxy.environment_settings(variables) == ()


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, ""),
        ({"HTTPS_PROXY": "http://a.test:1"}, "http://a.test:1"),
        ({"HTTPS_PROXY": "http://b.test:2", "ALL_PROXY": "http://c.test:3"}, "http://b.test:2"),
        ({"ALL_PROXY": "http://c.test:3"}, "http://c.test:3"),
        ({"HTTP_PROXY": "http://a.test:1"}, ""),
        ({"HTTPS_PROXY": "http://b.test:2", "https_proxy": "http://a.test:1"}, "http://a.test:1"),
        ({"HTTPS_PROXY": "ftp://a.test:21"}, ""),
        ({"HTTPS_PROXY": "http://a.test:99999"}, ""),
        ({"HTTPS_PROXY": "http://b.test:2", "https_proxy": "ftp://a.test:21"}, "http://b.test:2"),
        ({"ALL_PROXY": "http://a.test:1", "NO_PROXY": "*"}, "http://a.test:1"),
        ({"HTTPS_PROXY": "http://a.test:1", "NO_PROXY": ".contoso.test"}, ""),
        ({"HTTPS_PROXY": "http://a.test:1", "NO_PROXY": "contoso.test"}, "http://a.test:1"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system's own settings follow")
def test_proxy_that_applies(variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment decides as in PowerShell 7."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert proxy.proxy_for(URL) == expected


def never(url: str, script: str) -> str:
    """A script that must not be asked."""
    raise AssertionError("asked a script")


def test_system_settings_decide_without_environment() -> None:
    """A fixed proxy applies to its scheme unless excepted; WinHTTP is for services only."""
    settings = (
        ProxySetting("winhttp", "all", "http://w.test:1"),
        ProxySetting("wininet", "https", "http://a.test:2", ("*.fabrikam.test",)),
    )
    hosts = ("login.contoso.test", "login.fabrikam.test")
    assert [proxy.choose(URL, host, "https", settings, never) for host in hosts] == ["http://a.test:2", ""]
    assert proxy.choose("http://x.test/", "x.test", "http", settings, never) == ""


def test_script_decides_before_a_fixed_proxy() -> None:
    """With a script configured, its answer is the answer."""
    settings = (ProxySetting("wininet", "all", "http://a.test:2"), ProxySetting("pac", "all", "http://a.test/p.pac"))
    said = proxy.choose(URL, "login.contoso.test", "https", settings, lambda url, script: f"{url} {script}")
    assert said == f"{URL} http://a.test/p.pac"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows runs scripts itself")
def test_script_is_not_run_here() -> None:
    """Where nothing runs the script, that is said instead of guessing a direct connection."""
    with pytest.raises(CannotObserve) as caught:
        proxy.by_script(URL, "http://a.test/p.pac")
    assert caught.value.reason is UnknownReason.NOT_SUPPORTED


def services_silent() -> tuple[str, str]:
    """A WinHTTP that does not answer."""
    raise OSError(12004, "internal error")


@pytest.mark.parametrize("services", [lambda: ("w.test:3128", "<local>"), services_silent])
def test_windows_settings_from_recorded_values(services: Any) -> None:
    """The account's proxy and that of services, from WinHTTP itself or from what the registry holds."""
    texts = b"".join(len(text).to_bytes(4, "little") + text for text in (b"w.test:3128", b"<local>"))
    saved = (24).to_bytes(4, "little") + bytes(4) + (3).to_bytes(4, "little") + texts
    values: dict[tuple[str, str], Any] = {
        ("HKCU", "ProxyEnable"): 1,
        ("HKCU", "ProxyServer"): "a.test:8080",
        ("HKLM", "WinHttpSettings"): saved,
    }
    found = proxy.windows_settings(lambda hive, key, name: values.get((hive, name)), services)
    expected = (
        ProxySetting("wininet", "all", "http://a.test:8080"),
        ProxySetting("winhttp", "all", "http://w.test:3128", ("<local>",)),
    )
    assert found == expected


def test_windows_without_proxies() -> None:
    """Empty settings configure nothing."""
    assert proxy.windows_settings(lambda hive, key, name: None, lambda: ("", "")) == ()
    assert proxy.windows_settings(lambda hive, key, name: None, services_silent) == ()


@pytest.mark.parametrize("status", ["403 Forbidden", "502 Bad Gateway"])
def test_refusing_proxy(status: str) -> None:
    """What the proxy says to CONNECT comes back."""
    heads: list[str] = []
    with tcp_server(proxy_serve(status, heads=heads)) as port:
        answer = proxy.proxy_tunnel(f"http://127.0.0.1:{port}", "login.contoso.test", 443)
    assert f"{answer.status} {answer.reason}" == status
    assert heads[0].startswith("CONNECT login.contoso.test:443 HTTP/1.1\r\nHost: login.contoso.test:443\r\n")


def test_login_wanted_names_the_kinds() -> None:
    """407 tells which kinds of login the proxy offers, in its order; none is sent."""
    heads: list[str] = []
    serve = proxy_serve(
        "407 Login", "Proxy-Authenticate: Negotiate", 'proxy-authenticate: Basic realm="x"', heads=heads
    )
    with tcp_server(serve) as port:
        answer = proxy.proxy_tunnel(f"http://127.0.0.1:{port}", "login.contoso.test", 443)
    assert (answer.status, answer.authenticate) == (407, ("Negotiate", 'Basic realm="x"'))
    assert "authorization" not in heads[0].lower()


def test_login_of_the_environment_is_sent_for_real_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The login is found for its proxy only, decoded, and sent as Basic."""
    heads: list[str] = []
    with tcp_server(proxy_serve("403 No", heads=heads)) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://alex:p%40ss@127.0.0.1:{port}")
        address = f"http://127.0.0.1:{port}"
        proxy.open_tunnel(address, "login.contoso.test", 443, time.monotonic() + 2, proxy.login_for(address))
    assert f"Proxy-Authorization: Basic {base64.b64encode(b'alex:p@ss').decode()}" in heads[0]
    assert proxy.login_for("http://other.test:80") == ""


def test_absent_proxy_is_refused() -> None:
    """A closed port is a refusal."""
    with closed_port() as port:
        assert proxy.proxy_tunnel(f"http://127.0.0.1:{port}", "login.contoso.test", 443).state == "refused"


def test_silent_proxy_is_a_timeout_in_time() -> None:
    """A proxy that accepts and never answers is given up at the limit."""
    with tcp_server(wait_for_end) as port:
        started = time.monotonic()
        answer = proxy.proxy_tunnel(f"http://127.0.0.1:{port}", "login.contoso.test", 443, 0.3)
    assert (answer.status, answer.state, time.monotonic() - started < 0.8) == (0, "timeout", True)


def test_dripping_proxy_is_a_timeout_in_time() -> None:
    """A proxy that feeds a byte now and then cannot stretch the limit."""

    def drip(connection: Any) -> None:
        for byte in b"HTTP/1.1 200 " * 10:
            connection.send(bytes([byte]))
            time.sleep(0.1)

    with tcp_server(drip) as port:
        started = time.monotonic()
        answer = proxy.proxy_tunnel(f"http://127.0.0.1:{port}", "login.contoso.test", 443, 0.35)
    assert (answer.state, time.monotonic() - started < 0.9) == ("timeout", True)


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-x\r\n\r\n"])
def test_closing_or_strange_proxy_is_closed(said: bytes) -> None:
    """A connection that ends without an HTTP answer is closed."""
    with tcp_server(lambda connection: connection.sendall(said)) as port:
        assert proxy.proxy_tunnel(f"http://127.0.0.1:{port}", "login.contoso.test", 443).state == "closed"


def test_proxy_without_address_has_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy whose name does not resolve is told apart from one that is down."""

    def fail(*args: object) -> None:
        raise OSError("unknown name")

    monkeypatch.setattr(proxy.net, "lookup", fail)
    assert proxy.proxy_tunnel("http://proxy.contoso.test:8080", "login.contoso.test", 443).state == "no_name"


def test_socks_proxy_is_not_asked() -> None:
    """Another kind of proxy is no verdict."""
    with pytest.raises(CannotObserve) as caught:
        proxy.proxy_tunnel("socks5://127.0.0.1:1080", "login.contoso.test", 443)
    assert caught.value.reason is UnknownReason.NOT_SUPPORTED


POWERSHELL = os.environ.get("AGENT_TEST_PWSH") or shutil.which("pwsh")
ASK_DOTNET = """$p = [System.Net.Http.HttpClient]::DefaultProxy
foreach ($u in 'https://login.contoso.test/', 'http://login.contoso.test/') {
    if ($p.IsBypassed($u)) { 'direct' } else { $p.GetProxy($u).GetLeftPart('Authority') -replace '//.*@', '//' }
}"""


@pytest.mark.lab
@pytest.mark.skipif(sys.platform != "linux" or not POWERSHELL, reason="compares with a real PowerShell 7 on Linux")
@pytest.mark.parametrize(
    "variables",
    [
        {"https_proxy": "http://a.test:1", "HTTPS_PROXY": "http://b.test:2"},
        {"HTTPS_PROXY": "https://a.test:8443"},
        {"HTTPS_PROXY": "ftp://a.test:21"},
        {"HTTPS_PROXY": "http://a.test:99999"},
        {"HTTP_PROXY": "http://b.test:2", "ALL_PROXY": "http://a.test:1"},
        {"ALL_PROXY": "http://a.test:1", "NO_PROXY": "*.contoso.test,contoso.test,login.contoso.test:443"},
        {"ALL_PROXY": "http://a.test:1", "NO_PROXY": " .contoso.test "},
        {"HTTPS_PROXY": "http://alex:s#x@a.test:3128", "http_proxy": "b.test:1"},
    ],
)
def test_same_choice_as_powershell(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The real .NET takes the same proxy, for both schemes."""
    for name, value in (variables | {"HOME": str(tmp_path)}).items():
        monkeypatch.setenv(name, value)
    command = [str(POWERSHELL), "-NoProfile", "-NonInteractive", "-Command", ASK_DOTNET]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.split()
    mine = [proxy.proxy_for(f"{scheme}://login.contoso.test/") or "direct" for scheme in ("https", "http")]
    assert mine == said
