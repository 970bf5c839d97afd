"""``agent doctor``: is this installation of the agent sound?"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from importlib import import_module

import click

from agent import __version__
from agent.catalogue.load import COMPILED, load, source_folder
from agent.exits import OK, PROBLEM
from agent.home import home, own_rules

#: Libraries the checks need; a broken one would only show when its check runs.
NEEDED = ("click", "yaml", "rapidfuzz.fuzz", "psutil", "ntplib", "cryptography.x509")


@click.command()
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format."
)
def command(format_: str) -> int:
    """Check this installation: Python, libraries, catalogue, checks, folder, encoding. Nothing is sent or changed."""
    rows = [_row(name, ask) for name, ask in _questions()]
    sound = all(row["ok"] for row in rows)
    if format_ == "json":
        click.echo(json.dumps({"schema": 1, "sound": sound, "rows": rows}))
    else:
        for row in rows:
            click.echo(f"{'ok  ' if row['ok'] else 'FAIL'}  {row['name']:<12} {row['detail']}")
        click.echo(
            "This installation is sound." if sound else "This installation is broken: pipx reinstall it-error-agent"
        )
    return OK if sound else PROBLEM


def _row(name: str, ask: Callable[[], str]) -> dict[str, object]:
    try:
        return {"name": name, "ok": True, "detail": ask()}
    except Exception as fault:  # noqa: BLE001 - whatever is broken is exactly what this command reports
        return {"name": name, "ok": False, "detail": f"{type(fault).__name__}: {fault}"}


def _questions() -> Iterator[tuple[str, Callable[[], str]]]:
    yield "agent", lambda: f"{__version__} on Python {platform.python_version()} ({sys.executable})"
    for library in NEEDED:
        yield library.partition(".")[0], lambda library=library: str(import_module(library).__file__)  # type: ignore[misc]
    yield "catalogue", _catalogue
    yield "own rules", _own_rules
    yield "checks", _checks
    yield "folder", _folder
    yield "encoding", lambda: f"standard output is {sys.stdout.encoding}"


def _catalogue() -> str:
    catalogue = load()
    for rule in catalogue.rule_ids:
        catalogue.causes(catalogue.rule(rule)["causes"])
    source = source_folder()
    return f"{len(catalogue.rule_ids)} rules, {len(catalogue.cause_ids)} causes from {source or COMPILED}"


def _own_rules() -> str:
    """Folders that lie over the catalogue. What is left out of one is told, and is no fault of the installation."""
    layers = load().layers
    if not layers:
        return f"none (a folder {own_rules()}, or those that AGENT_RULES names, would be used)"
    return "; ".join(
        f"{len(layer.rules)} rules, {len(layer.causes)} causes from {layer.folder}"
        + (f", {len(layer.replaced)} of them instead of built-in ones" if layer.replaced else "")
        + (f", {layer.warning}" if layer.warning else "")
        for layer in layers
    )


def _checks() -> str:
    from agent.run import load as load_check

    checks = load().checks
    for check in checks:
        load_check(check)
    return f"{len(checks)} checks load"


def _folder() -> str:
    folder = home()
    parent = next(p for p in (folder, *folder.parents) if p.exists())
    if not os.access(parent, os.W_OK):
        raise PermissionError(f"{folder} cannot be written; AGENT_HOME moves it")
    return f"{folder}{'' if folder.exists() else ' (not made yet)'}"
