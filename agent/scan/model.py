"""Values of a scan: small, and importing nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

#: Places kept of each group.
PLACES = 5


class Place(NamedTuple):
    """Where a record begins; lines count from 1."""

    file: str
    line: int


class Seen(NamedTuple):
    """What the catalogue says of a record: the leading rule, its class and title, and the fingerprint's hash."""

    rule: str
    class_: str
    title: str
    hash: str
    confidence: float


@dataclass
class Group:
    """Records of one fingerprint that one rule leads. ``sample`` is redacted; times are epoch seconds, None when no record had one."""

    rule: str
    class_: str
    title: str
    hash: str
    confidence: float
    sample: str
    count: int = 0
    first: float | None = None
    last: float | None = None
    places: list[Place] = field(default_factory=list)

    def add(self, place: Place, when: float | None, times: int = 1) -> None:
        """Count a record."""
        self.count += times
        if len(self.places) < PLACES and place not in self.places:
            self.places.append(place)
        if when is not None:
            self.first = when if self.first is None else min(self.first, when)
            self.last = when if self.last is None else max(self.last, when)


class Left(NamedTuple):
    """A file that was not read, or not wholly. ``failed`` when it should have been: the exit code says so."""

    file: str
    reason: str
    failed: bool


class Now(NamedTuple):
    """How far the scan is, for whoever shows it: ``bytes`` read of the files as they lie on the disk."""

    bytes: int
    lines: int
    errors: int


@dataclass(frozen=True)
class Outcome:
    """A finished or interrupted scan. ``more`` counts records, by rule, whose groups found no room."""

    groups: tuple[Group, ...]
    more: dict[str, Group]
    files: int
    lines: int
    bytes: int
    left: tuple[Left, ...]
    notes: tuple[str, ...]
    seconds: float
    partial: bool

    @property
    def errors(self) -> int:
        """Records recognised."""
        return sum(g.count for g in self.groups) + sum(g.count for g in self.more.values())


class ClassTotal(NamedTuple):
    """All groups of one class, most frequent first."""

    class_: str
    title: str
    rules: tuple[str, ...]
    errors: int
    first: float | None
    last: float | None
    groups: tuple[Group, ...]
    more: int


def by_class(outcome: Outcome) -> tuple[ClassTotal, ...]:
    """The groups put together by class, the most frequent class first."""
    table: dict[str, list[tuple[Group, bool]]] = {}
    for group in outcome.groups:
        table.setdefault(group.class_, []).append((group, True))
    for group in outcome.more.values():
        table.setdefault(group.class_, []).append((group, False))
    totals = []
    for name, rows in table.items():
        all_ = sorted((g for g, _ in rows), key=lambda g: (-g.count, g.rule, g.hash))
        kept = tuple(sorted((g for g, is_kept in rows if is_kept), key=lambda g: (-g.count, g.rule, g.hash)))
        totals.append(
            ClassTotal(
                name,
                all_[0].title,
                tuple(dict.fromkeys(g.rule for g in all_)),
                sum(g.count for g in all_),
                min((g.first for g in all_ if g.first is not None), default=None),
                max((g.last for g in all_ if g.last is not None), default=None),
                kept,
                sum(g.count for g, is_kept in rows if not is_kept),
            )
        )
    return tuple(sorted(totals, key=lambda t: (-t.errors, t.class_)))
