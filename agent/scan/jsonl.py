"""Each record of a JSONL file answered one by one: ``{"id", "rule", "class", "confidence", "causes"}``, one line each.

A record goes through the stages of ``agent diagnose --no-checks``, so both name the same causes in the same order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from agent.catalogue.load import Catalogue
from agent.errors import UsageError
from agent.fingerprint import fingerprint
from agent.infer import OTHER, Model, rank
from agent.intake import from_mapping, from_text
from agent.lift import lift
from agent.match import match
from agent.model import ErrorReport
from agent.redact import redact, redact_text
from agent.scan.sources import Source

#: A longer line is no record.
LONGEST = 64 << 20
#: As in a diagnosis: a cause below this is not worth naming.
_LEAST = 0.005
_MOST = 6


class Fields(NamedTuple):
    """Where in a record the error stands (dotted paths), and which field names the record."""

    names: tuple[str, ...]
    id: str = "id"


def answers(source: Source, fields: Fields, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """One answer for each line that is not blank, in order; a line that cannot be used is answered with ``error``."""
    for number, line in enumerate(_lines(source), 1):
        if line.strip():
            yield _line(number, line, fields, catalogue)


def _lines(source: Source) -> Iterator[bytes]:
    parts: list[bytes] = []
    for data in source.blocks():
        head, *rest = data.split(b"\n")
        parts.append(head)
        if rest:
            yield b"".join(parts)
            yield from rest[:-1]
            parts = [rest[-1]]
    if last := b"".join(parts):
        yield last


def _line(number: int, line: bytes, fields: Fields, catalogue: Catalogue) -> dict[str, Any]:
    shown: Any = number
    try:
        if len(line) > LONGEST:
            raise UsageError(f"line {number} has more than {LONGEST >> 20} MiB")
        record = _parse(line, number)
        shown = pick(record, fields.id)
        shown = number if shown is None or isinstance(shown, Mapping | list) else shown
        return {"id": shown, **answer(_report(record, fields.names, number), catalogue)}
    except UsageError as fault:
        return {"id": shown, "error": redact_text(str(fault))}


def _parse(line: bytes, number: int) -> Mapping[str, Any]:
    try:
        record = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as fault:
        what = fault.msg if isinstance(fault, json.JSONDecodeError) else "nested too deeply"
        raise UsageError(f"line {number} is not valid JSON: {what}") from fault
    if not isinstance(record, dict):
        raise UsageError(f"line {number} is JSON, but no object")
    return record


def pick(record: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path, or None; a name that itself has dots is found too, and a number picks from a list."""
    if path in record:
        return record[path]
    value: Any = record
    for name in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def _report(record: Mapping[str, Any], names: Sequence[str], number: int) -> ErrorReport:
    values = [pick(record, name) for name in names]
    if all(value is None for value in values):
        raise UsageError(f"line {number} has no field {' or '.join(names)}")
    given = [value for value in values if value is not None]
    if len(given) == 1 and isinstance(given[0], Mapping) and "schema" in given[0]:
        return from_mapping(given[0])
    return from_text(
        "\n".join(text for name, value in zip(names, values, strict=True) for text in _texts(value, name, number))
    )


def _texts(value: Any, name: str, number: int) -> Iterator[str]:
    if value is None:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, name, number)
    elif isinstance(value, Mapping):
        if "schema" not in value:
            raise UsageError(f"line {number}: field {name} is an object without schema; see agent schema error-report")
        yield from_mapping(value).text
    else:
        yield str(value)


def answer(raw: ErrorReport, catalogue: Catalogue) -> dict[str, Any]:
    """Rule, class, confidence and the causes by falling prior, given what the text tells."""
    report = redact(raw)
    print_ = fingerprint(report)
    matches = match(print_, report.text, catalogue)
    if not matches:
        return {"rule": None, "class": None, "confidence": 0, "causes": []}
    best = matches[0]
    facts = {**best.facts, **lift(raw, report.claims, print_.codes, print_.command)}
    ranking = rank(Model(matches, catalogue, facts), ())
    causes = [r.cause for r in ranking if r.cause != OTHER and r.probability >= _LEAST][:_MOST]
    return {"rule": best.rule, "class": best.class_, "confidence": best.confidence, "causes": causes}
