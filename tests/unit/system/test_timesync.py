"""What the time service follows: the parsers with real and recorded output."""

from __future__ import annotations

import shutil
import sys

import pytest

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system import clock, timesync
from agent.system.base import ServiceState, TimeSync

NOW = 1_795_603_400.0

#: Three answers of a real chronyd 4.3: following a server, following itself, and following nobody.
FOLLOWING = (
    "7F000001,127.0.0.1,9,1795603361.371427664,-0.000001097,0.000000016,0.000001042,"
    "-0.004,0.001,0.075,0.000005542,0.000000894,0.5,Normal\n"
)
ITSELF = (
    "7F7F0101,,8,1795603354.114535443,0.000000000,0.000000000,0.000000000,"
    "0.000,0.000,0.000,0.000000000,0.000000000,0.0,Normal\n"
)
NOBODY = "00000000,,0,0.000000000,0.000000000,0.000000000,0.0,0.0,0.0,0.0,1.0,1.0,0.0,Not synchronised\n"


def test_chrony_following() -> None:
    """Source, stratum, age and error bound of a synchronised chronyd."""
    found = timesync.chrony_tracking(FOLLOWING, NOW)
    assert found[:4] == ("chronyd", "synchronised", "127.0.0.1", 9)
    assert found.age_s == pytest.approx(38.6, abs=0.1)
    assert found.root_distance_s == pytest.approx(4.762e-6, rel=0.01)


def test_chrony_without_source() -> None:
    """Its own clock is called local, and no reference no source."""
    states = [timesync.chrony_tracking(shown, NOW).state for shown in (ITSELF, NOBODY)]
    assert states == ["local_clock", "none"]


def test_chrony_that_does_not_answer() -> None:
    """chronyc's complaint is no state."""
    with pytest.raises(CannotObserve, match="506 Cannot talk to daemon"):
        timesync.chrony_tracking("506 Cannot talk to daemon\n", NOW)


TIMESYNCD = """\
SystemNTPServers=ntp.contoso.test
RootDistanceMaxUSec=5s
ServerName=ntp.contoso.test
ServerAddress=192.0.2.7
NTPMessage={ Leap=0, Version=4, Mode=4, Stratum=2, Precision=-25, RootDelay=1.983ms, RootDispersion=640us, \
Reference=C0000208, OriginateTimestamp=Tue 2026-11-24 22:40:00 UTC, DestinationTimestamp=Wed 2026-11-25 10:42:20 UTC, \
Ignored=no, PacketCount=3, Jitter=312us }
"""


def test_timesyncd() -> None:
    """The last message of the server tells stratum, age and error bound."""
    found = timesync.timesyncd_state(TIMESYNCD, NOW)
    assert found[:4] == ("systemd-timesyncd", "synchronised", "ntp.contoso.test", 2)
    assert found.age_s == pytest.approx(NOW - 1_795_603_340)
    assert found.root_distance_s == pytest.approx(0.0016315)


@pytest.mark.parametrize(
    ("shown", "state"),
    [
        ("ServerName=\nServerAddress=\n", "none"),
        ("ServerName=ntp.contoso.test\nServerAddress=\nNTPMessage={ }\n", "unsynchronised"),
        (TIMESYNCD.replace("Leap=0", "Leap=3"), "unsynchronised"),
    ],
)
def test_timesyncd_without_time(shown: str, state: str) -> None:
    """No server, a silent one, and one that is lost itself."""
    assert timesync.timesyncd_state(shown, NOW).state == state


NTPQ = """associd=0 status=0615 leap_none, sync_ntp, 1 event, clock_sync,
version="ntpd 4.2.8p15", processor="x86_64", leap=00, stratum=3, precision=-24,
rootdelay=14.310, rootdisp=21.846, refid=192.0.2.7,
reftime=eeafd87b.2d3f7ced  Wed, Nov 25 2026 10:42:03.176, clock=eeafd8a0.0
"""


def test_ntpq() -> None:
    """The system variables of ntpd, delays in milliseconds."""
    found = timesync.ntpq_variables(NTPQ, 0xEEAFD8A0 - 2_208_988_800)
    assert found[:4] == ("ntpd", "synchronised", "192.0.2.7", 3)
    assert (found.age_s, round(found.root_distance_s or 0, 6)) == (37.0, 0.029001)


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("refid=192.0.2.7", "refid=LOCL", "local_clock"),
        ("refid=192.0.2.7", "refid=.INIT.", "none"),
        ("stratum=3", "stratum=16", "unsynchronised"),
        ("leap=00", "leap=11", "unsynchronised"),
    ],
)
def test_ntpq_without_time(old: str, new: str, state: str) -> None:
    """Its own clock, no server yet, and lost synchronisation."""
    assert timesync.ntpq_variables(NTPQ.replace(old, new), NOW).state == state


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("4/4 peers valid, clock synced, stratum 3\n", ("synchronised", 3)),
        ("0/4 peers valid, clock unsynced\n", ("unsynchronised", 0)),
        ("0/0 peers valid, clock unsynced\n", ("none", 0)),
    ],
)
def test_openntpd(shown: str, expected: tuple[str, int]) -> None:
    """One line tells it."""
    found = timesync.openntpd_status(shown)
    assert (found.state, found.stratum) == expected


W32TM = """\
Leap Indicator: 0(no warning)
Stratum: 4 (secondary reference - syncd by (S)NTP)
Precision: -23 (119.209ns per tick)
Root Delay: 0.0312500s
Root Dispersion: 0.0902343s
ReferenceId: 0xC0000207 (source IP:  192.0.2.7)
Last Successful Sync Time: 11/25/2026 10:14:02 AM
Source: time.contoso.test,0x9
Poll Interval: 10 (1024s)

Phase Offset: -0.0001537s
ClockRate: 0.0156250s
State Machine: 2 (Sync)
Time Source Flags: 0 (None)
Server Role: 0 (None)
Last Sync Error: 0 (The command completed successfully.)
Time since Last Good Sync Time: 118.3410000s
"""
#: The same lines in another language, decimals with a comma, the clock of the computer itself.
W32TM_GERMAN = """\
Sprungindikator: 3(nicht synchronisiert)
Stratum: 1 (Primärreferenz - synchr. über Funkuhr)
Präzision: -23 (119.209ns pro Tick)
Stammverzögerung: 0,0000000s
Stammabweichung: 10,0000000s
Referenz-ID: 0x4C4F434C (Quellname:  "LOCL")
Letzte erfolgr. Synchronisierungszeit: nicht angegeben
Quelle: Local CMOS Clock
Abrufintervall: 6 (64s)
"""


def test_w32tm() -> None:
    """Windows Time, whatever the language of its words."""
    found = timesync.w32tm_status(W32TM)
    assert found == TimeSync("W32Time", "synchronised", "time.contoso.test", 4, 118.341, 0.0312500 / 2 + 0.0902343)
    german = timesync.w32tm_status(W32TM_GERMAN)
    assert (german.state, german.source, german.age_s) == ("local_clock", "Local CMOS Clock", None)


def test_w32tm_errors() -> None:
    """A stopped service follows nobody, a denied question is unknown, and other output is not guessed at."""
    stopped = "The following error occurred: The service has not been started. (0x80070426)"
    assert timesync.w32tm_status(stopped).state == "none"
    for shown, reason in (
        ("The following error occurred: Access is denied. (0x80070005)", UnknownReason.NO_PERMISSION),
        ("usage: w32tm", UnknownReason.NOT_SUPPORTED),
    ):
        with pytest.raises(CannotObserve) as caught:
            timesync.w32tm_status(shown)
        assert caught.value.reason is reason


def _service(monkeypatch: pytest.MonkeyPatch, name: str, state: str = "running") -> None:
    monkeypatch.setattr(clock, "time_service", lambda: ServiceState(name, state))


@pytest.mark.parametrize(
    ("service", "shown", "program"),
    [
        ("chronyd", FOLLOWING, "chronyc"),
        ("systemd-timesyncd", TIMESYNCD, "env"),
        ("ntpsec", NTPQ, "ntpq"),
        ("openntpd", "1/1 peers valid, clock synced, stratum 2", "ntpctl"),
    ],
)
def test_each_service_is_asked_by_its_tool(
    service: str, shown: str, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The running service decides which tool is asked."""
    asked: list[str] = []

    def output(command: list[str], timeout_s: float) -> str:
        asked.append(command[0])
        return shown

    monkeypatch.setattr(timesync.sys, "platform", "linux")
    monkeypatch.setattr(timesync, "program_output", output)
    _service(monkeypatch, service)
    assert (timesync.time_sync().state, asked) == ("synchronised", [program])


def test_windows_asks_w32tm(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows the question goes to w32tm."""
    monkeypatch.setattr(timesync.sys, "platform", "win32")
    monkeypatch.setattr(timesync, "program_output", lambda command, timeout_s: W32TM)
    _service(monkeypatch, "W32Time")
    assert timesync.time_sync().stratum == 4


def test_without_a_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stopped service follows nobody; no service, and macOS, cannot be looked at."""
    monkeypatch.setattr(timesync.sys, "platform", "linux")
    _service(monkeypatch, "chronyd", "stopped")
    assert timesync.time_sync() == TimeSync("chronyd", "none")
    _service(monkeypatch, "", "absent")
    with pytest.raises(CannotObserve) as caught:
        timesync.time_sync()
    assert caught.value.reason is UnknownReason.NOT_INSTALLED
    monkeypatch.setattr(timesync.sys, "platform", "darwin")
    with pytest.raises(CannotObserve):
        timesync.time_sync()


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("chronyc"), reason="needs chronyc")
def test_real_chronyc_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real tool's answer is a state, or says that its service does not answer."""
    _service(monkeypatch, "chronyd")
    try:
        state = timesync.time_sync().state
    except CannotObserve as fault:
        state = fault.reason.value
    assert state in ("synchronised", "unsynchronised", "local_clock", "none", "unreachable")


@pytest.mark.windows
@pytest.mark.skipif(sys.platform != "win32", reason="runs the real w32tm")
def test_real_w32tm_is_understood() -> None:
    """The real tool's answer is a state, whatever the language of Windows."""
    assert timesync.time_sync().state in ("synchronised", "unsynchronised", "local_clock", "none")
