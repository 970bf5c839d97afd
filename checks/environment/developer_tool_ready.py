"""See ``developer_tool_ready``."""

from agent.check import Cost, Verdict, check, failed, passed, warned
from agent.system.base import System, ToolAnswer

NAMES = {"az": "The Azure CLI", "azd": "The Azure Developer CLI", "pwsh": "Az PowerShell"}
#: Answers slower than this come close to the 13 s that a credential waits by default.
SLOW_S = 8.0
EVIDENCE = {"state": "text", "tool": "text", "path": "text", "tenant": "text", "elapsed_s": "seconds"}


@check(cost=Cost.SLOW, evidence=EVIDENCE, timeout_s=15.0)
def developer_tool_ready(system: System, *, developer_tool: str, tenant: str = "") -> Verdict:
    """Is the developer tool installed for this account, signed in to the tenant asked, and quick and clean in its answer?

    The tool is asked who is signed in, as a credential would start it; Az PowerShell's saved contexts are read instead.
    """
    told = _az_powershell(system) if developer_tool == "pwsh" else system.developer_tool(developer_tool)
    name = NAMES.get(developer_tool, developer_tool)
    found = {"tool": developer_tool, "path": told.path, "tenant": told.tenant, "elapsed_s": told.elapsed_s}
    says = {
        "absent": f"{name} is not installed for this account",
        "not_on_path": f"{name} is at {told.path}, which is not on the search path",
        "not_signed_in": f"{name} has no signed-in account here",
        "polluted": f"{name} answers with {told.detail}",
        "failed": f"{name} ends with a failure of its own ({told.detail})",
        "timeout": f"{name} gives no answer in {told.elapsed_s:.0f} s",
    }
    if told.state in says:
        return failed(says[told.state], state=told.state, **found)
    wanted = tenant.strip().lower()
    if wanted and "." not in wanted and told.tenant and told.tenant != wanted:
        return failed(f"{name} is signed in to tenant {told.tenant}, not to {tenant}", state="other_tenant", **found)
    if developer_tool != "azd" and not told.subscription:
        return failed(f"{name} is signed in, but no subscription is selected", state="no_subscription", **found)
    if told.elapsed_s > SLOW_S:
        return warned(f"{name} is signed in and took {told.elapsed_s:.0f} s to say so", state="slow", **found)
    return passed(f"{name} is signed in" + (f" to tenant {told.tenant}" if told.tenant else ""), **found)


def _az_powershell(system: System) -> ToolAnswer:
    modules = system.installed_modules("Az.Accounts")
    contexts = [c for c in system.saved_sign_ins("az") if c.chosen]
    if not modules:
        return ToolAnswer("pwsh", "absent")
    if not contexts:
        return ToolAnswer("pwsh", "not_signed_in", modules[0].path)
    if contexts[0].kind == "damaged":
        return ToolAnswer("pwsh", "failed", modules[0].path, detail="its file of contexts is damaged")
    return ToolAnswer("pwsh", "signed_in", modules[0].path, contexts[0].tenant, contexts[0].subscription)
