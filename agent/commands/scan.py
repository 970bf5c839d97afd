"""``agent scan``: every catalogued error in logs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from agent.errors import UsageError
from agent.exits import OK, PROBLEM, UNDECIDED, USAGE

if TYPE_CHECKING:
    from agent.catalogue.load import Catalogue
    from agent.scan.jsonl import Fields
    from agent.scan.model import Now, Outcome
    from agent.scan.scanner import Scanner

#: What a shell reports of a program that Ctrl-C ended.
INTERRUPTED = 130


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path())
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "csv", "html"]),
    default="text",
    show_default=True,
    help="Output format.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write the result to this file.")
@click.option(
    "--state",
    type=click.Path(dir_okay=False),
    help="Keep in this file how far each log was read: the same call goes on after Ctrl-C, and when a log has grown.",
)
@click.option("--records", is_flag=True, help="Answer each record of JSONL input by one line of JSON.")
@click.option(
    "--field", "fields", multiple=True, metavar="NAME", help="With --records: where the error stands; a.b works too."
)
@click.option(
    "--id",
    "id_",
    default="id",
    show_default=True,
    metavar="NAME",
    help="With --records: the field that names a record.",
)
def command(
    paths: tuple[str, ...],
    format_: str,
    output: str | None,
    state: str | None,
    records: bool,
    fields: tuple[str, ...],
    id_: str,
) -> int:
    """Find every catalogued error in logs, grouped and counted.

    PATH is a file, a folder (its .log, .txt, .jsonl, .csv and .evtx files, also .gz and rotated ones), or - for standard input.
    Exit code 3 when errors were found, 0 when none, 5 when a file could not be read, 130 after Ctrl-C (what was found is shown).

    \b
    agent scan C:\\Logs
    agent scan nightly.log --format html --output nightly.html
    agent scan /var/log/app --state app.state
    agent scan tickets.jsonl --records --field error.message
    """
    if records:
        if state or format_ != "text":
            raise UsageError("--records answers in JSON lines; --state and --format do not go with it")
        return _records(paths, fields, id_, output)
    if fields:
        raise UsageError("--field goes with --records")
    if state and "-" in paths:
        raise UsageError("--state needs files: standard input cannot be read a second time")
    return _scan(paths, format_, output, state or "")


def _scan(paths: tuple[str, ...], format_: str, output: str | None, state: str) -> int:
    from agent.catalogue.load import load
    from agent.scan.scanner import Scanner
    from agent.scan.state import knowledge, read

    catalogue = load()
    known, note = read(state, knowledge(catalogue)) if state else (None, "")
    scanner = Scanner(catalogue, known, state, _progress(paths))
    with _stoppable(scanner):
        outcome = scanner.scan(paths)
    if note:
        outcome = _noted(outcome, note)
    _show(outcome, format_, output)
    for left in outcome.left:
        if left.failed:
            click.echo(f"agent: {left.file}: {left.reason}", err=True)
    if outcome.partial:
        return INTERRUPTED
    if any(left.failed for left in outcome.left):
        return UNDECIDED
    return PROBLEM if outcome.errors else OK


def _noted(outcome: Outcome, note: str) -> Outcome:
    from dataclasses import replace

    return replace(outcome, notes=(note, *outcome.notes))


@contextmanager
def _stoppable(scanner: Scanner) -> Iterator[None]:
    """Ctrl-C ends the scan between two blocks; a second one ends the program."""
    import signal

    def stop(number: int, frame: Any) -> None:
        if scanner.stop or scanner.waiting:
            raise KeyboardInterrupt
        scanner.stop = True

    try:
        before = signal.signal(signal.SIGINT, stop)
    except ValueError:  # not the main thread: a program that calls us minds its signals itself
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _show(outcome: Outcome, format_: str, output: str | None) -> None:
    from agent.render.style import Style, style_for

    if format_ == "json":
        from agent.render import scan_json

        text = scan_json.render(outcome)
    elif format_ == "csv":
        from agent.render import scan_csv

        text = scan_csv.render(outcome)
    elif format_ == "html":
        from agent.render import scan_html

        text = scan_html.render(outcome)
    else:
        from agent.render import scan as scan_text

        text = scan_text.render(outcome, Style() if output else style_for(sys.stdout))
    if output is None or output == "-":
        click.echo(text, nl=False, color=True)
        return
    try:
        with open(output, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as fault:
        raise UsageError(f"{output} cannot be written: {fault.strerror or fault}") from fault


def _records(paths: tuple[str, ...], fields: tuple[str, ...], id_: str, output: str | None) -> int:
    from agent.catalogue.load import load
    from agent.scan.jsonl import Fields

    if not fields:
        raise UsageError("--records needs --field NAME: the field of a record that holds the error")
    catalogue, code = load(), OK
    with _sink(output) as write:
        for path in paths:
            code = max(code, _answer(path, Fields(fields, id_), catalogue, write))
    return code


def _answer(path: str, fields: Fields, catalogue: Catalogue, write: Callable[[str], None]) -> int:
    import json

    from agent.scan.jsonl import answers
    from agent.scan.sources import Source, Unreadable

    code = OK
    try:
        source = Source(path)
        try:
            for row in answers(source, fields, catalogue):
                code = USAGE if "error" in row else code
                write(json.dumps(row) + "\n")
        finally:
            source.close()
    except Unreadable as fault:
        click.echo(f"agent: {path}: {fault.reason}", err=True)
        return UNDECIDED
    return code


@contextmanager
def _sink(output: str | None) -> Iterator[Callable[[str], None]]:
    """Where lines go, each at once."""
    if output is None or output == "-":

        def show(line: str) -> None:
            sys.stdout.write(line)
            sys.stdout.flush()

        yield show
        return
    try:
        file = open(output, "w", encoding="utf-8", newline="\n")  # noqa: SIM115  (closed below)
    except OSError as fault:
        raise UsageError(f"{output} cannot be written: {fault.strerror or fault}") from fault
    with file:

        def keep(line: str) -> None:
            file.write(line)
            file.flush()

        yield keep


def _progress(paths: tuple[str, ...]) -> Callable[[Now], None] | None:
    """A line on standard error, when that is a terminal and the work lasts over half a second."""
    if not (sys.stderr and sys.stderr.isatty()):
        return None
    import time

    from agent.render.scan import progress
    from agent.scan.sources import total_size, walk

    total = total_size(list(walk(paths)))
    started = last = time.monotonic()

    def show(now: Now) -> None:
        nonlocal last
        moment = time.monotonic()
        if moment - last >= 0.25 and moment - started > 0.5:
            last = moment
            print(f"\r\x1b[K{progress(now, total, moment - started)}\r", end="", file=sys.stderr, flush=True)

    return show
