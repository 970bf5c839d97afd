"""``agent verify``: is what the last diagnosis found really gone?"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence

import click

from agent import history
from agent.catalogue.load import load
from agent.exits import OK, PROBLEM, UNDECIDED
from agent.model import Result, Status
from agent.redact import redact_text, scrub
from agent.render.jsonout import result as as_json
from agent.run import run
from agent.system.live import LiveSystem

EXIT = {"fixed": OK, "not_fixed": PROBLEM, "changed": PROBLEM, "unknown": UNDECIDED, "nothing": UNDECIDED}
SAYS = {
    "fixed": "Fixed: what the diagnosis found is gone",
    "not_fixed": "Not fixed: the machine still shows what the diagnosis found",
    "changed": "Changed: it fails in another way now; run agent diagnose with the new error",
    "unknown": "Could not look: no verdict",
    "nothing": "No check of this machine decided that diagnosis; run the command that failed again",
}


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return [e.id for e in history.entries() if e.id.startswith(incomplete)]


@click.command()
@click.argument("entry", required=False, default="", metavar="[ID]", shell_complete=_complete)
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format."
)
@click.option(
    "--budget", type=click.FloatRange(0.1, 600), default=5.0, show_default=True, help="Seconds for all checks together."
)
def command(entry: str, format_: str, budget: float) -> int:
    """Look again at what the last diagnosis (or the kept one with this ID) hinged on, and say whether it is fixed.

    \b
    agent diagnose --file error.txt
    ... type the fix ...
    agent verify
    """
    kept = history.read(entry)
    after = again(kept.hinges, budget)
    said = history.outcome(kept.hinges, after) if kept.hinges else "nothing"
    if format_ == "json":
        body = {
            "id": kept.id,
            "outcome": said,
            "headline": kept.headline,
            "checks": [{"before": as_json(b), "after": as_json(a)} for b, a in zip(kept.hinges, after, strict=True)],
        }
        click.echo(json.dumps(scrub(body)))
    else:
        _show(kept, after, said)
    return EXIT[said]


def again(before: Sequence[Result], budget_s: float) -> tuple[Result, ...]:
    """The same calls, asked of this machine now, in their order."""
    specs = load().checks
    timeouts = {r.call.check: specs[r.call.check]["timeout_s"] for r in before if r.call.check in specs}
    deadline = time.monotonic() + budget_s
    return run([r.call for r in before], LiveSystem(), timeouts_s=timeouts, deadline=deadline)


def _show(kept: history.Entry, after: Sequence[Result], said: str) -> None:
    from agent.render.style import style_for

    style = style_for(sys.stdout)
    looks = {"fixed": ("green", "bold"), "not_fixed": ("red", "bold"), "changed": ("red", "bold")}.get(said, ("bold",))
    lines = [style.paint(style.safe(SAYS[said]), *looks), "", *style.wrap(f"Was: {kept.headline}", "       ", "  ")]
    for old, new in zip(kept.hinges, after, strict=True):
        word = {Status.PASS: "ok", Status.WARN: "warn", Status.FAIL: "FAIL", Status.UNKNOWN: "unknown"}[new.status]
        lines += style.wrap(f"{old.call.check}   {word}   {redact_text(new.summary)}", "       ", "  ")
    if said == "fixed":
        lines += ["", "  Run the command that failed again; a new error deserves a new diagnosis."]
    click.echo("\n".join(lines), color=True)
