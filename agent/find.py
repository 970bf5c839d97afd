"""The rule a person means: by id, code, number, class or text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.catalogue.load import Catalogue
from agent.fingerprint import fingerprint
from agent.intake import from_text
from agent.match import match
from agent.search import suggest
from agent.redact import redact


def find(words: str, catalogue: Catalogue) -> tuple[Sequence[str], Sequence[str]]:
    """(rules meant, most fitting first; nearest rules when none is). ``words`` is an id, a code, a bare number, or a text."""
    wanted = words.strip()
    if wanted.lower() in catalogue.rule_ids:
        return [wanted.lower()], []
    if found := _by_code(wanted, catalogue):
        return found, []
    report = redact(from_text(wanted))
    if matches := match(fingerprint(report), report.text, catalogue):
        return [m.rule for m in matches], []
    if found := _by_words(wanted, catalogue):
        return found, []
    return [], [near["rule"] for near in suggest(wanted, catalogue)]


def _by_code(wanted: str, catalogue: Catalogue) -> list[str]:
    """Rules of a code, of its bare number (``700024``), or of an HTTP status (``401``)."""
    word = wanted.upper().removeprefix("HTTP").strip()
    if not re.fullmatch(r"[A-Z]*\d{3,9}|0X[0-9A-F]{8}|[A-Z]+_?[A-Z]+", word):
        return []
    exact, by_status = [], []
    for record in catalogue.rules():
        rule, signals = record["id"], record["match"]
        codes = [
            c.upper()
            for c in (
                *signals.get("codes", ()),
                *signals.get("hresult", ()),
                *signals.get("graph_code", ()),
                *signals.get("error_id", ()),
            )
        ]
        if word in codes or f"AADSTS{word}" in codes:
            exact.append(rule)
        elif signals.get("http_status") == word:
            words = " ".join((*signals.get("contains", ()), *signals.get("any", ())))
            by_status.append((word not in words, len(signals), rule))  # the rule that speaks of the number itself leads
    return exact or [row[-1] for row in sorted(by_status)]


def _by_words(wanted: str, catalogue: Catalogue) -> list[str]:
    words = wanted.lower().split()
    if not words:
        return []
    if wanted.lower() in catalogue.cause_ids:  # ids of causes stand in every answer; their rules tell about them
        return [r["id"] for r in catalogue.rules() if wanted.lower() in r["causes"]]
    return [
        r["id"] for r in catalogue.rules() if all(w in f"{r['id']} {r['class']} {r['title']}".lower() for w in words)
    ]
