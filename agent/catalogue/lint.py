"""Faults of the catalogue, or of a user's own folder of rules; all collected at once, each with file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from agent.catalogue import compile as compiler
from agent.catalogue import finding, overlay, schema
from agent.catalogue.entrylint import Known, Place, lint_cause, lint_rule
from agent.catalogue.hostile import Trial, try_all
from agent.catalogue.load import Catalogue
from agent.catalogue.ruletest import matches_of
from agent.catalogue.signals import EXACT
from agent.catalogue.textlint import lint_words
from agent.catalogue.yamltext import Node, read
from agent.fingerprint import squeeze

Entries = Mapping[str, tuple[Any, str, Node]]


def lint(rules: Path, today: date | None = None) -> list[str]:
    """Every fault of a whole ``rules/`` folder, or an empty list."""
    issues: list[str] = []
    found = compiler.read_sources(rules, issues)
    checks = compiler.check_specs()
    readable = not issues
    known = Known(found["rules"], found["causes"], found["facts"], checks)
    place = Place(known, issues)
    _lint_entries(place, found, today or date.today())
    for rule_id, (rule, shown, node) in found["rules"].items():
        if rule_id not in found["tests"] and rule.get("status") != "draft":
            place.at(shown, node).say("id", f"no test file {rule_id.rpartition('.')[2]}.test.yaml beside it")
    for kind in ("rules", "causes"):
        for value, shown, node in found[kind].values():
            if "overrides" in value:
                place.at(shown, node).say("overrides", "overrides: is for entries of a user's own folder")
    _lint_together(place, found)
    if readable:
        _lint_messages(place, found["rules"], Catalogue(compiler.render(found, checks, "").encode("ascii")))
    return in_order(issues)


def lint_own(folder: Path, base: Catalogue, today: date | None = None) -> list[str]:
    """Every fault of a user's own folder, whose entries go over ``base``."""
    found = overlay.read_folder(folder, base)
    issues = list(found.issues)
    tests = read_tests(folder, issues)
    known = Known(
        {*base.rule_ids, *found.rules, *found.reference}, {*base.cause_ids, *found.causes}, base.facts, base.checks
    )
    place = Place(known, issues)
    sources = {"rules": found.rules, "causes": found.causes, "tests": tests}
    _lint_entries(place, sources, today or date.today(), names=False)
    for rule_id, (rule, shown, node) in found.rules.items():
        if rule_id not in tests and rule["status"] != "draft":
            place.at(shown, node).say("id", f"no test file {rule_id.rpartition('.')[2]}.test.yaml beside it")
    _lint_built_in_codes(place, found.rules, base)
    overlay.lay_over(base, [folder])
    _lint_messages(place, found.rules, base)
    return in_order(issues)


def _lint_built_in_codes(place: Place, rules: Entries, base: Catalogue) -> None:
    """A code that a built-in rule has is claimed only in its place; else both would be as sure, and the id would decide."""
    for rule_id, (rule, shown, node) in rules.items():
        for kind in ("codes", "hresult"):
            for number, value in enumerate(rule["match"].get(kind, ())):
                owners = {base.rule_ids[n] for n in base.index["signals"][kind].get(value.lower(), ())} - {rule_id}
                if owners:
                    told = f"{value} is claimed by {sorted(owners)[0]} too; take its id and say overrides: true, or leave the code away"
                    place.at(shown, node).say(f"match/{kind}/{number}", told)


def in_order(issues: list[str]) -> list[str]:
    """Each fault once, by file and line."""
    return sorted(set(issues), key=lambda issue: (issue.partition(", line ")[0], _line(issue), issue))


def _line(issue: str) -> int:
    digits = issue.partition(", line ")[2].partition(":")[0]
    return int(digits) if digits.isdigit() else 0


def read_tests(folder: Path, issues: list[str]) -> dict[str, tuple[Any, str, Node]]:
    """Test files of a user's own folder by the id of their rule."""
    tests: dict[str, tuple[Any, str, Node]] = {}
    for path in sorted((folder / "errors").glob("*/*.test.yaml")):
        if not overlay.may_read(path, str(path), overlay.MAX_FILE, issues):
            continue
        if node := read(path, issues, str(path)):
            value = schema.RULE_TEST(node, "", compiler.reporter(issues, str(path)))
            tests[f"{path.parent.name}.{path.name.removesuffix('.test.yaml')}"] = (value, str(path), node)
    return tests


def _lint_entries(place: Place, found: Mapping[str, Entries], today: date, names: bool = True) -> None:
    """What single entries say; ``names`` False when that they lead somewhere was looked at already."""
    trials = []
    for rule_id, (rule, shown, node) in found["rules"].items():
        place.at(shown, node)
        if names:
            lint_rule(place, rule)
        lint_words(place, rule, today)
        signals = rule.get("match", {})
        if "pattern" in signals and not any(i.startswith(f"{shown}, ") and "pattern" in i for i in place.issues):
            trials.append(Trial(rule_id, signals["pattern"], [*signals.get("contains", ()), *signals.get("any", ())]))
    for cause, shown, node in found["causes"].values():
        place.at(shown, node)
        if names:
            lint_cause(place, cause)
        lint_words(place, cause, today)
    for test_id, (test, shown, node) in found["tests"].items():
        place.at(shown, node)
        if test_id not in found["rules"]:
            place.say("", "tests a rule that is not there")
        lint_words(place, {"no_match": [t for t in test.get("no_match", ()) if "TODO" in t]}, today)
    if trials:
        for rule_id, why in try_all(trials).items():
            _, shown, node = found["rules"][rule_id]
            place.at(shown, node).say("match/pattern", why)


def _lint_messages(place: Place, rules: Entries, catalogue: Catalogue) -> None:
    """Messages shown on a page are ones that the rule recognises; else a reader who has that error is led elsewhere."""
    for rule_id, (rule, shown, node) in rules.items():
        for number, message in enumerate(rule["page"]["message"]):
            matches = [m.rule for m in matches_of(message, catalogue)]
            if rule["status"] not in ("draft", "retired") and rule_id not in matches:
                first = f"{matches[0]} is" if matches else "nothing is"
                place.at(shown, node).say(
                    f"page/message/{number}", f"page.message[{number}] is not recognised as this rule; {first}"
                )


def _lint_together(place: Place, found: Mapping[str, Any]) -> None:
    used = {cause for _, (rule, _, _) in _entries(found) for cause in rule.get("causes", {})}
    for cause_id, (_, shown, node) in found["causes"].items():
        if cause_id not in used:
            place.at(shown, node).say("id", "no rule names this cause")
    _lint_vocabulary(place, found)
    place.issues += [*finding.topic_faults(found), *finding.alias_faults(found)]
    _lint_ownership(place, found)
    _lint_doubles(place, found["rules"])
    reached = {c for cause, _, _ in found["causes"].values() for c in cause.get("evidence", {})}
    for check in sorted(set(place.known.checks) - reached):
        place.issues.append(f"checks/{check.replace('.', '/')}.py, line 1: no cause names this check as evidence")


def _lint_vocabulary(place: Place, found: Mapping[str, Any]) -> None:
    """Classes come from their list; reference entries name causes that exist."""
    for rule_id, (rule, shown, node) in _entries(found):
        place.at(shown, node)
        if rule.get("class") not in found["classes"]:
            place.say("class", f"{rule_id}: class {rule.get('class')!r} is not in rules/classes.yaml")
        for cause in rule.get("causes", {}) if rule.get("status") == "reference" else ():
            if cause not in found["causes"]:
                place.say("causes", f"{rule_id}: cause {cause!r} has no file in rules/causes")


def _lint_ownership(place: Place, found: Mapping[str, Any]) -> None:
    """No two entries for one thing."""
    entries = dict(_entries(found))
    for kind in EXACT:
        for value, owners in _owners(entries, kind):
            # Full rules may share a name and differ by words or status; a reference entry stands for what no other explains.
            if kind in ("codes", "hresult") or any(entries[o][0].get("status") == "reference" for o in owners):
                place.at(*entries[owners[-1]][1:])
                place.say(f"match/{kind}", f"{value} of {owners[-1]} is claimed by {owners[0]} too")


def _lint_doubles(place: Place, rules: Entries) -> None:
    """Two full rules of one class with the same causes that look for the same words under the same conditions are one."""
    first: dict[Any, str] = {}
    for rule_id, (rule, shown, node) in rules.items():
        signals = rule.get("match", {})
        narrow = tuple(
            repr(signals.get(name)) for name in ("http_status", "command", "exception", "pattern", "error_id")
        )
        needed = frozenset(map(squeeze, signals.get("contains", ())))
        for word in map(squeeze, signals.get("any", ("",))):
            if not needed and not word:
                continue
            key = (rule.get("class"), frozenset(rule.get("causes", {})), narrow, needed | {word})
            if first.setdefault(key, rule_id) != rule_id:
                place.at(shown, node).say(
                    "match", f"the same class, causes and words as {first[key]}: make it one rule"
                )


def _entries(found: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Any, str, Node]]]:
    yield from found["rules"].items()
    yield from found["reference"].items()


def _owners(rules: Mapping[str, Any], kind: str) -> Iterator[tuple[str, list[str]]]:
    owners: dict[str, list[str]] = {}
    for rule_id, (rule, _, _) in rules.items():
        for value in rule.get("match", {}).get(kind, ()):
            owners.setdefault(value.upper() if kind == "codes" else value.lower(), []).append(rule_id)
    return ((value, ids) for value, ids in owners.items() if len(ids) > 1)
