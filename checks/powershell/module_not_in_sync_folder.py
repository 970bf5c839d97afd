"""See ``module_not_in_sync_folder``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

_VARIABLES = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")
_EVIDENCE = {"state": "text", "path": "text"}


@check(cost=Cost.INSTANT, platforms={"windows", "darwin"}, evidence=_EVIDENCE, false_alarm="sometimes")
def module_not_in_sync_folder(system: System, *, module: str, edition: str = "Core") -> Verdict:
    """Does the module lie outside of folders that OneDrive synchronises?

    Files there may be placeholders, locked while they are copied, or removed on another computer. Many such installations work, so this
    alone proves nothing.
    """
    installed = system.installed_modules(module, edition)
    if not installed:
        raise CannotObserve(UnknownReason.NOT_INSTALLED, f"{module} is not installed")
    roots = [root for root in map(system.environment, _VARIABLES) if root]
    if system.platform() == "darwin":
        roots = [system.folder("home") + "/Library/CloudStorage"]
    for found in installed:
        if any(found.path.lower().startswith(root.lower().rstrip("\\/")) for root in roots):
            text = f"{module} {found.version} lies in a synchronised folder: {found.path}"
            return failed(text, state="onedrive", path=found.path)
    return passed(f"{module} lies outside of synchronised folders", path=installed[0].path)
