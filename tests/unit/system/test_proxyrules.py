"""How proxy settings are written and what they mean: recorded texts and blobs."""

from __future__ import annotations

import pytest

from agent.system.base import ProxySetting
from agent.system.proxyrules import (
    bypassed,
    connection_blob,
    list_for,
    scutil_settings,
    wininet_settings,
)


@pytest.mark.parametrize(
    ("host", "rule", "expected"),
    [
        ("login.contoso.test", ".contoso.test", True),
        ("contoso.test", ".contoso.test", True),
        ("notcontoso.test", ".contoso.test", False),
        ("login.contoso.test", "contoso.test", False),
        ("contoso.test", "CONTOSO.TEST", True),
        ("login.contoso.test", "*.contoso.test", False),
        ("login.contoso.test", "*", False),
        ("10.1.2.3", "10.0.0.0/8", False),
        ("169.254.169.254", "169.254.169.254", True),
        ("::1", "[::1]", True),
    ],
)
def test_environment_exceptions(host: str, rule: str, expected: bool) -> None:
    """As .NET applies NO_PROXY: a leading dot covers a domain, anything else one host, and no wildcards."""
    assert bypassed(host, (rule,), "environment") is expected


@pytest.mark.parametrize(
    ("host", "rule", "expected"),
    [
        ("login.contoso.test", "*.contoso.test", True),
        ("contoso.test", "*.contoso.test", False),
        ("10.1.2.3", "10.*", True),
        ("intranet", "<local>", True),
        ("intranet.contoso.test", "<local>", False),
        ("login.contoso.test", "https://*.contoso.test", True),
    ],
)
def test_wininet_exceptions(host: str, rule: str, expected: bool) -> None:
    """Wildcards, and names without a dot."""
    assert bypassed(host, (rule,), "wininet") is expected


@pytest.mark.parametrize(
    ("host", "rule", "expected"),
    [("169.254.169.254", "169.254/16", True), ("10.1.2.3", "169.254/16", False), ("pc-01.local", "*.local", True)],
)
def test_macos_exceptions(host: str, rule: str, expected: bool) -> None:
    """Address ranges in macOS's short form, and wildcards."""
    assert bypassed(host, (rule,), "macos") is expected


@pytest.mark.parametrize(
    ("text", "scheme", "expected"),
    [
        ("proxy.contoso.test:8080", "https", "http://proxy.contoso.test:8080"),
        ("proxy.contoso.test", "https", "http://proxy.contoso.test:80"),
        ("http=a.test:1;https=b.test:2", "https", "http://b.test:2"),
        ("http=a.test:1;https=b.test:2", "http", "http://a.test:1"),
        ("http=a.test:1", "https", ""),
        ("socks=s.test:1080", "https", "socks4://s.test:1080"),
        ("socks=socks5://s.test:1080", "https", "socks4://s.test:1080"),
        ("a.test:1;b.test:2", "https", "http://a.test:1"),
        ("https=http://b.test:2/", "https", "http://b.test:2"),
        ("", "https", ""),
    ],
)
def test_windows_proxy_list(text: str, scheme: str, expected: str) -> None:
    """One proxy for all, one per scheme, a SOCKS proxy, a list."""
    assert list_for(text, scheme) == expected


def blob(flags: int, *texts: str) -> bytes:
    """A saved connection as Windows writes it."""
    parts = [(70).to_bytes(4, "little"), (5).to_bytes(4, "little"), flags.to_bytes(4, "little")]
    for text in texts:
        parts += [len(text).to_bytes(4, "little"), text.encode()]
    return b"".join(parts) + bytes(32)


def test_saved_connection_is_read() -> None:
    """Flags, proxy, exceptions and script come out of the bytes."""
    expected = (3, "proxy.contoso.test:8080", ("*.contoso.test", "<local>"), "")
    assert connection_blob(blob(3, "proxy.contoso.test:8080", "*.contoso.test;<local>")) == expected


@pytest.mark.parametrize("cut", range(0, 40, 3))
def test_cut_blob_never_raises(cut: int) -> None:
    """Whatever the registry holds, reading it ends."""
    flags, *_ = connection_blob(blob(3, "proxy.contoso.test:8080", "<local>")[:cut])
    assert flags in (0, 3)


def test_wininet_values() -> None:
    """An enabled proxy counts, a disabled one does not, a script comes first."""
    values = {"ProxyEnable": 1, "ProxyServer": "http=a.test:1;https=b.test:2", "ProxyOverride": "<local>"}
    enabled = (
        ProxySetting("wininet", "https", "http://b.test:2", ("<local>",)),
        ProxySetting("wininet", "http", "http://a.test:1", ("<local>",)),
    )
    assert wininet_settings(values, None) == enabled
    assert wininet_settings(values | {"ProxyEnable": 0}, None) == ()
    script = wininet_settings(values | {"AutoConfigURL": "http://a.test/p.pac"}, None)[0]
    assert script == ProxySetting("pac", "all", "http://a.test/p.pac")


def test_automatic_search_is_a_script() -> None:
    """The flag of the saved connection means that the network is asked for a script."""
    assert wininet_settings({}, blob(9)) == (ProxySetting("pac", "all", ""),)


SCUTIL = """<dictionary> {
  ExceptionsList : <array> {
    0 : *.local
    1 : 169.254/16
  }
  ExcludeSimpleHostnames : 1
  FTPPassive : 1
  HTTPEnable : 1
  HTTPPort : 8080
  HTTPProxy : proxy.contoso.test
  HTTPSEnable : 1
  HTTPSPort : 8443
  HTTPSProxy : secure.contoso.test
  ProxyAutoConfigEnable : 0
  SOCKSEnable : 0
}
"""


def test_scutil_output() -> None:
    """The recorded output gives both proxies and the exceptions."""
    bypass = ("*.local", "169.254/16", "<local>")
    expected = (
        ProxySetting("macos", "https", "http://secure.contoso.test:8443", bypass),
        ProxySetting("macos", "http", "http://proxy.contoso.test:8080", bypass),
    )
    assert scutil_settings(SCUTIL) == expected


def test_scutil_script_and_nothing() -> None:
    """A script is named; an empty dictionary configures nothing."""
    text = "<dictionary> {\n  ProxyAutoConfigEnable : 1\n  ProxyAutoConfigURLString : http://a.test/p.pac\n}\n"
    found = [scutil_settings(t) for t in (text, "<dictionary> {\n}\n")]
    assert found == [(ProxySetting("pac", "all", "http://a.test/p.pac"),), ()]
