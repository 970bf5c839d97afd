"""``agent check``: list the checks, run one, or begin a new one."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from typing import Any

import click

from agent.catalogue.load import load
from agent.commands.diagnose import read_token
from agent.errors import UsageError
from agent.exits import OF_STATUS, OK
from agent.model import CheckCall, Result, Status
from agent.plan import coerce
from agent.redact import redact_text, scrub
from agent.render.jsonout import result as as_json
from agent.run import run
from agent.system.live import LiveSystem

#: What a parameter of a declared type must be, for people.
_KINDS = {"int": "a whole number", "float": "a number"}
_FORMAT = click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)


@click.group()
def command() -> None:
    """List the checks, run one of them, or begin a new one."""


@command.command("list")
@_FORMAT
def list_(format_: str) -> int:
    """List all checks with their parameters and cost."""
    specs = load().checks
    if format_ == "json":
        click.echo(json.dumps([{"id": check, **spec} for check, spec in specs.items()]))
        return OK
    from agent.render.style import style_for

    style = style_for(sys.stdout)
    for check, spec in specs.items():
        click.echo(style.safe(f"{check:<36} {spec['cost']:<8} {spec['title']}"))
    return OK


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return [check for check in load().checks if check.startswith(incomplete)]


@command.command("run")
@click.argument("check_id", metavar="ID", shell_complete=_complete)
@click.option(
    "-p", "--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter of the check; may be repeated."
)
@click.option("--timeout", type=click.FloatRange(0.1, 600), help="Seconds to wait instead of the check's own limit.")
@_FORMAT
def run_(check_id: str, params: tuple[str, ...], timeout: float | None, format_: str) -> int:
    """Run the check ID and show its answer."""
    spec = load().checks.get(check_id)
    if spec is None:
        import difflib

        near = difflib.get_close_matches(check_id, list(load().checks), 1)
        raise UsageError(
            f"no check {check_id!r}{f'; did you mean {near[0]}?' if near else '; agent check list shows them'}"
        )
    call = CheckCall(check_id, _parameters(check_id, spec, params))
    limit = timeout or spec["timeout_s"]
    result = run([call], LiveSystem(), timeouts_s={check_id: limit}, deadline=time.monotonic() + limit)[0]
    if format_ == "json":
        click.echo(json.dumps(scrub(as_json(result))))
    else:
        _show(result, spec)
    return OF_STATUS[result.status]


@command.command("new")
@click.argument("check_id", metavar="ID")
@click.option("--question", default="", help="What the check asks, as people read it in lists; else made from ID.")
def new_(check_id: str, question: str) -> int:
    """Write a new check and its test in this checkout. Both pass as they are; nothing that is there is changed.

    ID is <area>.<noun_state>, named for the healthy answer.

    \b
    agent check new machine.fan_turns
    agent check new machine.fan_turns --question "Does the fan turn?"
    """
    from agent.authoring.newcheck import new_check
    from agent.catalogue.load import source_folder

    rules = source_folder()
    if rules is None or not (rules.parent / "tests" / "checkkit.py").is_file():
        raise UsageError("this agent was installed without its source; checks are written in a checkout of it")
    root = rules.parent
    for path in new_check(root, check_id, question):
        click.echo(f"wrote {path}")
    area, _, name = check_id.partition(".")
    steps = (
        f"ask what decides, and say it in one sentence: checks/{area}/{name}.py",
        f"test its four behaviours: pytest tests/checks/{area}/test_{name}.py",
        f"try it here: agent check run {check_id}",
        "name it in the evidence of a cause, with how often it fails then: rules/causes",
        "agent rules lint tells when something is missing",
    )
    click.echo("next:")
    for number, step in enumerate(steps, 1):
        click.echo(f"  {number}  {step}")
    return OK


def _show(result: Result, spec: Mapping[str, Any]) -> None:
    from agent.render.style import style_for
    from agent.times import show_time

    style = style_for(sys.stdout)
    looks = {Status.PASS: ("green",), Status.WARN: ("yellow",), Status.FAIL: ("red", "bold"), Status.UNKNOWN: ("dim",)}
    click.echo(
        f"{style.paint(result.status.name.lower(), *looks[result.status])}  {style.safe(redact_text(result.summary))}",
        color=True,
    )
    for name, value in result.evidence.items():
        unit = spec["evidence"].get(name, "text")
        shown = (
            show_time(float(value))
            if unit == "time"
            else f"{value}{'' if unit in ('text', 'host', 'bool', 'version') else ' ' + unit}"
        )
        click.echo(style.safe(redact_text(f"  {name}: {shown}")))
    if result.reason:
        click.echo(f"  reason: {result.reason.value}")


def _parameters(check_id: str, spec: Mapping[str, Any], given: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    declared = spec["params"]
    values = {}
    for pair in given:
        name, equals, text = pair.partition("=")
        if not equals or not text.strip() or name not in declared:
            raise UsageError(
                f"--param {redact_text(pair)!r}: {check_id} takes {', '.join(f'{n}=...' for n in declared) or 'no parameters'}"
            )
        if name == "token":
            values[name] = read_token("--param token", text)
            continue
        try:
            values[name] = coerce(text, declared[name]["type"])
        except ValueError as fault:
            raise UsageError(
                f"--param {name}: {text!r} is not {_KINDS.get(declared[name]['type'], 'usable')}"
            ) from fault
    if missing := [n for n, p in declared.items() if p["required"] and n not in values]:
        raise UsageError(f"{check_id} needs --param {missing[0]}=...")
    return tuple(sorted(values.items()))
