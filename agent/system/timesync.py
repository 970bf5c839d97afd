"""What the time service follows: chrony, systemd-timesyncd, ntpd, OpenNTPD and Windows Time, each by its own tool.

chrony's answers were read from a running chronyd; those of the other services are tested with recorded output. macOS keeps the state
of its service where only root can read it, so there it cannot be told.
"""

from __future__ import annotations

import re
import sys
import time
from datetime import datetime, timezone

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.base import TimeSync
from agent.system.limits import program_output

#: NTP counts seconds from 1900.
_NTP_EPOCH = 2_208_988_800
_UNSPECIFIED = 16  # limits.csv: ntp_stratum_unspecified
#: Reference ids of a clock that follows itself: "LOCL", and 127.127.1.x (ntpd's and chrony's local reference)
_LOCAL = re.compile(r"4c4f434c|locl|7f7f01[0-9a-f]{2}|127\.127\.1\.\d+", re.IGNORECASE)


def time_sync() -> TimeSync:
    """The state of the time service; none installed raises ``CannotObserve('not_installed')``."""
    from agent.system.clock import time_service

    if sys.platform == "darwin":
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, "macOS tells the state of its time service to root only")
    service = time_service()
    if service.state == "absent":
        raise CannotObserve(UnknownReason.NOT_INSTALLED, service.detail or "there is no time service")
    if service.state == "stopped":
        return TimeSync(service.name, "none")
    if sys.platform == "win32":
        return w32tm_status(program_output(["w32tm", "/query", "/status", "/verbose"], 1.5))
    if "chrony" in service.name:
        return chrony_tracking(program_output(["chronyc", "-c", "tracking"], 0.8), time.time())
    if "timesync" in service.name:
        shown = program_output(["env", "TZ=UTC", "LC_ALL=C", "timedatectl", "show-timesync", "--all"], 0.8)
        return timesyncd_state(shown, time.time())
    if "openntpd" in service.name:
        return openntpd_status(program_output(["ntpctl", "-s", "status"], 0.8))
    return ntpq_variables(program_output(["ntpq", "-c", "rv"], 0.8), time.time())


def chrony_tracking(shown: str, now: float) -> TimeSync:
    """From ``chronyc -c tracking``: one line of values divided by commas."""
    fields = shown.strip().split(",")
    if len(fields) < 14:
        raise CannotObserve(UnknownReason.UNREACHABLE, f"chronyd does not answer ({shown.strip()[:60] or 'no output'})")
    reference, name, stratum, seen = fields[0], fields[1], int(fields[2]), float(fields[3])
    distance_s = abs(float(fields[4])) + float(fields[11]) + float(fields[10]) / 2
    if not int(reference, 16):
        return TimeSync("chronyd", "none")
    state = _state(reference, stratum, fields[13].lower().startswith("not sync"))
    age_s = now - seen if seen > 0 and state == "synchronised" else None
    return TimeSync("chronyd", state, name or reference, stratum, age_s, distance_s)


def timesyncd_state(shown: str, now: float) -> TimeSync:
    """From ``timedatectl show-timesync``, in UTC; without a server's message nothing was heard since the start."""
    fields = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
    server = fields.get("ServerName", "")
    message = dict(re.findall(r"(\w+)=([^,}]*)", fields.get("NTPMessage", "")))
    if not server and not fields.get("ServerAddress"):
        return TimeSync("systemd-timesyncd", "none")
    if "Stratum" not in message:
        return TimeSync("systemd-timesyncd", "unsynchronised", server)
    stratum = int(message["Stratum"])
    state = _state(message.get("Reference", ""), stratum, message.get("Leap", "0").strip() == "3")
    delay, dispersion = (_span_s(message.get(name, "")) for name in ("RootDelay", "RootDispersion"))
    distance_s = None if delay is None or dispersion is None else delay / 2 + dispersion
    return TimeSync(
        "systemd-timesyncd", state, server, stratum, _age_s(message.get("DestinationTimestamp", ""), now), distance_s
    )


def ntpq_variables(shown: str, now: float) -> TimeSync:
    """From ``ntpq -c rv``: the system variables of ntpd and ntpsec."""
    fields = dict(re.findall(r"\b(stratum|rootdelay|rootdisp|refid|reftime|leap)=([^,\s]+)", shown))
    if "stratum" not in fields:
        raise CannotObserve(UnknownReason.UNREACHABLE, "ntpd does not answer ntpq")
    stratum, reference = int(fields["stratum"]), fields.get("refid", "")
    lost = "leap_alarm" in shown or fields.get("leap") in ("11", "3")
    if reference in ("INIT", "STEP", ".INIT.", ".STEP.", ""):
        return TimeSync("ntpd", "none", "", stratum)
    seconds = fields.get("reftime", "").partition(".")[0]
    age_s = (
        now - (int(seconds, 16) - _NTP_EPOCH) if re.fullmatch(r"[0-9a-fA-F]{8}", seconds) and int(seconds, 16) else None
    )
    distance_s = (float(fields.get("rootdelay", 0)) / 2 + float(fields.get("rootdisp", 0))) / 1000
    return TimeSync("ntpd", _state(reference, stratum, lost), reference.strip("."), stratum, age_s, distance_s)


def openntpd_status(shown: str) -> TimeSync:
    """From ``ntpctl -s status``: ``4/4 peers valid, clock synced, stratum 3``."""
    peers = re.search(r"(\d+)/(\d+) peers? valid", shown)
    if not peers:
        raise CannotObserve(UnknownReason.UNREACHABLE, "ntpd does not answer ntpctl")
    stratum = re.search(r"stratum (\d+)", shown)
    if peers[2] == "0":
        return TimeSync("openntpd", "none")
    state = "synchronised" if "clock synced" in shown else "unsynchronised"
    return TimeSync("openntpd", state, f"{peers[1]} of {peers[2]} peers", int(stratum[1]) if stratum else 0)


def w32tm_status(shown: str) -> TimeSync:
    """From ``w32tm /query /status /verbose``, whose words are in the language of Windows but whose lines keep their order.

    Line 1 is the leap indicator, 2 the stratum, 4 and 5 root delay and dispersion, 6 the reference id, 8 the source, and the
    last the seconds since the last good answer. Errors come as one line with their code.
    """
    if error := re.search(r"0x8007([0-9A-Fa-f]{4})", shown):
        if error[1].lower() == "0426":
            return TimeSync("W32Time", "none")
        reason = UnknownReason.NO_PERMISSION if error[1] == "0005" else UnknownReason.UNREACHABLE
        raise CannotObserve(reason, f"w32tm answers with error 0x8007{error[1]}")
    values = [line.partition(":")[2].strip() for line in shown.splitlines() if ":" in line]
    numbers = [re.match(r"-?\d+", value) for value in values[:2]]
    if len(values) < 9 or not all(numbers):
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, "the output of w32tm has another form")
    leap, stratum = (int(n[0]) for n in numbers if n)
    delay, dispersion = (_decimal(values[i].rstrip("s")) for i in (3, 4))
    state = _state(values[5].partition(" ")[0].removeprefix("0x"), stratum, leap == 3)
    age_s = _decimal(values[-1].rstrip("s")) if len(values) > 9 else None
    distance_s = None if delay is None or dispersion is None else delay / 2 + dispersion
    return TimeSync("W32Time", state, values[7].partition(",")[0], stratum, age_s, distance_s)


def _state(reference: str, stratum: int, lost: bool) -> str:
    if _LOCAL.fullmatch(reference.strip(". ")):
        return "local_clock"
    return "unsynchronised" if lost or not 0 < stratum < _UNSPECIFIED else "synchronised"


def _decimal(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _span_s(text: str) -> float | None:
    """Seconds of systemd's spans (``1min 3.5s``, ``640us``)."""
    units = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}
    parts = re.findall(r"([\d.]+)\s*(us|ms|min|s|h)?\b", text)
    return sum(float(number) * units[unit or "us"] for number, unit in parts) if parts else None


def _age_s(stamp: str, now: float) -> float | None:
    found = re.search(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", stamp)
    if not found:
        return None
    return now - datetime.strptime(found[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc).timestamp()
