"""Little servers on 127.0.0.1 for tests of the live answers: ephemeral ports, daemon threads, closed at the end."""

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

#: Seconds between 1900 (NTP) and 1970.
NTP_EPOCH = 2208988800


@contextlib.contextmanager
def tcp_server(serve: Callable[[socket.socket], object]) -> Iterator[int]:
    """A port where ``serve`` handles each connection in its own thread; errors of a peer that left are not of interest."""
    listener = socket.create_server(("127.0.0.1", 0))
    workers: list[threading.Thread] = []
    connections: list[socket.socket] = []

    def handle(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            serve(connection)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connections.append(connection)
            workers.append(threading.Thread(target=handle, args=(connection,), daemon=True))
            workers[-1].start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield listener.getsockname()[1]
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join(2)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for worker in workers:
            worker.join(2)


def wait_for_end(connection: socket.socket) -> None:
    """Reads and says nothing until the other side leaves."""
    while connection.recv(4096):
        pass


def read_head(connection: socket.socket) -> str:
    """The head of a request."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(4096)
        if not piece:
            break
        head += piece
    return head.decode("latin-1")


@contextlib.contextmanager
def closed_port() -> Iterator[int]:
    """A port that is taken but where nobody listens, so that connections are refused."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


@contextlib.contextmanager
def full_port() -> Iterator[int]:
    """A port whose queue is full: Linux drops further attempts, as a black hole does."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        time.sleep(0.05)
        yield listener.getsockname()[1]


def ntp_packet(request: bytes, ahead_s: float = 0.0, **fields: Any) -> bytes:
    """A server's answer whose clock is ``ahead_s`` ahead of ours."""
    now = time.time() + NTP_EPOCH + ahead_s
    stamp = struct.pack("!II", int(now), int(now % 1 * 2**32))
    first = (fields.get("leap", 0) << 6) | (3 << 3) | fields.get("mode", 4)
    reference = fields.get("reference", b"\x7f\x00\x00\x01")
    head = struct.pack("!BBbbII", first, fields.get("stratum", 2), 6, -20, 0x0000_1000, 0x0000_2000) + reference
    return head + stamp + request[40:48] + stamp + stamp


@contextlib.contextmanager
def ntp_server(answer: Callable[[bytes], bytes | None], family: int = socket.AF_INET) -> Iterator[int]:
    """A UDP port that answers real NTP packets, or is silent where ``answer`` gives None."""
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        sock.settimeout(0.05)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                try:
                    request, sender = sock.recvfrom(256)
                except TimeoutError:
                    continue
                if said := answer(request):
                    sock.sendto(said, sender)

        worker = threading.Thread(target=serve, daemon=True)
        worker.start()
        try:
            yield sock.getsockname()[1]
        finally:
            stop.set()
            worker.join(2)


class Issued(NamedTuple):
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)


def issue(
    name: str, by: Issued | None = None, *, ca: bool = False, days: tuple[int, int] = (-1, 30), **more: Any
) -> Issued:
    """A certificate for ``name`` by an issuer, or by itself; ``days`` are its bounds from now; ``alt`` its name as a server."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + datetime.timedelta(days=days[0]))
        .not_valid_after(now + datetime.timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    signer = by.key if by else key
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    builder = builder.add_extension(authority, critical=False)
    if ca:
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(usage, critical=True)
    else:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(more.get("alt", name))]), False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
    if address := more.get("issuer_address"):
        where = x509.AccessDescription(
            AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(address)
        )
        builder = builder.add_extension(x509.AuthorityInformationAccess([where]), critical=False)
    return Issued(builder.sign(signer, hashes.SHA256()), key)


def server_context(folder: Path, leaf: Issued, *others: Issued) -> ssl.SSLContext:
    """A TLS server's settings with this chain."""
    path = folder / f"{leaf.certificate.serial_number}.pem"
    key = leaf.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(key + leaf.pem + b"".join(other.pem for other in others))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def tls_serve(context: ssl.SSLContext, then: Callable[[Any], object] = wait_for_end) -> Callable[[socket.socket], None]:
    """A handler that completes the handshake and then does ``then``."""

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            then(secured)

    return serve


def proxy_serve(status: str, *headers: str, heads: list[str] | None = None) -> Callable[[socket.socket], None]:
    """A proxy that answers every CONNECT with ``status``, and for 200 really connects to the port on 127.0.0.1."""

    def serve(connection: socket.socket) -> None:
        head = read_head(connection)
        if heads is not None:
            heads.append(head)
        lines = [f"HTTP/1.1 {status}", *headers]
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        if not status.startswith("200"):
            return
        port = int(head.split()[1].rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as beyond:
            pump = threading.Thread(target=_copy, args=(beyond, connection), daemon=True)
            pump.start()
            _copy(connection, beyond)
            pump.join(2)

    return serve


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
