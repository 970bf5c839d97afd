"""See ``module_path_sane``."""

import os.path

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

_EVIDENCE = {"state": "text", "path": "text", "entries": "count"}


@check(cost=Cost.INSTANT, evidence=_EVIDENCE)
def module_path_sane(system: System, *, edition: str = "Core") -> Verdict:
    """Does the module path of this session lead to the folders where modules are?

    A path that a program or profile has set anew may name folders that are gone, leave out the account's own folder although modules
    lie there, or lead Windows PowerShell 5.1 into the folders of PowerShell 7. Not set at all is sound: then the defaults hold.
    """
    windows = system.platform() == "windows"
    given = [e.strip() for e in (system.environment("PSModulePath") or "").split(";" if windows else ":") if e.strip()]
    if not given:
        return passed("PSModulePath is not set, so the defaults hold", entries=0)
    said = {"entries": len(given)}
    if edition == "Desktop" and (core := next((e for e in given if "\\powershell\\" in e.lower() + "\\"), "")):
        return failed(
            f"The module path leads 5.1 into a folder of PowerShell 7: {core}", state="edition_mixed", path=core, **said
        )
    if not any(system.file_info(entry).is_folder for entry in given):
        return failed("None of the folders of the module path exists", state="missing_entry", path=given[0], **said)
    home = os.path.normcase(system.folder("home"))
    known = {_plain(entry) for entry in given}
    for own in system.module_folders(edition):
        if os.path.normcase(own).startswith(home) and _plain(own) not in known and system.list_folder(own):
            text = f"The module path leaves out {own}, where modules are installed"
            return failed(text, state="user_folder_missing", path=own, **said)
    return passed(f"The module path has {len(given)} entries and leads to this account's modules", **said)


def _plain(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").lower()
