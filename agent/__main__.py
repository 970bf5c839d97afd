"""``python -m agent`` and the ``agent`` script: run the command line and turn every outcome into an exit code."""

from __future__ import annotations

import gc
import os
import sys

import click

from agent.cli import cli
from agent.errors import AgentError
from agent.exits import BROKE, USAGE


def main(args: list[str] | None = None) -> None:
    """Run and exit. A fault is one message on standard error; a traceback only with ``--debug``."""
    if args is None:  # a process of our own: short, and freed by counting; collecting costs a twentieth of the start
        gc.disable()
    sys.exit(_run(sys.argv[1:] if args is None else args))


def _run(args: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # what the console cannot show becomes a mark, never a crash
            stream.reconfigure(errors="replace")
    try:
        code = cli.main(args, prog_name="agent", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as fault:
        fault.show(sys.stderr)
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        print("agent: interrupted", file=sys.stderr)
        return 130
    except AgentError as fault:
        _tell(str(fault))
        return fault.exit_code
    except BrokenPipeError:
        # The reader (a pager, head) has gone; standard output must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKE
    except Exception as fault:
        if "--debug" in args:
            raise
        _tell(
            f"internal error: {type(fault).__name__}: {fault}. agent --debug shows where; agent doctor checks this installation."
        )
        return BROKE


def _tell(message: str) -> None:
    from agent.redact import redact_text  # an error message can quote what came in

    for line in redact_text(message).splitlines():
        print(f"agent: {line}", file=sys.stderr)


if __name__ == "__main__":
    main()
