"""The diagnosis on a terminal: the first screen holds cause, certainty, proof and fix; the rest waits below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from agent.model import CheckCall, Diagnosis, Result, Status, UnknownReason
from agent.redact import redact_text
from agent.render.style import Style

LABEL = 14
_WORDS = {Status.PASS: "ok", Status.WARN: "warn", Status.FAIL: "FAIL", Status.UNKNOWN: "?"}
_LOOKS = {Status.PASS: ("green",), Status.WARN: ("yellow",), Status.FAIL: ("red", "bold"), Status.UNKNOWN: ("dim",)}


def render(diagnosis: Diagnosis, style: Style) -> str:
    """The text, ending in a line break."""
    lines = [*_first_line(diagnosis, style), ""]
    body = {"undecided": _undecided, "unknown_error": _unknown}.get(diagnosis.verdict, _found)
    lines += body(diagnosis, style)
    lines += ["", *_footer(diagnosis, style)]
    return redact_text("\n".join(lines)) + "\n"


def certainty(diagnosis: Diagnosis) -> str:
    """The word for how sure the answer is."""
    words = {"cause_found": "certain", "likely": "likely", "undecided": "undecided", "unknown_error": "unknown"}
    return words[diagnosis.verdict]


def _first_line(diagnosis: Diagnosis, style: Style) -> list[str]:
    word = certainty(diagnosis)
    wrapped = style.wrap(diagnosis.headline)
    room = style.width - len(word) - 2
    if len(wrapped) == 1 and len(wrapped[0]) <= room:
        left = wrapped[0]
        return [style.paint(left, "bold") + " " * (style.width - len(left) - len(word)) + style.paint(word, "dim")]
    return [
        *(style.paint(line, "bold") for line in wrapped),
        style.paint(" " * (style.width - len(word)) + word, "dim"),
    ]


def _found(diagnosis: Diagnosis, style: Style) -> Iterator[str]:
    cause = diagnosis.causes[0]
    shown = _proof(diagnosis, cause)
    yield from _results("How we know", shown, style)
    if not shown:
        yield from _labelled("How we know", diagnosis.matches[0].why + " points here; no local check decides it", style)
    yield from _ruled_out(diagnosis, style)
    yield from _unseen(diagnosis, style)
    yield ""
    yield from _fix(cause, style)


def _undecided(diagnosis: Diagnosis, style: Style) -> Iterator[str]:
    for cause in diagnosis.causes[:4]:
        yield from style.wrap(cause["headline"], " " * 9, f"  {cause['probability'] * 100:3.0f} %  ")
        if cause["look_up"]:
            yield from style.wrap(f"look up: {cause['look_up']}", " " * 11)
    decisive = [r for r in diagnosis.results if r.status is not Status.UNKNOWN][:4]
    yield from _results("Found", sorted(decisive, key=lambda r: -r.status), style)
    yield from _ruled_out(diagnosis, style)
    for name in _askable(diagnosis)[:1]:
        yield from _labelled("Ask", f"agent diagnose --fact {name}=... tells them further apart", style)
    yield from _unseen(diagnosis, style)
    if diagnosis.causes:
        yield ""
        yield from _labelled("First try", diagnosis.causes[0]["headline"], style)
        yield from _fix({**diagnosis.causes[0], "look_up": None}, style)  # where to look stands with the causes above


def _unknown(diagnosis: Diagnosis, style: Style) -> Iterator[str]:
    for i, near in enumerate(diagnosis.suggestions):
        label = "Nearest" if i == 0 else ""
        why = near.get("why") or f"{near['alike']} % alike"
        yield from _labelled(label, f"{near['rule']}   {near['title']}   {why}", style)
    healthy = [r for r in diagnosis.results if r.status is Status.PASS]
    bad = [r for r in diagnosis.results if r.status in (Status.WARN, Status.FAIL)]
    yield from _results("Found", bad, style)
    if healthy:
        yield from _labelled("Healthy", f" {'·' if style.unicode else '-'} ".join(r.call.check for r in healthy), style)
    yield from _unseen(diagnosis, style)
    if code := next((code for code in diagnosis.fingerprint.codes if code.startswith("AADSTS")), ""):
        yield from _labelled("The service", f"https://login.microsoftonline.com/error tells of {code[6:]}", style)
    yield from _labelled(
        "Look it up", "agent search WORDS finds entries, agent browse lists topics, agent rules new adds one", style
    )


def _proof(diagnosis: Diagnosis, cause: Mapping[str, Any]) -> list[Result]:
    """At most four results that moved the answer to this cause, failing ones first; then what else was found about it."""
    wanted = [c["check"] for c in cause["because"]]
    moved = [r for r in diagnosis.results if r.call.check in wanted]
    area = {check.partition(".")[0] for check in wanted}
    beside = [
        r
        for r in diagnosis.results
        if r not in moved and r.status is Status.PASS and r.call.check.partition(".")[0] in area
    ]
    return [*sorted(moved, key=lambda r: -r.status), *beside][:4]


def _results(label: str, results: list[Result], style: Style) -> Iterator[str]:
    width = max((len(r.call.check) for r in results), default=0)
    for i, result in enumerate(results):
        head = f"  {label if i == 0 else '':<{LABEL - 2}}  "
        word = f"{_WORDS[result.status]:<4}"
        start = f"{head}{result.call.check:<{width}}  {word}  "
        lines = style.wrap(result.summary, " " * min(len(start), 20), start)
        lines[0] = lines[0].replace(f"  {word}", "  " + style.paint(word, *_LOOKS[result.status]), 1)
        yield from lines


def _ruled_out(diagnosis: Diagnosis, style: Style) -> Iterator[str]:
    if diagnosis.ruled_out:
        dot = " · " if style.unicode else " - "
        yield from _labelled("Ruled out", dot.join(r["short"] for r in diagnosis.ruled_out), style)


def _unseen(diagnosis: Diagnosis, style: Style) -> Iterator[str]:
    # A check that lacked a fact was never able to look; --explain lists it. What the machine refused to tell is shown.
    blind = [r for r in diagnosis.results if r.status is Status.UNKNOWN and r.reason is not UnknownReason.MISSING_FACT]
    for i, result in enumerate(blind[:4]):
        yield from _labelled("Not seen" if i == 0 else "", f"{result.call.check}: {result.summary}", style)


def _labelled(label: str, text: str, style: Style) -> Iterator[str]:
    head = f"  {label:<{LABEL - 2}}  "
    lines = style.wrap(text, " " * len(head), head)
    yield from lines


def _fix(cause: Mapping[str, Any], style: Style) -> Iterator[str]:
    margin = " " * (LABEL + 2)
    for number, step in enumerate(cause["fix"], 1):
        head = f"  {'Fix' if number == 1 else '':<{LABEL - 2}}  {number}  "
        yield from style.wrap(step["do"], margin + "   ", head)
        for line in (step.get("run") or "").splitlines():
            yield style.safe(f"{margin}     {line}")
        if step.get("risk"):
            yield from style.wrap(f"Risk: {step['risk']}", margin + "   ")
        if step.get("undo"):
            yield from style.wrap(f"Undo: {step['undo']}", margin + "   ")
    if cause["look_up"]:
        yield from _labelled("Look up", cause["look_up"], style)
    if cause["verify"]:
        # What was proved by failing checks is looked at again as a whole; what was only likely, by the check that would show it.
        run = "agent verify" if cause["proved"] else cause["verify"]["run"]
        yield f"  {'Then':<{LABEL - 2}}  {style.safe(run)}"


#: Facts a person at the keyboard can know; asking for the service's clock or the loaded assemblies would help nobody.
_KNOWN_TO_PEOPLE = (
    "thumbprint",
    "certificate_path",
    "tenant",
    "client_id",
    "secret_expires",
    "host",
    "module",
    "script",
)


def _askable(diagnosis: Diagnosis) -> list[str]:
    missing = [s.reason.split()[1].rstrip(",") for s in diagnosis.skipped if s.reason.startswith("needs ")]
    return [name for name in dict.fromkeys(missing) if name in _KNOWN_TO_PEOPLE]


def _footer(diagnosis: Diagnosis, style: Style) -> Iterator[str]:
    dot = " · " if style.unicode else " - "
    count = len(diagnosis.results)
    asked = (
        f"{count} check{'' if count == 1 else 's'} in {diagnosis.elapsed_ms / 1000:.1f} s" if count else "no checks run"
    )
    first = diagnosis.matches[0].title if diagnosis.matches else ""
    code = diagnosis.fingerprint.codes[0] if diagnosis.fingerprint.codes else ""
    yield from (
        style.paint(line, "dim") for line in style.wrap(dot.join(part for part in (first, code, asked) if part))
    )
    for note in diagnosis.report.notes:
        yield from (style.paint(line, "dim") for line in style.wrap(f"Note: {note}"))
    if diagnosis.matches:
        yield style.paint(style.safe(f"More: agent explain {code or diagnosis.matches[0].rule}"), "dim")


def explain(diagnosis: Diagnosis, style: Style) -> str:
    """Why each check was asked, and the arithmetic of the ranking: plain words first, numbers beside them."""
    lines = ["", "Matched because"]
    for found in diagnosis.matches[:5]:
        lines += style.wrap(f"{found.rule}: {found.why} ({found.confidence:.2f})", "    ", "  ")
    lines += ["", "Asked"]
    for step in diagnosis.steps:
        causes = ", ".join(step.separates[:3]) or "general health"
        words = f"{step.wave}. {step.call.check}: tells apart {causes}; about {step.cost_s * 1000:.0f} ms"
        words += f", expected gain {step.gain_bits:.3f} bit"
        result = _result_of(diagnosis, step.call)
        if result:
            words += f"; answered {_WORDS[result.status]} in {result.elapsed_ms:.0f} ms"
        lines += style.wrap(words, "     ", "  ")
    if diagnosis.skipped:
        lines += ["", "Not asked"]
        for left in diagnosis.skipped:
            lines += style.wrap(f"{left.check}: {left.reason}", "     ", "  ")
    lines += ["", "Probabilities"]
    for ranked in diagnosis.ranking:
        trail = " -> ".join(f"{p:.3f} {what}" for what, p in ranked.history)
        lines += style.wrap(f"{ranked.cause}: {trail}", "     ", "  ")
    return redact_text("\n".join(lines)) + "\n"


def _result_of(diagnosis: Diagnosis, call: CheckCall) -> Result | None:
    return next((r for r in diagnosis.results if r.call == call), None)
