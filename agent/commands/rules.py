"""``agent rules``: list, lint and test the catalogue."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from agent.catalogue.load import load, source_folder
from agent.errors import UsageError
from agent.exits import OK, USAGE

_FORMAT = click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)


@click.group()
def command() -> None:
    """List, lint and test the catalogue."""


@command.command("list")
@click.argument("words", nargs=-1)
@_FORMAT
def list_(words: tuple[str, ...], format_: str) -> int:
    """List the rules; with WORDS those whose id, class or title holds all of them."""
    rows = [
        {**{name: r[name] for name in ("id", "class", "title", "severity")}, "codes": r["match"].get("codes", [])}
        for r in load().rules()
    ]
    low = [word.lower() for word in words]
    rows = [
        r for r in rows if all(w in f"{r['id']} {r['class']} {r['title']} {' '.join(r['codes'])}".lower() for w in low)
    ]
    if format_ == "json":
        click.echo(json.dumps(rows))
        return OK
    from agent.render.style import style_for

    style = style_for(sys.stdout)
    for row in rows:
        click.echo(style.safe(f"{row['id']:<46} {row['title']}"))
    click.echo(f"{len(rows)} rules", err=True)
    return OK


@command.command("lint")
@click.option(
    "--rules",
    "folder",
    type=click.Path(exists=True, file_okay=False),
    help="Another rules folder than this checkout's.",
)
@_FORMAT
def lint_(folder: str | None, format_: str) -> int:
    """Find faults in rules, causes and tests; every fault with file and line."""
    from agent.catalogue.lint import lint

    issues = lint(_folder(folder))
    if format_ == "json":
        click.echo(
            json.dumps([{"id": issue.partition(": ")[0], "message": issue.partition(": ")[2]} for issue in issues])
        )
        return USAGE if issues else OK
    for issue in issues:
        click.echo(issue, err=True)
    click.echo(f"{len(issues)} faults" if issues else "no faults", err=bool(issues))
    return USAGE if issues else OK


@command.command("test")
@click.argument("ids", nargs=-1)
@click.option(
    "--rules",
    "folder",
    type=click.Path(exists=True, file_okay=False),
    help="Another rules folder than this checkout's.",
)
@_FORMAT
def test_(ids: tuple[str, ...], folder: str | None, format_: str) -> int:
    """Run the sibling tests of all rules, or of IDS."""
    from agent.catalogue.compile import compile_catalogue
    from agent.catalogue.load import Catalogue
    from agent.catalogue.ruletest import run_tests

    rules = _folder(folder)
    catalogue = Catalogue(compile_catalogue(rules).encode("ascii")) if folder else load()
    failures = run_tests(rules, catalogue, ids)
    if format_ == "json":
        click.echo(json.dumps([{"id": rule, "message": failure} for rule, failure in failures]))
        return USAGE if failures else OK
    for rule, failure in failures:
        click.echo(f"{rule}: {failure}", err=True)
    count = len(ids) or len(catalogue.rule_ids)
    click.echo(
        f"{count} rules, {len(failures)} expectations do not hold"
        if failures
        else f"{count} rules, all expectations hold"
    )
    return USAGE if failures else OK


def _folder(given: str | None) -> Path:
    folder = Path(given) if given else source_folder()
    if folder is None:
        raise UsageError("the sources of the catalogue are not here; give them with --rules FOLDER")
    return folder
