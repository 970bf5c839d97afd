"""The clock against other clocks: configured time servers, NTP exchanges, and the service that keeps the time."""

from __future__ import annotations

import glob
import os
import re
import socket
import sys
import time
from collections.abc import Iterable
from typing import Any

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.base import NtpAnswer, ServiceState
from agent.system.limits import program_output, within

NTP_PORT = 123  # limits.csv: ntp_port

#: Files of chrony, ntpd and relatives that hold ``server`` and ``pool`` lines.
_NTP_FILES = (
    "etc/chrony.conf",
    "etc/chrony/chrony.conf",
    "etc/chrony/conf.d/*.conf",
    "etc/chrony/sources.d/*.sources",
    "run/chrony-dhcp/*.sources",
    "etc/chrony.d/*.conf",
    "etc/ntp.conf",
    "etc/ntpsec/ntp.conf",
    "etc/openntpd/ntpd.conf",
)
_TIMESYNCD_FILES = ("etc/systemd/timesyncd.conf", "etc/systemd/timesyncd.conf.d/*.conf")

#: systemd units that keep a clock, and the names of their processes elsewhere.
_UNITS = ("chronyd", "chrony", "systemd-timesyncd", "ntpd", "ntp", "ntpsec", "openntpd")
_PROCESSES = ("chronyd", "systemd-timesyncd", "systemd-timesyn", "ntpd", "openntpd", "timed")

_W32TIME = r"SYSTEM\CurrentControlSet\Services\W32Time\Parameters"


def ntp_servers() -> tuple[str, ...]:
    """``AGENT_NTP_SERVERS`` first and alone, else what the operating system is configured with; may be empty."""
    if given := os.environ.get("AGENT_NTP_SERVERS", "").replace(",", " ").split():
        return tuple(dict.fromkeys(given))
    if sys.platform == "win32":
        return windows_servers(_w32time_parameter("Type"), _w32time_parameter("NtpServer"))
    return unix_servers("/")


def unix_servers(root: str) -> tuple[str, ...]:
    """Servers in the configuration files below ``root``: chrony, ntpd, openntpd, timesyncd; also macOS's ``/etc/ntp.conf``."""
    found: list[str] = []
    for text in _texts(root, _NTP_FILES):
        found += re.findall(r"(?m)^\s*(?:server|servers|pool|peer)\s+([^\s#]+)", text)
    for text in _texts(root, _TIMESYNCD_FILES):
        for line in re.findall(r"(?m)^\s*NTP\s*=\s*(.*)$", text):
            found += line.split()
    return tuple(dict.fromkeys(name.rstrip(".") for name in found))


def windows_servers(kind: Any, servers: Any) -> tuple[str, ...]:
    """Servers of the Windows Time service from its ``Type`` and ``NtpServer`` values.

    ``NT5DS`` (domain members) asks a domain controller instead and ``NoSync`` nobody, so the list does not count then.
    The flags behind each comma belong to the service.
    """
    if str(kind or "").upper() in ("NT5DS", "NOSYNC"):
        return ()
    return tuple(dict.fromkeys(word.partition(",")[0] for word in str(servers or "").split()))


def ntp_query(server: str, timeout_s: float = 1.0) -> NtpAnswer:
    """One exchange with ``host``, ``host:port`` or ``[address]:port``; name resolution counts towards the limit."""
    host, port = split_server(server)
    deadline = time.monotonic() + timeout_s
    silence = CannotObserve(UnknownReason.UNREACHABLE, f"no answer from {server} in {timeout_s:.1f} s (UDP {port})")
    try:
        entries = within(timeout_s, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM))
    except TimeoutError:
        raise silence from None
    except (OSError, UnicodeError) as fault:
        raise CannotObserve(UnknownReason.UNREACHABLE, f"the name {host} has no address") from fault
    problem = ""
    for entry in entries:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            break
        try:
            return _exchange(server, str(entry[4][0]), port, left_s)
        except TimeoutError:
            break  # one silent address used up the time
        except OSError as fault:  # no route for this address family, or a closed port: the next address may do
            problem = fault.strerror or str(fault)
    if problem:
        raise CannotObserve(UnknownReason.UNREACHABLE, f"{server} could not be asked (UDP {port}): {problem}")
    raise silence


def split_server(server: str) -> tuple[str, int]:
    """Host and port of ``host``, ``host:port``, ``[address]:port`` or a bare IPv6 address."""
    if bracketed := re.fullmatch(r"\[([^\]]+)\](?::(\d+))?", server):
        return bracketed[1], int(bracketed[2] or NTP_PORT)
    host, colon, port = server.rpartition(":")
    if colon and ":" not in host and port.isdigit():
        return host, int(port)
    return server, NTP_PORT


def _exchange(server: str, address: str, port: int, timeout_s: float) -> NtpAnswer:
    import ntplib  # type: ignore[import-untyped]

    def ask() -> Any:
        return ntplib.NTPClient().request(address, version=3, port=port, timeout=timeout_s)

    try:
        answer = within(timeout_s + 0.05, ask)  # the library's limit counts per packet, so strangers' packets extend it
    except ntplib.NTPException as fault:
        if "No response" in str(fault):
            raise TimeoutError(str(fault)) from fault
        raise CannotObserve(UnknownReason.UNREACHABLE, f"{server} answered with a damaged packet") from fault
    if answer.mode != 4:
        raise CannotObserve(UnknownReason.UNREACHABLE, f"{server} did not answer as a time server")
    if answer.stratum == 0:  # a kiss code instead of the time (RATE, DENY, RSTR)
        code = answer.ref_id.to_bytes(4, "big").decode("ascii", "replace").strip("\0")
        raise CannotObserve(UnknownReason.UNREACHABLE, f"{server} declines to answer ({code})")
    if answer.leap == 3 or answer.stratum >= 16:  # limits.csv: ntp_stratum_unspecified
        raise CannotObserve(UnknownReason.UNREACHABLE, f"{server} is not synchronised itself")
    distance_s = answer.root_delay / 2 + answer.root_dispersion + max(answer.delay, 0.0) / 2
    return NtpAnswer(server, answer.offset, answer.delay, answer.stratum, distance_s, answer.leap)


def time_service() -> ServiceState:
    """The service that keeps the clock, and whether it runs. Windows and macOS were not tried on such systems."""
    if sys.platform == "win32":
        return _windows_service("W32Time")
    if sys.platform != "darwin" and os.path.isdir("/run/systemd/system"):
        shown = program_output(["systemctl", "show", "-p", "Id,LoadState,ActiveState", *_UNITS], 0.8)
        return systemd_service(shown)
    return process_service(_process_names())


def systemd_service(shown: str) -> ServiceState:
    """The state from ``systemctl show -p Id,LoadState,ActiveState``: a running unit before a stopped one."""
    stopped = ""
    for block in re.split(r"\n\s*\n", shown):
        fields = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        name = fields.get("Id", "").removesuffix(".service")
        if fields.get("ActiveState") == "active":
            return ServiceState(name, "running")
        if fields.get("LoadState") == "loaded":
            stopped = stopped or name
    if stopped:
        return ServiceState(stopped, "stopped")
    return ServiceState("", "absent", "none of " + ", ".join(_UNITS) + " is installed")


def process_service(names: Iterable[str]) -> ServiceState:
    """The state from the names of running processes, where no service manager can be asked."""
    running = set(names)
    for name in _PROCESSES:
        if name in running:
            return ServiceState(name, "running")
    return ServiceState("", "absent", "no process of a time service runs; a container takes its clock from the host")


def _process_names() -> tuple[str, ...]:
    import psutil

    return tuple(str(process.info["name"]) for process in psutil.process_iter(["name"]))


def _windows_service(name: str) -> ServiceState:
    import psutil

    library: Any = psutil
    try:
        state = library.win_service_get(name).status()
    except psutil.NoSuchProcess:
        return ServiceState(name, "absent")
    except psutil.AccessDenied as fault:
        raise CannotObserve(UnknownReason.NO_PERMISSION, f"the service {name} may not be asked") from fault
    return ServiceState(name, "running" if state == "running" else "stopped", "" if state == "stopped" else state)


def _w32time_parameter(name: str) -> Any:
    from agent.system.machine import raw_registry_value

    return raw_registry_value("HKLM", _W32TIME, name)


def _texts(root: str, patterns: Iterable[str]) -> Iterable[str]:
    for pattern in patterns:
        for path in sorted(glob.glob(os.path.join(root, pattern))):
            yield _text(path)


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(65536)
    except OSError:
        return ""  # readable by root only: what this account cannot see counts as not configured
