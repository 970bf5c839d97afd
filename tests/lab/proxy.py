"""Proxies of the lab: one that demands a login, and one that opens TLS with an authority of its own.

Both tunnel only to 127.0.0.1 and localhost: a test can never reach out through them.
"""

from __future__ import annotations

import base64
import contextlib
import select
import socket
import ssl
import threading
from pathlib import Path
from types import TracebackType

_HERE = ("localhost", "127.0.0.1")
_BLOCK = 65536


class Proxy:
    """An HTTP proxy for CONNECT. ``login`` is ``user:password`` or empty; ``certificate`` makes it open TLS itself."""

    def __init__(self, login: str = "", certificate: Path | None = None) -> None:
        self.login = login
        self.seen: list[str] = []
        self._context: ssl.SSLContext | None = None
        if certificate:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(certificate)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._closed = False
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    def address(self, login: str = "") -> str:
        """The value of HTTPS_PROXY, with a login when given."""
        return f"http://{login + '@' if login else ''}127.0.0.1:{self.port}"

    def close(self) -> None:
        """Stop listening and cut every tunnel."""
        self._closed = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in list(self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)

    def __enter__(self) -> Proxy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._open.add(client)
        try:
            client.settimeout(15)
            while self._request(client):
                pass
        except (OSError, ValueError):
            pass  # the client went away or distrusts us
        finally:
            self._open.discard(client)
            client.close()

    def _request(self, client: socket.socket) -> bool:
        head = b""
        while b"\r\n\r\n" not in head:
            if not (block := client.recv(_BLOCK)):
                return False
            head += block
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        self.seen.append(first)
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
        want = "Basic " + base64.b64encode(self.login.encode()).decode()
        if self.login and headers.get("proxy-authorization") != want:
            client.sendall(
                b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                b'Proxy-Authenticate: Basic realm="Contoso proxy"\r\nContent-Length: 0\r\n\r\n'
            )
            return True
        host, _, port = target.partition(":")
        if method != "CONNECT" or host not in _HERE:
            client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return True
        self._tunnel(client, int(port))
        return False

    def _tunnel(self, client: socket.socket, port: int) -> None:
        try:
            service = socket.create_connection(("127.0.0.1", port), 5)
        except OSError:
            client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with contextlib.ExitStack() as ends:
            ends.enter_context(service)
            if self._context:
                client = ends.enter_context(self._context.wrap_socket(client, server_side=True))
                outward = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                outward.check_hostname, outward.verify_mode = False, ssl.CERT_NONE  # only 127.0.0.1 is behind it
                service = ends.enter_context(outward.wrap_socket(service))
            self._open.update((client, service))
            try:
                _pump(client, service)
            finally:
                self._open -= {client, service}


def _pump(one: socket.socket, other: socket.socket) -> None:
    while True:
        waiting = [s for s in (one, other) if isinstance(s, ssl.SSLSocket) and s.pending()]
        ready = waiting or select.select([one, other], [], [], 15)[0]
        if not ready:
            return
        for source in ready:
            # A session ticket makes a TLS socket readable without any data to read: look, and do not wait for more.
            source.settimeout(0)
            try:
                block = source.recv(_BLOCK)
            except (ssl.SSLWantReadError, BlockingIOError):
                continue
            finally:
                source.settimeout(15)
            if not block:
                return
            (other if source is one else one).sendall(block)
