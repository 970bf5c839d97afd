"""Is the module installed?"""

from checkkit import run_check

from agent.errors import CannotObserve
from agent.model import Status, UnknownReason
from agent.system.base import InstalledModule
from agent.system.fake import FakeSystem

CHECK = "powershell.module_available"
MODULE = InstalledModule("Contoso.Tools", "2.1.0", "/m/Contoso.Tools/2.1.0/Contoso.Tools.psd1", "Core,Desktop")


def test_installed_module_passes() -> None:
    """An installed module passes with its versions."""
    result = run_check(CHECK, FakeSystem(installed_modules=(MODULE,)), module="Contoso.Tools")
    assert (result.status, result.evidence["versions"]) == (Status.PASS, "2.1.0")


def test_absent_module_fails() -> None:
    """A module in no folder is absent."""
    result = run_check(CHECK, FakeSystem(installed_modules=()), module="Contoso.Tools")
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "absent")


def test_module_of_the_other_edition_fails() -> None:
    """A module made only for the other edition, or only in its folders, is not available to this one."""
    desktop = MODULE._replace(edition="Desktop")
    for answer in ((desktop,), lambda name, edition: (MODULE,) if edition == "Desktop" else ()):
        result = run_check(CHECK, FakeSystem(installed_modules=answer), module="Contoso.Tools")
        assert (result.status, result.evidence["state"]) == (Status.FAIL, "other_edition")


def test_unreadable_folders_are_unknown() -> None:
    """Folders that cannot be read say nothing about the module."""
    system = FakeSystem(installed_modules=CannotObserve("no_permission"))
    assert run_check(CHECK, system, module="X").reason is UnknownReason.NO_PERMISSION
