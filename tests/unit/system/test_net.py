"""Names and connections."""

from __future__ import annotations

import errno
import socket
import sys
import time
from pathlib import Path

import pytest
from loopback import closed_port, full_port, tcp_server, wait_for_end

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system import net


def failing(fault: BaseException) -> object:
    """A resolver that fails in this way."""

    def fail(*args: object, **kwargs: object) -> None:
        raise fault

    return fail


def test_localhost_resolves() -> None:
    """The real resolver knows this machine."""
    answer = net.resolve("localhost")
    assert (answer.state, bool({"127.0.0.1", "::1"} & set(answer.addresses))) == ("found", True)


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "not_found"),
        (socket.gaierror(getattr(socket, "EAI_NODATA", -5), "No address"), "no_address"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "server_failure"),
        (socket.gaierror(socket.EAI_FAIL, "Non-recoverable failure"), "server_failure"),
        (socket.gaierror(11001, "WSAHOST_NOT_FOUND"), "not_found"),
        (socket.gaierror(11002, "WSATRY_AGAIN"), "server_failure"),
        (socket.gaierror(11003, "WSANO_RECOVERY"), "server_failure"),
        (socket.gaierror(11004, "WSANO_DATA"), "no_address"),
        (UnicodeError("label too long"), "not_found"),
    ],
)
def test_each_resolver_error_has_its_state(fault: Exception, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers of POSIX and Windows are told apart."""
    monkeypatch.setattr(socket, "getaddrinfo", failing(fault))
    monkeypatch.setattr(net, "name_servers", lambda: ("192.0.2.53",))
    assert net.resolve("login.contoso.test").state == state


def test_temporary_failure_without_servers_is_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose resolver file lists nobody has no name server."""
    monkeypatch.setattr(socket, "getaddrinfo", failing(socket.gaierror(socket.EAI_AGAIN, "Temporary failure")))
    monkeypatch.setattr(net, "name_servers", tuple)
    assert net.resolve("login.contoso.test").state == "no_server"


def test_hanging_resolver_is_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that says nothing is given up in time."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: time.sleep(0.6))
    monkeypatch.setattr(net, "RESOLVE_LIMIT_S", 0.1)
    started = time.monotonic()
    answer = net.resolve("login.contoso.test")
    assert (answer.state, time.monotonic() - started < 0.5) == ("no_server", True)


def test_resolver_file_is_read(tmp_path: Path) -> None:
    """Servers are listed, comments are not, and an absent file is not an empty one."""
    path = tmp_path / "resolv.conf"
    path.write_text("# nameserver 192.0.2.1\nsearch contoso.test\nnameserver 192.0.2.53\n")
    assert net.name_servers(str(path)) == ("192.0.2.53",)
    assert net.name_servers(str(tmp_path / "absent")) == ("unknown",)


def test_open_port() -> None:
    """A listening port opens and tells its address."""
    with tcp_server(wait_for_end) as port:
        answer = net.connect("127.0.0.1", port)
    assert (answer.state, answer.address) == ("open", "127.0.0.1")


def test_closed_port_is_refused() -> None:
    """A port where nobody listens refuses."""
    with closed_port() as port:
        assert net.connect("127.0.0.1", port).state == "refused"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux drops attempts at a full queue")
def test_black_hole_is_a_timeout_in_time() -> None:
    """A port that drops attempts is given up at its limit."""
    with full_port() as port:
        started = time.monotonic()
        answer = net.connect("127.0.0.1", port, 0.3)
    assert (answer.state, time.monotonic() - started < 0.8) == ("timeout", True)


def test_second_address_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host whose first address refuses is reached at its second."""
    with tcp_server(wait_for_end) as port, closed_port() as closed:
        entry = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        monkeypatch.setattr(
            net, "lookup", lambda host, p: [(*entry, ("127.0.0.1", closed)), (*entry, ("127.0.0.1", port))]
        )
        assert net.connect("login.contoso.test", 443).state == "open"


def test_missing_address_family_does_not_hide_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """No route for IPv6 says less than a refusal over IPv4."""
    said = iter([(None, "unreachable", "no route"), (None, "refused", "refused")])
    monkeypatch.setattr(net, "_attempt", lambda *a: next(said))
    monkeypatch.setattr(
        net, "lookup", lambda host, p: [(0, 0, 0, "", ("2001:db8::1", 1)), (0, 0, 0, "", ("192.0.2.1", 1))]
    )
    assert net.connect("login.contoso.test", 443).state == "refused"


def test_name_without_address_cannot_be_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection needs an address; that is another question's verdict."""
    monkeypatch.setattr(socket, "getaddrinfo", failing(socket.gaierror(socket.EAI_NONAME, "unknown")))
    with pytest.raises(CannotObserve) as caught:
        net.connect("login.contoso.test", 443)
    assert caught.value.reason is UnknownReason.UNREACHABLE


def test_hanging_resolver_does_not_hold_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name's time counts towards the limit."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: time.sleep(0.6))
    started = time.monotonic()
    with pytest.raises(CannotObserve) as caught:
        net.connect("login.contoso.test", 443, 0.1)
    assert (caught.value.reason, time.monotonic() - started < 0.5) == (UnknownReason.TIMEOUT, True)


@pytest.mark.parametrize(
    ("number", "state"),
    [
        (errno.ECONNREFUSED, "refused"),
        (errno.ECONNRESET, "refused"),
        (errno.ETIMEDOUT, "timeout"),
        (errno.EHOSTUNREACH, "unreachable"),
        (errno.ENETUNREACH, "unreachable"),
        (errno.EACCES, "blocked"),
        (errno.EPERM, "blocked"),
        (10061, "refused"),
        (10060, "timeout"),
        (10065, "unreachable"),
        (10051, "unreachable"),
        (10013, "blocked"),
        (12345, "unreachable"),
    ],
)
def test_each_connect_error_has_its_state(number: int, state: str) -> None:
    """The numbers of POSIX and Windows Sockets, and one that nobody listed."""
    assert net.connect_state(OSError(number, "words")) == state
