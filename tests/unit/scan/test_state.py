"""A scan that stops and goes on counts nothing twice and loses nothing."""

from __future__ import annotations

import gzip
import json
import os
import random
from pathlib import Path

import pytest
import scanlogs

from agent.catalogue.load import Catalogue, load
from agent.errors import UsageError
from agent.scan import sources
from agent.scan.model import Now, Outcome
from agent.scan.scanner import Scanner
from agent.scan.state import State, knowledge, read

USER = "AADSTS50034: The user account does not exist in the directory."
SECRET = "AADSTS7000222: The provided client secret keys for app 'x' are expired."


@pytest.fixture(scope="module")
def store() -> Catalogue:
    """The whole catalogue."""
    return load()


def scan(store: Catalogue, state: Path, *paths: Path, stop_after: int = 0) -> Outcome:
    """A scan with a state file, stopped after some blocks."""
    known, _ = read(str(state), knowledge(store))
    blocks = 0

    def count(now: Now) -> None:
        nonlocal blocks
        blocks += 1
        if stop_after and blocks >= stop_after:
            scanner.stop = True

    scanner = Scanner(store, known, str(state), count)
    return scanner.scan(tuple(str(p) for p in paths))


def facts(outcome: Outcome) -> list[tuple[object, ...]]:
    """What must not depend on stops."""
    return sorted((g.rule, g.hash, g.count, g.first, g.last, tuple(g.places)) for g in outcome.groups)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gz"])
def test_stopping_anywhere_changes_nothing(
    store: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    """However often a scan is stopped, the last call's answer is that of one uninterrupted scan."""
    monkeypatch.setattr(sources, "BLOCK", 20_000)
    logs = []
    for n in range(3):
        text = "".join(f"{line}\n   at frame {i}\n" for i, (line, _) in enumerate(scanlogs.lines(600, n, 0.1)))
        log = tmp_path / (f"{n}.log.gz" if encoding == "gz" else f"{n}.log")
        log.write_bytes(gzip.compress(text.encode()) if encoding == "gz" else text.encode(encoding))
        logs.append(log)
    whole = scan(store, tmp_path / "whole", *logs)
    rng = random.Random(1)
    partial, calls = True, 0
    while partial:
        found = scan(store, tmp_path / "parts", *logs, stop_after=rng.randint(1, 8))
        partial, calls = found.partial, calls + 1
    assert calls > 3
    assert facts(found) == facts(whole)
    assert facts(scan(store, tmp_path / "parts", *logs)) == facts(whole)


def test_a_log_that_grows(store: Catalogue, tmp_path: Path) -> None:
    """Each call reads what is new; an error whose last lines come later is one error."""
    log, state = tmp_path / "a.log", tmp_path / "state"
    text = "".join(f"{line}\nTrace ID: {i}\n" for i, (line, _) in enumerate(scanlogs.lines(300, 4, 0.2)))
    rng, at = random.Random(9), 0
    while at < len(text):
        step = rng.randint(1, 3_000)
        with log.open("a", encoding="utf-8", newline="") as file:
            file.write(text[at : at + step])
        at += step
        found = scan(store, state, log)
    other = tmp_path / "other"
    other.mkdir()
    fresh = scan(store, other / "state", log)
    assert facts(found) == facts(fresh)
    assert fresh.errors > 30


def test_a_rotated_log(store: Catalogue, tmp_path: Path) -> None:
    """The old file under its new name is not read twice, its successor from the start."""
    log, old, state = tmp_path / "a.log", tmp_path / "a.log.1", tmp_path / "state"
    log.write_text(f"2026-11-25T10:00:00Z {SECRET}\n2026-11-25T10:00:01Z fine\n")
    assert scan(store, state, tmp_path).errors == 1
    with log.open("a") as file:
        file.write(f"2026-11-25T10:00:02Z {SECRET}\n2026-11-25T10:00:03Z fine\n")
    os.replace(log, old)
    log.write_text(f"2026-11-26T10:00:00Z {USER}\n2026-11-26T10:00:01Z fine\n")
    for _ in range(2):
        found = scan(store, state, tmp_path)
        assert {g.rule: g.count for g in found.groups} == {"entra.aadsts7000222": 2, "entra.aadsts50034": 1}


def test_a_file_that_was_written_anew(store: Catalogue, tmp_path: Path) -> None:
    """Other first bytes, or fewer bytes than were read: from the start, and it is said."""
    log, state = tmp_path / "a.log", tmp_path / "state"
    log.write_text(f"2026-11-25T10:00:00Z {SECRET}\n" * 5 + "2026-11-25T10:00:00Z ok\n")
    scan(store, state, log)
    log.write_text(f"2026-11-26T10:00:00Z {USER}\n")
    found = scan(store, state, log)
    assert {g.rule: g.count for g in found.groups} == {"entra.aadsts7000222": 5, "entra.aadsts50034": 1}
    assert any("another file" in note for note in found.notes)


def test_a_new_catalogue_reads_anew(store: Catalogue, tmp_path: Path) -> None:
    """What another catalogue found is not mixed with what this one finds."""
    log, state = tmp_path / "a.log", tmp_path / "state"
    log.write_text(f"{SECRET}\n")
    scan(store, state, log)
    known, note = read(str(state), "another")
    assert "read anew" in note
    assert known.marks == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"schema":1}',
        '{"schema":2,"stamp":"x"}',
        '{"schema":1,"stamp":"x","groups":[1],"more":[],"marks":[]}',
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    """A file that is no state is neither used nor overwritten."""
    state = tmp_path / "state"
    state.write_text(text)
    with pytest.raises(UsageError, match="not a state"):
        read(str(state), "x")
    assert state.read_text() == text


def test_the_state_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault while writing leaves the old state and no other file."""
    state = tmp_path / "state"
    State("one").save(str(state))

    def fail(*args: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(json, "dump", fail)
    with pytest.raises(OSError, match="disk full"):
        State("two").save(str(state))
    assert [p.name for p in tmp_path.iterdir()] == ["state"]
    assert read(str(state), "one")[0].stamp == "one"
