"""A system made of a table of answers: for tests of checks, and for replaying a story.

``FakeSystem(now=1.0e9, ntp_query={"pool.example": NtpAnswer(...)}, resolve=CannotObserve("timeout"))``: a keyword per question;
its value is the answer, or a table from the first argument to the answer, or a callable, or an exception to raise. Questions
without an entry raise ``CannotObserve('not_recorded')``. ``asked`` lists the questions asked, in order.
"""

from __future__ import annotations

from typing import Any

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.base import QUESTIONS, System


class FakeSystem(System):
    """Answers from the table it was made with."""

    def __init__(self, **answers: Any) -> None:
        if unknown := sorted(set(answers) - set(QUESTIONS)):
            raise TypeError(f"no such question: {', '.join(unknown)}")
        self.asked: list[tuple[str, tuple[Any, ...]]] = []
        answers.setdefault("platform", "linux")
        for name in QUESTIONS:
            setattr(self, name, _teller(self, name, answers.get(name, _NOTHING)))


_NOTHING = CannotObserve(UnknownReason.NOT_RECORDED, "not in the fake's table")


def _teller(system: FakeSystem, name: str, answer: Any) -> Any:
    def tell(*args: Any, **kwargs: Any) -> Any:
        system.asked.append((name, args))
        said = answer(*args, **kwargs) if callable(answer) else answer
        if isinstance(said, dict):
            key = args[0] if args else next(iter(kwargs.values()), None)
            said = said.get(key, _NOTHING)
        if isinstance(said, Exception):
            raise said
        return said

    return tell
