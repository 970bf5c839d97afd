"""See ``policy_sane``."""

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

_POLICY = r"SOFTWARE\Policies\Microsoft\W32Time\Parameters"
_OWN = r"SYSTEM\CurrentControlSet\Services\W32Time\Parameters"
_EVIDENCE = {"state": "text", "type": "text", "source": "text"}


@check(cost=Cost.INSTANT, platforms={"windows"}, evidence=_EVIDENCE, group="clock-service", false_alarm="rarely")
def policy_sane(system: System) -> Verdict:
    """Is the Windows Time service told to take the time from somewhere?

    ``NoSync`` takes it from nobody; ``NTP`` needs a list of servers; ``NT5DS`` and ``AllSync`` may ask the domain. Group policy wins
    over the service's own settings. A virtual machine may be set to NoSync because its host corrects the clock.
    """
    kind = system.registry_value("HKLM", _POLICY, "Type") or system.registry_value("HKLM", _OWN, "Type")
    by_policy = system.registry_value("HKLM", _POLICY, "NtpServer")
    servers = str(by_policy or system.registry_value("HKLM", _OWN, "NtpServer") or "").strip()
    shown = str(kind or "not set")
    if shown.lower() == "nosync":
        return failed("The Windows Time service is told to ask nobody (NoSync)", state="nosync", type=shown)
    if shown.lower() == "ntp" and not servers:
        text = "The Windows Time service is to ask time servers, and none is listed"
        return failed(text, state="manual_peer_missing", type=shown)
    return passed(f"The Windows Time service is set to {shown}", type=shown, source=servers)
