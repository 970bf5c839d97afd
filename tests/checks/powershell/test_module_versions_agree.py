"""Do the versions of a module family agree?"""

from checkkit import run_check

from agent.model import Status, UnknownReason
from agent.system.base import InstalledModule
from agent.system.fake import FakeSystem

CHECK = "powershell.module_versions_agree"


def _module(name: str, version: str) -> InstalledModule:
    return InstalledModule(name, version, f"/m/{name}/{version}")


def _run(
    *installed: InstalledModule, module: str = "Microsoft.Graph.Users", loaded: tuple[tuple[str, str, str], ...] = ()
):  # type: ignore[no-untyped-def]
    def answer(name: str, edition: str) -> tuple[InstalledModule, ...]:
        return tuple(m for m in installed if m.name == name or (name.endswith("*") and m.name.startswith(name[:-1])))

    return run_check(CHECK, FakeSystem(installed_modules=answer), module=module, modules=loaded)


def test_one_version_passes() -> None:
    """A family of one version passes."""
    result = _run(_module("Microsoft.Graph.Users", "2.1.0"), _module("Microsoft.Graph.Authentication", "2.1.0"))
    assert (result.status, result.evidence["versions"]) == (Status.PASS, "2.1.0")


def test_mixed_loaded_versions_fail() -> None:
    """Two versions in one session are the conflict itself."""
    loaded = (("Microsoft.Graph.Users", "2.1.0", ""), ("Microsoft.Graph.Authentication", "2.9.0", ""))
    result = _run(loaded=loaded)
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "several_loaded")


def test_mixed_installed_versions_warn() -> None:
    """Two installed versions only make the conflict possible."""
    result = _run(_module("Microsoft.Graph.Users", "2.1.0"), _module("Microsoft.Graph.Users", "2.9.0"))
    assert (result.status, result.evidence["state"]) == (Status.WARN, "several_installed")


def test_az_modules_are_versioned_apart() -> None:
    """Different Az modules have different versions by design."""
    result = _run(_module("Az.Accounts", "4.0.1"), _module("Az.Storage", "8.1.0"), module="Az")
    assert result.status is Status.PASS


def test_no_module_is_unknown() -> None:
    """Without any module of the family there is nothing to compare."""
    assert _run().reason is UnknownReason.MISSING_FACT
