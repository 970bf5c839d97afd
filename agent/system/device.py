"""The registration of this computer in a directory, as ``dsregcmd /status`` shows it (its words are English on every Windows).

Tested with recorded output; never run on a Windows machine here.
"""

from __future__ import annotations

import re
import sys
from datetime import datetime, timezone

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.base import DeviceState
from agent.system.limits import program_output


def device_state() -> DeviceState:
    """The device's and this user's registration."""
    if sys.platform != "win32":
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, "only Windows keeps a device registration that can be asked")
    return parse_status(program_output(["dsregcmd", "/status"], 4.0))


def parse_status(shown: str) -> DeviceState:
    """The fields of the output; the blocks about the device are missing where it is not joined."""
    fields: dict[str, str] = {
        name: value.strip() for name, value in re.findall(r"(?m)^[ \t]*(\w[\w .-]*?)[ \t]*:[ \t]*(.*)$", shown)
    }
    if "AzureAdJoined" not in fields:
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, "dsregcmd did not show the state of the device")

    def yes(name: str) -> bool:
        return fields.get(name, "").upper().startswith("YES")

    return DeviceState(
        joined=yes("AzureAdJoined"),
        domain_joined=yes("DomainJoined"),
        registered=yes("WorkplaceJoined"),
        auth=_auth(fields.get("DeviceAuthStatus", "")),
        key_test={"PASSED": "success", "FAILED": "failed"}.get(fields.get("KeySignTest", "").upper(), ""),
        prt=yes("AzureAdPrt") if "AzureAdPrt" in fields else None,
        prt_updated_at=_time(fields.get("AzureAdPrtUpdateTime", "")),
        attempt=fields.get("Attempt Status", ""),
    )


def _auth(text: str) -> str:
    if text.upper().startswith("SUCCESS"):
        return "success"
    if not text.upper().startswith("FAILED"):
        return ""
    return "refused" if "disabled" in text.lower() else "failed"


def _time(text: str) -> float:
    found = re.match(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", text)
    if not found:
        return 0.0
    return datetime.strptime(found[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc).timestamp()
