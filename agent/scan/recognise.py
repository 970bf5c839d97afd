"""From a record's text to what the catalogue says of it: the same stages as a diagnosis, and a cache of what was seen.

Two texts that differ only in ids, times and account names say the same, so those are levelled to look an answer up. An id that a signal
of the catalogue names stays.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from agent.catalogue.load import Catalogue
from agent.errors import UsageError
from agent.fingerprint import fingerprint, squeeze
from agent.intake import from_mapping, from_text
from agent.match import match
from agent.model import ErrorReport, Fingerprint, Match
from agent.numbers import numbers_in
from agent.redact import redact
from agent.scan.model import Seen
from agent.scan.words import Test, Words

#: Answers kept; beyond this many the oldest half is dropped.
_KEPT = 20_000
#: Longest text that is matched, and longest that is shown.
_TEXT = 65_536
_SAMPLE = 2_000
_VARIES = re.compile(
    r"(?P<id>\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b)"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)?"
    r"|\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d(?: [AP]M)?"
    r"|(?P<user>(?<![\w.+\-@/])[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+)"
)


#: What intake would undo before a text is matched.
_CARRIED = re.compile(r"[^\x20-\x7e\t\r]|[<&\\|]|\"\"|\.\.\.")
#: Where a word can be broken, or the rest of a literal be missing.
_BROKEN = re.compile(r"\n|\.\.\.|\u2026")


class _Near(NamedTuple):
    """The catalogue as the matcher sees it, with the words of some rules only."""

    index: Mapping[str, Any]  # type: ignore[assignment]  # a tuple has a method of that name
    rule_ids: tuple[str, ...]
    rule: Callable[[str], dict[str, Any]]


class Recogniser:
    """Recognises records with one catalogue."""

    def __init__(self, catalogue: Catalogue, words: Words) -> None:
        self._catalogue = catalogue
        self._words = words
        self._cache: dict[bytes, Seen | None] = {}
        signals = str(catalogue.index["signals"]).lower()
        self._named = frozenset(m.group("id").lower() for m in _VARIES.finditer(signals) if m.group("id"))

    def recognise(self, raw: bytes, tests: list[Test]) -> tuple[Seen, str] | None:
        """What leads the record's matches, and its text, not yet redacted; None when no rule matches."""
        text = _decode(raw[:_TEXT])
        if not self._may_match(text, tests):
            return None
        key = hashlib.blake2b(
            self._level(next(_without_prefix(text))).encode("utf-8", "replace"), digest_size=16
        ).digest()
        if key in self._cache:
            seen = self._cache[key]
        else:
            rows = {test.row for of_line in self._words.look(raw).tests.values() for test in of_line if test.row >= 0}
            seen = self._match(text, tests, rows)
            self._remember(key, seen)
        return (seen, text) if seen is not None else None

    def _may_match(self, text: str, tests: list[Test]) -> bool:
        """A quick look at a plain text, of which intake takes away no more than what stands before it: most candidates end here."""
        if _CARRIED.search(text):
            return True
        squeezed = squeeze(text)
        held = [test for test in tests if test.holds(squeezed)]
        if held and all(test.is_number for test in held):
            known = self._catalogue.index["signals"]["number"]
            return any(key.lower() in known for key in numbers_in(text))
        return bool(held)

    def _match(self, text: str, tests: list[Test], rows: set[int]) -> Seen | None:
        for report in (report for way in _without_prefix(text) for report in reports(way)):
            squeezed = squeeze("\n".join([report.text, report.error_id]))
            if "..." not in squeezed and not any(test.holds(squeezed) for test in tests):
                continue
            report = redact(report)
            print_ = fingerprint(report)
            if found := self._leading(print_, report.text, rows):
                best = found[0]
                return Seen(best.rule, best.class_, best.title, print_.hash, best.confidence)
        return None

    def _leading(self, print_: Fingerprint, text: str, rows: set[int]) -> tuple[Match, ...]:
        """The matches among the rules whose words the filter saw; among all when those do not match and words may be broken or cut off."""
        store = self._catalogue
        signals = store.index["signals"]
        near = _Near(
            {**store.index, "signals": {**signals, "words": [signals["words"][row] for row in sorted(rows)]}},
            store.rule_ids,
            store.rule,
        )
        found = match(print_, text, cast(Catalogue, near))
        return found if found or not _BROKEN.search(text) else match(print_, text, store)

    def _level(self, text: str) -> str:
        users: dict[str, str] = {}

        def mark(found: re.Match[str]) -> str:
            if found.group("id"):
                return found.group() if found.group().lower() in self._named else "\x01"
            if found.group("user"):
                return users.setdefault(found.group().lower(), f"\x03{len(users)}")
            return "\x02"

        return _VARIES.sub(mark, text)

    def _remember(self, key: bytes, seen: Seen | None) -> None:
        if len(self._cache) >= _KEPT:
            for old in list(self._cache)[: _KEPT // 2]:
                del self._cache[old]
        self._cache[key] = seen


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        if fault.start > len(raw) - 4:  # cut inside a letter
            return raw.decode("utf-8", "replace")
        return raw.decode("cp1252", "replace")


#: What a logger writes before the message: a stamp, a level, the name of a part in brackets (one with a colon behind it is a Graph code).
_PREFIX = re.compile(
    r"\s*(?:[\[(]?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?[\])]?[\s|,;-]*)?"
    r"(?:[\[(]?(?:ERROR|WARN(?:ING)?|INFO|DEBUG|FATAL|CRITICAL|TRACE|ERR|INF|WRN)[\])]?[\s|,;-]+)?"
    r"(?:\[[\w.\-/#]{1,60}\](?!\s*:)[\s|-]+){0,3}"
)


def _without_prefix(text: str) -> Iterator[str]:
    """The message alone, so that it is one error whichever part logs it; then, should that be no error, the whole record."""
    message = text[_PREFIX.match(text).end() :]  # type: ignore[union-attr]  # matches everything
    if message:
        yield message
    if message != text:
        yield text


#: Names of fields that hold the error itself.
_MESSAGE = re.compile(r"message|msg|text|error|exception|err|stack|detail|description|body|log|event", re.IGNORECASE)


def reports(text: str) -> Iterator[ErrorReport]:
    """The ways to read a record, best first: an error report, the texts inside a JSON object, the text itself."""
    if text.lstrip().startswith("{"):
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            document = None
        if isinstance(document, dict):
            yield from _of_document(document)
    yield from_text(text)


def _of_document(document: Mapping[str, Any]) -> Iterator[ErrorReport]:
    if "schema" in document:
        with contextlib.suppress(UsageError):
            yield from_mapping(document)
    rows = list(_leaves(document, ""))
    first = [str(value) for key, value in rows if isinstance(value, str) and _MESSAGE.fullmatch(key)]
    rest = [f'"{key}": {json.dumps(value, ensure_ascii=False)}' for key, value in rows if not _MESSAGE.fullmatch(key)]
    if first or rest:
        yield from_text("\n".join([*first, *rest]))


def _leaves(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _leaves(item, str(name))
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, key)
    elif value is not None:
        yield key, value


def sample(text: str) -> str:
    """The text as it may be shown: repaired, redacted, short."""
    shown = redact(next(reports(text))).text
    return shown if len(shown) <= _SAMPLE else shown[:_SAMPLE] + " …"
