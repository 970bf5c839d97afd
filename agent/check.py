"""The author's kit for checks: ``@check`` declares, ``passed``/``warned``/``failed`` answer.

A check is one function in ``checks/<area>/<name>.py`` with the file's name. Its first docstring line is the question it
answers. It asks only the ``system`` it is given, returns one sentence with measured values, and gives no advice (that
belongs to the cause). Being unable to look is an exception (``CannotObserve``), never a verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from agent.errors import CannotObserve
from agent.model import Cost, Status

__all__ = ["CannotObserve", "CheckSpec", "Cost", "Verdict", "check", "failed", "passed", "warned"]

#: Units an evidence value may have; renderers and exporters need no other knowledge.
UNITS = ("seconds", "ms", "days", "bytes", "percent", "count", "bool", "text", "host", "time", "version")

PLATFORMS = ("linux", "windows", "darwin")


class Verdict(NamedTuple):
    """What a check function returns."""

    status: Status
    summary: str
    evidence: Mapping[str, Any]


class CheckSpec(NamedTuple):
    """What a check declares about itself; compiled into the catalogue, so that planning imports no check."""

    cost: Cost
    timeout_s: float
    evidence: Mapping[str, str]
    platforms: tuple[str, ...]
    needs: tuple[str, ...]
    group: str
    false_alarm: str


CheckFunction = TypeVar("CheckFunction", bound=Callable[..., Verdict])

#: Time limit of a cost class when the check states none (seconds); the classes are those of ``Cost``.
TIMEOUT_S = {Cost.INSTANT: 0.5, Cost.LOCAL: 1.0, Cost.NETWORK: 2.5, Cost.SLOW: 10.0, Cost.ASKS_USER: 0.0}


def check(
    *,
    cost: Cost,
    evidence: Mapping[str, str] | None = None,
    timeout_s: float | None = None,
    platforms: Iterable[str] = PLATFORMS,
    needs: Iterable[str] = (),
    group: str = "",
    false_alarm: str = "never",
) -> Callable[[CheckFunction], CheckFunction]:
    """Declare a check; the function comes back unchanged, with ``spec`` attached.

    ``evidence`` names each value the answer may carry and its unit (``UNITS``). ``timeout_s`` is the longest the runner
    waits. Checks of one ``group`` look at the same thing, so the strongest of them counts once. ``false_alarm`` is a word
    of ``rules/scales.yaml``: how often the check fails although none of the causes that name it is true.
    """
    units = dict(evidence or {})
    if bad := [u for u in units.values() if u not in UNITS]:
        raise ValueError(f"unknown unit {bad[0]!r}; one of {', '.join(UNITS)}")
    spec = CheckSpec(
        cost,
        TIMEOUT_S[cost] if timeout_s is None else timeout_s,
        units,
        tuple(platforms),
        tuple(needs),
        group,
        false_alarm,
    )

    def declare(function: CheckFunction) -> CheckFunction:
        function.spec = spec  # type: ignore[attr-defined]
        return function

    return declare


def passed(summary: str, **evidence: Any) -> Verdict:
    """Healthy: the answer everyone hopes for."""
    return Verdict(Status.PASS, summary, evidence)


def warned(summary: str, **evidence: Any) -> Verdict:
    """Working, but suspicious or soon failing."""
    return Verdict(Status.WARN, summary, evidence)


def failed(summary: str, **evidence: Any) -> Verdict:
    """Looked, and it is not as it must be."""
    return Verdict(Status.FAIL, summary, evidence)
