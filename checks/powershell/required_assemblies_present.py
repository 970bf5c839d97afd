"""See ``required_assemblies_present``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

_EVIDENCE = {"state": "text", "path": "text", "count": "count"}


@check(cost=Cost.LOCAL, evidence=_EVIDENCE, group="module_files")
def required_assemblies_present(system: System, *, module: str, edition: str = "Core") -> Verdict:
    """Are the libraries that the module's manifest names on the disk?

    Looked at for the newest installed version. Libraries that the module's own code loads later stand in no manifest.
    """
    installed = [m for m in system.installed_modules(module, edition) if m.path.lower().endswith(".psd1")]
    if not installed:
        raise CannotObserve(UnknownReason.NOT_INSTALLED, f"{module} is not installed with a manifest")
    libraries = [f for f in system.module_files(installed[0].path) if f.name.lower().endswith(".dll")]
    if gone := [f.path for f in libraries if f.size_bytes < 0]:
        text = f"{module} {installed[0].version} lacks a library: {gone[0]}"
        return failed(text, state="missing", path=gone[0], count=len(gone))
    return passed(f"All {len(libraries)} libraries that {module} names are there", count=len(libraries))
