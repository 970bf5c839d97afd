"""See ``vm_clock_source``."""

from agent.check import Cost, Verdict, check, failed, passed, warned
from agent.system.base import System

_FOLDER = "/sys/devices/system/clocksource/clocksource0/"
#: Counting timer ticks loses time whenever the machine is not run; the slow timers only cost speed.
LOSES_TIME = ("jiffies", "refined-jiffies", "pit")
SLOW = ("acpi_pm", "hpet")
FROM_HOST = ("kvm-clock", "hyperv_clocksource_tsc_page", "hyperv_clocksource_msr", "xen")


@check(
    cost=Cost.INSTANT,
    platforms={"linux"},
    evidence={"state": "text", "source": "text"},
    group="clock-service",
    false_alarm="rarely",
)
def vm_clock_source(system: System) -> Verdict:
    """Does the kernel count time by a source that keeps it?

    A kernel that had to fall back to timer ticks loses time, above all in a virtual machine. A slow timer beside a source that the host
    offers is only suspicious: the kernel distrusted the fast one once.
    """
    source = system.read_file(_FOLDER + "current_clocksource").decode("ascii", "replace").strip()
    offered = system.read_file(_FOLDER + "available_clocksource").decode("ascii", "replace").split()
    if source in LOSES_TIME:
        return failed(f"The kernel counts time by {source}, which loses ticks", state="unsuitable", source=source)
    if source in SLOW and any(name in offered for name in FROM_HOST):
        return warned(
            f"The kernel counts time by {source} and not by the host's clock", state="unsuitable", source=source
        )
    return passed(f"The kernel counts time by {source}", source=source)
