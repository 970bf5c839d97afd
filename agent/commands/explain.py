"""``agent explain``: the catalogue's page in the terminal."""

from __future__ import annotations

import json
import sys

import click

from agent.catalogue.load import load
from agent.errors import UsageError
from agent.exits import OK
from agent.find import find
from agent.redact import redact_text


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    catalogue = load()
    codes = [code for rule in catalogue.rules() for code in rule["match"].get("codes", ())]
    return [word for word in (*catalogue.rule_ids, *codes) if word.lower().startswith(incomplete.lower())]


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="ID|CODE|TEXT", shell_complete=_complete)
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format."
)
@click.option("--pager/--no-pager", default=True, help="Show a long page through the pager of the terminal.")
def command(words: tuple[str, ...], format_: str, pager: bool) -> int:
    """Show what an error means, why it happens and how to fix it.

    \b
    agent explain AADSTS700024
    agent explain 401
    agent explain "Certificate with thumbprint was not found in certificate store"
    """
    catalogue = load()
    meant, near = find(" ".join(words), catalogue)
    if not meant:
        hint = f"Nearest: {', '.join(near)}." if near else "agent rules list shows what is there."
        raise UsageError(f"nothing in the catalogue matches {redact_text(' '.join(words))[:80]!r}. {hint}")
    rule = catalogue.rule(meant[0])
    if format_ == "json":
        causes = {cause: catalogue.cause(cause) for cause in rule["causes"]}
        click.echo(json.dumps({**rule, "cause_records": causes, "also": list(meant[1:6])}))
        return OK
    from agent.render.page import render
    from agent.render.style import style_for

    style = style_for(sys.stdout)
    page = render(rule, catalogue, style)
    if len(meant) > 1:
        page += style.paint("See also: " + ", ".join(meant[1:6]), "dim") + "\n"
    if pager and sys.stdout.isatty() and page.count("\n") > 24:
        click.echo_via_pager(page, color=style.colour)
    else:
        click.echo(page, nl=False, color=True)
    return OK
