"""Handshakes with real TLS servers and real certificates."""

from __future__ import annotations

import ssl
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import pytest
from loopback import (
    Issued,
    closed_port,
    full_port,
    issue,
    proxy_serve,
    server_context,
    tcp_server,
    tls_serve,
    wait_for_end,
)

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system import tls
from agent.system.base import TlsAnswer
from agent.system.tls import tls_handshake

VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
ADDRESS = "http://pki.contoso.test/issuer.cer"


class Authority:
    """A root in the trust store, an intermediate below it, and the folder for both."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = issue("Contoso Root", ca=True)
        self.middle = issue("Contoso Issuing CA", self.root, ca=True)

    def ask(self, leaf: Issued, *others: Issued, timeout_s: float = 2.0) -> TlsAnswer:
        """What a handshake with a server of this chain says."""
        with tcp_server(tls_serve(server_context(self.folder, leaf, *others))) as port:
            return tls_handshake("localhost", port, timeout_s)


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """A trust store that holds one root."""
    made = Authority(tmp_path)
    (tmp_path / "roots.pem").write_bytes(made.root.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "roots.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    return made


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy of the machine that runs the tests."""
    for name in (*VARIABLES, *map(str.upper, VARIABLES)):
        monkeypatch.delenv(name, raising=False)


def test_trusted_chain(authority: Authority) -> None:
    """A complete chain is trusted, and is captured leaf first as it was presented."""
    answer = authority.ask(issue("localhost", authority.middle), authority.middle)
    assert (answer.state, answer.trusted, answer.problem, answer.version) == ("completed", True, "", "TLSv1.3")
    subjects = [c.subject for c in answer.chain]
    assert subjects == ["CN=localhost", "CN=Contoso Issuing CA"]
    assert answer.chain[0].issuer == "CN=Contoso Issuing CA"


def test_chain_is_captured_without_trust(authority: Authority) -> None:
    """An unknown root's chain is seen whole, root included where it is sent."""
    root = issue("Fabrikam Inspection", ca=True)
    answer = authority.ask(issue("localhost", root), root)
    found = (answer.trusted, answer.problem, [c.subject for c in answer.chain])
    assert found == (False, "untrusted_root", ["CN=localhost", "CN=Fabrikam Inspection"])


def test_unknown_root_behind_an_intermediate(authority: Authority) -> None:
    """A chain without its root, as hosts usually send it, ends at an unknown root."""
    root = issue("Fabrikam Root", ca=True)
    middle = issue("Fabrikam Issuing CA", root, ca=True)
    answer = authority.ask(issue("localhost", middle, issuer_address=ADDRESS), middle)
    assert answer.problem == "untrusted_root"


def test_self_signed(authority: Authority) -> None:
    """A certificate that signed itself is told apart from an unknown root."""
    assert authority.ask(issue("localhost")).problem == "self_signed"


def test_missing_intermediate(authority: Authority) -> None:
    """A lone leaf that says where its issuer can be fetched misses its intermediate."""
    assert authority.ask(issue("localhost", authority.middle, issuer_address=ADDRESS)).problem == "incomplete"


def test_lone_leaf_of_an_inspecting_device(authority: Authority) -> None:
    """A lone leaf without that address comes from a root that is not here."""
    assert authority.ask(issue("localhost", issue("Fabrikam Inspection", ca=True))).problem == "untrusted_root"


@pytest.mark.parametrize(("days", "problem"), [((-30, -3), "expired"), ((3, 30), "not_yet_valid")])
def test_outside_its_time(authority: Authority, days: tuple[int, int], problem: str) -> None:
    """A certificate outside its validity is told by the local clock, with its dates."""
    answer = authority.ask(issue("localhost", authority.root, days=days))
    left_days = (answer.chain[0].not_after - time.time()) / 86400
    assert (answer.problem, left_days) == (problem, pytest.approx(days[1], abs=0.1))


def test_wrong_name(authority: Authority) -> None:
    """A trusted certificate for another host is a name mismatch."""
    assert authority.ask(issue("other.contoso.test", authority.root)).problem == "name_mismatch"


def old_context(folder: Path) -> ssl.SSLContext:
    """A server that speaks TLS 1.1 at most."""
    context = server_context(folder, issue("localhost"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def test_old_version_is_seen(authority: Authority) -> None:
    """A server of the past completes the first handshake, so that its version is known; the second says no."""
    with tcp_server(tls_serve(old_context(authority.folder))) as port:
        answer = tls_handshake("localhost", port)
    if answer.state == "refused":
        pytest.skip("this OpenSSL was built without TLS 1.1")
    assert (answer.state, answer.version, answer.trusted, answer.problem) == ("completed", "TLSv1.1", False, "other")


def test_alert_is_a_refusal(authority: Authority) -> None:
    """A server that answers with an alert refuses, in its own words."""
    context = server_context(authority.folder, issue("localhost"))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")  # an RSA cipher with an elliptic key: nothing in common
    with tcp_server(tls_serve(context)) as port:
        answer = tls_handshake("localhost", port)
    assert (answer.state, answer.detail) == ("refused", "alert handshake failure")


def http_only(connection: Any) -> None:
    """A web server without TLS."""
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize("serve", [http_only, lambda c: c.sendall(b"220 mail.contoso.test ESMTP\r\n" * 3)])
def test_plain_text_is_not_tls(serve: Any) -> None:
    """A port of another protocol is told so."""
    with tcp_server(serve) as port:
        assert tls_handshake("localhost", port).state == "not_tls"


def test_closing_server() -> None:
    """A connection that ends instead of answering is closed."""
    with tcp_server(lambda connection: connection.recv(4096)) as port:
        assert tls_handshake("localhost", port).state == "closed"


def test_silent_server_keeps_to_the_limit() -> None:
    """A server that accepts and never answers is a timeout, in time."""
    with tcp_server(wait_for_end) as port:
        started = time.monotonic()
        answer = tls_handshake("localhost", port, 0.3)
    assert (answer.state, time.monotonic() - started < 0.9) == ("timeout", True)


def test_dripping_server_keeps_to_the_limit() -> None:
    """A record fed a byte at a time cannot stretch the limit."""

    def drip(connection: Any) -> None:
        for byte in b"\x16\x03\x03\x40\x00" + bytes(100):
            connection.send(bytes([byte]))
            time.sleep(0.1)

    with tcp_server(drip) as port:
        started = time.monotonic()
        answer = tls_handshake("localhost", port, 0.4)
    assert (answer.state in ("timeout", "refused", "not_tls"), time.monotonic() - started < 1.0) == (True, True)


def test_closed_port_is_unreachable() -> None:
    """Without a connection there is no handshake."""
    with closed_port() as port:
        answer = tls_handshake("localhost", port)
    assert (answer.state, "refused" in answer.detail) == ("unreachable", True)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux drops attempts at a full queue")
def test_black_hole_is_unreachable_in_time() -> None:
    """A port that drops attempts is given up at the limit."""
    with full_port() as port:
        started = time.monotonic()
        answer = tls_handshake("127.0.0.1", port, 0.3)
    assert (answer.state, time.monotonic() - started < 0.9) == ("unreachable", True)


def test_handshake_through_a_proxy(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a proxy applies, both handshakes go through it."""
    heads: list[str] = []
    leaf = issue("localhost", authority.root)
    with (
        tcp_server(tls_serve(server_context(authority.folder, leaf))) as port,
        tcp_server(proxy_serve("200 Opened", heads=heads)) as proxy_port,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy_port}")
        answer = tls_handshake("localhost", port)
    assert (answer.state, answer.trusted, len(heads)) == ("completed", True, 2)


def test_refusing_proxy_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that opens no way leaves no handshake to judge, and says why."""
    with tcp_server(proxy_serve("403 Forbidden")) as proxy_port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy_port}")
        answer = tls_handshake("login.contoso.test", 443)
    assert (answer.state, "answered 403 Forbidden" in answer.detail) == ("unreachable", True)


def test_server_that_is_gone_for_the_second_look(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """A captured chain without a verdict is no verdict."""
    ways = iter([tls._way, lambda *a: (None, "the connection to port 443 failed (refused)")])
    monkeypatch.setattr(tls, "_way", lambda *a: next(ways)(*a))
    with pytest.raises(CannotObserve) as caught:
        authority.ask(issue("localhost", authority.root))
    assert caught.value.reason is UnknownReason.UNREACHABLE


class PublicChain:
    """The object Python 3.13 has."""

    def get_unverified_chain(self) -> list[bytes]:
        """Two certificates."""
        return [b"leaf", b"issuer"]


class LeafOnly:
    """The object of a Python that tells no chain."""

    def getpeercert(self, binary_form: bool) -> bytes:
        """The leaf."""
        return b"leaf"


def test_chain_on_every_python() -> None:
    """The public call is preferred, and where none exists the leaf alone is known."""
    assert [tls.presented(o) for o in (PublicChain(), LeafOnly())] == [[b"leaf", b"issuer"], [b"leaf"]]


@pytest.mark.parametrize(
    ("code", "problem"), [(23, "revoked"), (24, "other"), (62, "name_mismatch"), (64, "name_mismatch")]
)
def test_openssl_results(code: int, problem: str) -> None:
    """Results that no server here can cause are mapped as OpenSSL numbers them."""
    assert tls.problem_of(code, (), False) == problem
