"""See ``version_supported``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

_NET = r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full"
#: Release numbers of .NET Framework (lowest of each version), as Microsoft documents them.
RELEASES = {
    "4.5": 378389,
    "4.6": 393295,
    "4.6.1": 394254,
    "4.6.2": 394802,
    "4.7": 460798,
    "4.7.1": 461308,
    "4.7.2": 461808,
    "4.8": 528040,
}
_EVIDENCE = {"state": "text", "version": "version", "needed": "version", "path": "text"}


@check(cost=Cost.LOCAL, evidence=_EVIDENCE)
def version_supported(system: System, *, module: str, ps_version: str, edition: str = "Core") -> Verdict:
    """Is this PowerShell, and the .NET below it, as new as the installed module wants?

    The manifest of the newest installed version says what it needs. The version of PowerShell is that of the failing session.
    """
    installed = [m for m in system.installed_modules(module, edition) if m.path.lower().endswith(".psd1")]
    if not installed:
        raise CannotObserve(UnknownReason.NOT_INSTALLED, f"{module} is not installed with a manifest")
    needs = system.module_manifest(installed[0].path)
    said = {"version": ps_version, "needed": needs.powershell, "path": needs.path}
    shown = f"{module} {installed[0].version}"
    if _older(ps_version, needs.powershell):
        text = f"{shown} needs PowerShell {needs.powershell}, and this is {ps_version}"
        return failed(text, state="too_old", **said)
    least = RELEASES.get(needs.dotnet.removesuffix(".0") if needs.dotnet.count(".") > 1 else needs.dotnet, 0)
    if edition == "Desktop" and system.platform() == "windows" and least:
        release = int(system.registry_value("HKLM", _NET, "Release") or 0)
        if release < least:
            text = f"{shown} needs .NET Framework {needs.dotnet}, and an older one is installed (release {release})"
            return failed(text, state="old_framework", **{**said, "needed": needs.dotnet})
    return passed(f"{shown} accepts PowerShell {ps_version}", **said)


def _older(have: str, need: str) -> bool:
    numbers = [[int(part) for part in text.partition("-")[0].split(".") if part.isdigit()] for text in (have, need)]
    return bool(need) and bool(numbers[0]) and numbers[0] < numbers[1]
