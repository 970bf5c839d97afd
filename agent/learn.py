"""What this user confirmed: counts per class of error and cause, kept only after ``agent feedback --on``.

A confirmation is a person's word that a cause was the right one (fixed) or not (wrong); nothing is learnt from anything else and
nothing leaves the machine. The counts shift the priors (``infer.with_learnt``) and are shown by ``--explain``.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from agent.errors import UsageError
from agent.home import home
from agent.infer import Learnt

SCHEMA = 1
#: A count beyond this would drown the catalogue; a damaged or foreign file cannot set more.
MOST = 1000


def file() -> Path:
    """Where the counts are; its presence is the switch."""
    return home() / "feedback.json"


def is_on() -> bool:
    """Whether confirmations are kept and used."""
    return file().exists()


def turn_on() -> None:
    """Confirmations are kept from now on."""
    if not is_on():
        _write({})


def turn_off() -> None:
    """Nothing is kept or used any more; the counts are deleted."""
    file().unlink(missing_ok=True)


def learnt(class_: str) -> Learnt:
    """The counts for a class of errors; empty when learning is off or its file cannot be read."""
    if not is_on():
        return {}
    try:
        found = _read().get(class_, {})
    except UsageError:
        return {}
    return {cause: (right, wrong) for cause, (right, wrong) in found.items()}


def confirm(class_: str, cause: str, right: bool) -> tuple[int, int]:
    """The counts of the cause after one more confirmation. Learning must be on."""
    if not is_on():
        raise UsageError("learning is off; agent feedback --on turns it on (counts stay on this machine)")
    counts = _read()
    known = counts.setdefault(class_, {}).setdefault(cause, [0, 0])
    known[0 if right else 1] = min(known[0 if right else 1] + 1, MOST)
    _write(counts)
    return known[0], known[1]


def counts() -> dict[str, dict[str, list[int]]]:
    """All counts: class, cause, (right, wrong)."""
    return _read() if is_on() else {}


def _read() -> dict[str, dict[str, list[int]]]:
    try:
        body: Any = json.loads(file().read_bytes())
        return {
            str(class_): {str(c): [_count(right), _count(wrong)] for c, (right, wrong) in causes.items()}
            for class_, causes in body["counts"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise UsageError(f"{file()} is damaged ({fault}); agent feedback --off deletes it") from fault


def _count(value: Any) -> int:
    return min(max(int(value), 0), MOST)


def _write(counts: dict[str, dict[str, list[int]]]) -> None:
    target = file()
    temporary = target.with_name(f".feedback-{os.getpid()}")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as out:
            json.dump({"schema": SCHEMA, "counts": counts}, out, ensure_ascii=True, sort_keys=True)
        os.replace(temporary, target)
    except OSError as fault:
        raise UsageError(f"{target} cannot be written: {fault.strerror or fault}") from fault
