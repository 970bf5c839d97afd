"""See ``gallery_tls``."""

from agent.check import Cost, Verdict, check, failed, passed, warned
from agent.system.base import System

_CLIENT = r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client"
_NET = r"SOFTWARE\Microsoft\.NETFramework\v4.0.30319"
_WINDOWS = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
#: Windows Server 2019 and the Windows 10 of its time; from there on 5.1 takes the system's protocols by default.
MODERN_BUILD = 17763
_EVIDENCE = {"state": "text", "setting": "text", "build": "count"}


@check(cost=Cost.INSTANT, platforms={"windows"}, evidence=_EVIDENCE, group="strong_crypto")
def gallery_tls(system: System, *, edition: str = "Core") -> Verdict:
    """Does Windows PowerShell 5.1 speak TLS 1.2, which the PowerShell Gallery demands?

    The system may forbid it; .NET Framework may be told to stay with older versions, and does so by default on older Windows. PowerShell
    7 takes what the system allows. A script may also have chosen protocols for its own session, which is not seen.
    """
    for name, bad in (("Enabled", 0), ("DisabledByDefault", 1)):
        if system.registry_value("HKLM", _CLIENT, name) == bad:
            text = f"Windows turns TLS 1.2 off for clients ({name} = {bad})"
            return failed(text, state="old_protocol", setting=name)
    if edition != "Desktop":
        return passed("Windows leaves TLS 1.2 on, and PowerShell 7 takes what it allows")
    values = {
        name: system.registry_value("HKLM", _NET, name) for name in ("SystemDefaultTlsVersions", "SchUseStrongCrypto")
    }
    build = int(str(system.registry_value("HKLM", _WINDOWS, "CurrentBuild") or 0))
    if 1 in values.values():
        return passed(".NET Framework is told to use current protocols", build=build)
    if set(values.values()) != {None}:
        off = ", ".join(f"{name} = {value}" for name, value in values.items() if value is not None)
        return failed(f".NET Framework is told to stay with old protocols ({off})", state="old_protocol", setting=off)
    if build < MODERN_BUILD:
        text = f"This Windows (build {build}) lets .NET Framework use old protocols unless it is told otherwise"
        return warned(text, state="old_protocol", build=build)
    return passed(f"Windows build {build} uses current protocols by default", build=build)
