"""What a scan found as one JSON object, ``schema: 1``; within a version fields are only added."""

from __future__ import annotations

import json
from typing import Any

from agent.scan.model import ClassTotal, Group, Outcome, by_class


def document(outcome: Outcome) -> dict[str, Any]:
    """The object."""
    return {
        "schema": 1,
        "partial": outcome.partial,
        "errors": outcome.errors,
        "files": outcome.files,
        "lines": outcome.lines,
        "bytes": outcome.bytes,
        "seconds": round(outcome.seconds, 3),
        "classes": [_class(total) for total in by_class(outcome)],
        "not_read": [{"file": x.file, "reason": x.reason} for x in outcome.left if x.failed],
        "left_out": [{"file": x.file, "reason": x.reason} for x in outcome.left if not x.failed],
        "notes": list(outcome.notes),
    }


def _class(total: ClassTotal) -> dict[str, Any]:
    return {
        "class": total.class_,
        "title": total.title,
        "rules": list(total.rules),
        "count": total.errors,
        "first_seen": iso(total.first),
        "last_seen": iso(total.last),
        "more": total.more,
        "groups": [_group(group) for group in total.groups],
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "fingerprint": group.hash,
        "rule": group.rule,
        "confidence": group.confidence,
        "count": group.count,
        "first_seen": iso(group.first),
        "last_seen": iso(group.last),
        "places": [{"file": p.file, "line": p.line} for p in group.places],
        "sample": group.sample,
    }


def iso(moment: float | None) -> str | None:
    """``2026-11-25T10:00:00Z``."""
    import time

    if moment is None:
        return None
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
    except (ValueError, OverflowError, OSError):
        return None


def render(outcome: Outcome) -> str:
    """One line of ASCII-safe JSON."""
    return json.dumps(document(outcome)) + "\n"
