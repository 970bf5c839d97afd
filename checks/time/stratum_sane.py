"""See ``stratum_sane``."""

from agent.check import Cost, Verdict, check, failed, passed, warned
from agent.system.base import System

#: chrony refuses sources beyond 3 s (ntpd beyond 1.5 s, timesyncd beyond 5 s): limits of the root distance.
MOST_DISTANCE_S = 3.0
_EVIDENCE = {"state": "text", "service": "text", "stratum": "count", "root_distance_s": "seconds"}


@check(cost=Cost.LOCAL, timeout_s=2.0, evidence=_EVIDENCE, group="clock-service", false_alarm="sometimes")
def stratum_sane(system: System) -> Verdict:
    """Does the time service say that it is synchronised, with a small error bound?

    Stratum 0 and 16 mean that nothing was heard yet or any more; the root distance bounds the error of the time it gives.
    """
    sync = system.time_sync()
    said = {"service": sync.service, "stratum": sync.stratum}
    if sync.root_distance_s is not None:
        said["root_distance_s"] = round(sync.root_distance_s, 6)
    if sync.state in ("none", "unsynchronised"):
        text = f"{sync.service} says that it is not synchronised (stratum {sync.stratum})"
        return failed(text, state="unsynchronised", **said)
    if (sync.root_distance_s or 0) > MOST_DISTANCE_S:
        text = f"{sync.service} is synchronised, but may be wrong by {sync.root_distance_s:.1f} s"
        return warned(text, state="unsynchronised", **said)
    return passed(f"{sync.service} is synchronised at stratum {sync.stratum}", **said)
