"""Sibling tests of rules: texts that must match, texts that must not, and verdicts that must lead to a cause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agent.catalogue import compile as compiler
from agent.catalogue.load import Catalogue
from agent.errors import UsageError
from agent.fingerprint import fingerprint
from agent.infer import OTHER, Model, rank
from agent.intake import from_mapping, from_text
from agent.match import match
from agent.model import CheckCall, ErrorReport, Match, Result, Status, UnknownReason
from agent.redact import redact

#: From this probability a simulated diagnosis counts as naming its cause.
NAMED = 0.7


def run_tests(rules: Path, catalogue: Catalogue, only: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """(rule id, failure) for every expectation that does not hold; ``only`` limits it to some rules."""
    issues: list[str] = []
    found = compiler.read_sources(rules, issues)
    if unknown := [rule for rule in only if rule not in found["rules"]]:
        raise UsageError(f"no rule {unknown[0]!r}; agent rules list shows them")
    failures = [("", issue) for issue in issues]
    for rule_id, (test, _, _) in found["tests"].items():
        if (not only or rule_id in only) and rule_id in found["rules"]:
            failures += [(rule_id, text) for text in run_one(rule_id, test, catalogue)]
    return failures


def run_one(rule_id: str, test: Mapping[str, Any], catalogue: Catalogue) -> Iterator[str]:
    """What does not hold of one rule's test."""
    for sample in test.get("match", ()):
        ids = [m.rule for m in matches_of(sample, catalogue)]
        if ids[:1] != [rule_id]:
            yield f"must match, but {ids[0] if ids else 'no rule'} does: {_short(sample)}"
    for sample in test.get("no_match", ()):
        if [m.rule for m in matches_of(sample, catalogue)][:1] == [rule_id]:
            yield f"must not match, but does: {_short(sample)}"
    for case in test.get("diagnose", ()):
        got = simulate(rule_id, case["given"], catalogue)
        if got != case["expect"]:
            yield f"given {case['given']}: expected {case['expect']}, got {got}"


def matches_of(sample: Any, catalogue: Catalogue) -> tuple[Match, ...]:
    """Matches of a text or of a mapping in error-report form."""
    report = redact(to_report(sample))
    return match(fingerprint(report), report.text, catalogue)


def to_report(sample: Any) -> ErrorReport:
    """A sample as a report."""
    return from_text(sample) if isinstance(sample, str) else from_mapping(sample)


def simulate(rule_id: str, given: Mapping[str, str], catalogue: Catalogue) -> str:
    """The cause a rule leads to when checks answer as ``given``; ``undecided`` below ``NAMED``, ``other`` when none fits."""
    model = Model((Match(rule_id, "", "", 1.0, ""),), catalogue)
    results = []
    for check, said in given.items():
        word, _, state = said.partition(":")
        status = Status[word.upper()]
        reason = UnknownReason.UNREACHABLE if status is Status.UNKNOWN else None
        results.append(Result(CheckCall(check), status, said, {"state": state} if state else {}, reason))
    top = rank(model, results)[0]
    if top.probability < NAMED:
        return "undecided"
    return OTHER if top.cause == OTHER else top.cause


def _short(sample: Any) -> str:
    return repr(sample)[:120]
