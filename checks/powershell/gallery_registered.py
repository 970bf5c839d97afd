"""See ``gallery_registered``."""

import ntpath

from agent.check import Cost, Verdict, check, failed, passed, warned
from agent.system.base import System

GALLERY = "powershellgallery.com"
_EVIDENCE = {"state": "text", "repositories": "text"}


@check(cost=Cost.LOCAL, evidence=_EVIDENCE, group="gallery", false_alarm="rarely")
def gallery_registered(system: System, *, edition: str = "Core") -> Verdict:
    """Is the PowerShell Gallery registered for this account, with what is needed to use it?

    Registered but not trusted asks before it installs, which only a script without a person cannot answer. Windows PowerShell also
    needs the NuGet provider, which it offers to fetch on first use.
    """
    found = system.module_repositories(edition)
    names = ", ".join(dict.fromkeys(r.name for r in found)) or "none"
    gallery = [r for r in found if GALLERY in r.url.lower()]
    if not gallery:
        return failed(
            f"The PowerShell Gallery is not registered (registered: {names})", state="absent", repositories=names
        )
    if edition == "Desktop" and system.platform() == "windows" and not _has_nuget(system):
        return failed("The NuGet provider of Windows PowerShell is not installed", state="no_nuget", repositories=names)
    if not any(r.trusted for r in gallery):
        return warned(
            "The PowerShell Gallery is registered, but not trusted", state="untrusted_only", repositories=names
        )
    return passed(f"The PowerShell Gallery is registered as {gallery[0].name}", repositories=names)


def _has_nuget(system: System) -> bool:
    places = (system.environment("ProgramFiles") or r"C:\Program Files", system.folder("local_data"))
    return any(system.list_folder(ntpath.join(p, "PackageManagement", "ProviderAssemblies", "nuget")) for p in places)
