"""From priors and check results to ranked causes: log-odds over mutually exclusive causes with an explicit *other*.

P(cause | results) is proportional to prior times the product of P(result | cause). A check a cause does not name fails under it only
as often as the check fails falsely. ``unknown`` carries no evidence. Checks of one group look at the same thing: the strongest
counts. No evidence is more certain than ``clamp``, so that a wrong rule can be overturned.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from agent.catalogue.load import Catalogue
from agent.model import NOTHING, Facts, Match, RankedCause, Result, Status

OTHER = "other"
#: Confirmations of this user by cause: (times it was the cause, times it was not).
Learnt = Mapping[str, tuple[int, int]]
#: How many confirmations the catalogue's own word is worth (equivalent sample size of the Beta prior).
WORTH = 10.0


class Model:
    """The causes of the leading rule with their priors, and the likelihoods the catalogue gives."""

    def __init__(
        self, matches: Sequence[Match], catalogue: Catalogue, facts: Facts = NOTHING, learnt: Learnt = NOTHING
    ) -> None:
        self._catalogue = catalogue
        scales = catalogue.scales
        self.words: Mapping[str, float] = scales["likelihood"]
        self.clamp: float = scales["clamp"]
        self.written = priors(matches, catalogue, facts)
        self.learnt = {cause: counts for cause, counts in learnt.items() if cause in self.written and any(counts)}
        self.prior = with_learnt(self.written, self.learnt)
        self.causes = {c: catalogue.cause(c) for c in self.prior if c != OTHER}

    def likelihood(self, cause: str, check: str, status: Status, state: str) -> float:
        """P(the check answers so | the cause is true), clamped."""
        fails = self.fail_probability(cause, check, state)
        if status is Status.PASS:
            return self._clamped(1.0 - self.fail_probability(cause, check, None))
        if status is Status.WARN:
            # Suspicious, not proved: half of a failure's weight of evidence, unless the cause says how often it only warns.
            entry = self._entry(cause, check)
            if entry and "warn" in entry:
                return self._clamped(self.words[entry["warn"]])
            return self._clamped(math.sqrt(fails))
        return self._clamped(fails)

    def fail_probability(self, cause: str, check: str, state: str | None) -> float:
        """P(fail | cause); ``state`` None means a failure of any state."""
        entry = self._entry(cause, check)
        if entry is None:
            if cause == OTHER and state is not None and not self._explained(check, state):
                return self.words["sometimes"]  # a failure that no known cause leaves speaks for an unknown one
            return self.words[self._false_alarm(check, state)]
        if state is not None and not _covers(entry, state):
            return self.words["never"]
        return self.words[entry["fail"]]

    def _false_alarm(self, check: str, state: str | None) -> str:
        """How often the check fails (so) without any cause that names it: a cause's own ``otherwise``, else the check's word."""
        for cause in self.causes:
            entry = self._entry(cause, check)
            if entry and "otherwise" in entry and (state is None or _covers(entry, state)):
                return entry["otherwise"]
        word: str = self._catalogue.checks[check]["false_alarm"]
        return word

    def _explained(self, check: str, state: str) -> bool:
        return any(_covers(entry, state) for cause in self.causes if (entry := self._entry(cause, check)))

    def names(self, cause: str, check: str) -> bool:
        """Whether the cause names the check as evidence."""
        return self._entry(cause, check) is not None

    def _entry(self, cause: str, check: str) -> Mapping[str, str] | None:
        if cause == OTHER:
            return None
        entry: Mapping[str, str] | None = self.causes[cause].get("evidence", {}).get(check)
        return entry

    def _clamped(self, value: float) -> float:
        return min(max(value, 1.0 - self.clamp), self.clamp) if value > self.words["never"] else value

    def relevant_checks(self) -> tuple[str, ...]:
        """Checks that any cause names, in the order of the causes."""
        named = [check for cause in self.causes.values() for check in cause.get("evidence", {})]
        return tuple(dict.fromkeys(named))

    def group(self, check: str) -> str:
        """The group a check belongs to; its own name when it has none."""
        return self._catalogue.checks[check]["group"] or check


def _covers(entry: Mapping[str, str], state: str) -> bool:
    return "state" not in entry or state in entry["state"].split("|")


def priors(matches: Sequence[Match], catalogue: Catalogue, facts: Facts = NOTHING) -> dict[str, float]:
    """Normalised priors of the leading rule's causes, most probable first, with ``other``; empty without a match.

    A cause that only applies to another kind of session (``only_when``) than the facts tell keeps a twentieth of its weight; one
    that the context speaks for (``likelier_when``: worked before, never worked, another edition) has ``context`` times its weight.
    """
    if not matches:
        return {}
    scale, other = catalogue.scales["prior"], catalogue.scales["other"]
    weights = {}
    for cause, entry in catalogue.rule(matches[0].rule)["causes"].items():
        record = catalogue.cause(cause)
        fits = applies(record.get("only_when", {}), facts)
        weights[cause] = scale[entry["prior"]] * (1.0 if fits else catalogue.scales["likelihood"]["rarely"])
        if favoured(record.get("likelier_when", {}), facts):
            weights[cause] *= catalogue.scales["context"]
    total = sum(weights.values())
    ordered = sorted(weights.items(), key=lambda item: -item[1])
    return {**{cause: weight / total * (1 - other) for cause, weight in ordered}, OTHER: other}


def with_learnt(written: Mapping[str, float], learnt: Learnt) -> dict[str, float]:
    """The priors after this user's confirmations: for each cause the mean of Beta(10 p + right, 10 (1 - p) + wrong), normalised."""
    if not learnt:
        return dict(written)
    weights = {}
    for cause, p in written.items():
        right, wrong = learnt.get(cause, (0, 0))
        weights[cause] = (WORTH * p + right) / (WORTH + right + wrong)
    total = sum(weights.values())
    return {cause: weight / total for cause, weight in sorted(weights.items(), key=lambda w: (-w[1], w[0] == OTHER))}


def applies(only_when: Mapping[str, str], facts: Facts) -> bool:
    """Whether nothing the facts tell contradicts ``only_when`` (values are alternatives, divided by a bar)."""
    return all(_is_one_of(facts[name], wanted) for name, wanted in only_when.items() if facts.get(name))


def favoured(likelier_when: Mapping[str, str], facts: Facts) -> bool:
    """Whether any fact is one that ``likelier_when`` names; an unknown fact says nothing."""
    return any(_is_one_of(facts[name], wanted) for name, wanted in likelier_when.items() if facts.get(name))


def _is_one_of(value: Any, wanted: str) -> bool:
    return str(value).lower() in wanted.lower().split("|")


def posterior(model: Model, results: Sequence[Result]) -> dict[str, float]:
    """Probabilities of all causes after ``results``."""
    logs = {cause: math.log(p) for cause, p in model.prior.items()}
    for members in _by_group(model, results).values():
        for cause, likelihood in max(members, key=lambda item: _weight(item[1]))[1].items():
            logs[cause] += math.log(likelihood)
    return _normalise(logs)


def rank(model: Model, results: Sequence[Result]) -> tuple[RankedCause, ...]:
    """The causes by falling probability, *other* left in, with what raised and lowered each and the arithmetic."""
    if not model.prior:
        return ()
    groups = _by_group(model, results)
    logs = {cause: math.log(p) for cause, p in model.prior.items()}
    history = {c: _beginning(model, c) for c in model.prior}
    raised: dict[str, list[Result]] = {c: [] for c in logs}
    lowered: dict[str, list[Result]] = {c: [] for c in logs}
    for members in groups.values():
        before = _normalise(logs)
        for result, likelihoods in members:  # every look at the same thing is proof to show, though only one counts
            _sort_out(model, before, result, likelihoods, raised, lowered)
        result, likelihoods = max(members, key=lambda item: _weight(item[1]))
        logs = {cause: logs[cause] + math.log(likelihoods[cause]) for cause in logs}
        for cause, probability in _normalise(logs).items():
            history[cause].append((f"{result.call.check} {result.status.name.lower()}", probability))
    final = _normalise(logs)
    return tuple(
        RankedCause(
            cause,
            final[cause],
            model.prior[cause],
            tuple(r.call for r in sorted(raised[cause], key=lambda r: -r.status)),
            tuple(r.call for r in lowered[cause]),
            tuple(history[cause]),
        )
        for cause in sorted(final, key=lambda c: (-final[c], c == OTHER))
    )


def _beginning(model: Model, cause: str) -> list[tuple[str, float]]:
    """The prior, and what this user's confirmations made of it."""
    steps = [("before any check", model.written[cause])]
    if model.learnt:
        right, wrong = model.learnt.get(cause, (0, 0))
        told = f"confirmed here {right} times, refuted {wrong}" if right or wrong else "confirmations of other causes"
        steps.append((told, model.prior[cause]))
    return steps


def _sort_out(
    model: Model,
    before: Mapping[str, float],
    result: Result,
    likelihoods: Mapping[str, float],
    raised: Mapping[str, list[Result]],
    lowered: Mapping[str, list[Result]],
) -> None:
    """Note for which causes a result speaks and for which it does not, each against all other causes together.

    Comparing with the others, not with the average of all, lets the only cause of a rule be proved too.
    """
    for cause in before:
        rest = 1.0 - before[cause]
        others = (
            sum(before[c] * likelihoods[c] for c in before if c != cause) / rest if rest > 0 else likelihoods[cause]
        )
        if likelihoods[cause] > 1.2 * others and model.names(cause, result.call.check):
            raised[cause].append(result)
        elif likelihoods[cause] < others / 1.2:
            lowered[cause].append(result)


def _by_group(model: Model, results: Sequence[Result]) -> dict[str, list[tuple[Result, dict[str, float]]]]:
    relevant = set(model.relevant_checks())
    groups: dict[str, list[tuple[Result, dict[str, float]]]] = {}
    for result in results:
        if result.status is Status.UNKNOWN or result.call.check not in relevant:
            continue
        state = str(result.evidence.get("state", ""))
        likelihoods = {c: model.likelihood(c, result.call.check, result.status, state) for c in model.prior}
        groups.setdefault(model.group(result.call.check), []).append((result, likelihoods))
    return groups


def _weight(likelihoods: Mapping[str, float]) -> float:
    """How much an answer tells: the largest log ratio between two causes."""
    return math.log(max(likelihoods.values())) - math.log(min(likelihoods.values()))


def _normalise(logs: Mapping[str, float]) -> dict[str, float]:
    top = max(logs.values())
    weights = {cause: math.exp(value - top) for cause, value in logs.items()}
    total = sum(weights.values())
    return {cause: weight / total for cause, weight in weights.items()}


def expected_gain_bits(model: Model, current: Mapping[str, float], check: str) -> float:
    """Expected fall of entropy (bits) from asking ``check`` now, over passing and every state a cause names."""
    states: set[Any] = {entry.get("state", "") for c in model.causes if (entry := model._entry(c, check))}
    outcomes: list[tuple[Status, str]] = [
        (Status.PASS, ""),
        *((Status.FAIL, s.partition("|")[0]) for s in sorted(states)),
    ]
    before = _entropy(current)
    after = reach = 0.0
    for status, state in outcomes:
        joint = {c: p * model.likelihood(c, check, status, state) for c, p in current.items()}
        mass = sum(joint.values())
        if mass > 0:
            reach += mass
            after += mass * _entropy({c: j / mass for c, j in joint.items()})
    return max(before - after / reach, 0.0) if reach else 0.0


def _entropy(distribution: Mapping[str, float]) -> float:
    return -sum(p * math.log2(p) for p in distribution.values() if p > 0)
