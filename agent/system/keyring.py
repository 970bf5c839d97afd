"""Whether this session can keep secrets, asked without opening any.

Linux: the library that MSAL calls (libsecret) and the secret service on the session bus, tried for real. macOS: the login keychain, by
recorded answers only.
"""

from __future__ import annotations

import os
import sys

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.base import KeyringAnswer
from agent.system.limits import program_output

_SERVICE = "org.freedesktop.secrets"
_BUS = "org.freedesktop.DBus"


def keyring() -> KeyringAnswer:
    """The keyring of this session."""
    if sys.platform == "win32":
        raise CannotObserve(
            UnknownReason.NOT_SUPPORTED, "Windows encrypts with the account's own key and has no keyring"
        )
    if sys.platform == "darwin":
        return keychain_state(program_output(["sh", "-c", "security show-keychain-info 2>&1"], 1.0))
    from ctypes.util import find_library

    if not find_library("secret-1"):
        return KeyringAnswer("no_library", "libsecret is not installed")
    if not bus_address():
        return KeyringAnswer("no_bus", "no session bus is named or found")
    return service_state()


def bus_address() -> str:
    """Where the session bus is, by the environment or at its usual place; empty where there is none."""
    if named := os.environ.get("DBUS_SESSION_BUS_ADDRESS", ""):
        return named
    usual = os.path.join(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.geteuid()}", "bus")
    return f"unix:path={usual}" if os.path.exists(usual) else ""


def service_state() -> KeyringAnswer:
    """Whether a secret service runs, or would be started, on the session bus, and whether its default collection is open."""
    running = _ask(_BUS, "/org/freedesktop/DBus", f"{_BUS}.ListNames")
    if "array" not in running:
        return KeyringAnswer("no_bus", "the session bus does not answer")
    if f'"{_SERVICE}"' not in running:
        startable = _ask(_BUS, "/org/freedesktop/DBus", f"{_BUS}.ListActivatableNames")
        if f'"{_SERVICE}"' not in startable:
            return KeyringAnswer("absent", "no secret service on the session bus")
        return KeyringAnswer("available", "the secret service is started when it is asked")
    locked = _ask(
        _SERVICE, "/org/freedesktop/secrets/aliases/default", "org.freedesktop.DBus.Properties.Get",
        "string:org.freedesktop.Secret.Collection", "string:Locked",
    )  # fmt: skip
    if "boolean true" in locked:
        return KeyringAnswer("locked", "the default keyring is locked")
    return KeyringAnswer("available")


def keychain_state(shown: str) -> KeyringAnswer:
    """From ``security show-keychain-info``: settings of an open keychain, or why they are not shown."""
    low = shown.lower()
    if "not allowed" in low or "-25308" in low or "-25293" in low:
        return KeyringAnswer("locked", "the login keychain is locked and cannot be asked for without a window")
    if "could not be found" in low or "no such keychain" in low:
        return KeyringAnswer("absent", "there is no login keychain")
    return KeyringAnswer("available")


def _ask(destination: str, path: str, method: str, *arguments: str) -> str:
    variables = {"DBUS_SESSION_BUS_ADDRESS": bus_address()}
    command = ["dbus-send", "--session", "--print-reply", "--reply-timeout=800", f"--dest={destination}", path, method]
    return program_output([*command, *arguments], 1.0, variables)
