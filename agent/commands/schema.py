"""``agent schema``: the published JSON Schemas."""

from __future__ import annotations

from pathlib import Path

import click

from agent.exits import OK

FOLDER = Path(__file__).resolve().parent.parent / "schemas"
NAMES = ("error-report", "diagnosis")


@click.command()
@click.argument("name", type=click.Choice(NAMES))
def command(name: str) -> int:
    """Print the JSON Schema NAME: error-report is what diagnose reads, diagnosis what --format json writes."""
    click.echo((FOLDER / f"{name}.json").read_text("utf-8"), nl=False)
    return OK
