"""See ``module_files_intact``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed, warned
from agent.model import UnknownReason
from agent.system.base import System

_EVIDENCE = {"state": "text", "path": "text", "version": "version"}


@check(cost=Cost.LOCAL, evidence=_EVIDENCE, group="module_files")
def module_files_intact(system: System, *, module: str, edition: str = "Core") -> Verdict:
    """Are the files of the module whole?

    For the newest installed version: its manifest can be read, and every file it names is there, is not empty and, when it is a library,
    begins like one. What is inside is not compared with the original.
    """
    installed = system.installed_modules(module, edition)
    if not installed:
        raise CannotObserve(UnknownReason.NOT_INSTALLED, f"{module} is not installed")
    first = installed[0]
    if not first.path.lower().endswith(".psd1"):
        return warned(f"{module} has no manifest in {first.path}", state="no_manifest", path=first.path)
    manifest = system.module_manifest(first.path)
    if manifest.problem:
        return failed(f"The manifest of {module} is damaged: {manifest.problem}", state="damaged", path=first.path)
    files = system.module_files(first.path)
    said = {"version": first.version}
    if gone := next((f for f in files if f.size_bytes < 0), None):
        return failed(f"{module} {first.version} lacks a file: {gone.path}", state="incomplete", path=gone.path, **said)
    if bad := next((f for f in files if not f.sound), None):
        return failed(
            f"A file of {module} {first.version} is damaged: {bad.path}", state="damaged", path=bad.path, **said
        )
    return passed(f"{module} {first.version} is whole: {len(files)} files named, all there", **said)
