"""One GET: direct, through proxies, over TLS, and within its time."""

from __future__ import annotations

import base64
import socket
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from loopback import (
    closed_port,
    full_port,
    issue,
    proxy_serve,
    read_head,
    server_context,
    tcp_server,
    tls_serve,
    wait_for_end,
)

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.http import BODY_LIMIT_BYTES, http_get

VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy of the machine that runs the tests."""
    for name in (*VARIABLES, *map(str.upper, VARIABLES)):
        monkeypatch.delenv(name, raising=False)


def web(body: bytes = b"hello", status: str = "200 OK", heads: list[str] | None = None) -> Any:
    """A web server with one answer."""

    def serve(connection: socket.socket) -> None:
        head = read_head(connection)
        if heads is not None:
            heads.append(head)
        fields = f"HTTP/1.1 {status}\r\nDate: Wed, 25 Nov 2026 08:00:00 GMT\r\nLocation: /x\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(fields.encode() + body)

    return serve


def test_plain_answer() -> None:
    """Status, headers in lower case, body, and the two times around the answer."""
    heads: list[str] = []
    before = time.time()
    with tcp_server(web(heads=heads)) as port:
        answer = http_get(f"http://127.0.0.1:{port}/path?x=1")
    assert (answer.status, answer.reason, answer.body, answer.proxy) == (200, "OK", b"hello", "")
    assert answer.headers["date"] == "Wed, 25 Nov 2026 08:00:00 GMT"
    assert before <= answer.sent_at <= answer.received_at <= time.time()
    assert heads[0].startswith("GET /path?x=1 HTTP/1.1\r\n")


def test_redirects_are_not_followed() -> None:
    """The first answer is the answer."""
    with tcp_server(web(status="302 Found")) as port:
        assert http_get(f"http://127.0.0.1:{port}/").status == 302


def test_body_is_cut() -> None:
    """A large document is read to the limit only."""
    with tcp_server(web(b"x" * 100_000)) as port:
        assert len(http_get(f"http://127.0.0.1:{port}/").body) == BODY_LIMIT_BYTES


def test_trusted_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate of an authority in SSL_CERT_FILE is accepted."""
    root = issue("Contoso Root", ca=True)
    (tmp_path / "root.pem").write_bytes(root.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "root.pem"))
    with tcp_server(tls_serve(server_context(tmp_path, issue("localhost", root)), web())) as port:
        assert http_get(f"https://localhost:{port}/").status == 200


def test_untrusted_server_is_unreachable_unless_not_judged(tmp_path: Path) -> None:
    """Verification is on by default; without it the answer is readable."""
    with tcp_server(tls_serve(server_context(tmp_path, issue("localhost")), web())) as port:
        with pytest.raises(CannotObserve, match="certificate not trusted"):
            http_get(f"https://localhost:{port}/")
        assert http_get(f"https://localhost:{port}/", 2.0, False).status == 200


def test_https_through_a_proxy_with_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tunnel is opened with the environment's login, which is in no answer."""
    heads: list[str] = []
    with (
        tcp_server(tls_serve(server_context(tmp_path, issue("localhost")), web())) as port,
        tcp_server(proxy_serve("200 Opened", heads=heads)) as proxy_port,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"http://alex:secret@127.0.0.1:{proxy_port}")
        answer = http_get(f"https://localhost:{port}/", 2.0, False)
    assert (answer.status, answer.proxy) == (200, f"http://127.0.0.1:{proxy_port}")
    assert base64.b64encode(b"alex:secret").decode() in heads[0]
    assert "secret" not in repr(answer)


def test_plain_request_is_handed_to_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """For http the proxy gets the whole address."""
    heads: list[str] = []
    with tcp_server(web(heads=heads)) as proxy_port:
        monkeypatch.setenv("http_proxy", f"http://alex:secret@127.0.0.1:{proxy_port}")
        assert http_get("http://service.contoso.test/a").status == 200
    assert heads[0].startswith("GET http://service.contoso.test/a HTTP/1.1\r\n")
    assert "Proxy-Authorization: Basic" in heads[0]


def test_refusing_proxy_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the proxy said is in the words, its login is not."""
    with tcp_server(proxy_serve("407 Login")) as proxy_port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://alex:secret@127.0.0.1:{proxy_port}")
        with pytest.raises(CannotObserve, match="answered 407 Login") as caught:
            http_get("https://login.contoso.test/")
    assert "secret" not in caught.value.detail


def test_socks_proxy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent to a proxy of another kind, for either scheme."""
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:1080")
    for url in ("http://service.contoso.test/", "https://login.contoso.test/"):
        with pytest.raises(CannotObserve) as caught:
            http_get(url)
        assert caught.value.reason is UnknownReason.NOT_SUPPORTED


def test_closed_port_is_unreachable() -> None:
    """Nobody there is no answer."""
    with closed_port() as port, pytest.raises(CannotObserve) as caught:
        http_get(f"http://127.0.0.1:{port}/")
    assert caught.value.reason is UnknownReason.UNREACHABLE


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-x\r\n\r\n"])
def test_other_protocols_are_unreachable(said: bytes) -> None:
    """A server that speaks no HTTP gives no answer."""

    def serve(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(said)

    with tcp_server(serve) as port, pytest.raises(CannotObserve) as caught:
        http_get(f"http://127.0.0.1:{port}/")
    assert caught.value.reason is UnknownReason.UNREACHABLE


def drip(connection: socket.socket) -> None:
    """An answer that never ends, a byte at a time."""
    read_head(connection)
    for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100:
        connection.send(bytes([byte]))
        time.sleep(0.1)


@pytest.mark.parametrize("serve", [wait_for_end, drip])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_slow_server_keeps_to_the_limit(serve: Any, scheme: str) -> None:
    """Silence and dripping are given up when the time is over, before and after TLS."""
    with tcp_server(serve) as port:
        started = time.monotonic()
        with pytest.raises(CannotObserve) as caught:
            http_get(f"{scheme}://127.0.0.1:{port}/", 0.4)
        elapsed_s = time.monotonic() - started
    expected = {UnknownReason.TIMEOUT} if serve is wait_for_end else {UnknownReason.TIMEOUT, UnknownReason.UNREACHABLE}
    assert (caught.value.reason in expected, elapsed_s < 0.9) == (True, True)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux drops attempts at a full queue")
def test_black_hole_keeps_to_the_limit() -> None:
    """A host that drops everything is given up when the time is over."""
    with full_port() as port:
        started = time.monotonic()
        with pytest.raises(CannotObserve) as caught:
            http_get(f"https://127.0.0.1:{port}/", 0.3)
    assert (caught.value.reason, time.monotonic() - started < 0.8) == (UnknownReason.TIMEOUT, True)


@pytest.mark.parametrize("url", ["ftp://a.test/", "login.contoso.test", "https:///x"])
def test_other_addresses_are_not_asked(url: str) -> None:
    """Only web addresses with a host are asked."""
    with pytest.raises(CannotObserve) as caught:
        http_get(url)
    assert caught.value.reason is UnknownReason.MISSING_FACT
