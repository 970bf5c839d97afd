"""Modules on disk: folders, versions, manifests."""

from pathlib import Path

import pytest

from agent.errors import CannotObserve
from agent.system.psmodules import installed_modules, module_folders, read_manifest

MANIFEST = """# comment with ModuleVersion = '9.9'
@{
    RootModule = 'X.psm1'
    ModuleVersion = '2.25.0'   # the version
    CompatiblePSEditions = @('Core', "Desktop")
    PowerShellVersion = '5.1'
    <# RequiredModules = 'Nothing' #>
    RequiredModules = @(@{ ModuleName = 'Microsoft.Graph.Authentication'; ModuleVersion = '2.25.0' }, 'Other')
}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty module folder that is the whole module path, apart from the defaults."""
    monkeypatch.setenv("PSModulePath", str(tmp_path / "modules"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("POWERSHELL_HOME", str(tmp_path / "home"))
    (tmp_path / "modules").mkdir()
    return tmp_path / "modules"


def _install(folder: Path, name: str, version: str, text: str = MANIFEST) -> None:
    inner = folder / name / version if version else folder / name
    inner.mkdir(parents=True, exist_ok=True)
    (inner / f"{name}.psd1").write_text(text.replace("2.25.0", version or "2.25.0"), encoding="utf-8-sig")


def test_manifest_values_are_read() -> None:
    """Strings, lists and module specifications are read; comments are not."""
    assert read_manifest(MANIFEST) == {
        "ModuleVersion": ("2.25.0",),
        "CompatiblePSEditions": ("Core", "Desktop"),
        "PowerShellVersion": ("5.1",),
        "RequiredModules": ("Microsoft.Graph.Authentication", "Other"),
    }


def test_expressions_are_not_evaluated() -> None:
    """A version that is an expression is unknown, not guessed."""
    assert read_manifest("@{ ModuleVersion = $(Get-Version) }") == {"ModuleVersion": ()}


def test_versions_come_newest_first(folder: Path) -> None:
    """Of several version folders the highest number comes first, compared as numbers."""
    for version in ("2.9.0", "2.25.0", "1.28.0"):
        _install(folder, "Contoso.Tools", version)
    assert [m.version for m in installed_modules("contoso.tools")] == ["2.25.0", "2.9.0", "1.28.0"]


def test_unversioned_folder_and_wildcard(folder: Path) -> None:
    """A folder without version counts, and a final star finds the family."""
    _install(folder, "Contoso.Tools", "")
    _install(folder, "Contoso.Users", "2.1.0")
    found = installed_modules("Contoso.*")
    assert [(m.name, m.version, m.edition) for m in found] == [
        ("Contoso.Tools", "2.25.0", "Core,Desktop"),
        ("Contoso.Users", "2.1.0", "Core,Desktop"),
    ]


def test_utf16_manifest_is_read(folder: Path) -> None:
    """Manifests written by old tools in UTF-16 are read."""
    (folder / "Old").mkdir()
    (folder / "Old" / "Old.psd1").write_text("@{\nModuleVersion = '1.0'\n}", encoding="utf-16")
    assert [m.version for m in installed_modules("Old")] == ["1.0"]


def test_absent_module_is_an_empty_answer(folder: Path) -> None:
    """No such module in readable folders is an answer, not a failure."""
    assert installed_modules("Nothing.Here") == ()


def test_unreadable_folders_cannot_be_observed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When no folder can be read, nothing is said about modules."""

    def deny(path: str) -> list[str]:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr("os.listdir", deny)
    with pytest.raises(CannotObserve, match="no_permission"):
        installed_modules("Contoso.Tools")


def test_folders_are_listed_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's folders come first and none twice."""
    import os

    monkeypatch.setenv("PSModulePath", os.pathsep.join([str(folder), str(folder) + "/"]))
    folders = module_folders()
    assert (folders[0], folders.count(str(folder))) == (str(folder), 1)
