"""What of the catalogue is due for review: entries whose date is old, and statements that a later date can make wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from agent.catalogue.load import Catalogue

#: Days after which an entry wants another look: the services change their messages about twice a year.
DAYS = 180


class Due(NamedTuple):
    """An entry or a statement that was looked at more than ``limit`` days ago."""

    kind: str
    id: str
    what: str
    checked: str
    age_days: int
    limit: int
    source: str = ""


def due(catalogue: Catalogue, on: date, days: int = DAYS) -> list[Due]:
    """What is due on that day, the longest overdue first. A date that cannot be read is due at once."""
    rows = [
        row for kind, record in _records(catalogue) for row in _of(kind, record, on, days) if row.age_days > row.limit
    ]
    return sorted(rows, key=lambda row: (row.limit - row.age_days, row.kind, row.id, row.what))


def _records(catalogue: Catalogue) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for rule in catalogue.rules():
        yield "reference" if rule["status"] == "reference" else "rule", rule
    for cause in catalogue.cause_ids:
        yield "cause", catalogue.cause(cause)


def _of(kind: str, record: Mapping[str, Any], on: date, days: int) -> Iterator[Due]:
    reviewed = record["reviewed"]
    yield Due(kind, record["id"], record["title"], reviewed, _age(reviewed, on), days)
    for statement in record.get("dated", ()):
        checked, limit = statement["checked"], int(statement["recheck_days"])
        yield Due("statement", record["id"], statement["says"], checked, _age(checked, on), limit, statement["source"])


def _age(checked: str, on: date) -> int:
    try:
        return (on - date.fromisoformat(checked)).days
    except ValueError:
        return 99_999
