"""A system that writes down every answer of another one, and a system that gives written answers again.

What is written down is redacted first, and the check that asked gets the redacted answer too: so a replay judges exactly what
the recorded run judged, and no record needs a secret. The clock stands still while recording, for the same reason.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from agent.codec import encode
from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.base import QUESTIONS, System

#: Makes an answer fit to be written down: (question, its arguments, the answer) -> the answer without secrets.
Clean = Callable[[str, tuple[Any, ...], Any], Any]


def key_of(question: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    """The name of an asked question in a record; the password of a certificate file is no part of it."""
    if question == "certificate_file":
        args, kwargs = args[:1], {name: value for name, value in kwargs.items() if name == "path"}
    return json.dumps([question, encode(args), encode(dict(sorted(kwargs.items())))], ensure_ascii=True)


class Recording(System):
    """Asks ``inner`` and remembers: ``answers`` maps the key of each question to its answer or to the ``CannotObserve``."""

    def __init__(self, inner: System, clean: Clean) -> None:
        self.answers: dict[str, Any] = {}
        self._lock = threading.Lock()
        for question in QUESTIONS:
            setattr(self, question, self._asker(question, getattr(inner, question), clean))

    def snapshot(self) -> dict[str, Any]:
        """The answers so far; a check that was given up may still be asking."""
        with self._lock:
            return dict(self.answers)

    def _asker(self, question: str, ask: Callable[..., Any], clean: Clean) -> Callable[..., Any]:
        def record(*args: Any, **kwargs: Any) -> Any:
            key = key_of(question, args, kwargs)
            with self._lock:
                known = self.answers.get(key)
            if known is None:
                try:
                    said = clean(question, args, ask(*args, **kwargs))
                except CannotObserve as fault:
                    said = CannotObserve(fault.reason, clean(question, args, fault.detail))
                with self._lock:
                    known = self.answers.setdefault(key, said if said is not None else _NONE)
            return _tell(known)

        return record


class Replay(System):
    """Gives the answers of a record; what was not asked then cannot be observed now."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        for question in QUESTIONS:
            setattr(self, question, _teller(question, answers))


def _teller(question: str, answers: Mapping[str, Any]) -> Callable[..., Any]:
    def tell(*args: Any, **kwargs: Any) -> Any:
        key = key_of(question, args, kwargs)
        if key not in answers:
            raise CannotObserve(UnknownReason.NOT_RECORDED, f"the record has no answer to {question}")
        return _tell(answers[key])

    return tell


class _Nothing:
    """Stands for the answer None, which is an answer."""


_NONE = _Nothing()


def _tell(said: Any) -> Any:
    if isinstance(said, CannotObserve):
        raise CannotObserve(said.reason, said.detail)
    return None if said is _NONE else said


def answers_to_json(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as JSON, in a fixed order."""
    out: dict[str, Any] = {}
    for key in sorted(answers):
        said = answers[key]
        if isinstance(said, CannotObserve):
            out[key] = {"cannot": said.reason.value, "detail": said.detail}
        else:
            out[key] = {"answer": encode(None if said is _NONE else said)}
    return out


def answers_from_json(written: Mapping[str, Any], decode: Callable[[Any, str], Any]) -> dict[str, Any]:
    """What ``answers_to_json`` wrote; ``decode`` raises for what it did not write."""
    answers: dict[str, Any] = {}
    for key, entry in written.items():
        if "cannot" in entry:
            answers[key] = CannotObserve(UnknownReason(entry["cannot"]), str(entry.get("detail", "")))
        else:
            value = decode(entry.get("answer"), f"answers[{key}]")
            answers[key] = _NONE if value is None else value
    return answers
