"""``agent search``: entries by words, typing errors forgiven."""

from __future__ import annotations

import json
import sys

import click

from agent.catalogue.load import load
from agent.errors import UsageError
from agent.exits import OK, UNDECIDED


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="At most so many entries.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format."
)
def command(words: tuple[str, ...], limit: int, format_: str) -> int:
    """Find entries that have WORDS, the most fitting first; typing errors are forgiven.

    Looks at titles, summaries, codes, messages, what people search for, classes and causes.

    \b
    agent search certificate expired
    agent search clint secrt --limit 3
    """
    query = " ".join(words)
    if not query.strip():
        raise UsageError("no words to search for; try: agent search certificate expired")
    catalogue = load()
    from agent.render import listing
    from agent.search import search

    found = search(query, catalogue, limit)
    if format_ == "json":
        from agent.redact import redact_text

        hits = [
            {**listing.brief(catalogue.rule(hit.rule)), "score": hit.score, "share": hit.share} for hit in found.hits
        ]
        click.echo(json.dumps({"query": redact_text(query), "read_as": dict(found.read_as), "hits": hits}))
        return OK if hits else UNDECIDED
    if not found.hits:
        from agent.redact import redact_text

        click.echo(f"agent: nothing has the words {redact_text(query)[:80]!r}; agent browse lists the topics", err=True)
        return UNDECIDED
    from agent.render.style import style_for

    style = style_for(sys.stdout)
    lines = [*listing.heard(found.read_as, style), *listing.entries([h.rule for h in found.hits], catalogue, style, "")]
    click.echo("\n".join(lines), color=True)
    return OK
