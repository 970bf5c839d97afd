"""See ``arc_key_readable``."""

import ntpath

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

#: Where the agent of Azure Arc puts the file of each challenge.
LINUX, WINDOWS = "/var/opt/azcmagent/tokens", r"AzureConnectedMachineAgent\Tokens"


@check(cost=Cost.LOCAL, evidence={"state": "text", "path": "text"}, platforms=("linux", "windows"))
def arc_key_readable(system: System) -> Verdict:
    """Can this account read the folder in which the agent of Azure Arc answers?

    Linux: members of the group ``himds``; Windows: administrators and members of ``Hybrid agent extension applications``.
    """
    data = system.environment("ProgramData") if system.platform() == "windows" else ""
    path = ntpath.join(data or r"C:\ProgramData", WINDOWS) if system.platform() == "windows" else LINUX
    info = system.file_info(path)
    if not info.exists and not system.environment("IDENTITY_ENDPOINT"):
        raise CannotObserve(UnknownReason.NOT_INSTALLED, "the agent of Azure Arc is not on this computer")
    if not info.exists:
        return failed(f"There is no folder {path}; the agent of Azure Arc is not whole", state="missing", path=path)
    if not info.readable:
        return failed(f"This account may not read {path}", state="denied", path=path)
    return passed(f"This account reads {path}", path=path)
