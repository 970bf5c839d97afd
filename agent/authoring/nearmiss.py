"""Why a text matches the rules it matches, and what the rules lack that nearly do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from agent.catalogue.load import Catalogue
from agent.fingerprint import fingerprint, fold, squeeze
from agent.match import exact_values, match
from agent.model import ErrorReport, Fingerprint, Match
from agent.redact import redact

#: A literal with fewer letters than this is in many texts by chance.
TELLING = 8
#: Likeness (0..100) from which words of the text count as a slip of a literal, and the shortest literal that is tried.
ALIKE, TRIED = 84, 14
#: Text beyond this is not compared for likeness; an error says what it says at its beginning.
_COMPARED = 3_000
_EXACT = {
    "codes": "code",
    "error_id": "error id",
    "graph_code": "Graph code",
    "hresult": "HRESULT",
    "symbol": "name",
    "number": "number",
}


class Near(NamedTuple):
    """A rule that nearly matches: what of it is there, and what is not, each in a clause."""

    rule: str
    title: str
    present: tuple[str, ...]
    missing: tuple[str, ...]


class Why(NamedTuple):
    """What the agent reads in a report, the rules that match, and those that nearly do, the nearest first."""

    fingerprint: Fingerprint
    matches: tuple[Match, ...]
    near: tuple[Near, ...]


def why(raw: ErrorReport, catalogue: Catalogue, limit: int = 5) -> Why:
    """The answer for a report; no check is run and nothing is asked of the machine."""
    report = redact(raw)
    print_ = fingerprint(report)
    matches = match(print_, report.text, catalogue)
    taken = {m.rule for m in matches}
    text = fold(report.text)[:_COMPARED]
    scored = [
        (near, score)
        for rule in catalogue.rules()
        if rule["id"] not in taken and (found := _near(rule, print_, text)) is not None
        for near, score in [found]
    ]
    scored.sort(key=lambda item: (-item[1], item[0].rule))
    return Why(print_, matches, tuple(near for near, _ in scored[:limit]))


def _near(rule: Mapping[str, Any], fp: Fingerprint, text: str) -> tuple[Near, float] | None:
    signals = rule["match"]
    present: list[str] = []
    missing: list[str] = []
    weight = 0.0
    for there, clause, value in (*_exact(signals, fp), *_words(signals, fp, text)):
        (present if there else missing).append(clause)
        weight += value if there else 0
    if not present:
        return None
    missing += _narrowed(signals, fp)
    if not missing:
        missing.append("its pattern does not match" if "pattern" in signals else "its signals are too weak alone")
    return Near(rule["id"], rule["title"], tuple(present), tuple(missing)), weight / (1 + len(missing))


def _exact(signals: Mapping[str, Any], fp: Fingerprint) -> Iterator[tuple[bool, str, float]]:
    """Exact values of the rule that the error has; that others are absent is no fault, since one is enough."""
    seen = exact_values(fp)
    for name, shown in _EXACT.items():
        low = {value.lower() for value in seen[name]}
        yield from ((True, f"{shown} {value}", 40.0) for value in signals.get(name, ()) if value.lower() in low)
    if kinds := signals.get("exception"):
        there = [kind for kind in kinds if kind in fp.exception_types]
        # Alone an exception type is in hundreds of errors; it weighs when words are there too.
        if there and ("contains" in signals or "any" in signals or "http_status" in signals):
            yield True, f"exception {there[0]}", 4.0
        elif not there and not any(name in signals for name in (*_EXACT, "contains", "any")):
            yield False, f"exception {kinds[0]} is not there", 0.0


def _words(signals: Mapping[str, Any], fp: Fingerprint, text: str) -> Iterator[tuple[bool, str, float]]:
    for literal in signals.get("contains", ()):
        yield from _literal(literal, fp, text)
    options = signals.get("any", ())
    if not options:
        return
    there = [literal for literal in options if squeeze(literal) in fp.text]
    if there:
        best = max(there, key=len)
        yield True, f'the words "{best}"', _weight(best)
        return
    near = [found for literal in options[:8] if len(found := tuple(_literal(literal, fp, text))) > 1]
    if near:
        yield from near[0]
    else:
        more = f" nor {len(options) - 1} others" if len(options) > 1 else ""
        yield False, f'the words "{_cut(options[0])}"{more} are not there', 0.0


def _literal(literal: str, fp: Fingerprint, text: str) -> Iterator[tuple[bool, str, float]]:
    """Whether the literal is there; when words of the text look like it, those too."""
    if squeeze(literal) in fp.text:
        yield True, f'the words "{_cut(literal)}"', _weight(literal)
        return
    if len(literal) >= TRIED:
        from rapidfuzz import fuzz

        found = fuzz.partial_ratio_alignment(literal.lower(), text.lower(), score_cutoff=ALIKE)
        if found is not None and found.score:
            read = text[found.dest_start : found.dest_end].strip()
            yield True, f'words like "{_cut(literal)}"', _weight(literal) / 2
            yield False, f'the words "{_cut(literal)}" are not there; the text has "{_cut(read)}"', 0.0
            return
    yield False, f'the words "{_cut(literal)}" are not there', 0.0


def _weight(literal: str) -> float:
    size = len(squeeze(literal))
    return min(size, 60) if size >= TELLING else size / 8


def _narrowed(signals: Mapping[str, Any], fp: Fingerprint) -> Iterator[str]:
    wanted = signals.get("http_status")
    if wanted and fp.http_status not in (None, int(wanted)):
        yield f"the HTTP status is {fp.http_status}; the rule wants {wanted}"
    commands = signals.get("command", ())
    if not commands:
        return
    if fp.command and not any(_is(command, fp.command) for command in commands):
        yield f"the command is {fp.command}; the rule wants {' or '.join(commands[:3])}"
    elif not fp.command and not any(squeeze(command.rstrip("*")) in fp.text for command in commands):
        yield f"no command is named; the rule wants {' or '.join(commands[:3])}"


def _is(wanted: str, command: str) -> bool:
    if wanted.endswith("*"):
        return command.lower().startswith(wanted[:-1].lower())
    return wanted.lower() == command.lower()


def _cut(text: str) -> str:
    return text if len(text) <= 70 else text[:67] + "..."
