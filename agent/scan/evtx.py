"""Windows event logs, through the ``evtx`` package when it is there."""

from __future__ import annotations

from collections.abc import Iterator

from agent.scan.sources import Unreadable

MISSING = "Windows event logs need the reader: pip install 'it-error-agent[evtx]'"


def records(path: str) -> Iterator[tuple[int, str]]:
    """(number, JSON text) of each event of a file."""
    try:
        from evtx import PyEvtxParser
    except ImportError as fault:
        raise Unreadable(MISSING) from fault
    try:
        for row in PyEvtxParser(path).records_json():
            if row is not None:
                yield int(row["event_record_id"]), " ".join(str(row["data"]).split("\n"))
    except (OSError, RuntimeError, ValueError) as fault:
        raise Unreadable(f"not readable as a Windows event log: {fault}") from fault
