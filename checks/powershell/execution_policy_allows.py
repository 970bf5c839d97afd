"""See ``execution_policy_allows``."""

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

_POLICY = r"Software\Policies\Microsoft\Windows\PowerShell"
_OWN = r"Software\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell"


@check(cost=Cost.INSTANT, platforms={"windows"}, evidence={"state": "text", "policy": "text", "source": "text"})
def execution_policy_allows(system: System, *, script: str = "") -> Verdict:
    """Does the execution policy of this account let scripts run?

    Order of precedence: group policy (computer, then user), the process, the user, the computer; with none set a client
    is Restricted. Read from the registry of Windows PowerShell; PowerShell 7 keeps its own setting in a file, not read here.
    """
    policy, source = _effective(system)
    said = {"policy": policy, "source": source}
    if policy.lower() == "restricted":
        return failed(f"No script may run: {policy} ({source})", state="restricted", **said)
    marked = bool(script) and system.file_info(script + ":Zone.Identifier").exists
    if policy.lower() == "allsigned" or (policy.lower() == "remotesigned" and marked):
        return failed(f"Only signed scripts may run here: {policy} ({source})", state="unsigned", **said)
    return passed(f"Scripts may run: {policy} ({source})", **said)


def _effective(system: System) -> tuple[str, str]:
    for hive, whose in (("HKLM", "computer policy"), ("HKCU", "user policy")):
        if system.registry_value(hive, _POLICY, "EnableScripts") == 0:
            return "Restricted", whose
        if value := system.registry_value(hive, _POLICY, "ExecutionPolicy"):
            return str(value), whose
    if value := system.environment("PSExecutionPolicyPreference"):
        return value, "process"
    for hive, whose in (("HKCU", "user"), ("HKLM", "computer")):
        if value := system.registry_value(hive, _OWN, "ExecutionPolicy"):
            return str(value), whose
    return "Restricted", "default"
