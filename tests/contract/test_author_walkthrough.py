"""The walk-through of ``rules/README.md``, done for real: its text, its commands in their order, in a copy of the checkout."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: What the author says where the draft asks, by the key that asks; anything else is one short sentence.
ANSWERS = {
    "title": "Extension holds too many entries",
    "run": "Get-MgUser -UserId <user>",
    "q": "How many entries are allowed?",
    "references": "Contoso handbook, extensions",
}


pytestmark = pytest.mark.slow  # each test compiles a copy of the whole catalogue


class Ran(NamedTuple):
    """What a command left."""

    code: int
    out: str
    err: str


def section(title: str) -> tuple[list[list[str]], str]:
    """(words of each command, the error's text or nothing) of a section of the README."""
    text = (ROOT / "rules" / "README.md").read_text("utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    blocks = dict(re.findall(r"^```(\w+)\n(.*?)^```", text, re.DOTALL | re.MULTILINE))
    commands = [shlex.split(line, comments=True) for line in blocks["sh"].splitlines()]
    return [words for words in commands if words], blocks.get("text", "")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the agent runs from, with the README's error in ``error.txt``."""
    root = tmp_path / "checkout"
    for part in ("agent", "checks", "rules"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__", "catalogue.json", ".*"))
    shutil.copy(ROOT / "pyproject.toml", root)
    (root / "error.txt").write_text(section("A new error in ten minutes")[1], encoding="utf-8")
    return root


def run(root: Path, words: list[str]) -> Ran:
    """One line of the README: leading NAME=value words, then ``agent`` and its arguments."""
    env = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    while "=" in words[0]:
        name, _, value = words[0].partition("=")
        env[name], words = value, words[1:]
    assert words[0] == "agent"
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "agent", *words[1:]], cwd=root, env=env, capture_output=True, timeout=120, check=False
    )  # fmt: skip
    ran = Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
    assert "Traceback" not in ran.err, ran.err
    return ran


def files(root: Path) -> dict[str, str]:
    """Every source file with the hash of what is in it."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and path.name != "catalogue.json"
    }


def answer(path: Path) -> int:
    """Say what is marked TODO, as an author does, and set the status; returns how many there were."""
    text = path.read_text("utf-8")
    count = 0
    for line in text.splitlines():
        for found in re.findall(r'(?:(\w+): \[?)"(TODO[^"]*)"', line):
            text = text.replace(
                f'"{found[1]}"', f'"{ANSWERS.get(found[0], "The extension takes no further entry.")}"', 1
            )
            count += 1
    path.write_text(text.replace("status: draft", "status: tested"), encoding="utf-8")
    return count


def test_new_error_without_touching_a_file(checkout: Path) -> None:
    """Each command does what the README says beside it; the new rule passes lint and tests, and no file that was there is changed."""
    commands, text = section("A new error in ten minutes")
    before = files(checkout)
    faults_before = set(run(checkout, ["agent", "rules", "lint"]).err.splitlines())
    did = []
    rule = checkout / "rules" / "errors" / "graph" / "contoso-rooms.yaml"
    for words in commands:
        verb = " ".join(words[1:3])
        if verb == "rules lint":
            drafted = run(checkout, words)
            asked = [line for line in drafted.err.splitlines() if "a placeholder is left" in line]
            assert len(asked) == answer(rule) >= 10
            assert all(line.startswith("rules/errors/graph/contoso-rooms.yaml, line ") for line in asked)
        ran = run(checkout, words)
        did.append(verb)
        if verb == "rules why":
            assert "Contoso_TooManyEntries" in ran.out
        elif verb == "rules new":
            assert ran.code == 0, ran.err
            assert [str(rule), str(rule)[:-5] + ".test.yaml"] == re.findall(r"^wrote (.*)$", ran.out, re.MULTILINE)
        elif verb == "rules causes":
            assert "property-value-invalid" in ran.out
        elif verb == "rules lint":
            new = set(ran.err.splitlines()) - faults_before
            assert not [fault for fault in new if "rules/" in fault], new
        elif words == ["agent", "rules", "test", "graph.contoso-rooms"]:
            assert (0, "1 rules, all expectations hold\n") == (ran.code, ran.out), ran.err
        elif verb == "rules test":
            assert "contoso-rooms" not in ran.err
        elif words[1] == "diagnose":
            assert ran.code in (3, 4), ran.out
    assert did[:2] == ["rules why", "rules new"]
    assert {"rules lint", "rules test", "rules causes"} <= set(did)
    after = files(checkout)
    assert before == {name: after[name] for name in before}
    assert {"rules/errors/graph/contoso-rooms.yaml", "rules/errors/graph/contoso-rooms.test.yaml"} == set(after) - set(
        before
    )
    assert text


def test_the_new_rule_recognises_its_error(checkout: Path) -> None:
    """Before the walk-through the text is nobody's or a general rule's; after it, it is the new rule's, in the README's own words."""
    commands, _ = section("A new error in ten minutes")
    why = next(words for words in commands if words[1:3] == ["rules", "why"])
    assert "graph.contoso-rooms" not in run(checkout, why).out
    new = next(words for words in commands if words[1:3] == ["rules", "new"])
    assert run(checkout, new).code == 0
    first = run(checkout, why).out.partition("Matches\n")[2].splitlines()[0]
    assert first.split()[0] == "graph.contoso-rooms"
    again = run(checkout, new)
    assert again.code == 2
    assert "is there already" in again.err


def test_own_folder(checkout: Path) -> None:
    """The commands for a folder of one's own: drafted, linted, tested, used and shown, and the checkout's rules stay untouched."""
    commands, _ = section("Rules of your own")
    before = files(checkout / "rules")
    for words in commands:
        ran = run(checkout, words)
        verb = " ".join(w for w in words if not w.startswith("AGENT_RULES"))
        if "rules new" in verb:
            assert ran.code == 0, ran.err
            assert answer(checkout / "own" / "errors" / "contoso" / "rooms.yaml") >= 10
        elif "rules lint" in verb or "rules test" in verb:
            assert ran.code == 0, ran.err
        elif "diagnose" in verb:
            assert ran.code in (3, 4)
            used = run(checkout, ["AGENT_RULES=own", "agent", "rules", "why", "--file", "error.txt"])
            assert "contoso.rooms" in used.out.partition("Matches")[2].splitlines()[1]
        else:
            assert "own rules" in ran.out
    assert before == files(checkout / "rules")
