"""A new check with its test: both work as they are, so that an author changes something that passes."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from pathlib import Path

from agent.errors import UsageError

_ID = re.compile(r"([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)")

_CHECK = '''"""See ``{name}``."""

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System


@check(cost=Cost.LOCAL, evidence={{"state": "text", "path": "text"}})
def {name}(system: System, *, path: str = "") -> Verdict:
    """{question}

    TODO: what follows from the answer, where its numbers come from, and what this cannot see.
    """
    place = path or system.folder("home")  # TODO: ask what decides; agent/system/base.py has the questions
    if not system.file_info(place).exists:
        return failed(f"{{place}} is not there", state="absent", path=place)
    return passed(f"{{place}} is there", path=place)
'''

_TEST = '''"""{question}"""

from checkkit import run_check

from agent.errors import CannotObserve
from agent.model import Result, Status, UnknownReason
from agent.system.base import FileInfo
from agent.system.fake import FakeSystem

CHECK = "{area}.{name}"


def _run(answer: object, platform: str = "linux") -> Result:
    return run_check(CHECK, FakeSystem(platform=platform, folder="/home/alex", file_info=answer))


def test_healthy_passes() -> None:
    """What is there passes, and is named."""
    result = _run(FileInfo("/home/alex", True))
    assert (result.status, result.evidence["path"]) == (Status.PASS, "/home/alex")


def test_fault_fails() -> None:
    """What is missing fails with its state."""
    result = _run(FileInfo("/home/alex", False))
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "absent")


def test_unseen_is_unknown() -> None:
    """What may not be looked at is no verdict."""
    result = _run(CannotObserve("no_permission", "/home may not be searched"))
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.NO_PERMISSION)


def test_another_platform_is_not_asked() -> None:
    """Where the check does not apply it says so."""
    assert _run(FileInfo("/home/alex", True), "plan9").reason is UnknownReason.NOT_SUPPORTED
'''


def new_check(root: Path, check_id: str, question: str = "") -> tuple[Path, ...]:
    """Write the check and its test below ``root`` (a source checkout); returns what was written, nothing is overwritten."""
    found = _ID.fullmatch(check_id)
    if not found or keyword.iskeyword(found[2]) or found[2].startswith("test_"):
        raise UsageError(
            f"{check_id!r} is no id of a check; it is <area>.<noun_state> in small letters, digits and underscores: net.tcp_reachable"
        )
    area, name = found[1], found[2]
    question = " ".join(question.split()) or f"Is the {name.replace('_', ' ')}?"
    if not re.fullmatch(r"[^\"\\]{3,110}\?", question):
        raise UsageError(
            "--question is one line of at most 110 characters that ends with a question mark, without quotes or backslashes"
        )
    texts = {
        root / "checks" / area / f"{name}.py": _CHECK.format(name=name, question=question),
        root / "tests" / "checks" / area / f"test_{name}.py": _TEST.format(area=area, name=name, question=question),
    }
    if not (root / "checks" / area / "__init__.py").exists():
        texts = {root / "checks" / area / "__init__.py": f'"""Checks about {area}."""\n', **texts}
    return _write(texts)


def _write(texts: Mapping[Path, str]) -> tuple[Path, ...]:
    if there := [path for path in texts if path.exists()]:
        raise UsageError(f"{there[0]} is there already and is not overwritten. Edit it, or choose another name.")
    place = next(iter(texts))
    try:
        for place, text in texts.items():
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except OSError as fault:
        raise UsageError(f"{place} cannot be written: {fault.strerror or fault}") from fault
    return tuple(texts)
