"""See ``function_count_sane``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed, warned
from agent.model import UnknownReason, Value
from agent.system.base import System

#: $MaximumFunctionCount of Windows PowerShell 5.1 when nobody raised it (limits.csv); a bare session has some fifty functions.
LIMIT = 4096
_EVIDENCE = {"state": "text", "functions": "count", "limit": "count"}


@check(cost=Cost.LOCAL, timeout_s=2.5, evidence=_EVIDENCE)
def function_count_sane(
    system: System, *, module: str, edition: str = "Core", modules: tuple[Value, ...] = ()
) -> Verdict:
    """Do the module and those loaded with it fit into the function limit of Windows PowerShell 5.1?

    Counted from the manifests, loaded modules first; a module that lists no functions counts as none, so the true number is higher.
    The whole family installed together is only suspicious, as a script may import a part of it. PowerShell 7 has no limit.
    """
    if edition != "Desktop":
        return passed("PowerShell 7 has no limit of functions")
    family = ".".join(module.split(".")[:2])
    newest = {
        m.name.lower(): m for name in (f"{family}.*", module) for m in reversed(system.installed_modules(name, edition))
    }
    counts = {
        n: max(system.module_manifest(m.path).functions, 0)
        for n, m in newest.items()
        if m.path.lower().endswith(".psd1")
    }
    if not counts:
        raise CannotObserve(UnknownReason.NOT_INSTALLED, f"no manifest of {family} to count functions in")
    loaded = {str(m[0]).lower() for m in modules} | {module.lower()}
    together = sum(counts.get(name, 0) for name in loaded)
    whole = sum(counts.values())
    said = {"limit": LIMIT}
    if together >= LIMIT:
        text = f"The loaded modules have {together} functions, and 5.1 takes {LIMIT}"
        return failed(text, state="exceeded", functions=together, **said)
    if whole >= LIMIT:
        text = f"All of {family} together have {whole} functions, and 5.1 takes {LIMIT}"
        return warned(text, state="near_limit", functions=whole, **said)
    return passed(f"All of {family} together have {whole} functions; 5.1 takes {LIMIT}", functions=whole, **said)
