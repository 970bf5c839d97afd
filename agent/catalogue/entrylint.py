"""Faults of one rule or cause that its own file cannot show: names that lead nowhere, patterns that are none.

Used by the linter, and by every start that reads a user's own folder: what passes here can be matched, ranked and shown.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Container, Iterator, Mapping
from typing import Any, NamedTuple

from agent.catalogue.hostile import nested_repeat
from agent.catalogue.yamltext import Node

PLACE = re.compile(r"\{([a-z][a-z0-9_]*)(?::([a-z]+))?\}")
_STRONG = (
    "codes",
    "error_id",
    "graph_code",
    "hresult",
    "symbol",
    "number",
    "contains",
    "any",
    "exception",
    "http_status",
)
_FILTERS = ("duration", "date", "time", "days")
_LITERAL = ("contains", "any", "codes", "error_id")


class Known(NamedTuple):
    """The names there are: ids of rules and causes, facts, and declarations of checks."""

    rules: Container[str]
    causes: Container[str]
    facts: Container[str]
    checks: Mapping[str, Any]


class Place:
    """Where the linter stands, and what it has to complain about."""

    def __init__(self, known: Known, issues: list[str]) -> None:
        self.known, self.issues = known, issues
        self.shown, self.node = "", Node({}, 1)

    def at(self, shown: str, node: Node) -> Place:
        """Stand at a file."""
        self.shown, self.node = shown, node
        return self

    def say(self, path: str, message: str) -> None:
        """Complain about the place that ``path`` (keys and list numbers, ``page/faq/0/a``) names, or the nearest one above."""
        self.issues.append(f"{self.shown}, line {self._line(path)}: {message}")

    def _line(self, path: str) -> int:
        node = self.node
        for part in path.split("/") if path else ():
            if isinstance(node.value, dict) and part in node.value:
                node = node.value[part]
            elif isinstance(node.value, list) and part.isdigit() and int(part) < len(node.value):
                node = node.value[int(part)]
        return node.line


def lint_rule(place: Place, rule: Mapping[str, Any]) -> None:
    """Signals, causes and related rules of a rule."""
    signals, known = rule.get("match", {}), place.known
    if not any(name in signals for name in _STRONG):
        place.say("match", "no signal that can match on its own")
    for number, code in enumerate(signals.get("codes", ())):
        if not _is_read(code):
            place.say(
                f"match/codes/{number}", f"{code}: codes of this family are not read from texts; put it under contains"
            )
    if "pattern" in signals:
        _lint_pattern(place, signals)
    for cause, entry in rule.get("causes", {}).items():
        if cause not in known.causes:
            place.say(f"causes/{cause}", f"cause {cause!r} has no file in rules/causes")
        for check, params in entry.get("with", {}).items():
            _lint_call(place, f"causes/{cause}", check, params)
    for number, related in enumerate(rule.get("page", {}).get("related", ())):
        if related not in known.rules:
            place.say(f"page/related/{number}", f"related rule {related!r} does not exist")


def _is_read(code: str) -> bool:
    from agent.fingerprint import fingerprint
    from agent.model import ErrorReport

    return code in fingerprint(ErrorReport(text=f"{code}: x")).codes


def _lint_pattern(place: Place, signals: Mapping[str, Any]) -> None:
    if not any(name in signals for name in _LITERAL):
        place.say("match/pattern", "a pattern needs a literal (contains, any) or a code beside it")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            regex = re.compile(signals["pattern"], re.IGNORECASE)
    except (re.error, OverflowError, RecursionError, Warning) as fault:
        place.say("match/pattern", f"not a regular expression: {fault}")
        return
    for name in regex.groupindex:
        if name not in place.known.facts:
            place.say("match/pattern", f"group {name!r} is no fact of rules/facts.yaml")
    if nested_repeat(signals["pattern"]):
        place.say("match/pattern", "repeats what already repeats, (a+)+: on a hostile text that takes for ever")


def _lint_call(place: Place, path: str, check: str, params: Mapping[str, str]) -> None:
    known = place.known
    if check not in known.checks:
        place.say(path, f"check {check!r} does not exist")
        return
    for name, value in params.items():
        if name not in known.checks[check]["params"]:
            place.say(path, f"check {check} has no parameter {name!r}")
        for fact, _ in PLACE.findall(value):
            if fact not in known.facts:
                place.say(path, f"{fact!r} is no fact of rules/facts.yaml")


def lint_cause(place: Place, cause: Mapping[str, Any]) -> None:
    """Checks, states, facts and texts of a cause."""
    evidence, checks = cause.get("evidence", {}), place.known.checks
    if not evidence and "look_up" not in cause:
        place.say("decided_by", "no check is named as evidence, and look_up does not say where to look")
    elif cause.get("decided_by") != "machine" and "look_up" not in cause:
        place.say("decided_by", f"decided by the {cause.get('decided_by')}, but look_up does not say where to look")
    for where, check in [(f"evidence/{c}", c) for c in evidence] + [("verify", c) for c in [cause.get("verify")] if c]:
        if check not in checks:
            place.say(where, f"check {check!r} does not exist")
    for check, entry in evidence.items():
        if "state" in entry and "state" not in checks.get(check, {}).get("evidence", {"state": ""}):
            place.say(f"evidence/{check}", f"check {check} reports no state")
    for name, fact in [(n, f) for n in ("only_when", "likelier_when") for f in cause.get(n, {})]:
        if fact not in place.known.facts:
            place.say(f"{name}/{fact}", f"{fact!r} is no fact of rules/facts.yaml")
    for message in _headline(place.known, cause):
        place.say("headline", message)


def _headline(known: Known, cause: Mapping[str, Any]) -> Iterator[str]:
    names = {n for check in cause.get("evidence", {}) for n in known.checks.get(check, {}).get("evidence", {})}
    for fact, kind in PLACE.findall(cause.get("headline", "")):
        if fact not in names and fact not in known.facts:
            yield f"{fact!r} is neither a fact nor evidence of a check this cause names"
        if kind and kind not in _FILTERS:
            yield f"unknown filter {kind!r}"
