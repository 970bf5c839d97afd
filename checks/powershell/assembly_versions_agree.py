"""See ``assembly_versions_agree``."""

import ntpath
import posixpath

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed, warned
from agent.model import UnknownReason, Value
from agent.system.base import System

_EVIDENCE = {"state": "text", "versions": "text", "assembly": "text", "path": "text"}


@check(cost=Cost.SLOW, timeout_s=3.0, evidence=_EVIDENCE, group="assemblies")
def assembly_versions_agree(system: System, *, assemblies: tuple[Value, ...] = (), module: str = "") -> Verdict:
    """Does the session hold one version of each sign-in assembly, from the folder of the module that needs it?

    Without a list of loaded assemblies, the DLLs of installed modules are compared: that shows only a possible conflict.
    """
    loaded = [(*map(str, a), "", "", "") for a in assemblies]
    for name in sorted({a[0] for a in loaded}):
        same = [a for a in loaded if a[0] == name]
        versions = sorted({a[1] for a in same})
        if len(versions) > 1:
            text = f"{name} is loaded twice: {' and '.join(versions)}"
            return failed(text, state="two_versions", versions=", ".join(versions), assembly=name, path=same[-1][2])
    for a in (a for a in loaded if module and _other_module(a[2], module)):
        text = f"{a[0]} {a[1]} was loaded by another module: {a[2]}"
        return failed(text, state="foreign_location", versions=a[1], assembly=a[0], path=a[2])
    if loaded:
        return passed(f"{len(loaded)} sign-in assemblies, one version each")
    if not module:
        raise CannotObserve(UnknownReason.MISSING_FACT, "neither loaded assemblies nor a module were named")
    return _on_disk(system, module)


def _other_module(location: str, module: str) -> bool:
    parts = location.lower().replace("\\", "/").split("/")
    if "modules" not in parts:
        return False  # the program's own folder, or a location that is not known
    owner = parts[len(parts) - parts[::-1].index("modules") :][0]
    return owner.split(".")[0] != module.lower().split(".")[0]


def _on_disk(system: System, module: str) -> Verdict:
    found: dict[str, dict[str, str]] = {}
    for installed in system.installed_modules(f"{module.split('.')[0]}.*"):
        paths = ntpath if "\\" in installed.path else posixpath
        for inner in ("", "Dependencies", "lib", "Dependencies/Core"):
            folder = paths.join(paths.dirname(installed.path), *filter(None, inner.split("/")))
            for name in system.list_folder(folder):
                if name.startswith(("Microsoft.Identity", "Azure.", "Microsoft.Graph.Core")) and name.endswith(".dll"):
                    path = paths.join(folder, name)
                    found.setdefault(name, {}).setdefault(system.assembly_version(path), path)
    for name, versions in sorted(found.items()):
        if len(versions) > 1:
            text = f"{name} is installed in versions {' and '.join(sorted(versions))}"
            return warned(text, state="two_versions", versions=", ".join(sorted(versions)), assembly=name)
    if not found:
        raise CannotObserve(UnknownReason.NOT_INSTALLED, f"no sign-in assemblies found beside {module}")
    return passed(f"{len(found)} sign-in assemblies on disk, one version each")
