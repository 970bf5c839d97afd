"""The command line as a contract: help, exit codes, messages on standard error, and never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from agent import __version__, exits
from agent.cli import COMMANDS, cli

SECRET_ERROR = "AADSTS7000222: The provided client secret keys for app 'Contoso Nightly' are expired."


class Ran(NamedTuple):
    """What a command left."""

    code: int
    out: str
    err: str


def agent(*args: str, data: bytes | None = b"", **variables: str) -> Ran:
    """Run the agent in a process of its own; a traceback is a failure whatever else is asked."""
    env = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "NO_COLOR", "COLUMNS")}
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "agent", *args],
        input=data,
        capture_output=True,
        timeout=60,
        env={**env, **variables},
        check=False,
    )
    out, err = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    assert "Traceback" not in out + err, err
    return Ran(done.returncode, out, err)


def paths(group: click.Group = cli, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """All commands and sub-commands as words."""
    found = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        found.append((*before, name))
        if isinstance(command, click.Group):
            found += paths(command, (*before, name))
    return found


def test_table_agrees_with_the_files() -> None:
    """Every file of ``agent/commands`` is a command of the table, and the other way round."""
    files = {p.stem for p in (Path(exits.__file__).parent / "commands").glob("*.py")} - {"__init__"}
    assert files == {module for module, _ in COMMANDS.values()}


@pytest.mark.parametrize("words", paths(), ids=" ".join)
def test_every_command_has_help(words: tuple[str, ...]) -> None:
    """Each command loads and ``--help`` says in a sentence what it does."""
    command: click.Command = cli
    for word in words:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), word)
        assert found is not None
        command = found
    text = command.get_help(click.Context(command, info_name=" ".join(words)))
    assert command.help
    assert command.help.strip().partition("\n")[0].endswith((".", "?", "-"))
    assert f"Usage: {' '.join(words)}" in text
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.name not in ("format_", "help"):
            assert parameter.help, f"{' '.join(words)} {parameter.opts[-1]}"


def test_table_help_is_the_command_s_own() -> None:
    """The one-line help repeated in the table is what ``agent --help`` shows."""
    shown = " ".join(agent("--help").out.split())
    for name, (_, text) in COMMANDS.items():
        assert f"{name} {text}" in shown
    for code in exits.MEANING:
        assert f"{code} " in shown


def test_version() -> None:
    """``--version`` is one line for programs to read."""
    assert agent("--version") == (0, f"agent {__version__}\n", "")


def test_mistyped_command_names_the_nearest() -> None:
    """A mistyped command ends with 2 and the command that was meant, on standard error."""
    ran = agent("diagnoze", "x")
    assert (ran.code, ran.out) == (exits.USAGE, "")
    assert "Did you mean 'diagnose'?" in ran.err


def test_mistyped_option_ends_with_usage() -> None:
    """An unknown option ends with 2 and names the option."""
    ran = agent("diagnose", "--ofline", "x")
    assert (ran.code, ran.out) == (exits.USAGE, "")
    assert "--ofline" in ran.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion_script(shell: str) -> None:
    """Each shell gets a script that mentions the program."""
    ran = agent("completion", shell)
    assert (ran.code, ran.err) == (0, "")
    assert "agent" in ran.out


@pytest.mark.skipif(sys.platform == "win32", reason="no bash is promised there")
def test_bash_accepts_its_completion_script() -> None:
    """The script of bash is free of syntax faults."""
    done = subprocess.run(["bash", "-n"], input=agent("completion", "bash").out.encode(), check=False)
    assert done.returncode == 0


def test_unknown_shell() -> None:
    """A shell we do not know ends with 2 and names those we know."""
    ran = agent("completion", "tcsh")
    assert ran.code == exits.USAGE
    assert "powershell" in ran.err


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("diagnose", "--no-checks", SECRET_ERROR), exits.PROBLEM),
        (("diagnose", "--no-checks", "it did something odd to my lunch"), exits.UNDECIDED),
        (("explain", "AADSTS7000222", "--no-pager"), exits.OK),
        (("check", "list"), exits.OK),
        (("rules", "list", "secret"), exits.OK),
        (("schema", "diagnosis"), exits.OK),
        (("schema", "error-report"), exits.OK),
        (("doctor",), exits.OK),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else str(value),
)
def test_exit_code_and_standard_output(args: Sequence[str], code: int) -> None:
    """The exit code is that of the table; the answer goes to standard output and ends with a line break."""
    ran = agent(*args)
    assert ran.code == code, ran
    assert ran.out.endswith("\n")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("diagnose", "--fact", "colour=red", "x"), "--fact colour: no such fact"),
        (("diagnose", "--fact", "tenat=x", "x"), "did you mean tenant"),
        (("diagnose", "--fact", "tenant", "x"), "expected NAME=VALUE"),
        (("diagnose", "--file", "no-such-file.txt"), "no-such-file.txt"),
        (("diagnose", "--file", "a.txt", "x"), "not both"),
        (("diagnose", "--format", "xml", "x"), "'xml'"),
        (("diagnose", "--budget", "-1", "x"), "--budget"),
        (("explain", "zzzzqqqq"), "zzzzqqqq"),
        (("check", "run", "time.clock_in_synk"), "did you mean"),
        (("check", "run", "powershell.edition_current", "--param", "x=1"), "edition"),
        (("schema", "weather"), "weather"),
        (("rules", "test", "--rules", "no-such-folder"), "no-such-folder"),
    ],
    ids=lambda value: " ".join(value[:3]) if isinstance(value, tuple) else "",
)
def test_wrong_calls(args: Sequence[str], said: str) -> None:
    """A wrong call ends with 2, says on standard error what is wrong, and writes nothing to standard output."""
    ran = agent(*args)
    assert (ran.code, ran.out) == (exits.USAGE, "")
    assert said in ran.err


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the input is empty"),
        (b" \r\n\t\n", "the input is empty"),
        (b'{"schema": 1, "exceptions": [', "not valid JSON"),
        (b'{"schema": 99, "text": "x"}', "reads schema 1"),
        (b'{"schema": 1}', "says anything"),
        (b'{"schema": 1, "exceptions": 5}', "field exceptions: expected a list, found a number"),
        (b'{"schema": 1, "exceptions": [{"message": []}]}', "field exceptions[0].message: expected a text"),
        (b'{"schema": 1, "text": "x", "http": "no"}', "field http: expected an object"),
        (b'{"schema": 1, "text": "x", "http": {"status": "many"}}', "field http.status: expected a number"),
        (b'{"schema": 1, "text": "x", "time": "yesterday"}', "field time: expected an ISO 8601 time"),
        (b'{"schema": 1, "text": "x", "command": {"parameters": [1]}}', "field command.parameters"),
        (b'{"schema": 1, "a": ' + b"[" * 100_000, "error report"),
    ],
    ids=["empty", "blank", "broken", "version", "bare", "rows", "text", "table", "number", "time", "nested", "deep"],
)
def test_bad_input(data: bytes, said: str) -> None:
    """Input that cannot be used ends with 2 and one line on standard error that names the field or the fault."""
    ran = agent("diagnose", "--no-checks", data=data)
    assert (ran.code, ran.out) == (exits.USAGE, "")
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 40,
        b"\x00\x01\x02\x03" * 1000,
        b"\xff\xfe" + b"\x00\xd8" * 100,
        b"\xff" * 1000,
        "\u202e\u200b\x1b]0;title\x07 rm -rf \x9b".encode(),
        b'{"not": "a report"}',
        b"[1, 2, 3]",
    ],
    ids=["all bytes", "nul", "lone surrogates", "ff", "control", "other json", "json list"],
)
def test_odd_input_is_read(data: bytes) -> None:
    """Any bytes are read as some text; nothing the terminal would obey comes out."""
    ran = agent("diagnose", "--no-checks", data=data)
    assert ran.code in (exits.UNDECIDED, exits.USAGE)
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out


def test_utf16_without_mark() -> None:
    """What Windows tools redirect as UTF-16 is understood."""
    assert agent("diagnose", "--no-checks", data=SECRET_ERROR.encode("utf-16-le")).code == exits.PROBLEM


def test_ten_megabytes_within_two_seconds() -> None:
    """A log of 10 MB with the error in its middle is read within two seconds (best of three), and the error is found."""
    line = b"2026-11-25T10:00:00Z worker 7 copied 12 files to the archive\n"
    half = line * (5_000_000 // len(line))
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        ran = agent("diagnose", "--no-checks", data=half + SECRET_ERROR.encode() + b"\n" + half)
        best = min(best, time.perf_counter() - started)
        assert ran.code == exits.PROBLEM
        if best < 2:
            break
    assert best < 2


def test_too_much_is_refused() -> None:
    """More than 64 MiB end with 2 and advice, not with a swapping machine."""
    ran = agent("diagnose", "--no-checks", data=b"x" * (64 * 1024 * 1024 + 1))
    assert ran.code == exits.USAGE
    assert "64 MiB" in ran.err


def test_secret_in_a_wrong_call_is_not_repeated() -> None:
    """A message about a wrong call does not quote a secret that stood in it."""
    token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0.eyJhdWQiOiJodHRwczovL2dyYXBoLmV4YW1wbGUifQ.c2lnbmF0dXJlLW9mLW5vdGhpbmc"
    ran = agent("explain", token)
    assert "c2lnbmF0dXJlLW9mLW5vdGhpbmc" not in ran.out + ran.err


def test_no_colour_and_plain_text_when_piped() -> None:
    """Output that is not a terminal carries no control sequence and fits 80 columns except for commands to paste."""
    ran = agent("diagnose", "--no-checks", SECRET_ERROR)
    assert "\x1b" not in ran.out
    assert agent("diagnose", "--no-checks", SECRET_ERROR, FORCE_COLOR="1").out.count("\x1b[") > 2
    assert "\x1b" not in agent("diagnose", "--no-checks", SECRET_ERROR, FORCE_COLOR="1", NO_COLOR="1").out


def test_json_is_one_ascii_line() -> None:
    """JSON output is one line of ASCII, whatever the console's code page."""
    ran = agent("diagnose", "--no-checks", "--format", "json", SECRET_ERROR + " München")
    assert ran.out.isascii()
    assert ran.out.count("\n") == 1
    assert json.loads(ran.out)["schema"] == 1


def test_debug_shows_the_traceback_only_when_asked(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A fault of the agent itself is one line and exit code 1."""
    import agent.__main__
    import agent.commands.doctor

    def broken() -> object:
        raise RuntimeError("the lamp is broken")

    monkeypatch.setattr(agent.commands.doctor, "_questions", broken)
    with pytest.raises(SystemExit) as stop:
        agent.__main__.main(["doctor"])
    assert stop.value.code == exits.BROKE
    assert "internal error: RuntimeError: the lamp is broken" in capfd.readouterr().err
    with pytest.raises(RuntimeError, match="lamp"):
        agent.__main__.main(["--debug", "doctor"])


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end otherwise there")
def test_reader_that_leaves_is_no_fault() -> None:
    """When the reader of a pipe has gone, as ``head`` does, nothing is said on standard error."""
    command = [sys.executable, "-m", "agent", "rules", "list", "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.read(1)
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(timeout=30) in (exits.OK, exits.BROKE)


def test_a_token_that_is_typed_in_gives_its_claims_and_is_never_shown() -> None:
    """``--fact token`` and ``--param token`` take a JSON Web Token; what is none is refused without being repeated."""
    import base64

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    token = (
        f"{part({'alg': 'RS256'})}.{part({'aud': 'https://graph.microsoft.com', 'exp': 1_700_000_000})}.{'c2ln' * 20}"
    )
    error = "Response status code does not indicate success: 401 (Unauthorized)."
    ran = agent("diagnose", error, "--offline", "--format", "json", "--fact", f"token={token}")
    answer = json.loads(ran.out)
    assert (answer["causes"][0]["id"], answer["facts"]["token"]["exp"]) == ("access-token-expired", 1_700_000_000)
    assert token[30:60] not in ran.out
    assert agent("check", "run", "token.not_expired", "--param", f"token={token}").code == exits.PROBLEM
    refused = agent("diagnose", error, "--no-checks", "--fact", "token=TOPSECRETTOKEN")
    assert refused.code == exits.USAGE
    assert "TOPSECRETTOKEN" not in refused.out + refused.err


@pytest.mark.parametrize(
    "args",
    [
        ("check", "run", "net.tcp_reachable", "--param", "host=127.0.0.1", "--param", "port=abc"),
        ("check", "run", "net.tcp_reachable", "--param", "host="),
        ("diagnose", "x", "--no-checks", "--budget", "nan"),
    ],
)
def test_values_that_cannot_be_are_a_wrong_call(args: Sequence[str]) -> None:
    """A port that is no number, an empty host, a budget that is none: exit 2, not an answer about the machine."""
    assert agent(*args).code == exits.USAGE
