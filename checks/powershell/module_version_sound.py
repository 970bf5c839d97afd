"""See ``module_version_sound``."""

from typing import NamedTuple

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System


class Defect(NamedTuple):
    """Versions ``first`` to ``last`` of a family, in an ``edition`` and below PowerShells whose version begins so, or in all."""

    family: str
    first: str
    last: str
    what: str
    edition: str = ""
    powershell: str = ""


#: From the issue list of microsoftgraph/msgraph-sdk-powershell: #2435, #2510, #2745, #1907, #3197, #3489; and OfficeDocs-Support.
DEFECTS = (
    Defect("microsoft.graph", "2.9.0", "2.9.0", "unattended sign-in lacks a library"),
    Defect("microsoft.graph", "2.11.0", "2.11.1", "answers cannot be shown", powershell="7.4"),
    Defect("microsoft.graph", "2.19.0", "2.19.0", "sign-in calls a method that is not there", edition="Desktop"),
    Defect("microsoft.graph", "2.26.0", "2.26.0", "answers that are no JSON are not read"),
    Defect("microsoft.graph", "2.26.1", "2.26.1", "the claims request is built wrongly", edition="Desktop"),
    Defect("microsoft.graph", "2.34.0", "2.35.0", "sign-in by the Windows broker fails without a text"),
    Defect("exchangeonlinemanagement", "3.1.0", "3.1.0", "connections to Purview fail"),
    Defect("exchangeonlinemanagement", "3.7.2", "3.7.2", "sign-in fails beside other modules"),
)
_EVIDENCE = {"state": "text", "version": "version", "defect": "text"}


@check(cost=Cost.LOCAL, evidence=_EVIDENCE, false_alarm="rarely")
def module_version_sound(
    system: System, *, module: str, module_version: str = "", edition: str = "Core", ps_version: str = ""
) -> Verdict:
    """Is the module's version free of the sign-in defects that are known?

    The version of the failing session decides, else the newest installed one. The list holds defects of sign-in and answers only, and
    ends with the day it was made.
    """
    if not module_version:
        installed = system.installed_modules(module, edition)
        if not installed or not installed[0].version:
            raise CannotObserve(UnknownReason.NOT_INSTALLED, f"{module} is not installed, and no version was told")
        module_version = installed[0].version
    for known in DEFECTS:
        mine = module.lower() == known.family or module.lower().startswith(known.family + ".")
        fits = known.edition in ("", edition) and (not ps_version or ps_version.startswith(known.powershell))
        if mine and fits and _key(known.first) <= _key(module_version) <= _key(known.last):
            text = f"{module} {module_version} has a known defect: {known.what}"
            return failed(text, state="defective", version=module_version, defect=known.what)
    return passed(f"No defect of {module} {module_version} is on the list", version=module_version)


def _key(version: str) -> list[int]:
    return [int(part) for part in version.partition("-")[0].split(".")[:3] if part.isdigit()]
