"""``agent diagnose``: the main job."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Mapping
from typing import Any

import click

from agent.catalogue.load import Catalogue, load
from agent.diagnose import Options, Prepared, conclude, prepare
from agent.display import show
from agent.errors import UsageError
from agent.exits import OF_VERDICT
from agent.intake import MAX_BYTES, read_report
from agent.model import Diagnosis, Value
from agent.run import Progress
from agent.system.live import LiveSystem


@click.command()
@click.argument("text", nargs=-1)
@click.option(
    "-f", "--file", type=click.Path(dir_okay=False), help="Read the error from this file; - is standard input."
)
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format."
)
@click.option("--offline", is_flag=True, help="Run no check that uses the network.")
@click.option("--no-checks", is_flag=True, help="Run no check at all: recognise the error only.")
@click.option(
    "--budget", type=click.FloatRange(0.1, 600), default=3.0, show_default=True, help="Seconds for all checks together."
)
@click.option(
    "--fact", "facts", multiple=True, metavar="NAME=VALUE", help="Tell a fact the error does not; may be repeated."
)
@click.option("--explain", is_flag=True, help="Also show why each check was chosen, and the arithmetic of the ranking.")
@click.option(
    "--record",
    "record_",
    type=click.Path(dir_okay=False),
    help="Also write everything the answer rests on, redacted, to this file, for agent replay.",
)
@click.option(
    "--ask", is_flag=True, help="The error is from another machine: ask what to find out there, run nothing here."
)
@click.option(
    "--answer", "answers", multiple=True, metavar="CHECK=VERDICT", help="An answer to --ask; may be repeated."
)
@click.option(
    "--on",
    "platform",
    type=click.Choice(["windows", "linux", "darwin"]),
    default="windows",
    show_default=True,
    help="What the other machine runs, for --ask.",
)
def command(
    text: tuple[str, ...],
    file: str | None,
    format_: str,
    offline: bool,
    no_checks: bool,
    budget: float,
    facts: tuple[str, ...],
    explain: bool,
    record_: str | None,
    ask: bool,
    answers: tuple[str, ...],
    platform: str,
) -> int:
    """Find the cause of an error, prove it, and say how to fix it.

    TEXT is the error; without it the error is read from --file or standard input: plain text in any encoding, or the JSON
    report that the ErrorAgent module sends (agent schema error-report).

    \b
    agent diagnose "AADSTS700024: Client assertion is not within its valid time range."
    Get-Content error.txt | agent diagnose
    agent diagnose --file error.txt --fact thumbprint=9F3C...41 --explain
    agent diagnose --file mail.txt --ask
    """
    if answers and not ask:
        raise UsageError("--answer belongs to --ask")
    if not math.isfinite(budget):
        raise UsageError("--budget is not a number of seconds")
    report = read_report(read_input(text, file))
    catalogue = load()
    options = Options(
        offline=offline,
        checks=not no_checks,
        budget_s=budget,
        facts=read_facts(facts, catalogue),
        progress=_progress(),
    )
    started = time.monotonic()
    known = prepare(report, catalogue, options.facts)
    if known.matches:
        from agent.learn import learnt

        options = options._replace(learnt=learnt(known.matches[0].class_))
    if ask:
        from agent.dialogue import Asker

        answer = Asker(known, catalogue, options, platform, format_, explain).run(answers, text, file)
        return OF_VERDICT[answer.verdict]
    if record_:
        answer = _recorded(record_, known, catalogue, options, started)
    else:
        answer = conclude(known, catalogue, LiveSystem(), options, started)
    if not no_checks:  # without checks there is nothing to look at again, and a quick answer stays quick
        _keep(answer)
    show(answer, format_, explain)
    return OF_VERDICT[answer.verdict]


def _keep(answer: Diagnosis) -> None:
    from agent import history

    if history.is_on():
        from agent.render.jsonout import document

        history.keep(answer, document(answer))


def _recorded(path: str, known: Prepared, catalogue: Catalogue, options: Options, started: float) -> Diagnosis:
    from agent import record
    from agent.system.recording import Recording

    known, system = record.cleaned(known), Recording(LiveSystem(), record.clean)
    answer = conclude(known, catalogue, system, options, started)
    record.write(path, record.document(known, answer, options, system, catalogue))
    return answer


def read_input(text: tuple[str, ...], file: str | None) -> bytes:
    """The bytes of an error from TEXT, --file or standard input."""
    if text and file:
        raise UsageError("give the error as TEXT or with --file, not both")
    if text:
        return " ".join(text).encode("utf-8", "surrogateescape")
    if file and file != "-":
        try:
            with open(file, "rb") as handle:
                return handle.read(MAX_BYTES + 1)
        except OSError as fault:
            raise UsageError(f"{file} cannot be read: {fault.strerror or fault}") from fault
    if not file and sys.stdin is not None and sys.stdin.isatty():
        raise UsageError(
            "no error given. Pass it as TEXT, with --file, or on standard input: Get-Content error.txt | agent diagnose"
        )
    data: bytes = sys.stdin.buffer.read(MAX_BYTES + 1) if sys.stdin is not None else b""
    return data


def read_facts(given: tuple[str, ...], catalogue: Catalogue) -> Mapping[str, Value]:
    """``NAME=VALUE`` pairs as facts; an unknown name or a missing value raises ``UsageError`` with the known ones."""
    facts: dict[str, Any] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or not value.strip():
            raise UsageError(f"--fact {pair!r}: expected NAME=VALUE")
        if name not in catalogue.facts:
            import difflib

            near = difflib.get_close_matches(name, list(catalogue.facts), 1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise UsageError(f"--fact {name}: no such fact{hint}; known: {', '.join(sorted(catalogue.facts))}")
        facts[name] = _typed(name, value.strip())
    return facts


def read_token(option: str, text: str) -> Value:
    """The claims of a token that was typed in, as pairs; the token itself is not kept, and never shown."""
    from agent.redact import claims_of

    claims = claims_of(text)
    if not claims:
        raise UsageError(
            f"{option}: neither a readable JSON Web Token nor a JSON object of its claims (aud, exp, tid ...)"
        )
    return tuple(sorted(claims.items(), key=lambda item: item[0]))


def _typed(name: str, text: str) -> Value:
    """Times as epoch seconds, the port as a number, a token as its claims, everything else as text."""
    if name == "token":
        return read_token("--fact token", text)
    if name in ("service_time", "assertion_from", "assertion_until", "failed_at"):
        from agent.times import parse_time

        moment = parse_time(text)
        if moment is None:
            raise UsageError(f"--fact {name}: {text!r} is not a time like 2026-11-25T02:00:00Z")
        return moment
    if name in ("port", "retry_after_s") and not text.isdigit():
        raise UsageError(f"--fact {name}: {text!r} is not a number")
    return text


def _progress() -> Progress | None:
    """A progress line on standard error when that is a terminal and the work lasts over half a second."""
    if not (sys.stderr and sys.stderr.isatty()):
        return None

    started = time.monotonic()

    def show(done: int, total: int, check: str) -> None:
        if time.monotonic() - started > 0.5:
            end = "\r" if done < total else "\r\x1b[K"
            line = f"Checking {done} of {total} · {check}" if done < total else ""
            print(f"\r\x1b[K{line}", end=end, file=sys.stderr, flush=True)

    return show
