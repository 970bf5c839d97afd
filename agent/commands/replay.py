"""``agent replay``: judge a recorded diagnosis again, on any machine, without asking it anything."""

from __future__ import annotations

import click

from agent import record
from agent.catalogue.load import load
from agent.display import show
from agent.exits import OF_VERDICT


@click.command()
@click.argument("file", type=click.Path(dir_okay=False))
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format."
)
@click.option("--explain", is_flag=True, help="Also show why each check was chosen, and the arithmetic of the ranking.")
def command(file: str, format_: str, explain: bool) -> int:
    """Judge the diagnosis recorded in FILE again; this machine is asked nothing.

    With the version that recorded it the answer is the same, byte for byte; a newer catalogue may know better.

    \b
    agent diagnose --file error.txt --record case.json
    agent replay case.json --explain
    """
    found = record.replay(record.read(file), load())
    for note in found.notes:
        click.echo(f"agent: note: {note}", err=True)
    show(found.diagnosis, format_, explain)
    return OF_VERDICT[found.diagnosis.verdict]
