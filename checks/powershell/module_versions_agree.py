"""See ``module_versions_agree``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed, warned
from agent.model import UnknownReason, Value
from agent.system.base import System


@check(cost=Cost.LOCAL, evidence={"state": "text", "versions": "text"}, group="module_versions")
def module_versions_agree(
    system: System, *, module: str, edition: str = "Core", modules: tuple[Value, ...] = ()
) -> Verdict:
    """Do the modules of this module's family have one version?

    The family is the name up to its second dot (``Microsoft.Graph``), or ``Az``. Loaded modules decide;
    several installed versions only make a mixture possible, so they warn. Modules of the ``Az`` family are versioned apart
    from each other, so there only two versions of one module disagree.
    """
    by_name = module.lower() == "az" or module.lower().startswith("az.")
    family = "Az" if by_name else ".".join(module.split(".")[:2])
    loaded = [(str(m[0]), str(m[1])) for m in modules if _belongs(str(m[0]), family)]
    if mixed := _mixed(loaded, by_name):
        return failed(f"Loaded in this session: {mixed}", state="several_loaded", versions=mixed)
    found = [
        m
        for name in (family, f"{family}.*")
        for m in system.installed_modules(name, edition)
        if m.version and not m.problem
    ]
    installed = [(m.name, m.version) for m in found]
    if mixed := _mixed(installed, by_name):
        return warned(f"Several versions are installed: {mixed}", state="several_installed", versions=mixed)
    if not loaded and not installed:
        raise CannotObserve(UnknownReason.MISSING_FACT, f"no module of {family} is loaded or installed")
    version = (loaded or installed)[0][1]
    return passed(f"{family} has one version: {version}", versions=version)


def _belongs(name: str, family: str) -> bool:
    return name.lower() == family.lower() or name.lower().startswith(family.lower() + ".")


def _mixed(found: list[tuple[str, str]], by_name: bool) -> str:
    groups: dict[str, dict[str, str]] = {}
    for name, version in found:
        groups.setdefault(name.lower() if by_name else "", {}).setdefault(version, name)
    clash = next((g for g in groups.values() if len(g) > 1), {})
    return ", ".join(f"{name} {version}" for version, name in sorted(clash.items()))
