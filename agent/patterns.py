"""Regular expressions that cost nothing until a text could match them.

Compiling forty patterns takes as long as the rest of a recognition; most texts need five. Each pattern names literals without which
it cannot match, and is compiled when a text first holds one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any


@cache
def compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """``re.compile``, remembered for as long as the process lives."""
    return re.compile(pattern, flags)


class Pattern:
    """``triggers`` are literals in lower case, one of which every match holds; an empty one stands for "any text"."""

    __slots__ = ("_flags", "_pattern", "_triggers")

    def __init__(self, triggers: str | tuple[str, ...], pattern: str, flags: int = 0) -> None:
        self._triggers = (triggers,) if isinstance(triggers, str) else triggers
        self._pattern = pattern
        self._flags = flags

    def _may_match(self, text: str) -> bool:
        low = text.lower()
        return any(trigger in low for trigger in self._triggers)

    def search(self, text: str) -> re.Match[str] | None:
        """The first match, as ``re`` finds it."""
        return compiled(self._pattern, self._flags).search(text) if self._may_match(text) else None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """All matches, in order."""
        return compiled(self._pattern, self._flags).finditer(text) if self._may_match(text) else iter(())

    def findall(self, text: str) -> list[Any]:
        """The groups of all matches, as ``re`` lists them."""
        return compiled(self._pattern, self._flags).findall(text) if self._may_match(text) else []

    def sub(self, mark: str, text: str) -> str:
        """``text`` with every match replaced."""
        return compiled(self._pattern, self._flags).sub(mark, text) if self._may_match(text) else text
