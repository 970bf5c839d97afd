"""Documents say what is so: commands exist, tables agree with the code, links lead somewhere, nothing private is named."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from agent import __version__, exits
from agent.cli import cli

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("agent", "checks", "rules", "ps-module", "tests")
DOCUMENTS = ("README.md", "CHANGELOG.md", *(f"{folder}/README.md" for folder in FOLDERS))
#: Longer than 60 lines, for a reason.
LONGER = {
    "rules": (
        140,
        "it is the reference of the file format, with one whole example of each kind and the author's walk-through",
    )
}
TEXTS = {
    ".py",
    ".md",
    ".yaml",
    ".yml",
    ".toml",
    ".json",
    ".ps1",
    ".psm1",
    ".psd1",
    ".ps1xml",
    ".txt",
    ".svg",
    ".cfg",
    "",
}
SKIPPED = {".git", ".venv", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache", "__pycache__", "dist", "build"}


def read(name: str) -> str:
    """A document."""
    return (ROOT / name).read_text("utf-8")


def commands(text: str) -> list[list[str]]:
    """The words of every ``agent ...`` line in the code blocks of a document."""
    found = []
    for block in re.findall(r"^\s*```(?:sh|powershell)\n(.*?)^\s*```", text, re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            for part in line.split("|"):
                words = shlex.split(part.replace("$", "_"), comments=True)
                if words[:1] == ["agent"]:
                    found.append(words[1:])
    return found


def test_readme_commands_exist() -> None:
    """Each ``agent`` command of the README names a command, and options, that there are."""
    given = commands(read("README.md"))
    assert len(given) >= 8
    for words in given:
        command: click.Command = cli
        rest = list(words)
        while isinstance(command, click.Group):
            found = command.get_command(click.Context(command), rest.pop(0))
            assert found is not None, words
            command = found
        options = {o for p in command.params if isinstance(p, click.Option) for o in (*p.opts, *p.secondary_opts)}
        for word in rest:
            assert not word.startswith("-") or word in options, f"{' '.join(words)}: no option {word}"


def test_options_named_in_text_exist() -> None:
    """An option of ``diagnose`` named in a sentence of the README exists."""
    command = cli.get_command(click.Context(cli), "diagnose")
    assert command is not None
    options = {o for p in command.params if isinstance(p, click.Option) for o in p.opts}
    named = set(re.findall(r"`(--[a-z-]+)", read("README.md")))
    assert named <= options | {"--version"}, named - options


def test_readme_functions_are_exported() -> None:
    """Each function of the PowerShell examples is exported by the module."""
    manifest = read("ps-module/ErrorAgent/ErrorAgent.psd1")
    for name in ("Invoke-AgentCommand", "Resolve-AgentError"):
        assert name in read("README.md")
        assert f"'{name}'" in manifest


def test_exit_codes_are_those_of_the_code() -> None:
    """The README's table is the table of ``agent.exits``, word for word."""
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", read("README.md"), re.MULTILINE)
    assert {int(code): meaning for code, meaning in rows} == exits.MEANING


def test_ci_calls_the_readme_s_test_command() -> None:
    """What CI runs is the one test command of the README, unchanged, and CI starts from nothing."""
    command = "python3 -m venv .venv && .venv/bin/pip install -q nox && .venv/bin/nox"
    assert f"```sh\n{command}\n```" in read("README.md")
    script = read(".ci/run").splitlines()
    assert script[-1] == command
    assert "set -euo pipefail" in script


def test_nox_has_the_sessions_that_are_named() -> None:
    """Sessions named in documents and the workflow exist; without arguments everything but the measuring runs."""
    tree = ast.parse(read("noxfile.py"))
    sessions = {n.name for n in tree.body if isinstance(n, ast.FunctionDef) and n.decorator_list}
    assert sessions == {"lint", "types", "rules", "test", "ps", "bench"}
    named = re.findall(r"nox -s ((?:[a-z]+ ?)+)", " ".join(read(d) for d in (*DOCUMENTS, ".github/workflows/ci.yml")))
    assert {word for words in named for word in words.split()} <= sessions | {"for", "and"}


def test_workflow_covers_what_is_promised() -> None:
    """The workflow is valid YAML and runs three systems with each Python from the oldest promised."""
    jobs = yaml.safe_load(read(".github/workflows/ci.yml"))["jobs"]
    matrix = jobs["test"]["strategy"]["matrix"]
    assert {name.split("-")[0] for name in matrix["os"]} == {"ubuntu", "windows", "macos"}
    oldest = re.search(r'requires-python = ">=([\d.]+)"', read("pyproject.toml"))
    assert oldest is not None
    assert matrix["python"][0] == oldest[1]
    assert set(jobs["powershell"]["strategy"]["matrix"]["shell"]) == {"powershell", "pwsh"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_folder_readme_is_short_and_complete(folder: str) -> None:
    """A folder's README has at most 60 lines and says what is here, how to add one, and how to run only this."""
    text = read(f"{folder}/README.md")
    assert len(text.splitlines()) <= LONGER.get(folder, (60, ""))[0]
    assert "un only this" in text


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    """Each relative link or picture of a document is a file that exists."""
    for link in re.findall(r"\]\(([^)#]+)\)", read(document)):
        if "://" not in link:
            assert ((ROOT / document).parent / link).exists(), link


def test_version_is_one() -> None:
    """Package, PowerShell module and changelog speak of one version."""
    assert 'dynamic = ["version"]' in read("pyproject.toml")
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)
    assert f"ModuleVersion        = '{__version__}'" in read("ps-module/ErrorAgent/ErrorAgent.psd1")
    assert f"## [{__version__}]" in read("CHANGELOG.md") or "## [Unreleased]" in read("CHANGELOG.md")


def test_decisions_are_complete() -> None:
    """Each decision has a date and says what would change it."""
    decisions = read("agent/README.md").partition("## Decisions")[2].split("\n- ")[1:]
    assert decisions
    for decision in decisions:
        assert re.search(r"\(\d{4}-\d\d-\d\d\)", decision), decision
        assert "Would change:" in decision, decision


def test_nothing_private_is_named() -> None:
    """No file names a folder, a tool or a person of the place where it was written."""
    private = re.compile(
        "|".join(
            [
                r"(?<![\w.])/wo" + "rk/",
                "/tm" + r"p/v\b",
                "/opt/py" + "pi",
                "cla" + "ude",
                "anthro" + "pic",
                r"\bcopi" + r"lot chat",
                "lead se" + "ssion",
            ]
        ),
        re.IGNORECASE,
    )
    shared = ".." + "/shared"
    found = []
    for path in sorted(ROOT.rglob("*")):
        parts = set(path.relative_to(ROOT).parts)
        if parts & SKIPPED or path.suffix not in TEXTS or not path.is_file() or path.stat().st_size > 2_000_000:
            continue
        text = path.read_text("utf-8", "replace")
        shown = path.relative_to(ROOT).as_posix()
        found += [f"{shown}: {m.group(0)}" for m in private.finditer(text)]
        if shared in text and shown != ".ci/run":
            found.append(f"{shown}: {shared}")
    assert not found, "\n".join(found)
