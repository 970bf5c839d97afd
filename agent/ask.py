"""Diagnosing another machine by questions: the next thing a person should find out there, and what the answers mean.

Each question stands for a check (``rules/questions.yaml``). The next one is the one that is expected to tell most per minute it
costs; none is left when no answer could change the ranking any more, or when one cause is certain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from agent.catalogue.load import Catalogue
from agent.compose import fill
from agent.diagnose import CERTAIN, Prepared
from agent.errors import UsageError
from agent.infer import OTHER, Model, expected_gain_bits, posterior
from agent.model import CheckCall, Result, Status, UnknownReason
from agent.plan import LEAST_GAIN_BITS, bind

#: The answer that is always allowed; it carries no evidence.
CANNOT_TELL = "unknown"


class Answer(NamedTuple):
    """One possible answer: what a person sees, and the verdict it stands for (``pass``, ``warn``, ``fail`` or ``fail:<state>``)."""

    say: str
    verdict: str


class Question(NamedTuple):
    """The next question: the check it stands for, the command that shows the answer, and what each answer would mean."""

    call: CheckCall
    ask: str
    run: str
    answers: tuple[Answer, ...]
    minutes: float
    gain_bits: float


def next_question(
    known: Prepared, given: Sequence[Result], catalogue: Catalogue, platform: str = "windows"
) -> Question | None:
    """What to find out next on a machine of ``platform``, or None when no answer can change the diagnosis."""
    if not known.matches:
        return None
    model = Model(known.matches, catalogue, known.facts)
    current = posterior(model, given)
    best = max((p, c) for c, p in current.items())
    if best[0] >= CERTAIN and best[1] != OTHER:
        return None
    asked = {model.group(result.call.check) for result in given if result.status is not Status.UNKNOWN}
    refused = {result.call.check for result in given}
    found = []
    for check in model.relevant_checks():
        entry = catalogue.questions.get(check)
        if entry is None or check in refused or model.group(check) in asked or platform not in entry["run"]:
            continue
        gain = expected_gain_bits(model, current, check)
        if gain >= LEAST_GAIN_BITS:
            found.append(_question(check, entry, gain, known, catalogue, platform))
    return max(found, key=lambda q: (q.gain_bits / q.minutes, q.call.check), default=None)


def _question(
    check: str, entry: Mapping[str, Any], gain: float, known: Prepared, catalogue: Catalogue, platform: str
) -> Question:
    call, _ = bind(check, catalogue.checks[check], {}, known.facts)
    answers = tuple(Answer(a["say"], a["is"]) for a in entry["answers"])
    texts = [fill(text, known.facts, catalogue.facts)[0] for text in (entry["ask"], entry["run"][platform])]
    return Question(call, texts[0], texts[1], answers, float(entry["minutes"]), round(gain, 4))


def read_answer(text: str, known: Prepared, catalogue: Catalogue) -> Result:
    """``CHECK=VERDICT`` as the result it stands for; an unknown check or verdict raises ``UsageError`` with the possible ones."""
    check, equals, verdict = (part.strip() for part in text.partition("="))
    entry = catalogue.questions.get(check)
    if not equals or entry is None:
        raise UsageError(f"--answer {text!r}: expected CHECK=VERDICT, as --ask prints it")
    allowed = {answer["is"]: answer["say"] for answer in entry["answers"]}
    call, _ = bind(check, catalogue.checks[check], {}, known.facts)
    if verdict == CANNOT_TELL:
        return Result(call, Status.UNKNOWN, "nobody could tell", {}, UnknownReason.SKIPPED)
    if verdict not in allowed:
        raise UsageError(f"--answer {text!r}: {check} is one of {', '.join([*allowed, CANNOT_TELL])}")
    word, _, state = verdict.partition(":")
    return Result(call, Status[word.upper()], f"told: {allowed[verdict]}", {"state": state} if state else {})
