"""``agent history``: the diagnoses that are kept on this machine, and the switch."""

from __future__ import annotations

import json
import sys

import click

from agent import history
from agent.errors import UsageError
from agent.exits import OK
from agent.times import show_time


@click.command()
@click.argument("entry", required=False, default="", metavar="[ID]")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format."
)
@click.option("--off", is_flag=True, help="Keep no diagnoses any more, and delete those that are kept.")
@click.option("--on", is_flag=True, help="Keep diagnoses again.")
@click.option("--clear", is_flag=True, help="Delete all kept diagnoses.")
def command(entry: str, format_: str, off: bool, on: bool, clear: bool) -> int:
    """List the last diagnoses of this user, or show the one with this ID again.

    They are kept redacted, for 30 days (AGENT_HISTORY_DAYS) and at most a hundred; AGENT_HISTORY=off or --off turns that off.
    """
    if off + on + clear > 1:
        raise UsageError("--off, --on and --clear exclude each other")
    if off or clear:
        gone = history.forget(keep_off=off)
        click.echo(f"{gone} kept diagnoses deleted" + ("; none is kept from now on" if off else ""))
    elif on:
        history.turn_on()
        click.echo("diagnoses are kept")
    elif entry:
        _one(entry, format_)
    else:
        _all(format_)
    return OK


def _one(entry: str, format_: str) -> None:
    kept = history.read(entry)
    if format_ == "json":
        click.echo(json.dumps(kept.document))
        return
    from agent.render.style import style_for

    style = style_for(sys.stdout)
    lines = [*style.wrap(kept.headline), style.paint(f"{show_time(kept.at)} · {kept.verdict}", "dim"), ""]
    for result in kept.document["results"]:
        lines += style.wrap(f"{result['check']}   {result['status']}   {result['summary']}", "      ", "  ")
    for number, step in enumerate(kept.document["causes"][0]["fix"] if kept.document["causes"] else (), 1):
        lines += style.wrap(step["do"], "     ", f"  {number}. ")
        lines += [style.safe(f"       {line}") for line in step.get("run", "").splitlines()]
    click.echo("\n".join(lines), color=True)


def _all(format_: str) -> None:
    kept = list(history.entries())
    if format_ == "json":
        rows = [{"id": e.id, "at": show_time(e.at), "verdict": e.verdict, "headline": e.headline} for e in kept]
        click.echo(json.dumps(rows))
        return
    from agent.render.style import style_for

    style = style_for(sys.stdout)
    for entry in kept:
        click.echo("\n".join(style.wrap(f"{entry.id}   {entry.headline} ({entry.verdict})", "      ", "")))
    state = "" if history.is_on() else "; keeping is off"
    click.echo(f"{len(kept)} diagnoses kept in {history.folder()}{state}", err=True)
