"""Faults of the words in rules and causes: left placeholders, texts too long to read, secrets, dates, names of facts nobody knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from agent.catalogue.entrylint import PLACE, Place

#: Longest text per field, in characters; beyond that nobody under pressure reads it. Other fields: ``_LONG``.
LONGEST = {
    "title": 110,
    "headline": 110,
    "short": 60,
    "summary": 400,
    "look_up": 400,
    "run": 600,
    "message": 1_000,
    "q": 160,
}
_LONG = 700
_PLACEHOLDER = re.compile(r"\b(?:TODO|FIXME|TBD|XXX)\b|\blorem ipsum\b", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@((?:[\w-]+\.)+[A-Za-z]{2,})\b")
#: Domains that belong to nobody: reserved for examples and tests, and Microsoft's example companies.
_NOBODYS = re.compile(r"(?:^|\.)(?:example|test|invalid|localhost|example\.(?:com|net|org)|(?:contoso|fabrikam|adatum|tailspintoys|"
                      r"northwindtraders)(?:-\w+)?\.(?:com|onmicrosoft\.com))$", re.IGNORECASE)  # fmt: skip
#: Fields that are no prose: patterns, names, words to match.
_NO_PROSE = ("match", "id", "class", "causes", "evidence", "only_when", "verify", "related", "status", "severity")


def lint_words(place: Place, record: Mapping[str, Any], today: date) -> None:
    """All texts of a rule or cause."""
    for path, text in _texts(record):
        field = next((part for part in reversed(path.split("/")) if not part.isdigit()), "")
        for fault in _faults(field, text):
            place.say(path, f"{path.replace('/', '.')}: {fault}")
    for path, text in _texts(record.get("match", {}), (), "match"):
        if re.search(r"\bTODO\b", text):  # elsewhere too: a word to match may be any word
            place.say(path, f"{path.replace('/', '.')}: a placeholder is left: {_cut(text)}")
    _lint_facts(place, record)
    _lint_dates(place, record, today)


def _texts(value: Any, skipped: tuple[str, ...] = _NO_PROSE, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        if key not in skipped:
            yield from _texts(item, skipped, f"{path}/{key}" if path else str(key))


def _faults(field: str, text: str) -> Iterator[str]:
    from agent.redact import redact_text

    if _PLACEHOLDER.search(text):
        yield f"a placeholder is left: {_cut(text)}"
    if len(text) > (limit := LONGEST.get(field, _LONG)):
        yield f"{len(text)} characters; at most {limit} are read under pressure"
    if (hidden := redact_text(text)) != text and any(map(_random, set(text.split()) - set(hidden.split()))):
        yield f"holds what looks like a real secret: {_cut(hidden)}"
    for found in _EMAIL.finditer(text):
        if not _NOBODYS.search(found[1]):
            yield f"{found[1]} may be somebody's domain; examples are @contoso.com, or end in .test or .example"


def _random(word: str) -> bool:
    """Whether a word is no word of a language or a script: long, with digits among its letters."""
    return len(word) >= 16 and any(c.isdigit() for c in word) and any(c.isalpha() for c in word)


def _cut(text: str) -> str:
    return repr(text[:60] + ("..." if len(text) > 60 else ""))


def _lint_facts(place: Place, record: Mapping[str, Any]) -> None:
    """Commands and sentences of fixes fill in facts and evidence; a name that is neither would stay in braces."""
    known = place.known
    evidence = {
        name for check in record.get("evidence", {}) for name in known.checks.get(check, {}).get("evidence", {})
    }
    for where, steps in (
        ("fix", record.get("fix", ())),
        ("page/admin_fix", record.get("page", {}).get("admin_fix", ())),
    ):
        for number, step in enumerate(steps):
            for key in ("do", "run", "undo", "risk"):
                for name, _ in PLACE.findall(step.get(key, "")):
                    if name not in known.facts and name not in evidence:
                        place.say(
                            f"{where}/{number}/{key}",
                            f"{where.replace('/', '.')}.{number}.{key}: {{{name}}} is no fact of rules/facts.yaml",
                        )


def _lint_dates(place: Place, record: Mapping[str, Any], today: date) -> None:
    for path, said in _dates(record):
        try:
            when = date.fromisoformat(said)
        except ValueError:
            place.say(path, f"{path.replace('/', '.')}: {said!r} is no day of the calendar")
            continue
        if (when - today).days > 1:  # somewhere it is tomorrow already
            place.say(path, f"{path.replace('/', '.')}: {said} is in the future")


def _dates(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if "reviewed" in record:
        yield "reviewed", record["reviewed"]
    for number, statement in enumerate(record.get("dated", ())):
        if "checked" in statement:
            yield f"dated/{number}/checked", statement["checked"]
