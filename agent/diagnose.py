"""The pipeline: redact, lift, fingerprint, match, then plan and run in waves, infer, compose. The only place that knows the order."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from agent.catalogue.load import Catalogue
from agent.compose import Composer
from agent.fingerprint import fingerprint
from agent.infer import OTHER, Model, rank
from agent.lift import lift
from agent.match import match
from agent.model import (
    CheckCall,
    Diagnosis,
    ErrorReport,
    Fingerprint,
    Match,
    RankedCause,
    Result,
    Skipped,
    Status,
    Step,
    Value,
)
from agent.plan import Limits, next_steps
from agent.redact import redact
from agent.run import Progress, run
from agent.system.base import System

#: Probability from which a proved cause counts as found, and from which a cause counts as likely.
CERTAIN = 0.95
LIKELY = 0.7


class Options(NamedTuple):
    """How to diagnose. ``budget_s`` bounds all checks together; ``facts`` are given by the user and win.

    ``given`` are answers that are known already: their checks are not run. ``waves`` replaces the clock of the budget by a number
    of waves, for a replay that must end where the recorded run ended. ``learnt`` are this user's confirmations of causes.
    ``told`` asks no machine at all: what was ``given`` is all there is, because the error comes from another one.
    """

    offline: bool = False
    checks: bool = True
    budget_s: float = 3.0
    facts: Mapping[str, Value] = {}
    progress: Progress | None = None
    given: Mapping[CheckCall, Result] = {}
    waves: int | None = None
    learnt: Mapping[str, tuple[int, int]] = {}
    told: bool = False


class Prepared(NamedTuple):
    """What is known before the first check: the redacted report, what recognises it, and the facts it tells."""

    report: ErrorReport
    fingerprint: Fingerprint
    matches: tuple[Match, ...]
    facts: Mapping[str, Value]


def diagnose(raw: ErrorReport, catalogue: Catalogue, system: System, options: Options) -> Diagnosis:
    """The diagnosis of a report: the whole job. Nothing of ``raw`` that is a secret is in what comes back."""
    started = time.monotonic()
    return conclude(prepare(raw, catalogue, options.facts), catalogue, system, options, started)


def prepare(raw: ErrorReport, catalogue: Catalogue, given: Mapping[str, Value]) -> Prepared:
    """Redacted, compared and matched; the facts are the error's, the rule's where the error has none, and ``given`` above all."""
    report = redact(raw)
    print_ = fingerprint(report)
    matches = match(print_, report.text, catalogue)
    facts = lift(raw, report.claims, print_.codes, print_.command)
    if matches:
        facts = {**facts, **{k: v for k, v in matches[0].facts.items() if k not in facts}}
    return Prepared(report, print_, matches, {**facts, **given})


def conclude(
    known: Prepared, catalogue: Catalogue, system: System, options: Options, started: float | None = None
) -> Diagnosis:
    """Plan, ask and judge what was prepared; ``started`` (``time.monotonic``) is when the budget began to run."""
    started = time.monotonic() if started is None else started
    report, print_, matches, facts = known
    model = Model(matches, catalogue, facts, options.learnt)
    limits = Limits(options.offline, options.checks, system.platform())
    results, steps, skipped = _ask(model, matches, facts, catalogue, system, options, limits, started)
    ranking = rank(model, results)
    composer = Composer(catalogue, facts, results, limits.platform)
    leading = _leading(ranking)
    causes = [composer.cause(r) for r in leading]
    verdict = _verdict(matches, causes)
    ruled_out = composer.ruled_out(
        ranking, [c["id"] for c in causes] if verdict == "undecided" else [c["id"] for c in causes[:1]]
    )
    out = {r["id"] for r in ruled_out}
    causes = [c for c in causes if c["id"] not in out]
    return Diagnosis(
        verdict=verdict,
        headline=_headline(verdict, causes, ruled_out, results),
        report=report,
        fingerprint=print_,
        matches=matches,
        causes=tuple(causes),
        ruled_out=tuple(ruled_out),
        results=results,
        skipped=skipped,
        facts=facts,
        ranking=ranking,
        steps=steps,
        suggestions=() if matches else _suggest(report.text, catalogue),
        elapsed_ms=round((time.monotonic() - started) * 1000, 1),
    )


def _ask(
    model: Model,
    matches: Sequence[Match],
    facts: Mapping[str, Value],
    catalogue: Catalogue,
    system: System,
    options: Options,
    limits: Limits,
    started: float,
) -> tuple[tuple[Result, ...], tuple[Step, ...], tuple[Skipped, ...]]:
    """Plan and run until nothing can change the answer or the budget is spent."""
    if options.told:
        return tuple(options.given.values()), (), ()
    deadline = started + options.budget_s
    timeouts = {check: spec["timeout_s"] for check, spec in catalogue.checks.items()}
    results: tuple[Result, ...] = ()
    steps: tuple[Step, ...] = ()
    for wave in range(1, 6):
        plan = next_steps(model, matches, results, facts, catalogue, limits, wave)
        spent = time.monotonic() >= deadline if options.waves is None else wave > options.waves
        if not plan.steps or spent:
            late = tuple(Skipped(s.call.check, f"the budget of {options.budget_s:g} s was spent") for s in plan.steps)
            return results, steps, plan.skipped + late
        calls = [step.call for step in plan.steps]
        asked = [call for call in calls if call not in options.given]
        answers = run(asked, system, timeouts_s=timeouts, deadline=deadline, progress=options.progress)
        known = {**options.given, **{answer.call: answer for answer in answers}}
        results += tuple(known[call] for call in calls)
        steps += plan.steps
    return results, steps, ()


def _suggest(text: str, catalogue: Catalogue) -> tuple[Mapping[str, Any], ...]:
    from agent.search import suggest  # an error that is recognised need not wait for it

    return suggest(text, catalogue)


def _leading(ranking: Sequence[RankedCause]) -> list[RankedCause]:
    return [r for r in ranking if r.cause != OTHER and r.probability >= 0.005][:6]


def _verdict(matches: Sequence[Match], causes: Sequence[Mapping[str, Any]]) -> str:
    if not matches:
        return "unknown_error"
    if causes and causes[0]["probability"] >= CERTAIN and causes[0]["proved"]:
        return "cause_found"
    return "likely" if causes and causes[0]["probability"] >= LIKELY else "undecided"


#: Checks that pass when there is nothing to check (no proxy): no proof that a machine is sound.
_SAY_LITTLE = ("net.proxy_usable", "net.proxy_configured", "time.time_service_running")


def _is_sound(
    causes: Sequence[Mapping[str, Any]], ruled_out: Sequence[Mapping[str, Any]], results: Sequence[Result]
) -> bool:
    """Whether checks of this machine really passed, none failed, and no cause that is left lies here."""
    telling = [r.status for r in results if r.call.check not in _SAY_LITTLE]
    passed, failed = telling.count(Status.PASS), telling.count(Status.FAIL)
    elsewhere = all(c["decided_by"] != "machine" or c["probability"] < 0.1 for c in causes)
    return bool(ruled_out) and elsewhere and passed >= 2 and not failed


def _headline(
    verdict: str, causes: Sequence[Mapping[str, Any]], ruled_out: Sequence[Mapping[str, Any]], results: Sequence[Result]
) -> str:
    if verdict == "unknown_error":
        return "This error is not in the catalogue"
    if not causes:
        return "None of the known causes fits what the checks found"
    prefix = "This machine is fine: " if _is_sound(causes, ruled_out, results) else ""
    first = causes[0]["headline"]
    if verdict != "undecided" or len(causes) == 1:
        return prefix + (_lower(first) if prefix else first)
    second = causes[1]["headline"]
    if len(causes) == 2 or causes[2]["probability"] < causes[1]["probability"] / 2:
        return f"{prefix}{'either' if prefix else 'Either'} {_lower(first)}, or {_lower(second)}"
    if causes[0]["probability"] >= 2 * causes[1]["probability"]:
        return f"{prefix}{'most' if prefix else 'Most'} likely {_lower(first)}"
    return f"{prefix}{len(causes)} causes remain; first: {_lower(first)}"


def _lower(sentence: str) -> str:
    """The sentence inside another: first letter small unless the word is a name."""
    word = sentence.split(" ", 1)[0]
    return sentence[0].lower() + sentence[1:] if word[1:].islower() or len(word) == 1 else sentence
