"""See ``sync_source_set``."""

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

_EVIDENCE = {"state": "text", "service": "text", "source": "host"}


@check(cost=Cost.LOCAL, timeout_s=2.0, evidence=_EVIDENCE, group="clock-service", false_alarm="sometimes")
def sync_source_set(system: System) -> Verdict:
    """Does the time service follow another clock?

    A service that follows the computer's own clock runs, and keeps nothing right. The clock may be right all the same, so this shows how
    a wrong clock came to be, not that it is wrong.
    """
    sync = system.time_sync()
    if sync.state == "none":
        return failed(f"{sync.service} follows no time source", state="none", service=sync.service)
    if sync.state == "local_clock":
        text = f"{sync.service} follows the clock of this computer itself"
        return failed(text, state="local_clock", service=sync.service, source=sync.source)
    return passed(f"{sync.service} follows {sync.source}", service=sync.service, source=sync.source)
