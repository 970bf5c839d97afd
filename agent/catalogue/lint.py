"""Faults of the catalogue that one file alone cannot show; all collected at once, each with file and line."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agent.catalogue import compile as compiler
from agent.catalogue import finding
from agent.catalogue.yamltext import Node

#: A pattern that needs longer than this on a hostile 20,000-character text can hang a diagnosis (catastrophic backtracking).
SLOW_S = 0.25
_STRONG = ("codes", "error_id", "graph_code", "hresult", "contains", "any", "exception", "http_status")
_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)(?::([a-z]+))?\}")


def lint(rules: Path) -> list[str]:
    """Every fault of the folder, or an empty list."""
    issues: list[str] = []
    found = compiler.read_sources(rules, issues)
    checks = compiler.check_specs()
    context = _Context(found, checks, issues)
    for rule_id, (rule, shown, node) in found["rules"].items():
        context.at(shown, node)
        _lint_rule(context, rule_id, rule)
    for cause_id, (cause, shown, node) in found["causes"].items():
        context.at(shown, node)
        _lint_cause(context, cause_id, cause)
    for test_id, (_, shown, node) in found["tests"].items():
        context.at(shown, node)
        if test_id not in found["rules"]:
            context.say("", "tests a rule that is not there")
    _lint_together(context)
    return sorted(issues)


class _Context:
    """Sources, declarations, and where the linter stands."""

    def __init__(self, found: Mapping[str, Any], checks: Mapping[str, Any], issues: list[str]) -> None:
        self.found, self.checks, self.issues = found, checks, issues
        self.shown, self.node = "", Node({}, 1)

    def at(self, shown: str, node: Node) -> None:
        self.shown, self.node = shown, node

    def say(self, path: str, message: str) -> None:
        self.issues.append(f"{self.shown}, line {self._line(path)}: {message}")

    def _line(self, path: str) -> int:
        node = self.node
        for part in path.split("/") if path else ():
            if isinstance(node.value, dict) and part in node.value:
                node = node.value[part]
        return node.line


def _lint_rule(context: _Context, rule_id: str, rule: Mapping[str, Any]) -> None:
    signals = rule.get("match", {})
    if not any(name in signals for name in _STRONG):
        context.say("match", "no signal that can match on its own")
    if "pattern" in signals:
        _lint_pattern(context, signals)
    if rule_id not in context.found["tests"] and rule.get("status") != "draft":
        context.say("id", f"no test file {rule_id.rpartition('.')[2]}.test.yaml beside it")
    for cause, entry in rule.get("causes", {}).items():
        if cause not in context.found["causes"]:
            context.say(f"causes/{cause}", f"cause {cause!r} has no file in rules/causes")
        for check, params in entry.get("with", {}).items():
            _lint_call(context, f"causes/{cause}", check, params)
    for related in rule.get("page", {}).get("related", ()):
        if related not in context.found["rules"]:
            context.say("page/related", f"related rule {related!r} does not exist")


def _lint_pattern(context: _Context, signals: Mapping[str, Any]) -> None:
    if "contains" not in signals and "any" not in signals and "codes" not in signals and "error_id" not in signals:
        context.say("match/pattern", "a pattern needs a literal (contains, any) or a code beside it")
    try:
        regex = re.compile(signals["pattern"], re.IGNORECASE)
    except re.error as fault:
        context.say("match/pattern", f"not a regular expression: {fault}")
        return
    for name in regex.groupindex:
        if name not in context.found["facts"]:
            context.say("match/pattern", f"group {name!r} is no fact of rules/facts.yaml")
    seed = " ".join([*signals.get("contains", ()), *signals.get("any", ())]) or "error "
    # Growing sizes: an exponential pattern is slow at two dozen characters already, a quadratic one at thousands.
    for size in (18, 22, 25, 2_000, 20_000):
        for unit in ("a", seed, "' ", "0"):
            started = time.perf_counter()
            regex.search((unit * size)[:size] + "\x00")
            if time.perf_counter() - started > SLOW_S:
                context.say("match/pattern", f"takes over {SLOW_S} s on a hostile text of {size} characters")
                return


def _lint_call(context: _Context, path: str, check: str, params: Mapping[str, str]) -> None:
    if check not in context.checks:
        context.say(path, f"check {check!r} does not exist")
        return
    for name, value in params.items():
        if name not in context.checks[check]["params"]:
            context.say(path, f"check {check} has no parameter {name!r}")
        for fact, _ in _PLACE.findall(value):
            if fact not in context.found["facts"]:
                context.say(path, f"{fact!r} is no fact of rules/facts.yaml")


def _lint_cause(context: _Context, cause_id: str, cause: Mapping[str, Any]) -> None:
    evidence = cause.get("evidence", {})
    if not evidence and "look_up" not in cause:
        context.say("decided_by", "no check is named as evidence, and look_up does not say where to look")
    elif cause.get("decided_by") != "machine" and "look_up" not in cause:
        context.say("decided_by", f"decided by the {cause.get('decided_by')}, but look_up does not say where to look")
    for check in [*evidence, *([cause["verify"]] if "verify" in cause else [])]:
        if check not in context.checks:
            context.say(f"evidence/{check}", f"check {check!r} does not exist")
    for check, entry in evidence.items():
        if "state" in entry and "state" not in context.checks.get(check, {}).get("evidence", {"state": ""}):
            context.say(f"evidence/{check}", f"check {check} reports no state")
    _lint_words(context, cause)


def _lint_words(context: _Context, cause: Mapping[str, Any]) -> None:
    for fact in cause.get("only_when", {}):
        if fact not in context.found["facts"]:
            context.say(f"only_when/{fact}", f"{fact!r} is no fact of rules/facts.yaml")
    evidence = cause.get("evidence", {})
    names = {n for check in evidence for n in context.checks.get(check, {}).get("evidence", {})} | set(
        context.found["facts"]
    )
    for fact, kind in _PLACE.findall(cause.get("headline", "")):
        if fact not in names:
            context.say("headline", f"{fact!r} is neither a fact nor evidence of a check this cause names")
        if kind and kind not in ("duration", "date", "time", "days"):
            context.say("headline", f"unknown filter {kind!r}")


def _lint_together(context: _Context) -> None:
    used = {cause for _, (rule, _, _) in _entries(context.found) for cause in rule.get("causes", {})}
    for cause_id, (_, shown, node) in context.found["causes"].items():
        if cause_id not in used:
            context.at(shown, node)
            context.say("id", "no rule names this cause")
    _lint_vocabulary(context)
    context.issues += finding.topic_faults(context.found)
    _lint_ownership(context)
    reached = {c for cause, _, _ in context.found["causes"].values() for c in cause.get("evidence", {})}
    for check in sorted(set(context.checks) - reached):
        context.issues.append(f"checks/{check.replace('.', '/')}.py, line 1: no cause names this check as evidence")


def _lint_vocabulary(context: _Context) -> None:
    """Classes come from their list; reference entries name causes that exist."""
    for rule_id, (rule, shown, node) in _entries(context.found):
        context.at(shown, node)
        if rule.get("class") not in context.found["classes"]:
            context.say("class", f"{rule_id}: class {rule.get('class')!r} is not in rules/classes.yaml")
        for cause in rule.get("causes", {}) if rule.get("status") == "reference" else ():
            if cause not in context.found["causes"]:
                context.say("causes", f"{rule_id}: cause {cause!r} has no file in rules/causes")


def _lint_ownership(context: _Context) -> None:
    """No two entries for one thing."""
    entries = dict(_entries(context.found))
    for kind in compiler.EXACT:
        for value, owners in _owners(entries, kind):
            # Full rules may share a name and differ by words or status; a reference entry stands for what no other explains.
            if kind in ("codes", "hresult") or any(entries[o][0].get("status") == "reference" for o in owners):
                context.at(*entries[owners[-1]][1:])
                context.say(f"match/{kind}", f"{value} of {owners[-1]} is claimed by {owners[0]} too")


def _entries(found: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Any, str, Node]]]:
    yield from found["rules"].items()
    yield from found["reference"].items()


def _owners(rules: Mapping[str, Any], kind: str) -> Iterator[tuple[str, list[str]]]:
    owners: dict[str, list[str]] = {}
    for rule_id, (rule, _, _) in rules.items():
        for value in rule.get("match", {}).get(kind, ()):
            owners.setdefault(value.upper() if kind == "codes" else value.lower(), []).append(rule_id)
    return ((value, ids) for value, ids in owners.items() if len(ids) > 1)
