"""Chains that signatures prove, and revocation lists fetched from a real server: real certificates of a made-up authority."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lab.pki import Authority, Pair, issue

from agent.system.base import CertificateFacts, Revocation
from agent.system.live import LiveSystem

NOW = datetime.datetime.now(datetime.timezone.utc)
DAY = datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def authority() -> Authority:
    """A root and an intermediate authority."""
    return Authority("Chain")


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stores of an empty home; no proxy; no roots but those a test names."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    empty = tmp_path / "roots.pem"
    empty.write_text("")
    monkeypatch.setenv("SSL_CERT_FILE", str(empty))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))


def _file(folder: Path, *pairs: Pair) -> CertificateFacts:
    path = folder / "app.pem"
    path.write_text("".join(p.pem() for p in pairs))
    return LiveSystem().certificate_file(str(path))[0]


def test_a_self_signed_certificate_needs_no_chain(tmp_path: Path) -> None:
    """What most applications use."""
    alone = _file(tmp_path, issue("graph-nightly", days=(-1, 30)))
    assert LiveSystem().certificate_chain(alone)[:2] == ("self_signed", 1)


def test_chains_of_one_certificate(tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its issuer it is incomplete; with it only the root is missing; with a trusted root it is whole."""
    leaf = issue("graph-nightly", days=(-1, 30), by=authority.intermediate)
    alone = LiveSystem().certificate_chain(_file(tmp_path, leaf))
    assert (alone.state, alone.length, alone.missing) == ("incomplete", 1, "CN=Chain Issuing CA")
    beside = _file(tmp_path, leaf, authority.intermediate)
    chain = LiveSystem().certificate_chain(beside)
    assert (chain.state, chain.length, chain.missing) == ("rootless", 2, "CN=Chain Root CA")
    roots = tmp_path / "trusted.pem"
    roots.write_text(authority.root.pem())
    monkeypatch.setenv("SSL_CERT_FILE", str(roots))
    assert LiveSystem().certificate_chain(beside)[:2] == ("complete", 3)


def test_an_authority_of_the_same_name_is_none(tmp_path: Path, authority: Authority) -> None:
    """Only a signature proves a link."""
    leaf = issue("graph-nightly", days=(-1, 30), by=authority.intermediate)
    impostor = issue("Chain Issuing CA", days=(-1, 30), is_authority=True)
    assert LiveSystem().certificate_chain(_file(tmp_path, leaf, impostor)).state == "incomplete"


def test_an_authority_that_is_over(tmp_path: Path) -> None:
    """The chain is there, and of no use."""
    old = issue("Old CA", days=(-900, -5), is_authority=True)
    leaf = issue("graph-nightly", days=(-10, 30), by=old)
    told = LiveSystem().certificate_chain(_file(tmp_path, leaf, old))
    assert (told.state, told.missing) == ("expired", "CN=Old CA")


def test_an_intermediate_in_the_store_of_the_account(tmp_path: Path, authority: Authority) -> None:
    """.NET's store of intermediate authorities counts."""
    store = tmp_path / ".dotnet/corefx/cryptography/x509stores/ca"
    store.mkdir(parents=True)
    (store / "a.pfx").write_bytes(authority.intermediate.pfx(with_key=False))
    leaf = issue("graph-nightly", days=(-1, 30), by=authority.intermediate)
    assert LiveSystem().certificate_chain(_file(tmp_path, leaf)).state == "rootless"


@pytest.fixture
def lists() -> Iterator[tuple[str, dict[str, bytes]]]:
    """A web server of revocation lists: its address, and what it gives by path."""
    pages: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            body = pages.get(self.path, b"")
            self.send_response(200 if body else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", pages
    server.shutdown()
    server.server_close()
    thread.join(5)


def _leaf(by: Pair, *addresses: str) -> x509.Certificate:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "graph-nightly")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(by.certificate.subject)
    builder = builder.public_key(key.public_key()).serial_number(4711).not_valid_before(NOW - DAY)
    builder = builder.not_valid_after(NOW + 30 * DAY)
    if addresses:
        names = [x509.UniformResourceIdentifier(a) for a in addresses]
        points = [x509.DistributionPoint([n], None, None, None) for n in names]
        builder = builder.add_extension(x509.CRLDistributionPoints(points), critical=False)
    return builder.sign(by.key, hashes.SHA256())


def _list(by: Pair, revoked: bool = False, until: datetime.timedelta = 7 * DAY) -> x509.CertificateRevocationList:
    builder = x509.CertificateRevocationListBuilder().issuer_name(by.certificate.subject)
    builder = builder.last_update(NOW - 30 * DAY).next_update(NOW + until)
    if revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(4711).revocation_date(NOW - 2 * DAY).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(by.key, hashes.SHA256())


def _asked(folder: Path, made: x509.Certificate) -> Revocation:
    path = folder / "app.pem"
    path.write_bytes(made.public_bytes(Encoding.PEM))
    system = LiveSystem()
    return system.certificate_revocation(system.certificate_file(str(path))[0])


@pytest.mark.parametrize(
    ("page", "state"),
    [
        (lambda ca, other: _list(ca).public_bytes(Encoding.DER), "good"),
        (lambda ca, other: _list(ca).public_bytes(Encoding.PEM), "good"),
        (lambda ca, other: _list(ca, revoked=True).public_bytes(Encoding.DER), "revoked"),
        (lambda ca, other: _list(ca, until=-DAY).public_bytes(Encoding.DER), "outdated"),
        (lambda ca, other: _list(other).public_bytes(Encoding.DER), "damaged"),
        (lambda ca, other: b"<html>", "damaged"),
        (lambda ca, other: b"", "unreachable"),
    ],
)
def test_a_revocation_list(
    tmp_path: Path,
    authority: Authority,
    lists: tuple[str, dict[str, bytes]],
    page: Callable[[Any, Any], bytes],
    state: str,
) -> None:
    """A current list, one that names the certificate, an old one, another authority's, no list, and no answer."""
    address, pages = lists
    pages["/ca.crl"] = page(authority.intermediate, authority.root)
    told = _asked(tmp_path, _leaf(authority.intermediate, f"{address}/ca.crl"))
    assert (told.state, told.url) == (state, f"{address}/ca.crl")


def test_the_second_address_counts_where_the_first_is_silent(
    tmp_path: Path, authority: Authority, lists: tuple[str, dict[str, bytes]]
) -> None:
    """One list that can be read is enough."""
    address, pages = lists
    pages["/two.crl"] = _list(authority.intermediate).public_bytes(Encoding.DER)
    leaf = _leaf(authority.intermediate, f"{address}/one.crl", f"{address}/two.crl")
    assert _asked(tmp_path, leaf) == Revocation("good", f"{address}/two.crl")


def test_a_certificate_without_an_address(tmp_path: Path, authority: Authority) -> None:
    """No list is named, or only one of a directory service, which is not asked."""
    assert _asked(tmp_path, _leaf(authority.intermediate)).state == "no_address"
    assert _asked(tmp_path, _leaf(authority.intermediate, "ldap:///CN=Contoso")).state == "no_address"
