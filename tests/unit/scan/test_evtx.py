"""Windows event logs: what is said without the reader, and how its records are counted."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from agent.catalogue.load import load
from agent.scan.scanner import Scanner
from agent.scan.state import State

TEXT = "AADSTS50034: The user account does not exist in the directory."


def test_without_the_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is reported as not read, and how to get the reader."""
    monkeypatch.setitem(sys.modules, "evtx", None)
    log = tmp_path / "a.evtx"
    log.write_bytes(b"ElfFile\x00")
    (left,) = Scanner(load()).scan((str(log),)).left
    assert left.failed
    assert "it-error-agent[evtx]" in left.reason


def test_a_file_that_is_none(tmp_path: Path) -> None:
    """With the reader, a damaged file is reported."""
    pytest.importorskip("evtx")
    log = tmp_path / "a.evtx"
    log.write_bytes(b"ElfFile\x00 and nothing more")
    (left,) = Scanner(load()).scan((str(log),)).left
    assert left.failed
    assert "event log" in left.reason


def test_events_are_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each event with an error counts once, under its number and time; events read before are not read again."""
    numbers = [5, 6]

    class Parser:
        def __init__(self, path: str) -> None:
            self.path = path

        def records_json(self) -> Any:
            for number in numbers:
                body = {"Event": {"System": {"TimeCreated": "2026-11-25T10:00:00Z"}, "EventData": {"Data": TEXT}}}
                yield {"event_record_id": number, "data": json.dumps(body, indent=2)}

    module = types.ModuleType("evtx")
    module.PyEvtxParser = Parser  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "evtx", module)
    log, state = tmp_path / "a.evtx", State("x")
    log.write_bytes(b"ElfFile\x00")
    (group,) = Scanner(load(), state).scan((str(log),)).groups
    assert (group.count, [p.line for p in group.places], group.first) == (2, [5, 6], 1795600800.0)
    numbers.append(7)
    assert Scanner(load(), state).scan((str(log),)).groups[0].count == 3
