"""The words of a diagnosis: causes with headline, fix and verifying call, filled with the reader's own values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agent.catalogue.load import Catalogue
from agent.infer import OTHER
from agent.model import CheckCall, RankedCause, Result, Status, Value
from agent.times import show_duration, show_time

_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)(?::([a-z]+))?\}")
_FILTERS: Mapping[str, Callable[[float], str]] = {
    "duration": show_duration,
    "date": lambda moment: show_time(moment)[:10],
    "time": show_time,
    "days": lambda days: f"{abs(days):.0f} days" if abs(round(days)) != 1 else "1 day",
}
#: A cause this improbable, with evidence against it, counts as ruled out.
RULED_OUT = 0.02


def fill(template: str, values: Mapping[str, Value], known: Mapping[str, Any]) -> tuple[str, bool]:
    """``template`` with ``{name}`` and ``{name:filter}`` replaced, and whether every value was there.

    A known name without value becomes ``<name>``, ready to be typed over; braces of commands are left alone.
    """
    complete = True

    def put(found: re.Match[str]) -> str:
        nonlocal complete
        name, kind = found.groups()
        value = values.get(name)
        if value in (None, ""):
            if name not in known and not kind:
                return found.group(0)
            complete = False
            return f"<{name}>"
        return _FILTERS[kind](float(value)) if kind in _FILTERS else str(value)

    return _PLACE.sub(put, template), complete


class Composer:
    """Fills texts of one diagnosis from its facts and from the evidence of its results."""

    def __init__(
        self, catalogue: Catalogue, facts: Mapping[str, Value], results: Sequence[Result], platform: str
    ) -> None:
        self._catalogue = catalogue
        self._facts = dict(facts)
        self._results = {result.call: result for result in results}
        self._platform = platform
        # A fix may name what the checks were asked about and what they measured; the error's own facts win.
        self._values: dict[str, Value] = {}
        for result in results:
            if result.status is not Status.UNKNOWN:
                self._values.update(result.call.params)
                self._values.update(result.evidence)
        self._values.update(self._facts)

    def cause(self, ranked: RankedCause) -> dict[str, Any]:
        """The cause as every renderer shows it; see the diagnosis schema."""
        record = self._catalogue.cause(ranked.cause)
        return {
            "id": ranked.cause,
            "title": record["title"],
            "headline": self._headline(record, ranked),
            "probability": round(ranked.probability, 4),
            "decided_by": record["decided_by"],
            "explanation": record["explanation"],
            "because": [call_json(c) for c in ranked.because],
            "proved": any(self._results[c].status is Status.FAIL for c in ranked.because),
            "fix": self._steps(record["fix"]),
            "look_up": self._fill(record["look_up"]) if "look_up" in record else None,
            "verify": self._verify(record),
        }

    def ruled_out(self, ranking: Sequence[RankedCause], leading: Sequence[str]) -> list[dict[str, Any]]:
        """Causes that executed checks made improbable: {id, short, by}. A check that could not look rules nothing out."""
        out = []
        for ranked in ranking:
            if ranked.cause in (OTHER, *leading) or ranked.probability > RULED_OUT or not ranked.against:
                continue
            named = self._catalogue.cause(ranked.cause).get("evidence", {})
            by = [c for c in ranked.against if c.check in named]
            if by:
                short = self._catalogue.cause(ranked.cause)["short"]
                out.append({"id": ranked.cause, "short": short, "by": [call_json(c) for c in by]})
        return out

    def _headline(self, record: Mapping[str, Any], ranked: RankedCause) -> str:
        values = dict(self._facts)
        for call in ranked.because:
            values.update(self._results[call].evidence)
        if "headline" in record:
            text, complete = fill(record["headline"], values, self._catalogue.facts)
            if complete and "{" not in text:
                return text
        title: str = record["title"]
        return title

    def _steps(self, steps: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
        here = [s for s in steps if s.get("on", self._platform) == self._platform] or steps
        return [
            {k: self._fill(v) if k in ("do", "run", "undo", "risk") else v for k, v in step.items()} for step in here
        ]

    def _fill(self, text: str) -> str:
        return fill(text, self._values, self._catalogue.facts)[0]

    def _verify(self, record: Mapping[str, Any]) -> dict[str, Any] | None:
        check = record.get("verify")
        if not check:
            return None
        call = next((c for c in self._results if c.check == check), CheckCall(check))
        given = {name for name, value in call.params if _is_typable(value)}
        needed = {name for name, p in self._catalogue.checks[check]["params"].items() if p["required"]}
        if not needed <= given:  # a command that cannot run verifies nothing
            return None
        return {**call_json(call), "run": check_command(call)}


def check_command(call: CheckCall) -> str:
    """The command that repeats a call by hand; parameters that no command line can carry are left out."""
    words = ["agent check run", call.check]
    for name, value in call.params:
        if _is_typable(value):
            text = f"{name}={value}"
            words.append(f"--param {text}" if re.fullmatch(r"[\w.:/=@+\-]+", text) else f'--param "{text}"')
    return " ".join(words)


def _is_typable(value: Value) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def call_json(call: CheckCall) -> dict[str, Any]:
    """A call as JSON: {check, params}."""
    return {"check": call.check, "params": {name: plain(value) for name, value in call.params}}


def plain(value: Value) -> Any:
    """A value as JSON has it: tuples become lists, tuples of pairs objects."""
    if isinstance(value, tuple):
        if value and all(isinstance(p, tuple) and len(p) == 2 and isinstance(p[0], str) for p in value):
            return {name: plain(item) for name, item in value}
        return [plain(item) for item in value]
    return value
