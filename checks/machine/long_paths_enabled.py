"""See ``long_paths_enabled``."""

import ntpath

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

#: MAX_PATH of Windows, the closing zero included.
MAX_PATH = 260
_KEY = r"SYSTEM\CurrentControlSet\Control\FileSystem"
_EVIDENCE = {"state": "text", "path": "text", "longest": "count", "enabled": "bool"}


@check(cost=Cost.LOCAL, platforms={"windows"}, evidence=_EVIDENCE)
def long_paths_enabled(system: System, *, module: str, edition: str = "Core") -> Verdict:
    """Do the module's files have paths that this Windows can open?

    Most computers leave long paths off, so that alone is no fault: the longest path of the module's first two levels decides.
    """
    enabled = system.registry_value("HKLM", _KEY, "LongPathsEnabled") == 1
    installed = system.installed_modules(module, edition)
    if not installed:
        raise CannotObserve(UnknownReason.NOT_INSTALLED, f"{module} is not installed, so it has no paths to measure")
    folders = [ntpath.dirname(m.path) if m.path.lower().endswith(".psd1") else m.path for m in installed]
    paths = [ntpath.join(folder, name) for folder in folders for name in system.list_folder(folder)]
    paths += [
        ntpath.join(path, name)
        for path in paths
        if "." not in ntpath.basename(path)
        for name in system.list_folder(path)
    ]
    longest = max([*folders, *paths], key=len)
    said = {"path": longest, "longest": len(longest), "enabled": enabled}
    if not enabled and len(longest) >= MAX_PATH:
        return failed(
            f"A path of {module} has {len(longest)} characters, and long paths are off", state="too_long", **said
        )
    return passed(f"The longest path of {module} has {len(longest)} characters", **said)
