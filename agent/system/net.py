"""Names and connections: what the operating system's resolver says, and whether a port opens."""

from __future__ import annotations

import errno
import socket
import time
from pathlib import Path
from typing import Any

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.base import DnsAnswer, TcpAnswer
from agent.system.limits import within

#: Seconds to wait for the resolver. glibc alone waits 5 s for each server; a sign-in that waits this long fails too.
RESOLVE_LIMIT_S = 2.0

#: getaddrinfo's error numbers -> state. Negative and small numbers are POSIX, 11001 to 11004 Windows Sockets.
#: EAI_AGAIN covers both "the server failed" (SERVFAIL) and "no server reached"; `_state` tells them apart where it can.
_NAME_ERRORS = {
    getattr(socket, "EAI_NONAME", -2): "not_found",
    getattr(socket, "EAI_NODATA", -5): "no_address",
    getattr(socket, "EAI_ADDRFAMILY", -9): "no_address",
    getattr(socket, "EAI_AGAIN", -3): "server_failure",
    getattr(socket, "EAI_FAIL", -4): "server_failure",
    11001: "not_found",  # WSAHOST_NOT_FOUND
    11002: "server_failure",  # WSATRY_AGAIN
    11003: "server_failure",  # WSANO_RECOVERY
    11004: "no_address",  # WSANO_DATA
    10050: "no_server",  # WSAENETDOWN
    9852: "no_server",  # DNS_ERROR_NO_DNS_SERVERS
}

#: errno and WinError numbers of connect() -> state. A reset during connect is a refusal by something on the way.
_CONNECT_ERRORS = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "refused",
    errno.ETIMEDOUT: "timeout",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.ENETDOWN: "unreachable",
    errno.EADDRNOTAVAIL: "unreachable",
    errno.EAFNOSUPPORT: "unreachable",
    errno.EACCES: "blocked",
    errno.EPERM: "blocked",
    10061: "refused",  # WSAECONNREFUSED
    10054: "refused",  # WSAECONNRESET
    10060: "timeout",  # WSAETIMEDOUT
    10065: "unreachable",  # WSAEHOSTUNREACH
    10051: "unreachable",  # WSAENETUNREACH
    10050: "unreachable",  # WSAENETDOWN
    10049: "unreachable",  # WSAEADDRNOTAVAIL
    10047: "unreachable",  # WSAEAFNOSUPPORT
    10013: "blocked",  # WSAEACCES: Windows Defender Firewall and filter drivers answer with it
}


def resolve(host: str) -> DnsAnswer:
    """The addresses the operating system's resolver gives, within ``RESOLVE_LIMIT_S``.

    No answer in that time is ``no_server``: whatever the reason, nothing that needs the name works either.
    """
    try:
        found = within(RESOLVE_LIMIT_S, lambda: lookup(host, 0))
    except TimeoutError:
        return DnsAnswer(host, "no_server", (), f"no name server answered in {RESOLVE_LIMIT_S:.1f} s")
    except UnicodeError as fault:
        return DnsAnswer(host, "not_found", (), f"not a host name: {fault}")
    except OSError as fault:
        return DnsAnswer(host, _state(fault), (), fault.strerror or str(fault))
    return DnsAnswer(host, "found", tuple(dict.fromkeys(str(entry[4][0]) for entry in found)))


def lookup(host: str, port: int) -> list[Any]:
    """``getaddrinfo`` for stream sockets; brackets around an IPv6 address are allowed."""
    return socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)


def _state(fault: OSError) -> str:
    number = getattr(fault, "winerror", None) or fault.errno or 0
    state = _NAME_ERRORS.get(number, "server_failure")
    if state == "server_failure" and number == getattr(socket, "EAI_AGAIN", -3) and not name_servers():
        return "no_server"
    return state


def name_servers(path: str = "/etc/resolv.conf") -> tuple[str, ...]:
    """The servers a Unix resolver file lists, or ``unknown`` where there is no such file to read (Windows)."""
    try:
        lines = Path(path).read_text(errors="replace").splitlines()
    except OSError:
        return ("unknown",)
    return tuple(words[1] for words in map(str.split, lines) if len(words) > 1 and words[0] == "nameserver")


def connect(host: str, port: int, timeout_s: float = 2.0) -> TcpAnswer:
    """One TCP connection by ``timeout_s``, all addresses of the host tried in the resolver's order.

    Windows repeats a refused attempt twice and reports it after about 2 s (documented behaviour, not measured here), so a
    limit below 2.3 s can turn ``refused`` into ``timeout`` there.
    """
    started = time.monotonic()
    try:
        sock, answer = open_socket(host, port, started + timeout_s)
    except TimeoutError as fault:
        raise CannotObserve(UnknownReason.TIMEOUT, f"the name {host} was not resolved in {timeout_s:.1f} s") from fault
    if sock is not None:
        sock.close()
    return answer


def open_socket(host: str, port: int, deadline: float) -> tuple[socket.socket | None, TcpAnswer]:
    """A connected socket and the answer, or None and why not, by ``deadline`` (``time.monotonic``).

    A name without an address raises ``CannotObserve``; a resolver that is too slow raises ``TimeoutError``.
    """
    started = time.monotonic()
    try:
        entries = within(deadline - started, lambda: lookup(host, port))
    except TimeoutError:
        raise
    except (UnicodeError, OSError) as fault:
        raise CannotObserve(UnknownReason.UNREACHABLE, f"the name {host} has no address") from fault
    outcome = TcpAnswer(host, port, "timeout", 0.0)
    for position, (family, kind, protocol, _name, address) in enumerate(entries):
        left_s = (deadline - time.monotonic()) / (len(entries) - position)
        if left_s <= 0:
            break
        sock, state, detail = _attempt(family, kind, protocol, address, left_s)
        elapsed_ms = round((time.monotonic() - started) * 1000, 1)
        answer = TcpAnswer(host, port, state, elapsed_ms, str(address[0]), detail)
        if sock is not None:
            return sock, answer
        # the most telling of several failures: an address family without a route says little about the host
        if position == 0 or outcome.state == "unreachable":
            outcome = answer
    return None, outcome._replace(elapsed_ms=round((time.monotonic() - started) * 1000, 1))


def _attempt(
    family: int, kind: int, protocol: int, address: Any, timeout_s: float
) -> tuple[socket.socket | None, str, str]:
    try:
        sock = socket.socket(family, kind, protocol)
    except OSError as fault:
        return None, "unreachable", str(fault)
    try:
        sock.settimeout(timeout_s)
        sock.connect(address)
    except TimeoutError:
        sock.close()
        return None, "timeout", f"no answer in {timeout_s:.1f} s"
    except OSError as fault:
        sock.close()
        return None, connect_state(fault), fault.strerror or str(fault)
    return sock, "open", ""


def connect_state(fault: OSError) -> str:
    """The state that a failed connect means; numbers nobody listed count as unreachable."""
    number = getattr(fault, "winerror", None) or fault.errno or 0
    return _CONNECT_ERRORS.get(number, "unreachable")
