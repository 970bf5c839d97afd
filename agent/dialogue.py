"""The dialogue of ``agent diagnose --ask``: one question at a time, at a terminal or by mail."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Sequence

import click

from agent.ask import CANNOT_TELL, Question, next_question, read_answer
from agent.catalogue.load import Catalogue
from agent.diagnose import Options, Prepared, conclude
from agent.display import show
from agent.model import Diagnosis, Result
from agent.render.style import Style, style_for
from agent.system.base import System


class Asker:
    """What was told so far about another machine, and what to ask next."""

    def __init__(
        self, known: Prepared, catalogue: Catalogue, options: Options, platform: str, format_: str, explain: bool
    ) -> None:
        self._known, self._catalogue, self._options = known, catalogue, options
        self._platform, self._format, self._explain = platform, format_, explain

    def run(self, answers: Sequence[str], text: Sequence[str], file: str | None) -> Diagnosis:
        """Ask until nothing is left (at a terminal), or show the next question and how to answer it (elsewhere)."""
        given = [read_answer(answer, self._known, self._catalogue) for answer in answers]
        question = next_question(self._known, given, self._catalogue, self._platform)
        if self._format == "text" and sys.stdin.isatty() and sys.stdout.isatty():
            while question and (told := self._prompt(question)) is not None:
                given.append(told)
                question = next_question(self._known, given, self._catalogue, self._platform)
            answer = self._judge(given)
            self._show(answer)
            return answer
        answer = self._judge(given)
        if self._format == "json":
            self._show_json(answer, question)
            return answer
        self._show(answer)
        if question:
            click.echo("\n".join(self._written(question, answers, text, file)))
        return answer

    def _judge(self, given: Sequence[Result]) -> Diagnosis:
        options = self._options._replace(given={r.call: r for r in given}, told=True)
        return conclude(self._known, self._catalogue, _OtherMachine(self._platform), options)

    def _prompt(self, question: Question) -> Result | None:
        style = style_for(sys.stdout)
        click.echo("\n".join(_asked(question, style)), color=True)
        choices = [*(str(n) for n in range(1, len(question.answers) + 1)), "?", "q"]
        word = click.prompt("  Answer (? nobody can tell, q no more questions)", type=click.Choice(choices))
        if word == "q":
            return None
        verdict = CANNOT_TELL if word == "?" else question.answers[int(word) - 1].verdict
        return read_answer(f"{question.call.check}={verdict}", self._known, self._catalogue)

    def _written(self, question: Question, answers: Sequence[str], text: Sequence[str], file: str | None) -> list[str]:
        """The question as lines for a mail, with the call that takes its answer."""
        style = style_for(sys.stdout)
        source = f"--file {shlex.quote(file)}" if file else shlex.quote(" ".join(text)) if text else "--file error.txt"
        given = "".join(f" --answer {shlex.quote(answer)}" for answer in answers)
        on = "" if self._platform == "windows" else f" --on {self._platform}"
        call = f"agent diagnose {source} --ask{on}{given} --answer {question.call.check}=<verdict>"
        return [
            "",
            *_asked(question, style),
            "",
            "  Then run here, with the verdict in brackets that fits:",
            f"    {call}",
        ]

    def _show(self, answer: Diagnosis) -> None:
        show(answer, "text", self._explain)

    def _show_json(self, answer: Diagnosis, question: Question | None) -> None:
        from agent.render.jsonout import document

        body = document(answer, self._explain)
        body["question"] = question and {
            "check": question.call.check,
            "ask": question.ask,
            "run": question.run,
            "answers": [a._asdict() for a in question.answers],
            "minutes": question.minutes,
            "gain_bits": question.gain_bits,
        }
        click.echo(json.dumps(body, ensure_ascii=True))


def _asked(question: Question, style: Style) -> list[str]:
    lines = [style.paint(style.safe(question.ask), "bold"), "  Run on that machine:"]
    lines += [f"    {style.safe(line)}" for line in question.run.splitlines()]
    for number, answer in enumerate(question.answers, 1):
        lines += style.wrap(f"{answer.say}  [{answer.verdict}]", "     ", f"  {number}  ")
    return lines


class _OtherMachine(System):
    """Not here: only its platform is known."""

    def __init__(self, platform: str) -> None:
        self._platform = platform

    def platform(self) -> str:
        """What the person said the other machine runs."""
        return self._platform
