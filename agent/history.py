"""The last diagnoses of this user, redacted, so that ``agent verify`` knows what to look at again.

One file each in ``<home>/diagnoses``, readable by its owner only, the newest ``KEPT`` of the last ``DAYS`` days. Off where
``AGENT_HISTORY=off`` or where the file ``history.off`` stands in the agent's home. Keeping never harms a diagnosis: what cannot be
written is not kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from agent.codec import decode, encode
from agent.errors import UsageError
from agent.home import home
from agent.model import CheckCall, Diagnosis, Result, Status

SCHEMA = 1
KEPT = 100
DAYS = 30.0
#: A kept diagnosis is some kilobytes; a larger file was not written by us.
MAX_BYTES = 4 * 1024 * 1024


class Entry(NamedTuple):
    """A kept diagnosis: when, what it said, and the results it hinged on."""

    id: str
    at: float
    verdict: str
    headline: str
    causes: tuple[str, ...]
    hinges: tuple[Result, ...]
    document: dict[str, Any]


def folder() -> Path:
    """Where diagnoses are kept; it need not exist yet."""
    return home() / "diagnoses"


def switch() -> Path:
    """The file whose presence turns keeping off."""
    return home() / "history.off"


def is_on() -> bool:
    """Whether diagnoses are kept."""
    return os.environ.get("AGENT_HISTORY", "").lower() not in ("off", "0", "no") and not switch().exists()


def days() -> float:
    """How long a diagnosis is kept: ``AGENT_HISTORY_DAYS``, else 30."""
    try:
        return max(float(os.environ.get("AGENT_HISTORY_DAYS", DAYS)), 0.0)
    except ValueError:
        return DAYS


def hinges(diagnosis: Diagnosis) -> tuple[Result, ...]:
    """What the answer stands on: the failures and warnings that raised a shown cause; only the first cause's where one leads."""
    led = diagnosis.verdict in ("cause_found", "likely")
    ranked = {r.cause: r for r in diagnosis.ranking}
    names = [cause["id"] for cause in diagnosis.causes[: 1 if led else None]]
    calls = {call for name in names for call in ranked[name].because}
    return tuple(r for r in diagnosis.results if r.call in calls and r.status in (Status.FAIL, Status.WARN))


def keep(diagnosis: Diagnosis, document: dict[str, Any]) -> str:
    """The id under which the diagnosis is kept, or an empty text when it is not."""
    if not is_on() or not diagnosis.matches:
        return ""
    at = time.time()
    entry_id = f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(at))}-{diagnosis.fingerprint.hash[:6]}"
    body = {"schema": SCHEMA, "at": at, "hinges": encode(hinges(diagnosis)), "document": document}
    try:
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(folder() / f"{entry_id}.json", json.dumps(body, ensure_ascii=True))
        _forget_old()
    except OSError:
        return ""
    return entry_id


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.stem}-{os.getpid()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _forget_old() -> None:
    names = sorted(name for name in os.listdir(folder()) if name.endswith(".json"))
    oldest = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() - days() * 86400))
    for name in [n for n in names[:-KEPT] if n] + [n for n in names[-KEPT:] if n < oldest]:
        with contextlib.suppress(OSError):
            (folder() / name).unlink()


def entries() -> Iterator[Entry]:
    """All kept diagnoses, the newest first; a file that is none of ours is passed over."""
    try:
        names = sorted((n for n in os.listdir(folder()) if n.endswith(".json")), reverse=True)
    except OSError:
        return
    for name in names:
        with contextlib.suppress(UsageError):
            yield read(name.removesuffix(".json"))


def read(entry_id: str) -> Entry:
    """The kept diagnosis of an id, of the start of an id, or the newest for an empty id."""
    path = _find(entry_id)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path}: too large to be a kept diagnosis")
        body = json.loads(path.read_bytes())
        document = body["document"]
        found = Entry(
            path.stem,
            float(body["at"]),
            str(document["verdict"]),
            str(document["headline"]),
            tuple(str(cause["id"]) for cause in document["causes"]),
            tuple(decode(body["hinges"], "hinges")),
            document,
        )
    except OSError as fault:
        raise UsageError(f"{path} cannot be read: {fault.strerror or fault}") from fault
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise UsageError(f"{path}: not a diagnosis kept by this version") from fault
    if not all(isinstance(r, Result) and isinstance(r.call, CheckCall) for r in found.hinges):
        raise UsageError(f"{path}: not a diagnosis kept by this version")
    return found


def _find(entry_id: str) -> Path:
    try:
        names = sorted(n for n in os.listdir(folder()) if n.endswith(".json"))
    except OSError:
        names = []
    if not names:
        off = "" if is_on() else " (keeping is off: agent history --on)"
        raise UsageError(f"no diagnosis has been kept yet{off}; run agent diagnose first")
    fitting = [n for n in names if n.startswith(entry_id)]
    if not fitting:
        raise UsageError(f"no kept diagnosis {entry_id!r}; agent history shows them")
    return folder() / fitting[-1]


def forget(keep_off: bool = False) -> int:
    """How many diagnoses were deleted: all of them; with ``keep_off`` none is kept from now on."""
    gone = 0
    with contextlib.suppress(OSError):
        for name in os.listdir(folder()):
            with contextlib.suppress(OSError):
                (folder() / name).unlink()
                gone += 1
    if keep_off:
        switch().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        switch().touch(mode=0o600)
    return gone


def turn_on() -> None:
    """Diagnoses are kept again."""
    with contextlib.suppress(FileNotFoundError):
        switch().unlink()


def outcome(before: Sequence[Result], after: Sequence[Result]) -> str:
    """``fixed``, ``not_fixed``, ``changed`` (fails in another way) or ``unknown`` (could not look), of the same calls twice."""
    pairs = list(zip(before, after, strict=True))
    if any(new.status is Status.UNKNOWN for _, new in pairs):
        return "unknown"
    still = [(old, new) for old, new in pairs if new.status in (Status.FAIL, Status.WARN)]
    if not still:
        return "fixed"
    same = [old for old, new in still if old.evidence.get("state") == new.evidence.get("state")]
    return "not_fixed" if same else "changed"
