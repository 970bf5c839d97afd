"""The lab's sign-in service and Graph over TLS, on a free port of 127.0.0.1, in a thread."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from lab import graph
from lab.entra import Directory


class WebServer:
    """Serves until closed; ``seen`` lists (method, path) of every request."""

    def __init__(self, directory: Directory, certificate: Path) -> None:
        self.seen: list[tuple[str, str]] = []
        self._server = _Quiet(("127.0.0.1", 0), _handler(directory, self.seen))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        # The handshake belongs to the connection's own thread, or one silent client would stop all others.
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        """Scheme, name and port."""
        return f"https://localhost:{self.port}"

    def close(self) -> None:
        """Stop listening; nothing stays."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def __enter__(self) -> WebServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that distrust the certificate or go away are what the lab is for."""


def _page(directory: Directory, path: str, login: str) -> tuple[int, Mapping[str, Any], Mapping[str, str]]:
    """Status, body and headers of the answer to a GET."""
    parts = urlsplit(path).path.strip("/").split("/")
    if parts[1:] == ["v2.0", ".well-known", "openid-configuration"]:
        return (*directory.openid(parts[0]), {})
    if parts[1:2] == ["userrealm"]:
        return 200, directory.realm(unquote(parts[2])), {}
    if parts[0] == "v1.0":
        status, headers, body = graph.answer(directory, path, login)
        return status, body, headers
    return 200, {"lab": True}, {}


def _handler(directory: Directory, seen: list[tuple[str, str]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 15

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            seen.append(("GET", self.path))
            self._reply(*_page(directory, self.path, self.headers.get("Authorization", "")))

        do_HEAD = do_GET

        def do_POST(self) -> None:
            seen.append(("POST", self.path))
            parts = urlsplit(self.path).path.strip("/").split("/")
            form = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            if parts[1:] == ["oauth2", "v2.0", "token"]:
                self._reply(*directory.token(parts[0], dict(parse_qsl(form))))
            else:
                self._reply(404, {"error": "not_found"})

        def _reply(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

    return Handler
