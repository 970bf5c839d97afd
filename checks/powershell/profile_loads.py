"""See ``profile_loads``."""

import ntpath
import posixpath

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

_NAMES = ("profile.ps1", "Microsoft.PowerShell_profile.ps1")


@check(
    cost=Cost.SLOW, timeout_s=13.0, evidence={"state": "text", "path": "text", "fault": "text"}, false_alarm="rarely"
)
def profile_loads(system: System, *, edition: str = "Core") -> Verdict:
    """Can the profile scripts of this account be read without a syntax error?

    The files are parsed, not run: what a sound profile does when it runs is not seen. Profiles for all users are left out.
    """
    found = [path for path in _profiles(system, edition) if system.file_info(path).exists]
    for path in found:
        if not system.file_info(path).readable:
            return failed(f"The profile {path} may not be read by this account", state="denied", path=path)
        if faults := system.script_faults(path, edition):
            text = f"The profile {path} has {len(faults)} syntax errors, the first in line {faults[0]}"
            return failed(text, state="broken", path=path, fault=faults[0])
    return passed(
        f"{len(found)} profile scripts, none with a syntax error" if found else "This account has no profile script"
    )


def _profiles(system: System, edition: str) -> list[str]:
    if system.platform() != "windows":
        return [posixpath.join(system.folder("config"), "powershell", name) for name in _NAMES]
    home = system.folder("home").lower()
    own = [f for f in system.module_folders(edition) if f.lower().startswith(home)]
    return [ntpath.join(ntpath.dirname(f.rstrip("\\")), name) for f in own[:1] for name in _NAMES]
