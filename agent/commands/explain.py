"""``agent explain``: the catalogue's page in the terminal."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from typing import Any

import click

from agent.catalogue.load import Catalogue, load
from agent.errors import UsageError
from agent.exits import OK
from agent.find import Found, find, meanings, nearest


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    catalogue = load()
    signals = catalogue.index["signals"]
    codes = [word.upper() for name in ("codes", "symbol") for word in signals.get(name, ())]
    return [word for word in (*catalogue.rule_ids, *codes) if word.lower().startswith(incomplete.lower())]


class _Words(click.Command):
    """Takes a negative number for the word it is, not for an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if any(arg[:1] == "-" and arg[1:].isdigit() for arg in args):
            from agent.numbers import hresult

            args = [(hresult(arg) or arg[1:]) if arg[:1] == "-" and arg[1:].isdigit() else arg for arg in args]
        return super().parse_args(ctx, args)


@click.command(cls=_Words)
@click.argument("words", nargs=-1, required=True, metavar="ID|CODE|NUMBER|TEXT", shell_complete=_complete)
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format."
)
@click.option("--pager/--no-pager", default=True, help="Show a long page through the pager of the terminal.")
def command(words: tuple[str, ...], format_: str, pager: bool) -> int:
    """Show what an error means, why it happens and how to fix it.

    Takes an id, a code, a number in any spelling, a symbolic name, an error text, or the id of a cause or class.

    \b
    agent explain AADSTS700024
    agent explain 401
    agent explain 0x8009030E
    agent explain "Certificate with thumbprint was not found in certificate store"
    """
    asked = " ".join(words)
    catalogue = load()
    found = find(asked, catalogue)
    if not found.how:
        raise UsageError(_nothing(asked, catalogue))
    if format_ == "json":
        click.echo(json.dumps(_document(found, catalogue)))
        return OK
    from agent.render.style import style_for

    style = style_for(sys.stdout)
    page = _text(asked, found, catalogue, style)
    if pager and sys.stdout.isatty() and page.count("\n") > 24:
        click.echo_via_pager(page, color=style.colour)
    else:
        click.echo(page, nl=False, color=True)
    return OK


def _text(asked: str, found: Found, catalogue: Catalogue, style: Any) -> str:
    if len(found.readings) > 1 or found.how in ("several", "class"):
        from agent.render import listing

        if found.how == "several":
            return listing.several(_shown(asked), found.rules, found.read_as, catalogue, style)
        if found.how == "class":
            return listing.of_class(found.named, found.rules, catalogue, style)
        return listing.readings(_shown(asked), found.readings, catalogue, style)
    from agent.render import page

    if found.how == "cause":
        return page.render_cause(catalogue.cause(found.named), found.rules, catalogue, style)
    text = page.render(catalogue.rule(found.rules[0]), catalogue, style)
    if note := _one_of_several(asked, found):
        text = "\n".join([*(style.paint(line, "dim") for line in style.wrap(note)), "", text])
    if found.how == "words":
        read = "".join(f"; {typed!r} read as {known!r}" for typed, known in found.read_as.items())
        note = style.wrap(_shown(f"Found by its words, not by an exact match{read}"))
        text = "\n".join([*(style.paint(line, "dim") for line in note), "", text])
    if others := found.rules[1:6]:
        text += (
            "\n".join(style.paint(line, "dim") for line in style.wrap(f"See also: {', '.join(others)}", "  ", ""))
            + "\n"
        )
    return text


def _one_of_several(asked: str, found: Found) -> str:
    """For a number of which the catalogue knows one meaning: which one is shown, and what else it could be."""
    if len(found.readings) != 1:
        return ""
    known = found.readings[0].called
    others = [name for name in meanings(asked) if name not in known.split(", ")]
    return f"Read as {known}; it could also be {', '.join(others)}" if others else ""


def _document(found: Found, catalogue: Catalogue) -> dict[str, Any]:
    """What ``--format json`` writes: the entry with its causes, or what there is to choose from."""
    from agent.render.listing import brief

    def entries(rules: tuple[str, ...]) -> list[dict[str, Any]]:
        return [brief(catalogue.rule(rule)) for rule in rules]

    if len(found.readings) > 1:
        return {"readings": [{"called": r.called, "entries": entries(r.rules)} for r in found.readings]}
    if found.how == "cause":
        return {"cause": catalogue.cause(found.named), "entries": entries(found.rules)}
    if found.how == "class":
        return {
            "class": found.named,
            "meaning": catalogue.classes.get(found.named, ""),
            "entries": entries(found.rules),
        }
    if found.how == "several":
        return {"several": entries(found.rules), "read_as": dict(found.read_as)}
    rule: Mapping[str, Any] = catalogue.rule(found.rules[0])
    return {
        **rule,
        "cause_records": catalogue.causes(rule["causes"]),
        "also": list(found.rules[1:6]),
        "found_by": found.how,
        "read_as": dict(found.read_as),
    }


def _shown(text: str) -> str:
    """What was typed, without what looks like a secret."""
    from agent.redact import redact_text  # a code that is found needs none of it

    return redact_text(text)


def _nothing(asked: str, catalogue: Catalogue) -> str:
    asked = _shown(asked)
    lines = [f"nothing in the catalogue matches {asked[:80]!r}"]
    near = nearest(asked, catalogue)
    for number, row in enumerate(near):
        why = f" ({row['why']})" if "why" in row else ""
        lines.append(f"{'nearest: ' if not number else '         '}{row['rule']}   {row['title']}{why}")
    if could := [name for name in meanings(asked) if name.lower() != asked.lower()]:
        lines.append(f"as a number it could be {', '.join(could)}; the catalogue has none of them")
    if code := re.fullmatch(r"(?i)AADSTS\s?(\d{4,9})", asked.strip()):
        lines.append(
            f"https://login.microsoftonline.com/error is the page of the sign-in service for its codes: enter {code[1]}"
        )
    if not near:
        lines.append("agent browse shows what is there")
    lines.append("to add it: agent rules new PRODUCT.NAME --from error.txt")
    return "\n".join(lines)
