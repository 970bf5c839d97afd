"""``agent browse``: the catalogue by topics."""

from __future__ import annotations

import difflib
import json
import sys

import click

from agent.catalogue.load import load
from agent.errors import UsageError
from agent.exits import OK


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return [topic["id"] for topic in load().topics if topic["entries"] and topic["id"].startswith(incomplete.lower())]


@click.command()
@click.argument("topic", required=False, shell_complete=_complete)
@click.option("--all", "everything", is_flag=True, help="Also list reference entries, which have no full page yet.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format."
)
def command(topic: str | None, everything: bool, format_: str) -> int:
    """List the topics of the catalogue, or the entries of TOPIC, those met most often first.

    \b
    agent browse
    agent browse certificates
    """
    catalogue = load()
    from agent.render import listing
    from agent.render.style import style_for

    if topic is None:
        if format_ == "json":
            rows = [
                {**{k: t[k] for k in ("id", "title", "description")}, "entries": len(t["entries"])}
                for t in catalogue.topics
            ]
            click.echo(json.dumps(rows))
        else:
            click.echo(listing.topics(catalogue, style_for(sys.stdout)), nl=False, color=True)
        return OK
    record = next((t for t in catalogue.topics if t["id"] == topic.lower()), None)
    if record is None:
        ids = [t["id"] for t in catalogue.topics]
        near = difflib.get_close_matches(topic.lower(), ids, 1, 0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"topics: {', '.join(ids)}"
        raise UsageError(f"no topic {topic!r}; {hint}")
    if format_ == "json":
        ids = [*record["entries"], *(record["reference"] if everything else ())]
        shown = {name: record[name] for name in ("id", "title", "description")}
        click.echo(json.dumps({**shown, "entries": [listing.brief(catalogue.rule(i)) for i in ids]}))
    else:
        click.echo(listing.topic(record, catalogue, style_for(sys.stdout), everything), nl=False, color=True)
    return OK
