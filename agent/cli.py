"""The command line: a group whose sub-commands are imported only when called."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from agent import __version__
from agent.exits import MEANING

#: command -> (module of agent.commands, one-line help); the help is repeated here so that listing imports nothing
COMMANDS = {
    "diagnose": ("diagnose", "Find the cause of an error, prove it, and say how to fix it."),
    "verify": ("verify", "Is what the last diagnosis found really gone?"),
    "history": ("history", "List the diagnoses kept on this machine, or turn keeping off."),
    "feedback": ("feedback", "Say whether the last diagnosis was right."),
    "replay": ("replay", "Judge a recorded diagnosis again, on any machine."),
    "scan": ("scan", "Find every catalogued error in logs, grouped and counted."),
    "explain": ("explain", "Show the catalogue's page for an id, a code, a number or an error text."),
    "search": ("search", "Find entries that have WORDS, the most fitting first; typing errors are forgiven."),
    "browse": ("browse", "List the topics of the catalogue, or the entries of one."),
    "check": ("check", "List the checks, run one of them, or begin a new one."),
    "rules": ("rules", "List, draft, lint and test the catalogue."),
    "schema": ("schema", "Print a published JSON Schema."),
    "doctor": ("doctor", "Is this installation of the agent sound?"),
    "completion": ("completion", "Print the completion script for a shell."),
}


class LazyGroup(click.Group):
    """Knows its commands by name and loads the module of the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"agent.commands.{COMMANDS[cmd_name][0]}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in ``--help``, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """As click does, with the nearest name when there is no such command."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            hint = f" Did you mean {near[0]!r}?" if near else " See agent --help."
            raise click.UsageError(f"no command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


_EPILOG = "Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in MEANING.items()) + "."


@click.group(
    cls=LazyGroup, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, "--version", message="agent %(version)s")
@click.option("--debug", is_flag=True, help="Show a traceback when the agent itself fails.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """Reads a failing cmdlet's error, runs the local checks that tell its causes apart, and answers: cause, proof, fix."""
    ctx.obj = {"debug": debug}
