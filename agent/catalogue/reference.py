"""Reference entries: errors that are recognised and classed, but have no page of their own yet; one table per product.

A table is ``rules/reference/<product>.csv``, one row per error. Each row becomes a record like a rule's, with ``status: reference``
and without a page. A row that names no cause takes those of its family: the causes that full rules of its class name most.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from agent.catalogue import schema
from agent.catalogue.yamltext import Node

STATUS = "reference"
#: Separates several values of one cell; literals and messages hold commas and semicolons.
BETWEEN = " | "
#: Columns that recognise an error, with the kind of their values; the meaning of each is that of a rule's ``match``.
SIGNALS: Mapping[str, schema.Kind] = {
    name: field.kind
    for name, field in schema.MATCH_FIELDS.items()
    if name in ("codes", "error_id", "graph_code", "hresult", "symbol", "number", "exception", "contains")
}
REQUIRED = ("class", "title", "meaning", "source", "reviewed")
COLUMNS = ("slug", "severity", "causes", *SIGNALS, *REQUIRED)
#: A family of causes longer than this says nothing.
FAMILY = 5
WEIGHT = {"common": 3, "plausible": 2, "rare": 1}
#: Signals that name a row when it has no slug, the most telling first.
NAMING = ("codes", "symbol", "graph_code", "error_id", "number", "hresult")

Say = Callable[[int, str], None]


def read_tables(
    folder: Path, issues: list[str], root: Path, paths: Sequence[Path] | None = None
) -> dict[str, tuple[dict[str, Any], str, Node]]:
    """Records of all tables of ``folder``, or of ``paths`` alone, by id, each with its shown path and a node that knows its line."""
    found: dict[str, tuple[dict[str, Any], str, Node]] = {}
    for path in sorted(folder.glob("*.csv")) if paths is None else paths:
        shown = f"rules/{path.relative_to(root).as_posix()}"

        def say(line: int, message: str, shown: str = shown) -> None:
            issues.append(f"{shown}, line {line}: {message}")

        for line, record in _rows(path, say):
            if record["id"] in found:
                say(line, f"id {record['id']!r} stands in {_place(found[record['id']])} too; give one a slug")
                continue
            found[record["id"]] = (record, shown, Node({}, line))
    return found


def _place(entry: tuple[dict[str, Any], str, Node]) -> str:
    return f"{entry[1]}, line {entry[2].line}"


def _rows(path: Path, say: Say) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        say(1, f"cannot be read: {fault}")
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    try:
        for cells in reader:
            line = reader.line_num
            if header is None:
                header = cells
                if not _sound_header(header, say):
                    return
            elif len(cells) != len(header):
                say(line, f"has {len(cells)} cells, the header {len(header)}")
            elif record := _record(path.stem, dict(zip(header, cells, strict=True)), line, say):
                yield line, record
    except csv.Error as fault:
        say(reader.line_num, f"not CSV: {fault}")


def _sound_header(header: list[str], say: Say) -> bool:
    strange = [name for name in header if name not in COLUMNS]
    absent = [name for name in REQUIRED if name not in header]
    double = [name for name, count in Counter(header).items() if count > 1]
    for name in strange:
        say(1, f"unknown column {name!r}; known are {', '.join(COLUMNS)}")
    for name in absent:
        say(1, f"missing column {name!r}")
    for name in double:
        say(1, f"duplicate column {name!r}")
    if not any(name in SIGNALS for name in header):
        say(1, f"no column recognises an error; at least one of {', '.join(SIGNALS)}")
        return False
    return not strange and not absent and not double


def _record(product: str, cells: Mapping[str, str], line: int, say: Say) -> dict[str, Any] | None:
    """The record of a row, in the shape of a rule; None when a fault makes it useless."""
    value = {name: cell.strip() for name, cell in cells.items()}
    faults: list[str] = []

    def report(at: int, message: str) -> None:
        faults.append(message)
        say(at, message)

    for name in REQUIRED:
        if not value[name]:
            report(line, f"{name}: is empty")
    signals = {name: _several(value.get(name, "")) for name in SIGNALS if value.get(name)}
    for name, items in signals.items():
        SIGNALS[name](Node([Node(item, line) for item in items], line), name, report)
    if not signals:
        report(line, "recognises nothing: every signal column is empty")
    schema.CAUSE_ID(Node(value["class"], line), "class", report)
    schema.TITLE(Node(value["title"], line), "title", report)
    schema.DATE(Node(value["reviewed"], line), "reviewed", report)
    causes = _several(value.get("causes", ""))
    for cause in causes:
        schema.CAUSE_ID(Node(cause, line), "causes", report)
    severity = value.get("severity") or "medium"
    schema.SEVERITY(Node(severity, line), "severity", report)
    slug = value.get("slug") or _slug(signals)
    schema.ID(Node(f"{product}.{slug}", line), "slug", report)
    if faults:
        return None
    return {
        "id": f"{product}.{slug}",
        "class": value["class"],
        "title": value["title"],
        "status": STATUS,
        "severity": severity,
        "summary": value["meaning"],
        "match": signals,
        "causes": {cause: {"prior": "plausible"} for cause in causes},
        "references": _several(value["source"]),
        "reviewed": value["reviewed"],
    }


def _several(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(BETWEEN) if part.strip()]


def _slug(signals: Mapping[str, list[str]]) -> str:
    first = next((signals[name][0] for name in NAMING if name in signals), "")
    return re.sub(r"[^a-z0-9]+", "-", first.lower()).strip("-")


def give_families(found: Mapping[str, Any], issues: list[str]) -> None:
    """Rows without causes get those of their class, as often as full rules of that class name them."""
    families: dict[str, Counter[str]] = {}
    for rule, _, _ in found["rules"].values():
        family = families.setdefault(rule.get("class", ""), Counter())
        for cause, entry in rule.get("causes", {}).items():
            family[cause] += WEIGHT.get(entry.get("prior", ""), 1)
    for record, shown, node in found["reference"].values():
        if record["causes"]:
            continue
        family = families.get(record["class"], Counter())
        record["causes"] = {cause: {"prior": "plausible"} for cause, _ in family.most_common(FAMILY)}
        record["family"] = True
        if not family:
            issues.append(
                f"{shown}, line {node.line}: causes: no full rule has the class {record['class']!r} to take causes from;"
                " name at least one"
            )
