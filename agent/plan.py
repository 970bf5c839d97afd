"""Which checks to ask next, with which parameters, why, and what is left out and why.

Waves: first every cheap local check that can tell something, in parallel; then, with what they told, the network checks that can
still change the answer; nothing when nothing can. Gain is the expected fall of entropy over the causes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from agent.catalogue.load import Catalogue
from agent.infer import Model, expected_gain_bits, posterior
from agent.model import CheckCall, Cost, Match, Result, Skipped, Step, Value

#: Seconds a check of a class is expected to cost when it does not say; for ordering and for ``--explain``.
EXPECTED_S = {Cost.INSTANT: 0.005, Cost.LOCAL: 0.05, Cost.NETWORK: 0.5, Cost.SLOW: 5.0, Cost.ASKS_USER: 60.0}
#: A check expected to tell less than this is not asked. A thousandth of a bit still moves 0.95 to 0.96, and checks run in parallel.
LEAST_GAIN_BITS = 0.002
#: What is asked when nothing known matches: that the path to the service is healthy is worth knowing.
GENERAL = (
    "time.clock_in_sync",
    "net.name_resolves",
    "net.tcp_reachable",
    "net.proxy_usable",
    "tls.chain_trusted",
    "entra.tenant_exists",
)


class Limits(NamedTuple):
    """What may be asked: ``offline`` forbids the network, ``checks`` False forbids everything."""

    offline: bool = False
    checks: bool = True
    platform: str = "linux"


class Plan(NamedTuple):
    """One wave of steps, and what was left out for good."""

    steps: tuple[Step, ...]
    skipped: tuple[Skipped, ...]


def next_steps(
    model: Model,
    matches: Sequence[Match],
    results: Sequence[Result],
    facts: Mapping[str, Value],
    catalogue: Catalogue,
    limits: Limits,
    wave: int,
) -> Plan:
    """The next wave; no steps when nothing can change the answer any more."""
    asked = {result.call.check for result in results}
    candidates = model.relevant_checks() if matches else GENERAL
    overrides = _overrides(matches, catalogue)
    current = posterior(model, results) if model.prior else {}
    steps: list[Step] = []
    skipped: list[Skipped] = []
    for check in candidates:
        spec = catalogue.checks.get(check)
        if check in asked or spec is None:
            continue
        if reason := _barred(spec, limits):
            skipped.append(Skipped(check, reason))
            continue
        call, missing = bind(check, spec, overrides.get(check, {}), facts)
        if missing:
            skipped.append(Skipped(check, f"needs {missing}, which the error does not tell (--fact {missing}=...)"))
            continue
        gain = expected_gain_bits(model, current, check) if matches else 0.0
        if matches and gain < LEAST_GAIN_BITS:
            skipped.append(Skipped(check, "cannot change the answer any more"))
            continue
        steps.append(Step(call, _separates(model, check), expected_s(spec), round(gain, 4), wave))
    return Plan(tuple(_first(steps, catalogue)), tuple(skipped))


def next_checks(
    model: Model, current: Mapping[str, float], open_: Sequence[str], catalogue: Catalogue
) -> tuple[str, ...]:
    """Which of the ``open_`` checks the next wave asks when the causes have the ``current`` probabilities: the bare policy."""
    steps = []
    for check in open_:
        gain = expected_gain_bits(model, current, check)
        if gain >= LEAST_GAIN_BITS:
            steps.append(Step(CheckCall(check), (), expected_s(catalogue.checks[check]), gain))
    return tuple(step.call.check for step in _first(steps, catalogue))


def _first(steps: Sequence[Step], catalogue: Catalogue) -> list[Step]:
    """The wave to ask now: what stays on the machine while there is any, the most telling for its cost first."""
    local = [step for step in steps if _is_local(catalogue, step)]
    return sorted(local or steps, key=lambda step: (-step.gain_bits / step.cost_s, step.call.check))


def bind(
    check: str, spec: Mapping[str, Any], overrides: Mapping[str, str], facts: Mapping[str, Value]
) -> tuple[CheckCall, str]:
    """The call of a check with parameters from the rule's ``with``, else the facts of the same name; else the name that is missing."""
    params = []
    for name, declared in spec["params"].items():
        value: Value = None
        if name in overrides:
            value = _filled(overrides[name], facts)
        if value in (None, ""):
            value = facts.get(name)
        if value in (None, ""):
            if declared["required"]:
                return CheckCall(check), name
            continue
        params.append((name, coerce(value, declared["type"])))
    return CheckCall(check, tuple(params)), ""


def _filled(template: str, facts: Mapping[str, Value]) -> Value:
    if template.startswith("{") and template.endswith("}"):
        return facts.get(template[1:-1])
    return template


def coerce(value: Value, kind: str) -> Value:
    """``value`` as the declared type of a parameter; a text that is no number raises ``ValueError``."""
    if kind == "float":
        return float(value)
    if kind == "int":
        return int(float(value))
    if kind == "bool":
        return value if isinstance(value, bool) else str(value).lower() in ("1", "true", "yes")
    if kind == "str":
        return value if isinstance(value, str) else str(value)
    if kind.startswith("tuple") and isinstance(value, str):
        return tuple(value.split(","))
    return value


def _barred(spec: Mapping[str, Any], limits: Limits) -> str:
    if not limits.checks:
        return "--no-checks"
    if limits.platform not in spec["platforms"]:
        return f"does not apply to {limits.platform}"
    if limits.offline and spec["cost"] in (Cost.NETWORK.value, Cost.SLOW.value):
        return "--offline"
    return ""


def _overrides(matches: Sequence[Match], catalogue: Catalogue) -> dict[str, dict[str, str]]:
    merged: dict[str, dict[str, str]] = {}
    if matches:
        for entry in catalogue.rule(matches[0].rule)["causes"].values():
            for check, params in entry.get("with", {}).items():
                merged.setdefault(check, {}).update(params)
    return merged


def _separates(model: Model, check: str) -> tuple[str, ...]:
    return tuple(cause for cause, record in model.causes.items() if check in record.get("evidence", {}))


def expected_s(spec: Mapping[str, Any]) -> float:
    """Seconds a check is expected to take."""
    return EXPECTED_S[Cost(spec["cost"])]


def _is_local(catalogue: Catalogue, step: Step) -> bool:
    return catalogue.checks[step.call.check]["cost"] in (Cost.INSTANT.value, Cost.LOCAL.value)
