"""Version, module path, functions, language, profile, gallery and files of modules: pass, fail, cannot look, not applicable."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from checkkit import run_check

from agent.errors import CannotObserve
from agent.model import Result, Status, UnknownReason
from agent.system.base import FileInfo, InstalledModule, Manifest, ModuleFile, NewSession, Repository
from agent.system.fake import FakeSystem
from agent.system.live import LiveSystem

USERS = InstalledModule("Contoso.Users", "2.1.0", "/modules/Contoso.Users/2.1.0/Contoso.Users.psd1")
BARE = InstalledModule("Contoso.Users", "0.0", "/modules/Contoso.Users")
DENIED = CannotObserve("no_permission", "may not be read")


def _told(result: Result) -> tuple[Status, object]:
    return result.status, result.evidence.get("state")


def _modules(*found: InstalledModule) -> Any:
    return lambda name, edition="Core": tuple(m for m in found if m.name == name or name == "Contoso.Users.*")


# --- version_supported


def _version(have: str, manifest: Manifest, edition: str = "Core", release: object = 528040) -> Result:
    system = FakeSystem(
        platform="windows", installed_modules=(USERS,), module_manifest=manifest, registry_value=release
    )
    return run_check("powershell.version_supported", system, module=USERS.name, ps_version=have, edition=edition)


@pytest.mark.parametrize(
    ("have", "need", "expected"),
    [
        ("7.4.2", "5.1", (Status.PASS, None)),
        ("7.4.0-preview.3", "7.4", (Status.PASS, None)),
        ("5.1.26100.1", "7.2", (Status.FAIL, "too_old")),
        ("5.0", "5.1", (Status.FAIL, "too_old")),
        ("7.4.2", "", (Status.PASS, None)),
    ],
)
def test_versions(have: str, need: str, expected: tuple[Status, object]) -> None:
    """What the manifest wants is compared part by part."""
    assert _told(_version(have, Manifest(USERS.path, powershell=need))) == expected


@pytest.mark.parametrize(
    ("release", "expected"),
    [(461808, (Status.PASS, None)), (461308, (Status.FAIL, "old_framework")), (None, (Status.FAIL, "old_framework"))],
)
def test_framework(release: object, expected: tuple[Status, object]) -> None:
    """Under 5.1 the .NET Framework must be new enough too."""
    needs = Manifest(USERS.path, powershell="5.1", dotnet="4.7.2")
    assert _told(_version("5.1.26100.1", needs, "Desktop", release)) == expected


def test_version_unknown() -> None:
    """Without a manifest nothing says what is needed; without a version there is nothing to compare."""
    system = FakeSystem(installed_modules=(BARE,))
    given = {"module": USERS.name, "ps_version": "7.4.0"}
    assert run_check("powershell.version_supported", system, **given).reason is UnknownReason.NOT_INSTALLED
    blind = FakeSystem(installed_modules=(USERS,), module_manifest=DENIED)
    assert run_check("powershell.version_supported", blind, **given).reason is UnknownReason.NO_PERMISSION


# --- module_path_sane

OWN = r"C:\Users\alex\Documents\WindowsPowerShell\Modules"
ALL = r"C:\Program Files\WindowsPowerShell\Modules"


def _path(given: str | None, there: tuple[str, ...] = (OWN, ALL), edition: str = "Desktop") -> Result:
    system = FakeSystem(
        platform="windows",
        environment=lambda name: given,
        folder=r"C:\Users\alex",
        module_folders=(OWN, ALL),
        file_info=lambda path: FileInfo(path, path in there, is_folder=path in there),
        list_folder=lambda path: ("Contoso.Users",) if path in there else (),
    )
    return run_check("powershell.module_path_sane", system, edition=edition)


@pytest.mark.parametrize(
    ("given", "there", "expected"),
    [
        (None, (), (Status.PASS, None)),
        (f"{OWN.upper()}\\;{ALL}", (OWN.upper() + "\\", ALL), (Status.PASS, None)),
        (ALL, (OWN, ALL), (Status.FAIL, "user_folder_missing")),
        (ALL, (ALL,), (Status.PASS, None)),
        (r"C:\Gone", (OWN,), (Status.FAIL, "missing_entry")),
        (rf"{OWN};C:\Program Files\PowerShell\7\Modules", (OWN, ALL), (Status.FAIL, "edition_mixed")),
    ],
)
def test_module_paths(given: str | None, there: tuple[str, ...], expected: tuple[Status, object]) -> None:
    """Defaults, both folders, a folder left out, gone folders, and those of the other edition."""
    assert _told(_path(given, there)) == expected


def test_folders_of_7_are_right_in_7() -> None:
    """What leads 5.1 astray is where PowerShell 7 belongs."""
    given = rf"{OWN};{ALL};C:\Program Files\PowerShell\7\Modules"
    assert _path(given, (OWN, ALL), "Core").status is Status.PASS


def test_module_path_unknown() -> None:
    """Folders that may not be looked at are no verdict."""
    system = FakeSystem(environment="/modules", file_info=DENIED)
    assert run_check("powershell.module_path_sane", system).reason is UnknownReason.NO_PERMISSION


@pytest.mark.skipif(sys.platform != "linux", reason="folders of Linux")
def test_real_module_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the real machine an own folder with modules that the path leaves out is found."""
    own = tmp_path / ".local" / "share" / "powershell" / "Modules"
    (own / "Contoso.Users").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("PSModulePath", "/usr/share")
    assert _told(run_check("powershell.module_path_sane", LiveSystem())) == (Status.FAIL, "user_folder_missing")
    monkeypatch.setenv("PSModulePath", f"{own}:/usr/share")
    assert run_check("powershell.module_path_sane", LiveSystem()).status is Status.PASS


# --- function_count_sane


def _functions(counts: dict[str, int], loaded: tuple[str, ...] = (), edition: str = "Desktop") -> Result:
    found = tuple(InstalledModule(n, "2.1.0", f"/m/{n}/{n}.psd1") for n in counts)
    system = FakeSystem(
        installed_modules=_modules(*found),
        module_manifest=lambda path: Manifest(path, functions=counts[Path(path).stem]),
    )
    modules = tuple((name, "2.1.0", "") for name in loaded)
    return run_check("powershell.function_count_sane", system, module="Contoso.Users", edition=edition, modules=modules)


@pytest.mark.parametrize(
    ("counts", "loaded", "expected"),
    [
        ({"Contoso.Users": 900, "Contoso.Users.Actions": -1}, (), (Status.PASS, 900)),
        ({"Contoso.Users": 900, "Contoso.Users.Actions": 3500}, (), (Status.WARN, 4400)),
        ({"Contoso.Users": 900, "Contoso.Users.Actions": 3500}, ("Contoso.Users.Actions",), (Status.FAIL, 4400)),
    ],
)
def test_functions(counts: dict[str, int], loaded: tuple[str, ...], expected: tuple[Status, int]) -> None:
    """What is loaded together decides; what is only installed together is suspicious."""
    result = _functions(counts, loaded)
    assert (result.status, result.evidence["functions"]) == expected


def test_functions_elsewhere() -> None:
    """PowerShell 7 has no limit, and without manifests nothing can be counted."""
    assert _functions({}, edition="Core").status is Status.PASS
    assert _functions({}).reason is UnknownReason.NOT_INSTALLED


# --- language_mode_full, profile_loads


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("FullLanguage", (Status.PASS, None)),
        ("ConstrainedLanguage", (Status.FAIL, "constrained")),
        ("RestrictedLanguage", (Status.FAIL, "restricted")),
        ("NoLanguage", (Status.FAIL, "no_language")),
    ],
)
def test_language_modes(mode: str, expected: tuple[Status, object]) -> None:
    """Every mode but the full one fails with its word."""
    system = FakeSystem(new_session=NewSession("pwsh", "Core", "7.6.0", mode))
    assert _told(run_check("powershell.language_mode_full", system)) == expected


def test_language_mode_unknown() -> None:
    """Without that PowerShell nobody can be asked."""
    system = FakeSystem(new_session=CannotObserve("not_installed", "PowerShell 7 (pwsh) was not found"))
    assert run_check("powershell.language_mode_full", system).reason is UnknownReason.NOT_INSTALLED


def _profile(platform: str = "linux", there: bool = True, readable: bool = True, faults: Any = ()) -> Result:
    name = "Microsoft.PowerShell_profile.ps1"
    system = FakeSystem(
        platform=platform,
        folder={"config": "/home/alex/.config", "home": r"C:\Users\alex"},
        module_folders=(OWN, ALL),
        file_info=lambda path: FileInfo(path, there and path.endswith(name), readable=readable),
        script_faults=faults,
    )
    return run_check("powershell.profile_loads", system)


def test_profiles() -> None:
    """A sound profile, none at all, one with a syntax error, and one of somebody else."""
    assert [_profile().status, _profile(there=False).status] == [Status.PASS, Status.PASS]
    broken = _profile(faults=("12: Missing closing '}' in statement block.",))
    assert (*_told(broken), broken.evidence["fault"][:3]) == (Status.FAIL, "broken", "12:")
    assert _told(_profile(readable=False)) == (Status.FAIL, "denied")


def test_profile_of_windows() -> None:
    """On Windows the profile lies beside the account's module folder, wherever Documents is."""
    found = _profile("windows", readable=False).evidence["path"]
    assert found == r"C:\Users\alex\Documents\WindowsPowerShell\Microsoft.PowerShell_profile.ps1"


def test_profile_unknown() -> None:
    """A profile that PowerShell could not parse here is no verdict."""
    assert _profile(faults=CannotObserve("timeout", "no answer from pwsh in 6.0 s")).reason is UnknownReason.TIMEOUT


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the profile folder of Unix")
def test_real_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real parser finds the fault of a real profile, and the real engine speaks the full language."""
    program = os.environ.get("AGENT_TEST_PWSH") or shutil.which("pwsh")
    if not program:
        pytest.skip("needs PowerShell 7")
    folder = tmp_path / "config" / "powershell"
    folder.mkdir(parents=True)
    (folder / "profile.ps1").write_text("function prompt { 'x' \n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", os.path.dirname(program) + os.pathsep + os.environ["PATH"])
    assert _told(run_check("powershell.profile_loads", LiveSystem())) == (Status.FAIL, "broken")
    assert run_check("powershell.language_mode_full", LiveSystem()).status is Status.PASS


# --- gallery_registered, gallery_tls

GALLERY = Repository("PSGallery", "https://www.powershellgallery.com/api/v2", True, "PSResourceGet")
OTHER = Repository("Contoso", "https://modules.contoso.test/v2", True, "PSResourceGet")


def _gallery(*found: Repository, edition: str = "Core", nuget: bool = True) -> Result:
    system = FakeSystem(
        platform="windows",
        module_repositories=found,
        environment=lambda name: r"C:\Program Files",
        folder=r"C:\Users\alex\AppData\Local",
        list_folder=lambda path: ("2.8.5.208",) if nuget and "Program Files" in path else (),
    )
    return run_check("powershell.gallery_registered", system, edition=edition)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ((GALLERY, OTHER), (Status.PASS, None)),
        ((GALLERY._replace(trusted=False),), (Status.WARN, "untrusted_only")),
        ((OTHER,), (Status.FAIL, "absent")),
        ((), (Status.FAIL, "absent")),
    ],
)
def test_galleries(found: tuple[Repository, ...], expected: tuple[Status, object]) -> None:
    """Registered and trusted, registered only, and not registered."""
    assert _told(_gallery(*found)) == expected


def test_nuget_of_5_1() -> None:
    """Windows PowerShell needs the provider besides, PowerShell 7 does not."""
    assert _told(_gallery(GALLERY, edition="Desktop", nuget=False)) == (Status.FAIL, "no_nuget")
    passing = [_gallery(GALLERY, edition=e, nuget=n).status for e, n in (("Desktop", True), ("Core", False))]
    assert passing == [Status.PASS, Status.PASS]


def test_gallery_unknown() -> None:
    """No list of repositories yet is no missing gallery."""
    system = FakeSystem(module_repositories=CannotObserve("not_installed", "no list yet"))
    assert run_check("powershell.gallery_registered", system).reason is UnknownReason.NOT_INSTALLED


def _tls(edition: str = "Desktop", **values: object) -> Result:
    values.setdefault("CurrentBuild", "26100")
    system = FakeSystem(platform="windows", registry_value=lambda hive, key, name: values.get(name))
    return run_check("powershell.gallery_tls", system, edition=edition)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, (Status.PASS, None)),
        ({"CurrentBuild": "14393"}, (Status.WARN, "old_protocol")),
        ({"CurrentBuild": "14393", "SchUseStrongCrypto": 1}, (Status.PASS, None)),
        ({"SystemDefaultTlsVersions": 0}, (Status.FAIL, "old_protocol")),
        ({"Enabled": 0, "SchUseStrongCrypto": 1}, (Status.FAIL, "old_protocol")),
        ({"DisabledByDefault": 1}, (Status.FAIL, "old_protocol")),
        ({"SystemDefaultTlsVersions": 0, "edition": "Core"}, (Status.PASS, None)),
        ({"Enabled": 0, "edition": "Core"}, (Status.FAIL, "old_protocol")),
    ],
)
def test_protocols(values: dict[str, Any], expected: tuple[Status, object]) -> None:
    """The system's switch counts for all, .NET Framework's values for 5.1, and old Windows is suspicious."""
    assert _told(_tls(**values)) == expected


def test_protocols_unknown() -> None:
    """An unreadable registry is no verdict; off Windows there is none."""
    system = FakeSystem(platform="windows", registry_value=DENIED)
    assert run_check("powershell.gallery_tls", system).reason is UnknownReason.NO_PERMISSION
    assert run_check("powershell.gallery_tls", FakeSystem()).reason is UnknownReason.NOT_SUPPORTED


# --- required_assemblies_present, module_files_intact

FILES = (
    ModuleFile("Contoso.Users.psm1", "/m/Contoso.Users.psm1", "root", 900, True),
    ModuleFile("bin/Contoso.Core.dll", "/m/bin/Contoso.Core.dll", "assembly", 9000, True),
)


def _files(check: str, files: Any = FILES, module: InstalledModule | None = USERS, problem: str = "") -> Result:
    system = FakeSystem(
        installed_modules=(module,) if module else (),
        module_manifest=Manifest(USERS.path, problem=problem),
        module_files=files,
    )
    return run_check(f"powershell.{check}", system, module=USERS.name)


def _without(index: int, **values: object) -> tuple[ModuleFile, ...]:
    return tuple(f._replace(**values) if i == index else f for i, f in enumerate(FILES))


@pytest.mark.parametrize(
    ("files", "libraries", "whole"),
    [
        (FILES, (Status.PASS, None), (Status.PASS, None)),
        (_without(1, size_bytes=-1, sound=False), (Status.FAIL, "missing"), (Status.FAIL, "incomplete")),
        (_without(0, size_bytes=-1, sound=False), (Status.PASS, None), (Status.FAIL, "incomplete")),
        (_without(1, sound=False), (Status.PASS, None), (Status.FAIL, "damaged")),
    ],
)
def test_module_files(
    files: tuple[ModuleFile, ...], libraries: tuple[Status, object], whole: tuple[Status, object]
) -> None:
    """A missing library, a missing script and a damaged library are told apart."""
    assert _told(_files("required_assemblies_present", files)) == libraries
    assert _told(_files("module_files_intact", files)) == whole


def test_manifests() -> None:
    """A damaged manifest fails, none at all is suspicious."""
    assert _told(_files("module_files_intact", problem="the file is empty")) == (Status.FAIL, "damaged")
    assert _told(_files("module_files_intact", module=BARE)) == (Status.WARN, "no_manifest")


@pytest.mark.parametrize("check", ["required_assemblies_present", "module_files_intact"])
def test_module_files_unknown(check: str) -> None:
    """A module that is not installed, or may not be read, is no verdict."""
    assert _files(check, module=None).reason is UnknownReason.NOT_INSTALLED
    assert _files(check, files=DENIED).reason is UnknownReason.NO_PERMISSION


@pytest.mark.skipif(sys.platform == "win32", reason="a module folder given by PSModulePath alone")
def test_real_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real module on a real disk: whole, then with a library of zero bytes, then without it."""
    folder = tmp_path / "Contoso.Users" / "2.1.0"
    (folder / "bin").mkdir(parents=True)
    manifest = "@{ ModuleVersion = '2.1.0'\n RootModule = 'Contoso.Users.psm1'\n RequiredAssemblies = 'bin\\Core.dll', 'System.Web.dll' }"
    (folder / "Contoso.Users.psd1").write_text(manifest)
    (folder / "Contoso.Users.psm1").write_text("function Get-User { }\n")
    library = folder / "bin" / "Core.dll"
    monkeypatch.setenv("PSModulePath", str(tmp_path))
    seen = []
    for data in (b"MZ" + bytes(200), bytes(200), None):
        library.unlink(missing_ok=True)
        if data:
            library.write_bytes(data)
        system = LiveSystem()
        checks = ("powershell.module_files_intact", "powershell.required_assemblies_present")
        seen.append([_told(run_check(check, system, module="Contoso.Users"))[1] for check in checks])
    assert seen == [[None, None], ["damaged", None], ["incomplete", "missing"]]


# --- file_unblocked, module_not_in_sync_folder


def _mark(zone: str, script: str = "", module: str = "", marked: str = "s.ps1") -> Result:
    def there(path: str) -> FileInfo:
        return FileInfo(path, bool(zone) and path.endswith(f"{marked}:Zone.Identifier"))

    system = FakeSystem(
        platform="windows",
        file_info=there,
        read_file=f"[ZoneTransfer]\r\nZoneId={zone}\r\n".encode(),
        installed_modules=(InstalledModule("Contoso.Users", "2.1.0", r"C:\M\Contoso.Users\2.1.0\Contoso.Users.psd1"),),
        list_folder=("Contoso.Users.psd1", "Contoso.Users.psm1", "LICENSE"),
    )
    return run_check("powershell.file_unblocked", system, script=script, module=module)


def test_marks_of_a_script() -> None:
    """The zone of the internet blocks, that of the intranet and no mark do not."""
    assert _told(_mark("3", r"C:\s.ps1")) == (Status.FAIL, "blocked")
    assert [_mark(zone, r"C:\s.ps1").status for zone in ("1", "")] == [Status.PASS, Status.PASS]


def test_marks_of_a_module() -> None:
    """Without a script the module's own files are looked at."""
    result = _mark("3", module="Contoso.Users", marked="Contoso.Users.psm1")
    assert (result.status, result.evidence["path"]) == (Status.FAIL, r"C:\M\Contoso.Users\2.1.0\Contoso.Users.psm1")
    assert _mark("", module="Contoso.Users").status is Status.PASS


def test_marks_unknown() -> None:
    """Nothing named, and another system, is no verdict."""
    assert _mark("3").reason is UnknownReason.MISSING_FACT
    assert run_check("powershell.file_unblocked", FakeSystem(), script="s.ps1").reason is UnknownReason.NOT_SUPPORTED


def _synced(platform: str, path: str, variables: dict[str, str]) -> Result:
    system = FakeSystem(
        platform=platform,
        installed_modules=(USERS._replace(path=path),) if path else (),
        environment=variables.get,
        folder="/Users/alex",
    )
    return run_check("powershell.module_not_in_sync_folder", system, module=USERS.name)


def test_synchronised_folders() -> None:
    """OneDrive's folders on Windows and macOS, and folders beside them."""
    one = {"OneDriveCommercial": r"C:\Users\alex\OneDrive - Contoso"}
    inside = r"C:\Users\alex\OneDrive - Contoso\Documents\PowerShell\Modules\Contoso.Users\Contoso.Users.psd1"
    assert _told(_synced("windows", inside, one)) == (Status.FAIL, "onedrive")
    assert _synced("windows", inside, {}).status is Status.PASS
    mac = "/Users/alex/Library/CloudStorage/OneDrive-Contoso/Modules/Contoso.Users.psd1"
    assert _told(_synced("darwin", mac, {})) == (Status.FAIL, "onedrive")
    assert _synced("darwin", "/usr/local/share/x.psd1", {}).status is Status.PASS


def test_synchronised_folders_unknown() -> None:
    """A module that is not installed lies nowhere, and Linux has no OneDrive of Microsoft's."""
    assert _synced("windows", "", {}).reason is UnknownReason.NOT_INSTALLED
    system = FakeSystem()
    result = run_check("powershell.module_not_in_sync_folder", system, module=USERS.name)
    assert result.reason is UnknownReason.NOT_SUPPORTED


# --- command_known, module_version_sound

COMMANDS = (
    ("ForEach-Object", "Microsoft.PowerShell.Core"),
    ("Get-MgUser", "Microsoft.Graph.Users"),
    ("Get-MgUserManager", "x"),
)


def _command(name: str, programs: tuple[str, ...] = ()) -> Result:
    system = FakeSystem(
        exported_commands=COMMANDS, find_program=lambda program: f"/usr/bin/{program}" if program in programs else ""
    )
    return run_check("powershell.command_known", system, missing_command=name)


@pytest.mark.parametrize(
    ("name", "expected", "suggestion"),
    [
        ("get-mguser", (Status.PASS, None), None),
        ("Get-MgUsr", (Status.FAIL, "misspelt"), "Get-MgUser"),
        ("Get-MgUesr", (Status.FAIL, "misspelt"), "Get-MgUser"),
        ("ForEach\u2013Object", (Status.FAIL, "misspelt"), "ForEach-Object"),
        ("Get-MgUserMessage", (Status.FAIL, "unknown"), None),
        ("Get-Weather", (Status.FAIL, "unknown"), None),
        ("Conect-MgGraph", (Status.FAIL, "misspelt"), "Connect-MgGraph"),
        ("Connect-MgGraph", (Status.FAIL, "unknown"), None),
    ],
)
def test_commands(name: str, expected: tuple[Status, object], suggestion: str | None) -> None:
    """A known name, slips of a letter, a pasted dash, a likeness, a strange name, and sign-in commands whose module is not there."""
    result = _command(name)
    assert (*_told(result), result.evidence.get("suggestion")) == (*expected, suggestion)


def test_programs() -> None:
    """A name without a dash may be a program on PATH."""
    assert _command("az", ("az",)).status is Status.PASS
    assert _told(_command("az")) == (Status.FAIL, "unknown")


def test_commands_unknown() -> None:
    """Modules that may not be read are no verdict."""
    result = run_check("powershell.command_known", FakeSystem(exported_commands=DENIED), missing_command="Get-MgUser")
    assert result.reason is UnknownReason.NO_PERMISSION


@pytest.mark.skipif(sys.platform == "win32", reason="a module folder given by PSModulePath alone")
def test_real_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names come from real manifests: lists over several lines, comments left out, wildcards not counted."""
    folder = tmp_path / "Contoso.Users"
    folder.mkdir()
    text = "@{\nModuleVersion = '1.0'\nFunctionsToExport = @('Get-Room', # old: 'Get-Hall'\n  \"Set-Room\")\nCmdletsToExport = '*'\n}"
    (folder / "Contoso.Users.psd1").write_text(text)
    monkeypatch.setenv("PSModulePath", str(tmp_path))
    system = LiveSystem()
    mine = [name for name, owner in system.exported_commands() if owner == "Contoso.Users"]
    assert mine == ["Get-Room", "Set-Room"]
    assert _told(run_check("powershell.command_known", system, missing_command="Set-Rom")) == (Status.FAIL, "misspelt")


def _sound(module: str, version: str = "", edition: str = "Core", ps_version: str = "") -> Result:
    installed = InstalledModule(module, "2.34.0", f"/m/{module}.psd1")
    params = {"module_version": version, "edition": edition, "ps_version": ps_version}
    return run_check(
        "powershell.module_version_sound", FakeSystem(installed_modules=(installed,)), module=module, **params
    )


GRAPH = "Microsoft.Graph.Authentication"


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (_sound(GRAPH, "2.33.0"), (Status.PASS, None)),
        (_sound(GRAPH), (Status.FAIL, "defective")),
        (_sound(GRAPH, "2.35.0-preview"), (Status.FAIL, "defective")),
        (_sound(GRAPH, "2.35.1"), (Status.PASS, None)),
        (_sound(GRAPH, "2.19.0"), (Status.PASS, None)),
        (_sound(GRAPH, "2.19.0", "Desktop"), (Status.FAIL, "defective")),
        (_sound(GRAPH, "2.11.0", ps_version="7.3.1"), (Status.PASS, None)),
        (_sound(GRAPH, "2.11.0", ps_version="7.4.1"), (Status.FAIL, "defective")),
        (_sound("Microsoft.GraphX", "2.34.0"), (Status.PASS, None)),
        (_sound("ExchangeOnlineManagement", "3.1.0"), (Status.FAIL, "defective")),
    ],
)
def test_known_defects(result: Result, expected: tuple[Status, object]) -> None:
    """Version, edition and PowerShell decide together; without a told version the installed one counts."""
    assert _told(result) == expected


def test_defects_of_nothing() -> None:
    """A module that is not there has no version."""
    result = run_check("powershell.module_version_sound", FakeSystem(installed_modules=()), module=GRAPH)
    assert result.reason is UnknownReason.NOT_INSTALLED
