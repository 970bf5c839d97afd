"""See ``time_service_running``."""

from agent.check import Cost, Verdict, check, failed, passed, warned
from agent.system.base import System


@check(cost=Cost.LOCAL, evidence={"state": "text", "service": "text"}, group="clock", false_alarm="sometimes")
def time_service_running(system: System) -> Verdict:
    """Does the service that keeps the clock run?

    W32Time, chronyd, systemd-timesyncd, ntpd or timed. No such service is only suspicious: a container or a virtual machine may take
    its clock from the host. W32Time outside a domain is started by triggers and may rest between them.
    """
    service = system.time_service()
    if service.state == "running":
        return passed(f"{service.name} runs", service=service.name)
    if service.state == "stopped":
        return failed(f"{service.name} is installed but does not run", state="stopped", service=service.name)
    return warned(f"No time service was found ({service.detail or service.name})", state="absent")
