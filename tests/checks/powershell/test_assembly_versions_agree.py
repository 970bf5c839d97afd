"""Do loaded assemblies agree?"""

from checkkit import run_check

from agent.errors import CannotObserve
from agent.model import Status, UnknownReason
from agent.system.base import InstalledModule
from agent.system.fake import FakeSystem

CHECK = "powershell.assembly_versions_agree"
OWN = "/m/Modules/Microsoft.Graph.Authentication/2.9.0/Dependencies/Azure.Core.dll"
FOREIGN = "C:\\Program Files\\WindowsPowerShell\\Modules\\Az.Accounts\\4.0\\lib\\Azure.Core.dll"


def test_one_version_each_passes() -> None:
    """One version of each assembly, from the module's own folder, passes."""
    result = run_check(
        CHECK, FakeSystem(), assemblies=(("Azure.Core", "1.44", OWN, ""),), module="Microsoft.Graph.Users"
    )
    assert result.status is Status.PASS


def test_two_versions_fail() -> None:
    """The same assembly in two versions fails and names both."""
    loaded = (("Azure.Core", "1.44", OWN, ""), ("Azure.Core", "1.35", FOREIGN, ""))
    result = run_check(CHECK, FakeSystem(), assemblies=loaded)
    assert (result.status, result.evidence["state"], result.evidence["versions"]) == (
        Status.FAIL,
        "two_versions",
        "1.35, 1.44",
    )


def test_assembly_of_another_module_fails() -> None:
    """An assembly that another module brought along fails with its path."""
    result = run_check(CHECK, FakeSystem(), assemblies=(("Azure.Core", "1.35", FOREIGN),), module="Microsoft.Graph")
    assert (result.status, result.evidence["state"], result.evidence["path"]) == (
        Status.FAIL,
        "foreign_location",
        FOREIGN,
    )


def test_two_versions_on_disk_warn() -> None:
    """Without a report, differing files in the module folders only warn."""
    modules = tuple(InstalledModule("Microsoft.Graph.A", v, f"/m/A/{v}/A.psd1") for v in ("1", "2"))
    system = FakeSystem(
        installed_modules=modules,
        list_folder=lambda path: ("Azure.Core.dll",) if path.endswith("Dependencies") else (),
        assembly_version=lambda path: "1.44" if "/1/" in path else "1.35",
    )
    result = run_check(CHECK, system, module="Microsoft.Graph")
    assert (result.status, result.evidence["state"]) == (Status.WARN, "two_versions")


def test_nothing_named_is_unknown() -> None:
    """Neither assemblies nor a module: nothing to look at."""
    assert run_check(CHECK, FakeSystem()).reason is UnknownReason.MISSING_FACT


def test_unreadable_folders_are_unknown() -> None:
    """Folders that cannot be read are not a verdict."""
    system = FakeSystem(installed_modules=CannotObserve("no_permission"))
    assert run_check(CHECK, system, module="Microsoft.Graph").reason is UnknownReason.NO_PERMISSION
