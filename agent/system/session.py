"""The session this process runs in: as whom, on whose behalf, and whether anybody could see a window.

Linux is tried for real; Windows and macOS through recorded answers only.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.base import Session
from agent.system.limits import program_output

if TYPE_CHECKING:
    from agent.system.winsession import ProcessFacts

#: Accounts below this number are for services (``UID_MIN`` of Linux's login.defs; macOS begins at 501).
FIRST_PERSON = 1000
FIRST_PERSON_MACOS = 501
#: ``nobody``, and the audit system's word for "nobody signed in"
_NOBODY = 65534
_NO_LOGIN = 0xFFFFFFFF

_SYSTEM_SID = "S-1-5-18"
#: Local service, network service, virtual accounts of services, of web application pools and of scheduled jobs
_SERVICE_SIDS = ("S-1-5-19", "S-1-5-20", "S-1-5-80-", "S-1-5-82-", "S-1-5-87-")


def session() -> Session:
    """The session of this process."""
    if sys.platform == "win32":
        from agent.system import winsession

        try:
            return windows_session(winsession.process_facts(), os.environ)
        except OSError as fault:
            raise CannotObserve(UnknownReason.NO_PERMISSION, f"Windows does not tell: {fault.strerror}") from fault
    from agent.system.machine import account

    who = account()
    number = os.geteuid()
    if sys.platform == "darwin":
        desktop = program_output(["launchctl", "managername"], 0.8).strip() == "Aqua"
        return unix_session(who.name, number, os.environ, desktop, _terminal(), FIRST_PERSON_MACOS)
    return unix_session(who.name, number, os.environ, linux_desktop(os.environ), _terminal(), login=_login_number())


def linux_desktop(variables: Mapping[str, str]) -> bool:
    """Whether a window could be shown: X11, Wayland, or Linux inside Windows, where Windows opens the browser."""
    return any(variables.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_INTEROP", "WSL_DISTRO_NAME"))


def unix_session(
    user: str,
    number: int,
    variables: Mapping[str, str],
    desktop: bool,
    terminal: bool,
    first_person: int = FIRST_PERSON,
    login: int = _NO_LOGIN,
) -> Session:
    """A session from its parts. ``login`` is the number of the account that signed in, which sudo and su leave as it was."""
    kind = "root" if number == 0 else "person" if first_person <= number != _NOBODY else "service"
    sudo = bool(variables.get("SUDO_USER"))
    behind = variables.get("SUDO_USER", "")
    if not behind and login not in (_NO_LOGIN, number):
        behind = _name_of(login)
    ssh = any(variables.get(n) for n in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))
    seat = "ssh" if ssh else "desktop" if desktop else "console" if terminal else "none"
    return Session(user, kind, number == 0, seat, behind if behind != user else "", sudo, desktop)


def windows_session(facts: ProcessFacts, variables: Mapping[str, str]) -> Session:
    """A session from what Windows says (``winsession.ProcessFacts``)."""
    sid, user, elevated, number, signed_in, visible = facts
    kind = "system" if sid == _SYSTEM_SID else "service" if _is_service(sid, user) else "person"
    local = "session0" if number == 0 else "desktop" if visible else "none"
    seat = "ssh" if variables.get("SSH_CONNECTION") else local
    other = signed_in if signed_in and signed_in.lower() != user.lower() else ""
    return Session(user, kind, elevated, seat, other, False, visible and seat == "desktop")


def _is_service(sid: str, user: str) -> bool:
    # the names of group managed service accounts end in a dollar sign, as those of computers do
    return any(sid == known or sid.startswith(known) for known in _SERVICE_SIDS) or user.endswith("$")


def _name_of(number: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid {number}"


def _login_number() -> int:
    try:
        return int(Path("/proc/self/loginuid").read_text("ascii"))
    except (OSError, ValueError):
        return _NO_LOGIN


def _terminal() -> bool:
    from agent.system.machine import _has_terminal

    return _has_terminal()
