"""The walk-through of ``checks/README.md``, done for real: its commands in their order, in a copy of the checkout."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHECK = "machine.fan_turns"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what an author works in; of the tests only what tests of checks need."""
    root = tmp_path / "checkout"
    for part in ("agent", "checks", "rules"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__", "catalogue.json", ".*"))
    (root / "tests").mkdir()
    for name in ("pyproject.toml", "tests/checkkit.py"):
        shutil.copy(ROOT / name, root / name)
    return root


def run(root: Path, words: list[str]) -> tuple[int, str]:
    """One command line in the copy: (exit code, all output)."""
    module = {"agent": ["agent"], "pytest": ["pytest", "-p", "no:cacheprovider", "-q"]}[words[0]]
    env = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", *module, *words[1:]],
        cwd=root,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    out = done.stdout.decode("utf-8")
    assert "Traceback" not in out, out
    return done.returncode, out


def files(root: Path) -> dict[str, str]:
    """Every source file with the hash of what is in it."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and path.name != "catalogue.json"
    }


def commands() -> list[list[str]]:
    """The command lines of the README, in their order."""
    block = re.search(
        r"^```sh\n(.*?)^```", (ROOT / "checks" / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    assert block
    return [words for line in block[1].splitlines() if (words := shlex.split(line, comments=True))]


@pytest.mark.slow
def test_new_check_step_by_step(checkout: Path) -> None:
    """Each command does what the README says beside it, and a cause that names the check satisfies the linter."""
    before = files(checkout)
    new, test, try_it, lint = commands()
    faults = set(run(checkout, lint)[1].splitlines())

    code, out = run(checkout, new)
    assert code == 0, out
    written = [Path(path).relative_to(checkout).as_posix() for path in re.findall(r"^wrote (.*)$", out, re.MULTILINE)]
    assert written == ["checks/machine/fan_turns.py", "tests/checks/machine/test_fan_turns.py"]
    assert [line.split()[0] for line in out.partition("next:\n")[2].splitlines()] == list("12345")

    code, out = run(checkout, test)
    assert (code, "4 passed" in out) == (0, True), out
    code, out = run(checkout, try_it)
    assert (code, out.split()[0]) == (0, "pass"), out
    code, out = run(checkout, lint)
    fresh = set(out.splitlines()) - faults
    assert any("checks/machine/fan_turns.py" in line and "no cause names this check" in line for line in fresh), fresh

    after = files(checkout)
    assert before == {name: after[name] for name in before}
    assert set(after) - set(before) == set(written)

    cause = checkout / "rules" / "causes" / "disk-full.yaml"
    cause.write_text(
        cause.read_text("utf-8").replace("evidence:\n", f"evidence:\n  {CHECK}: {{fail: rarely}}\n"), "utf-8"
    )
    assert not [line for line in run(checkout, lint)[1].splitlines() if "fan_turns" in line]
    assert "Does the fan turn?" in run(checkout, ["agent", "check", "list"])[1]


@pytest.mark.slow
def test_nothing_is_overwritten(checkout: Path) -> None:
    """A check or test that is there stays as it is; ids and questions that cannot be are refused, and nothing is written."""
    assert run(checkout, ["agent", "check", "new", CHECK])[0] == 0
    before = files(checkout)
    for words, said in (
        ([CHECK], "is there already and is not overwritten"),
        (["machine.disk_space_free"], "is there already and is not overwritten"),
        (["machine"], "is no id of a check"),
        (["machine.Fan"], "is no id of a check"),
        (["../x.y"], "is no id of a check"),
        (["machine.class"], "is no id of a check"),
        (["machine.fan_stops", "--question", 'x"""'], "ends with a question mark"),
    ):
        code, out = run(checkout, ["agent", "check", "new", *words])
        assert (code, said in out) == (2, True), out
    assert files(checkout) == before


@pytest.mark.slow
def test_new_area(checkout: Path) -> None:
    """A new area becomes a package, so that the compiler finds its checks."""
    code, out = run(checkout, ["agent", "check", "new", "printer.paper_loaded"])
    assert (code, (checkout / "checks" / "printer" / "__init__.py").is_file()) == (0, True), out
    assert run(checkout, ["pytest", "tests/checks/printer"])[0] == 0
    assert "printer.paper_loaded" in run(checkout, ["agent", "check", "list"])[1]
