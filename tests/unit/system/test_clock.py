"""Time servers, NTP exchanges and the time service."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest
from loopback import closed_port, ntp_packet, ntp_server

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system import clock


@pytest.mark.parametrize("ahead_s", [0.0, 420.0, -3600.0])
def test_offset_is_what_must_be_added(ahead_s: float) -> None:
    """A server ahead of us gives a positive offset, one behind a negative."""
    with ntp_server(lambda request: ntp_packet(request, ahead_s)) as port:
        answer = clock.ntp_query(f"127.0.0.1:{port}", 1.0)
    assert answer.offset_s == pytest.approx(ahead_s, abs=0.2)
    assert (answer.server, answer.stratum, answer.leap) == (f"127.0.0.1:{port}", 2, 0)


def test_root_distance_adds_the_way_to_the_reference() -> None:
    """Half the root delay, the root dispersion and half the delay: 1/32 + 1/8 s here, and a moment on loopback."""
    with ntp_server(ntp_packet) as port:
        answer = clock.ntp_query(f"127.0.0.1:{port}", 1.0)
    assert answer.root_distance_s == pytest.approx(0x1000 / 65536 / 2 + 0x2000 / 65536, abs=0.1)


def test_ipv6_server_is_asked() -> None:
    """An address in brackets with a port is an IPv6 server."""
    try:
        with ntp_server(ntp_packet, socket.AF_INET6) as port:
            assert clock.ntp_query(f"[::1]:{port}", 1.0).stratum == 2
    except OSError as fault:
        pytest.skip(f"no IPv6 on loopback here: {fault}")


def test_silent_server_keeps_to_its_time() -> None:
    """A server that never answers is unreachable when its time is over, not later."""
    with ntp_server(lambda request: None) as port:
        started = time.monotonic()
        with pytest.raises(CannotObserve) as caught:
            clock.ntp_query(f"127.0.0.1:{port}", 0.3)
    assert (caught.value.reason, time.monotonic() - started < 0.8) == (UnknownReason.UNREACHABLE, True)
    assert f"(UDP {port})" in caught.value.detail


def test_slow_resolver_counts_towards_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that hangs does not hold the question."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: time.sleep(1.0))
    started = time.monotonic()
    with pytest.raises(CannotObserve, match="no answer"):
        clock.ntp_query("ntp.contoso.test", 0.2)
    assert time.monotonic() - started < 0.8


def test_unknown_name_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server without an address is no answer, and named so."""

    def fail(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(CannotObserve, match=r"ntp\.contoso\.test has no address"):
        clock.ntp_query("ntp.contoso.test", 0.2)


def test_closed_port_is_unreachable() -> None:
    """A host that sends back an ICMP refusal is unreachable."""
    with closed_port() as port, pytest.raises(CannotObserve) as caught:
        clock.ntp_query(f"127.0.0.1:{port}", 0.3)
    assert caught.value.reason is UnknownReason.UNREACHABLE


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"stratum": 0, "reference": b"RATE"}, "declines to answer (RATE)"),
        ({"leap": 3}, "is not synchronised itself"),
        ({"stratum": 16}, "is not synchronised itself"),
        ({"mode": 1}, "did not answer as a time server"),
    ],
)
def test_worthless_answers_are_no_answers(fields: dict[str, object], words: str) -> None:
    """A kiss code or a server without time of its own says nothing about our clock."""
    with (
        ntp_server(lambda request: ntp_packet(request, 500.0, **fields)) as port,
        pytest.raises(CannotObserve) as caught,
    ):
        clock.ntp_query(f"127.0.0.1:{port}", 1.0)
    assert words in caught.value.detail


def test_short_packet_is_damaged() -> None:
    """Bytes that are no NTP packet are told so."""
    with ntp_server(lambda request: b"hello") as port, pytest.raises(CannotObserve, match="damaged packet"):
        clock.ntp_query(f"127.0.0.1:{port}", 1.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pool.example", ("pool.example", 123)),
        ("pool.example:1123", ("pool.example", 1123)),
        ("2001:db8::1", ("2001:db8::1", 123)),
        ("[2001:db8::1]:1123", ("2001:db8::1", 1123)),
        ("[2001:db8::1]", ("2001:db8::1", 123)),
    ],
)
def test_server_is_split(text: str, expected: tuple[str, int]) -> None:
    """Host, port and both forms of an IPv6 address."""
    assert clock.split_server(text) == expected


def test_environment_names_the_servers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """``AGENT_NTP_SERVERS`` wins, separated by commas or spaces."""
    monkeypatch.setenv("AGENT_NTP_SERVERS", "192.0.2.1, ntp.contoso.test:1123  192.0.2.1")
    assert clock.ntp_servers() == ("192.0.2.1", "ntp.contoso.test:1123")


def test_configuration_files_are_read(tmp_path: Path) -> None:
    """chrony, ntpd and timesyncd lines are found, comments are not, and no server is named twice."""
    files = {
        "etc/chrony/chrony.conf": "# server old.contoso.test\nserver a.contoso.test iburst\n pool b.contoso.test maxsources 4\n",
        "etc/chrony/sources.d/x.sources": "server c.contoso.test prefer\n",
        "etc/ntp.conf": "server time.contoso.test.\nserver a.contoso.test\nrestrict default\n",
        "etc/systemd/timesyncd.conf": "[Time]\n#NTP=no.contoso.test\nNTP=d.contoso.test e.contoso.test\nFallbackNTP=f.contoso.test\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    expected = (
        "a.contoso.test",
        "b.contoso.test",
        "c.contoso.test",
        "time.contoso.test",
        "d.contoso.test",
        "e.contoso.test",
    )
    assert clock.unix_servers(str(tmp_path)) == expected


def test_no_configuration_is_empty(tmp_path: Path) -> None:
    """A machine that names no servers gives none."""
    assert clock.unix_servers(str(tmp_path)) == ()


@pytest.mark.parametrize(
    ("kind", "servers", "expected"),
    [
        ("NTP", "time.windows.com,0x9", ("time.windows.com",)),
        ("AllSync", "a.contoso.test,0x8 b.contoso.test", ("a.contoso.test", "b.contoso.test")),
        ("NT5DS", "time.windows.com,0x9", ()),
        ("NoSync", "time.windows.com,0x9", ()),
        (None, None, ()),
    ],
)
def test_windows_values_are_understood(kind: str | None, servers: str | None, expected: tuple[str, ...]) -> None:
    """Recorded values: flags are cut off, and domain members do not use the list."""
    assert clock.windows_servers(kind, servers) == expected


SHOWN = """Id=chronyd.service
LoadState={chrony}
ActiveState={active}

Id=systemd-timesyncd.service
LoadState={timesyncd}
ActiveState=inactive
"""


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"chrony": "loaded", "active": "active", "timesyncd": "loaded"}, ("chronyd", "running")),
        ({"chrony": "not-found", "active": "inactive", "timesyncd": "loaded"}, ("systemd-timesyncd", "stopped")),
        ({"chrony": "not-found", "active": "inactive", "timesyncd": "not-found"}, ("", "absent")),
    ],
)
def test_systemd_output_is_understood(values: dict[str, str], expected: tuple[str, str]) -> None:
    """A running unit wins, an installed one is stopped, none is absent."""
    assert clock.systemd_service(SHOWN.format(**values))[:2] == expected


def test_processes_tell_where_no_manager_does() -> None:
    """A process of a time service means that it runs."""
    found = [clock.process_service(names)[:2] for names in (("sh", "chronyd"), ("sh",))]
    assert found == [("chronyd", "running"), ("", "absent")]


@pytest.mark.skipif(os.name == "nt", reason="asks the Linux or macOS machine the tests run on")
def test_this_machine_answers() -> None:
    """Whatever this machine has, the answer has one of the three states."""
    assert clock.time_service().state in ("running", "stopped", "absent")
