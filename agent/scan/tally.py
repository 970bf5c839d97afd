"""Groups of what was found, with counts that are always whole and details that are bounded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from agent.scan.model import Group, Place, Seen

#: Groups kept in detail; further fingerprints are counted by rule.
MOST_GROUPS = 2_000


class Tally:
    """Counts by rule and fingerprint; ``more`` counts, by rule, what found no room."""

    def __init__(self, most: int = MOST_GROUPS) -> None:
        self.groups: dict[tuple[str, str], Group] = {}
        self.more: dict[str, Group] = {}
        self._most = most

    def add(self, seen: Seen, place: Place, when: float | None, sample: Callable[[], str]) -> None:
        """Count a record; ``sample`` makes its text when the group is new."""
        group = self.groups.get((seen.rule, seen.hash))
        if group is None:
            if len(self.groups) < self._most:
                group = Group(seen.rule, seen.class_, seen.title, seen.hash, seen.confidence, sample())
                self.groups[seen.rule, seen.hash] = group
            else:
                group = self.more.setdefault(
                    seen.rule, Group(seen.rule, seen.class_, seen.title, "", seen.confidence, "")
                )
        group.add(place, when)

    @property
    def errors(self) -> int:
        """Records counted."""
        return sum(g.count for g in self.groups.values()) + sum(g.count for g in self.more.values())

    def dump(self) -> dict[str, Any]:
        """Plain data for the state file."""
        return {
            "groups": [asdict(g) for g in self.groups.values()],
            "more": [asdict(g) for g in self.more.values()],
        }

    @classmethod
    def read(cls, data: dict[str, Any]) -> Tally:
        """The tally that ``dump`` wrote."""
        tally = cls()
        for row in data["groups"]:
            group = _group(row)
            tally.groups[group.rule, group.hash] = group
        for row in data["more"]:
            group = _group(row)
            tally.more[group.rule] = group
        return tally


def _group(row: dict[str, Any]) -> Group:
    return Group(**{**row, "places": [Place(str(file), int(line)) for file, line in row["places"]]})
