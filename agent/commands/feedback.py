"""``agent feedback``: was the answer right? Learnt on this machine only, and only when turned on."""

from __future__ import annotations

import json

import click

from agent import history, learn
from agent.errors import UsageError
from agent.exits import OK


@click.command()
@click.argument("word", required=False, type=click.Choice(["fixed", "wrong"]), metavar="[fixed|wrong]")
@click.option("--id", "entry", default="", help="The kept diagnosis that is meant; without it the last one.")
@click.option("--cause", help="The cause that is meant; without it the first one of that diagnosis.")
@click.option("--on", is_flag=True, help="Keep confirmations from now on.")
@click.option("--off", is_flag=True, help="Keep and use none any more, and delete the counts.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format."
)
def command(word: str | None, entry: str, cause: str | None, on: bool, off: bool, format_: str) -> int:
    """Say whether the last diagnosis was right: "fixed" when its fix helped, "wrong" when it was something else.

    The counts stay in your own folder, shift how likely each cause counts at the start, and are shown by --explain. Off by default.

    \b
    agent feedback --on
    agent feedback fixed
    agent feedback wrong --cause clock-wrong
    """
    if on + off + (word is not None) > 1:
        raise UsageError("fixed, wrong, --on and --off exclude each other")
    if on:
        learn.turn_on()
        click.echo(f"confirmations are kept in {learn.file()}")
    elif off:
        learn.turn_off()
        click.echo("no confirmations are kept or used")
    elif word:
        _confirm(word, entry, cause)
    else:
        _show(format_)
    return OK


def _confirm(word: str, entry: str, cause: str | None) -> None:
    kept = history.read(entry)
    if not kept.causes:
        raise UsageError(f"the diagnosis {kept.id} named no cause")
    if cause and cause not in kept.causes:
        raise UsageError(f"the diagnosis {kept.id} did not name {cause!r}; it named {', '.join(kept.causes)}")
    chosen = cause or kept.causes[0]
    right, wrong = learn.confirm(str(kept.document["matches"][0]["class"]), chosen, word == "fixed")
    click.echo(f"{chosen}: right {right} times, wrong {wrong} times, for this class of errors on this machine")


def _show(format_: str) -> None:
    counts = learn.counts()
    if format_ == "json":
        click.echo(json.dumps({"on": learn.is_on(), "counts": counts}))
        return
    for class_, causes in sorted(counts.items()):
        for cause, (right, wrong) in sorted(causes.items()):
            click.echo(f"{class_}   {cause}   right {right}, wrong {wrong}")
    click.echo(f"learning is {'on' if learn.is_on() else 'off'}", err=True)
