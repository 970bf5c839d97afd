"""The planner against brute force: on every entry with few causes its expected cost is close to the least possible.

Cost is what a person pays: the seconds of the checks, then the fixes tried in the best order until one helps (Kadane and Simon: by
falling probability over cost), each followed by a retest; when none helps, someone else must be asked. Minutes per kind of fix and for
giving up are round figures of the troubleshooting literature (median fix 8 minutes, retest half a minute, escalation an hour).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Mapping
from functools import cache

import pytest

from agent.catalogue.load import Catalogue, load
from agent.infer import OTHER, Model, expected_gain_bits
from agent.model import Match, Status
from agent.plan import expected_s, next_checks

MINUTES = {"machine": 8.0, "directory": 15.0, "service": 30.0}
RETEST_MIN = 0.5
GIVE_UP_MIN = 60.0
#: More causes make brute force long; the planner itself has no such limit.
MOST_CAUSES = 6
#: Brute force over n checks with k answers looks at about (k + 1) to the n beliefs: of more checks the most telling ones are taken.
MOST_CHECKS = 5

Belief = tuple[float, ...]


class World:
    """One entry: its causes, what each costs to fix, and how its checks answer. One check of a group stands for the group."""

    def __init__(self, rule: str, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.model = Model((Match(rule, "", "", 1.0, ""),), catalogue)
        self.causes = tuple(self.model.prior)
        self.prior: Belief = tuple(self.model.prior.values())
        self.fix = tuple(
            GIVE_UP_MIN if c == OTHER else MINUTES[self.model.causes[c]["decided_by"]] + RETEST_MIN for c in self.causes
        )
        by_group = {self.model.group(c): c for c in reversed(self.model.relevant_checks())}
        gains = {c: expected_gain_bits(self.model, self.model.prior, c) for c in by_group.values()}
        self.checks = frozenset(sorted(gains, key=lambda c: (-gains[c], c))[:MOST_CHECKS])
        self.outcomes = {check: tuple(self._outcomes(check)) for check in self.checks}

    def _outcomes(self, check: str) -> Iterator[Belief]:
        """For every answer its likelihoods, which add up to one for each cause."""
        states = {e.get("state", "") for c in self.model.causes.values() if (e := c.get("evidence", {}).get(check))}
        raw = [[self.model.likelihood(c, check, Status.PASS, "") for c in self.causes]]
        raw += [
            [self.model.likelihood(c, check, Status.FAIL, s.partition("|")[0]) for c in self.causes]
            for s in sorted(states)
        ]
        totals = [sum(column) for column in zip(*raw, strict=True)]
        for row in raw:
            yield tuple(p / t for p, t in zip(row, totals, strict=True))

    def after(self, belief: Belief, check: str) -> Iterator[tuple[float, Belief]]:
        """(probability of an answer, belief after it)."""
        for likelihoods in self.outcomes[check]:
            joint = [b * w for b, w in zip(belief, likelihoods, strict=True)]
            mass = sum(joint)
            if mass > 1e-12:
                yield mass, tuple(round(j / mass, 10) for j in joint)

    def repair_min(self, belief: Belief) -> float:
        """Expected minutes of trying fixes in the best order; giving up comes last."""
        order = sorted((i for i, c in enumerate(self.causes) if c != OTHER), key=lambda i: -belief[i] / self.fix[i])
        left, total = 1.0, 0.0
        for i in order:
            total += left * self.fix[i]
            left -= belief[i]
        return total + max(left, 0.0) * GIVE_UP_MIN

    def cost_min(self, check: str) -> float:
        """Minutes a check takes."""
        return expected_s(self.catalogue.checks[check]) / 60

    def best_min(self) -> float:
        """The least expected minutes any way of asking can reach."""

        @cache
        def best(belief: Belief, left: frozenset[str]) -> float:
            ways = [self.repair_min(belief)]
            for check in left:
                asked = sum(mass * best(then, left - {check}) for mass, then in self.after(belief, check))
                ways.append(self.cost_min(check) + asked)
            return min(ways)

        return best(self.prior, self.checks)

    def planned_min(self) -> float:
        """The expected minutes of the planner: whole waves, until it asks nothing more."""

        @cache
        def go(belief: Belief, left: frozenset[str]) -> float:
            current: Mapping[str, float] = dict(zip(self.causes, belief, strict=True))
            wave = next_checks(self.model, current, sorted(left), self.catalogue)
            if not wave:
                return self.repair_min(belief)
            beliefs: dict[Belief, float] = {belief: 1.0}
            for check in wave:
                spread: dict[Belief, float] = {}
                for known, weight in beliefs.items():
                    for mass, then in self.after(known, check):
                        spread[then] = spread.get(then, 0.0) + weight * mass
                beliefs = spread
            asked = sum(map(self.cost_min, wave))
            return asked + sum(weight * go(then, left - frozenset(wave)) for then, weight in beliefs.items())

        return go(self.prior, self.checks)


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    """Every full entry with few causes and at least one check."""
    catalogue = load()
    rules = [r for r in catalogue.rules() if r["status"] != "reference" and len(r["causes"]) <= MOST_CAUSES]
    return [world for rule in rules if (world := World(rule["id"], catalogue)).checks]


def test_planner_is_close_to_brute_force(worlds: list[World], capsys: pytest.CaptureFixture[str]) -> None:
    """Mean expected cost within 2 %, the worst entry within 10 % of the optimum."""
    ratios = [world.planned_min() / world.best_min() for world in worlds]
    with capsys.disabled():
        print(
            f"\nplanner: {len(ratios)} entries, {statistics.mean(ratios) - 1:.2%} over the optimum, worst {max(ratios) - 1:.2%}"
        )
    assert len(ratios) >= 100
    assert min(ratios) >= 1 - 1e-9
    assert statistics.mean(ratios) <= 1.02
    assert max(ratios) <= 1.10


def test_asking_pays(worlds: list[World]) -> None:
    """Over all entries the checks save more of a person's time than trying fixes in order would cost."""
    asked = sum(world.planned_min() for world in worlds)
    blind = sum(world.repair_min(world.prior) for world in worlds)
    assert asked < 0.9 * blind


def test_planning_is_fast(worlds: list[World]) -> None:
    """A step is planned in at most five milliseconds: median over all entries of the best of five."""
    took = []
    for world in worlds:
        current = dict(zip(world.causes, world.prior, strict=True))
        checks = world.model.relevant_checks()
        best = min(_seconds(world, current, checks) for _ in range(5))
        took.append(best)
    assert statistics.median(took) <= 0.005


def _seconds(world: World, current: Mapping[str, float], checks: tuple[str, ...]) -> float:
    started = time.perf_counter()
    next_checks(world.model, current, checks, world.catalogue)
    return time.perf_counter() - started
