"""Manifests, repository lists and what PowerShell says of itself: real files, the real engine, and recorded Windows places."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system import psgallery, pshost, psmanifest
from agent.system.base import NewSession, Repository

MANIFEST = """\
@{
    RootModule = 'Contoso.Tools.psm1' # the script
    ModuleVersion = '2.1.0'
    PowerShellVersion = '5.1'
    DotNetFrameworkVersion = '4.7.2'
    NestedModules = @('bin\\Contoso.Core.dll', @{ ModuleName = 'Contoso.Base'; ModuleVersion = '1.0' })
    RequiredAssemblies = 'Contoso.Types.dll', 'System.Net.Http'
    FormatsToProcess = @('Contoso.format.ps1xml')
    FunctionsToExport = @('Get-Tool', 'Set-Tool')
    FileList = 'Contoso.Tools.psd1', 'Contoso.format.ps1xml'
}
"""


def test_manifest() -> None:
    """Files by their role, needs, and the number of functions; names without an ending are modules elsewhere."""
    found = psmanifest.parse("m.psd1", MANIFEST.encode())
    assert (found.root, found.nested, found.assemblies) == (
        "Contoso.Tools.psm1",
        ("bin\\Contoso.Core.dll",),
        ("Contoso.Types.dll",),
    )
    assert found.files == ("Contoso.format.ps1xml", "Contoso.Tools.psd1")
    assert (found.powershell, found.dotnet, found.functions, found.problem) == ("5.1", "4.7.2", 2, "")


@pytest.mark.parametrize("exported", ["'*'", "@()", "$all", "@('Get-*')"])
def test_unlisted_functions_are_not_counted(exported: str) -> None:
    """A wildcard, an empty list or an expression tells no number."""
    text = MANIFEST.replace("@('Get-Tool', 'Set-Tool')", exported)
    assert psmanifest.parse("m.psd1", text.encode()).functions == -1


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "the file is empty"),
        (bytes(4096), "the file holds only zero bytes"),
        (b"<html>Sign in to the network</html>", "the file is no module manifest"),
        (b"@{ RootModule = 'x.psm1'", "the file is no module manifest"),
    ],
)
def test_damaged_manifests(data: bytes, problem: str) -> None:
    """What a broken download or a crash leaves is named."""
    assert psmanifest.parse("m.psd1", data).problem == problem


def test_manifest_file(tmp_path: Path) -> None:
    """A file is read as it is, UTF-16 included; a missing one, and a script module, cannot be read as a manifest."""
    path = tmp_path / "m.psd1"
    path.write_text(MANIFEST, "utf-16")
    assert psmanifest.module_manifest(str(path)).functions == 2
    for other in ("absent.psd1", "m.psm1"):
        with pytest.raises(CannotObserve):
            psmanifest.module_manifest(str(tmp_path / other))


#: Written by PSResourceGet of PowerShell 7.6 on its first start.
RESOURCES = """\ufeff<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <Repository Name="PSGallery" Url="https://www.powershellgallery.com/api/v2" APIVersion="V2" Priority="50" Trusted="false" \
CredentialProvider="None" />
</configuration>"""
#: The form PowerShellGet 2 saves its sources in, written by Export-Clixml.
SOURCES = """<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj RefId="0"><DCT><En>
<S N="Key">Contoso</S><Obj N="Value" RefId="1"><MS><S N="Name">Contoso</S>
<S N="SourceLocation">https://modules.contoso.test/v2</S><S N="InstallationPolicy">Trusted</S>
<Obj N="ProviderOptions" RefId="2"><DCT /></Obj></MS></Obj></En></DCT></Obj></Objs>"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An account with an empty home."""
    monkeypatch.setattr(psgallery, "folder", lambda name: str(tmp_path / name))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def _list(edition: str, index: int, text: str) -> None:
    path = Path(psgallery.stores(edition)[index][1])
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")


@pytest.mark.usefixtures("home")
def test_repositories_of_both_lists() -> None:
    """PowerShell 7 reads both lists."""
    _list("Core", 0, RESOURCES)
    _list("Core", 1, SOURCES)
    assert psgallery.module_repositories() == (
        Repository("PSGallery", "https://www.powershellgallery.com/api/v2", False, "PSResourceGet"),
        Repository("Contoso", "https://modules.contoso.test/v2", True, "PowerShellGet"),
    )
    assert [r.name for r in psgallery.module_repositories("Desktop")] == ["Contoso"]


@pytest.mark.usefixtures("home")
def test_no_list_yet() -> None:
    """Before first use there is no list, which is no missing gallery."""
    with pytest.raises(CannotObserve) as caught:
        psgallery.module_repositories()
    assert caught.value.reason is UnknownReason.NOT_INSTALLED


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("text", ["<configuration><Repository", '<!DOCTYPE x [<!ENTITY a "b">]><configuration/>'])
def test_damaged_lists_are_not_guessed_at(text: str) -> None:
    """A cut list, and one with entities, is unknown."""
    _list("Core", 0, text)
    with pytest.raises(CannotObserve):
        psgallery.module_repositories()


def test_windows_places(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Recorded: the older list lies below the local data of Windows."""
    monkeypatch.setattr(psgallery.sys, "platform", "win32")
    old = psgallery.stores("Desktop")[0][1]
    assert Path(old).relative_to(home).parts == (
        *("local_data", "Microsoft", "Windows", "PowerShell", "PowerShellGet", "PSRepositories.xml"),
    )


# --- PowerShell itself

PWSH = os.environ.get("AGENT_TEST_PWSH") or shutil.which("pwsh") or ""


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The real engine on the search path, with a home of its own."""
    if not PWSH:
        pytest.skip("needs PowerShell 7")
    monkeypatch.setenv("PATH", os.path.dirname(PWSH) + os.pathsep + os.environ["PATH"])
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.mark.slow
@pytest.mark.usefixtures("real")
def test_real_session() -> None:
    """A real PowerShell 7 tells its edition, version and language mode, and has no function limit."""
    found = pshost.new_session()
    assert (found.edition, found.language_mode, found.function_limit) == ("Core", "FullLanguage", 0)
    assert int(found.version.split(".")[0]) >= 7


@pytest.mark.slow
@pytest.mark.usefixtures("real")
def test_real_parser(tmp_path: Path) -> None:
    """Syntax errors come with their line; a sound script has none; neither is run."""
    left = tmp_path / "left"
    for text, expected in ((f"Set-Content '{left}' 1\n", 0), (f"Set-Content '{left}' 1\nif (1) {{\n", 1)):
        script = tmp_path / "o'clock $(1).ps1"
        script.write_text(text)
        faults = pshost.script_faults(str(script))
        assert len(faults) == expected
        assert all(fault.startswith("2: ") for fault in faults)
    assert not left.exists()


def test_recorded_session_of_5_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recorded: Windows PowerShell 5.1 in constrained language, with its function limit."""
    shown = "edition=Desktop\r\nversion=5.1.26100.1\r\nlanguage_mode=ConstrainedLanguage\r\nfunction_limit=4096\r\n"
    monkeypatch.setattr(pshost, "powershell", lambda edition: "powershell.exe")
    monkeypatch.setattr(pshost, "program_output", lambda *args: shown)
    expected = NewSession("powershell.exe", "Desktop", "5.1.26100.1", "ConstrainedLanguage", 4096)
    assert pshost.new_session("Desktop") == expected


def test_silence_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PowerShell that says nothing, or may not parse, tells nothing."""
    monkeypatch.setattr(pshost, "powershell", lambda edition: "pwsh")
    monkeypatch.setattr(pshost, "program_output", lambda *args: "")
    for ask in (pshost.new_session, lambda: pshost.script_faults("x.ps1")):
        with pytest.raises(CannotObserve):
            ask()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has Windows PowerShell")
def test_absent_editions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An edition that is not there cannot be asked."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for edition in ("Core", "Desktop"):
        with pytest.raises(CannotObserve) as caught:
            pshost.powershell(edition)
        assert caught.value.reason is UnknownReason.NOT_INSTALLED


def test_windows_powershell_has_its_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Recorded: 5.1 lies below the Windows folder, whatever the search path says."""
    program = tmp_path / "System32" / "WindowsPowerShell" / "v1.0" / "powershell.exe"
    program.parent.mkdir(parents=True)
    program.write_text("")
    monkeypatch.setenv("SYSTEMROOT", str(tmp_path))
    monkeypatch.setattr(pshost.sys, "platform", "win32")
    assert pshost.powershell("Desktop") == str(program)


@pytest.mark.windows
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "win32", reason="starts the real Windows PowerShell")
def test_real_windows_powershell() -> None:
    """The real 5.1 tells its edition and its function limit."""
    found = pshost.new_session("Desktop")
    assert (found.edition, found.function_limit > 0) == ("Desktop", True)
