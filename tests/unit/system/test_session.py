"""The session of this process: real on Linux, recorded for Windows and macOS."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

import pytest

from agent.errors import CannotObserve
from agent.system import session, winsession
from agent.system.base import Session
from agent.system.winsession import ProcessFacts


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")
def test_real_session() -> None:
    """This process runs as somebody, and root is elevated."""
    found = session.session()
    assert (bool(found.user), found.elevated) == (True, os.geteuid() == 0)
    assert found.seat in ("desktop", "ssh", "console", "none")


@pytest.mark.parametrize(
    ("number", "variables", "desktop", "terminal", "expected"),
    [
        (1001, {}, True, True, ("person", "desktop", "", False)),
        (1001, {"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}, True, True, ("person", "ssh", "", False)),
        (1001, {}, False, True, ("person", "console", "", False)),
        (998, {}, False, False, ("service", "none", "", False)),
        (65534, {}, False, False, ("service", "none", "", False)),
        (0, {"SUDO_USER": "alex"}, True, True, ("root", "desktop", "alex", True)),
    ],
)
def test_unix_sessions(
    number: int, variables: dict[str, str], desktop: bool, terminal: bool, expected: tuple[str, str, str, bool]
) -> None:
    """Persons, services, root, sudo and SSH are told apart."""
    found = session.unix_session("kim", number, variables, desktop, terminal)
    assert (found.kind, found.seat, found.behind, found.sudo) == expected


@pytest.mark.skipif(sys.platform == "win32", reason="account numbers of Unix")
def test_signed_in_as_another() -> None:
    """The account that signed in stays known behind su."""
    found = session.unix_session("kim", 1001, {}, False, True, login=4_000_000_001)
    assert (found.behind, found.sudo) == ("uid 4000000001", False)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, False),
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"WSL_INTEROP": "/run/x"}, True),
    ],
)
def test_linux_desktop(variables: dict[str, str], expected: bool) -> None:
    """X11, Wayland and Linux inside Windows can show a window."""
    assert session.linux_desktop(variables) is expected


@pytest.mark.skipif(sys.platform == "win32", reason="account numbers of Unix")
@pytest.mark.parametrize(("manager", "display"), [("Aqua\n", True), ("Background\n", False), ("System\n", False)])
def test_macos(manager: str, display: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Recorded: launchd names the kind of session, and only Aqua has windows."""
    monkeypatch.setattr(session.sys, "platform", "darwin")
    monkeypatch.setattr(session, "program_output", lambda command, timeout_s: manager)
    assert session.session().display is display


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (
            ProcessFacts("S-1-5-21-1-2-3-1001", "CONTOSO\\alex", False, 1, "CONTOSO\\alex", True),
            Session("CONTOSO\\alex", "person", False, "desktop", "", False, True),
        ),
        (
            ProcessFacts("S-1-5-21-1-2-3-500", "CONTOSO\\admin", True, 1, "CONTOSO\\alex", True),
            Session("CONTOSO\\admin", "person", True, "desktop", "CONTOSO\\alex", False, True),
        ),
        (
            ProcessFacts("S-1-5-18", "NT AUTHORITY\\SYSTEM", True, 0, "", False),
            Session("NT AUTHORITY\\SYSTEM", "system", True, "session0", "", False, False),
        ),
        (
            ProcessFacts("S-1-5-80-1-2", "NT SERVICE\\Contoso", False, 0, "", False),
            Session("NT SERVICE\\Contoso", "service", False, "session0", "", False, False),
        ),
        (
            ProcessFacts("S-1-5-21-1-2-3-1107", "CONTOSO\\svc-graph$", False, 0, "", False),
            Session("CONTOSO\\svc-graph$", "service", False, "session0", "", False, False),
        ),
        (
            ProcessFacts("S-1-5-21-1-2-3-1001", "CONTOSO\\alex", False, 2, "CONTOSO\\alex", False),
            Session("CONTOSO\\alex", "person", False, "none", "", False, False),
        ),
    ],
)
def test_windows_sessions(facts: ProcessFacts, expected: Session) -> None:
    """SYSTEM, services, managed accounts, another user's window and a hidden station are told apart."""
    assert session.windows_session(facts, {}) == expected


def test_windows_over_ssh() -> None:
    """A session over SSH has no desktop, whatever its number."""
    facts = ProcessFacts("S-1-5-21-1-2-3-1001", "CONTOSO\\alex", True, 0, "", False)
    assert session.windows_session(facts, {"SSH_CONNECTION": "x"}).seat == "ssh"


class Recorded:
    """The Windows libraries as a table: what each function writes and returns."""

    def __init__(self, fails: str = "") -> None:
        self.fails = fails
        self.called: list[str] = []
        self.texts = {
            "sid": ctypes.create_unicode_buffer("S-1-5-21-1-2-3-1001"),
            5: ctypes.create_unicode_buffer("kim"),
            7: ctypes.create_unicode_buffer("CONTOSO"),
        }

    def __call__(self, name: str, *arguments: Any) -> Any:
        self.called.append(name)
        if name == self.fails:
            return 0
        act = getattr(self, name, None)
        if act:
            act(*arguments)
        return 1

    def GetTokenInformation(self, token: Any, kind: int, room: Any, size: int, needed: Any) -> None:
        if kind == winsession.CONSTANTS["TokenElevation"]:
            room._obj.TokenIsElevated = 1
        else:
            winsession.TokenUser.from_buffer(room._obj).User.Sid = 4711

    def ConvertSidToStringSidW(self, sid: int, text: Any) -> None:
        assert sid == 4711
        self._point(text, "sid")

    def LookupAccountSidW(self, system: None, sid: int, name: Any, *rest: Any) -> None:
        name.value, rest[1].value = "alex", "CONTOSO"

    def ProcessIdToSessionId(self, process: int, session_id: Any) -> None:
        session_id._obj.value = 3

    def WTSQuerySessionInformationW(self, server: int, number: int, kind: int, text: Any, size: Any) -> None:
        assert number == 3
        self._point(text, kind)

    def GetUserObjectInformationW(self, station: Any, index: int, flags: Any, *rest: Any) -> None:
        flags._obj.dwFlags = winsession.CONSTANTS["WSF_VISIBLE"]

    def _point(self, text: Any, key: Any) -> None:
        target = ctypes.cast(ctypes.pointer(text._obj), ctypes.POINTER(ctypes.c_void_p))
        target[0] = ctypes.addressof(self.texts[key])


def test_windows_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """The calls fit together: account, elevation, session, who is signed in there, and what was taken is given back."""
    recorded = Recorded()
    monkeypatch.setattr(winsession, "_call", recorded)
    found = winsession.process_facts()
    assert found == ProcessFacts("S-1-5-21-1-2-3-1001", "CONTOSO\\alex", True, 3, "CONTOSO\\kim", True)
    assert [recorded.called.count(name) for name in ("CloseHandle", "LocalFree", "WTSFreeMemory")] == [1, 1, 2]


def test_windows_without_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a domain controller the account is its number; without the session service nobody is signed in."""
    for fails, expected in (
        ("LookupAccountSidW", ("S-1-5-21-1-2-3-1001", "CONTOSO\\kim")),
        ("WTSQuerySessionInformationW", ("CONTOSO\\alex", "")),
    ):
        monkeypatch.setattr(winsession, "_call", Recorded(fails))
        found = winsession.process_facts()
        assert (found.user, found.session_user) == expected


def test_windows_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that fails is unknown, and the token is closed."""
    recorded = Recorded("GetTokenInformation")
    monkeypatch.setattr(winsession, "_call", recorded)
    monkeypatch.setattr(ctypes, "get_last_error", lambda: 5, raising=False)
    monkeypatch.setattr(session.sys, "platform", "win32")
    with pytest.raises(CannotObserve, match="GetTokenInformation failed"):
        session.session()
    assert recorded.called[-1] == "CloseHandle"


@pytest.mark.windows
@pytest.mark.skipif(sys.platform != "win32", reason="calls the real Windows libraries")
def test_real_windows_session() -> None:
    """Windows names this account, its session and the room on a volume."""
    found = winsession.process_facts()
    assert (found.sid[:4], bool(found.user)) == ("S-1-", True)
    free, total = winsession.disk_space(os.environ["SYSTEMROOT"])
    assert 0 < free <= total
