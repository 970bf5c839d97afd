"""See ``file_unblocked``."""

import ntpath
import re

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

#: Zones from here on count as the internet (3) or as forbidden (4).
INTERNET = 3
_SCRIPTS = (".ps1", ".psm1", ".psd1", ".ps1xml", ".dll")
_EVIDENCE = {"state": "text", "path": "text", "zone": "count"}


@check(cost=Cost.LOCAL, platforms={"windows"}, evidence=_EVIDENCE, false_alarm="rarely")
def file_unblocked(system: System, *, script: str = "", module: str = "", edition: str = "Core") -> Verdict:
    """Are the script or the module's files free of the mark of a download?

    The mark is a stream beside the file; under RemoteSigned a marked file needs a signature. A module copied from a downloaded
    archive carries it on every file; the gallery's own installer leaves none.
    """
    paths = [script] if script else []
    if not paths and module:
        for found in system.installed_modules(module, edition)[:1]:
            folder = ntpath.dirname(found.path) if found.path.lower().endswith(".psd1") else found.path
            paths = [ntpath.join(folder, n) for n in system.list_folder(folder) if n.lower().endswith(_SCRIPTS)]
    if not paths:
        raise CannotObserve(UnknownReason.MISSING_FACT, "neither a script nor an installed module was named")
    for path in paths:
        stream = path + ":Zone.Identifier"
        if not system.file_info(stream).exists:
            continue
        zone = re.search(r"ZoneId\s*=\s*(\d)", system.read_file(stream, 4096).decode("utf-8", "replace"))
        if zone and int(zone[1]) >= INTERNET:
            text = f"{path} is marked as downloaded (zone {zone[1]})"
            return failed(text, state="blocked", path=path, zone=int(zone[1]))
    return passed(
        f"{paths[0]} is not marked as downloaded" if script else f"None of {len(paths)} files is marked as downloaded"
    )
