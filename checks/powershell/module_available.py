"""See ``module_available``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.system.base import System


@check(cost=Cost.LOCAL, evidence={"state": "text", "versions": "text", "path": "text"}, group="module")
def module_available(system: System, *, module: str, edition: str = "Core") -> Verdict:
    """Is the module installed where this PowerShell looks for modules?

    A module that only the other edition finds, or whose manifest names only the other edition, counts as not available. Windows
    PowerShell ships modules in its system folder that PowerShell 7 may load through a compatibility session; not counted here.
    """
    found = system.installed_modules(module, edition)
    fitting = [m for m in found if not m.edition or edition in m.edition.split(",")]
    if fitting:
        versions = ", ".join(dict.fromkeys(m.version for m in fitting))
        return passed(f"{module} {versions} is installed", versions=versions, path=fitting[0].path)
    if found:
        text = f"{module} is installed for {found[0].edition} only, not for {edition}"
        return failed(text, state="other_edition", path=found[0].path)
    try:
        elsewhere = system.installed_modules(module, "Desktop" if edition == "Core" else "Core")
    except CannotObserve:  # the question was about this edition, and that one is answered
        elsewhere = ()
    if elsewhere:
        text = f"{module} is installed only where the other PowerShell edition looks"
        return failed(text, state="other_edition", path=elsewhere[0].path)
    return failed(f"{module} is in none of the module folders", state="absent")
