"""What lets a scan go on: how far each file was read, and what was found up to there. Written whole or not at all.

A file is known by its first bytes, so a log that was rotated away is not read twice and its successor is read from the start.
"""

from __future__ import annotations

import copy
import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from agent.catalogue.load import Catalogue
from agent.errors import UsageError
from agent.scan.model import Place, Seen
from agent.scan.sources import hash_head, identity
from agent.scan.tally import Tally

SCHEMA = 1


def knowledge(catalogue: Catalogue) -> str:
    """What changes when the catalogue would recognise something else."""
    return hash_head(json.dumps([catalogue.rule_ids, catalogue.index["signals"]]).encode())


@dataclass
class Mark:
    """How far a file was read: the next record begins at ``offset``, in line ``line``. ``head`` bytes gave ``identity``.

    ``ends`` are the records behind ``offset`` as they were when the file ended there: (Seen, Place, when, sample). They are read again as
    long as the file is there, because it may have grown, and count as they are when it is gone.
    """

    path: str
    identity: str
    head: int
    offset: int = 0
    line: int = 1
    ends: list[tuple[Seen, Place, float | None, str]] = field(default_factory=list)


class State:
    """The marks of all files and the tally up to them."""

    def __init__(self, stamp: str, marks: list[Mark] | None = None, tally: Tally | None = None) -> None:
        self.stamp = stamp
        self.marks = {mark.path: mark for mark in marks or ()}
        self.tally = tally or Tally()

    def mark(self, path: str, head: bytes, size: int | None) -> tuple[Mark, str]:
        """The mark of a file with these first bytes, and what is to be said about it; ``size`` is None when it is not known."""
        known = self.marks.get(path)
        if known is not None and _same(known, head):
            if size is None or size >= known.offset:
                return known, ""
            note = f"{path} became shorter; read from its start"
            self.marks[f"{path}\n{known.identity}\n{known.offset}"] = Mark(f"{path} (before)", "", 0, ends=known.ends)
        else:
            note = f"{path} is another file than before; read from its start" if known is not None else ""
            moved = self._moved(path, head)
            if known is not None:
                # Its findings stay; should the file turn up under another name, it is known.
                self.marks[f"{path}\n{known.identity}"] = known
            if moved is not None:
                self.marks[path] = Mark(path, moved.identity, moved.head, moved.offset, moved.line, moved.ends)
                return self.marks[path], f"{path} was {moved.path} before; read on from there"
        self.marks[path] = Mark(path, hash_head(head), len(head))
        return self.marks[path], note

    def whole(self) -> Tally:
        """The tally with the records at the ends of all files."""
        shown = copy.deepcopy(self.tally)
        for mark in self.marks.values():
            for seen, place, when, sample in mark.ends:
                shown.add(seen, place, when, partial(str, sample))
        return shown

    def _moved(self, path: str, head: bytes) -> Mark | None:
        """The mark of a file that had another name: it has these first bytes, and its old name does not lead to it any more."""
        for key, mark in list(self.marks.items()):
            if (
                mark.path != path
                and mark.head
                and _same(mark, head)
                and identity(mark.path, mark.head) != mark.identity
            ):
                del self.marks[key]
                return mark
        return None

    def save(self, target: str) -> None:
        """Replace the file in one step."""
        folder = os.path.dirname(os.path.abspath(target))
        body = {
            "schema": SCHEMA,
            "stamp": self.stamp,
            "marks": [[key, asdict(mark)] for key, mark in self.marks.items()],
            **self.tally.dump(),
        }
        try:
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=".scan-")
        except OSError as fault:
            raise UsageError(f"--state {target} cannot be written: {fault.strerror or fault}") from fault
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(body, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
        except BaseException:
            os.unlink(temporary)
            raise


def _same(mark: Mark, head: bytes) -> bool:
    return len(head) >= mark.head and hash_head(head[: mark.head]) == mark.identity


def read(path: str, stamp: str) -> tuple[State, str]:
    """The state in a file, or a new one, and what is to be said about it. A file that is no state raises ``UsageError``."""
    try:
        with open(path, encoding="utf-8") as file:
            body = json.load(file)
    except FileNotFoundError:
        return State(stamp), ""
    except OSError as fault:
        raise UsageError(f"--state {path} cannot be read: {fault.strerror or fault}") from fault
    except ValueError as fault:
        raise UsageError(f"--state {path} is not a state of agent scan; name another file or delete it") from fault
    return _state(body, path, stamp)


def _state(body: Any, path: str, stamp: str) -> tuple[State, str]:
    try:
        if body["schema"] != SCHEMA:
            raise ValueError
        if body["stamp"] != stamp:
            return State(stamp), "the catalogue changed since the state was written; everything is read anew"
        state = State(stamp, None, Tally.read(body))
        state.marks = {str(key): _mark(mark) for key, mark in body["marks"]}
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise UsageError(f"--state {path} is not a state of agent scan; name another file or delete it") from fault
    return state, ""


def _mark(row: dict[str, Any]) -> Mark:
    ends = [(Seen(*seen), Place(*place), when, str(sample)) for seen, place, when, sample in row["ends"]]
    return Mark(**{**row, "ends": ends})
