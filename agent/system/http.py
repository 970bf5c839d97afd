"""One GET, as this account's programs would send it: through the proxy that applies, certificates verified."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from agent import __version__
from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system import net, proxy
from agent.system.base import HttpAnswer
from agent.system.limits import within

if TYPE_CHECKING:
    import http.client

#: As much of a body as anyone looks at; error documents of sign-in services stay below 4 KiB.
BODY_LIMIT_BYTES = 65536


def http_get(url: str, timeout_s: float = 2.0, verify: bool = True) -> HttpAnswer:
    """The answer to one GET within ``timeout_s`` in all; redirects are not followed, no cookies and no login are sent.

    The platform's trust store decides over the certificate (``SSL_CERT_FILE`` is honoured), except with ``verify`` false, where
    nothing of the answer may be trusted but its existence and its clock. A login for the proxy that the environment gives
    is used, and never part of any answer.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CannotObserve(UnknownReason.MISSING_FACT, f"{url} is not a web address")
    deadline = time.monotonic() + timeout_s
    opened: list[Any] = []
    try:
        return within(timeout_s, lambda: _get(url, parts, deadline, verify, opened), lambda: _shut(opened))
    except TimeoutError as fault:
        raise CannotObserve(UnknownReason.TIMEOUT, f"no answer from {parts.hostname} in {timeout_s:.1f} s") from fault


def _get(url: str, parts: SplitResult, deadline: float, verify: bool, opened: list[Any]) -> HttpAnswer:
    import http.client

    through = proxy.proxy_for(url)
    try:
        sock, target, headers = _connected(url, parts, through, deadline)
        opened.append(sock)
        if parts.scheme == "https":
            sock = _secured(sock, parts.hostname or "", verify, deadline)
            opened.append(sock)
        try:
            connection = http.client.HTTPConnection(parts.hostname or "", _port(parts))
            connection.sock = sock
            return _exchange(connection, url, target, headers, through, deadline)
        finally:
            sock.close()
    except TimeoutError:
        raise
    except http.client.HTTPException as fault:
        detail = f"{parts.hostname} did not answer in HTTP ({type(fault).__name__})"
        raise CannotObserve(UnknownReason.UNREACHABLE, detail) from fault
    except OSError as fault:
        detail = f"{parts.hostname}: {_words(fault)}"
        raise CannotObserve(UnknownReason.UNREACHABLE, detail) from fault


def _connected(url: str, parts: SplitResult, through: str, deadline: float) -> tuple[Any, str, dict[str, str]]:
    """A socket to send the request on, the request target, and headers that the way demands."""
    host, port = parts.hostname or "", _port(parts)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not through:
        return _direct(host, port, deadline), target, {}
    login = proxy.login_for(through)
    if parts.scheme == "http":  # plain requests are handed to the proxy whole
        way = urlsplit(through)
        if way.scheme != "http":
            detail = f"{through} is not a plain HTTP proxy, and only those are asked"
            raise CannotObserve(UnknownReason.NOT_SUPPORTED, detail)
        headers = {"Proxy-Authorization": proxy.basic(login)} if login else {}
        return _direct(way.hostname or "", way.port or 80, deadline), url, headers
    sock, answer = proxy.open_tunnel(through, host, port, deadline, login)
    if sock is None:
        if answer.state == "timeout":
            raise TimeoutError(answer.reason)
        said = f"answered {answer.status} {answer.reason}".strip() if answer.status else answer.state
        raise CannotObserve(UnknownReason.UNREACHABLE, f"the proxy {through} opened no way to {host}: {said}")
    return sock, target, {}


def _direct(host: str, port: int, deadline: float) -> Any:
    sock, answer = net.open_socket(host, port, deadline)
    if sock is None:
        if answer.state == "timeout":
            raise TimeoutError(answer.detail)
        raise CannotObserve(UnknownReason.UNREACHABLE, f"{host}:{port} {answer.state} the connection")
    return sock


def _secured(sock: Any, host: str, verify: bool, deadline: float) -> Any:
    import ssl

    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    sock.settimeout(max(deadline - time.monotonic(), 0.01))
    try:
        return context.wrap_socket(sock, server_hostname=host)
    except Exception:
        sock.close()
        raise


def _exchange(
    connection: http.client.HTTPConnection,
    url: str,
    target: str,
    headers: dict[str, str],
    through: str,
    deadline: float,
) -> HttpAnswer:
    sent_at = time.time()
    # closing after the answer keeps servers from holding the connection open until their own limit
    fixed = {"User-Agent": f"it-error-agent/{__version__}", "Accept": "*/*", "Connection": "close"}
    connection.sock.settimeout(max(deadline - time.monotonic(), 0.01))
    connection.request("GET", target, headers=fixed | headers)
    with connection.getresponse() as response:
        received_at = time.time()
        body = response.read(BODY_LIMIT_BYTES)
        fields = {name.lower(): value for name, value in response.getheaders()}
        return HttpAnswer(url, response.status, response.reason, fields, body, sent_at, received_at, through)


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _words(fault: OSError) -> str:
    """The system's or OpenSSL's own words for a failure, without its source line."""
    message = getattr(fault, "verify_message", "") or getattr(fault, "reason", "") or fault.strerror or str(fault)
    return f"certificate not trusted ({message})" if getattr(fault, "verify_message", "") else str(message)


def _shut(opened: list[Any]) -> None:
    """Ends a read that nobody waits for any more."""
    import socket

    for sock in opened:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:  # noqa: PERF203 - already closed, or handed over to its TLS wrapper
            continue
