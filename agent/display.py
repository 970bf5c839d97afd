"""A diagnosis on standard output, in the form that was asked for."""

from __future__ import annotations

import sys

import click

from agent.model import Diagnosis


def show(answer: Diagnosis, format_: str, explain: bool) -> None:
    """The diagnosis on standard output as ``text`` or ``json``."""
    if format_ == "json":
        from agent.render import jsonout

        click.echo(jsonout.render(answer, explain), nl=False)
        return
    from agent.render import text as text_
    from agent.render.style import style_for

    style = style_for(sys.stdout)
    click.echo(text_.render(answer, style) + (text_.explain(answer, style) if explain else ""), nl=False, color=True)
