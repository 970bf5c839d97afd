"""Errors really thrown by the identity libraries and PowerShell, as error reports; the folder is named by AGENT_TEST_CAPTURES."""

from __future__ import annotations

import csv
import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest


class Capture(NamedTuple):
    """One captured error: its report, its plain text, and its class where a person has labelled it."""

    id: str
    report: dict[str, Any]
    text: str
    class_: str
    causes: tuple[str, ...]
    raw: dict[str, Any]


def folder() -> Path:
    """The folder, or a skip with the reason; in CI its absence is a failure."""
    named = os.environ.get("AGENT_TEST_CAPTURES")
    if named and Path(named).is_dir():
        return Path(named)
    reason = "AGENT_TEST_CAPTURES does not name a folder of captures"
    if os.environ.get("CI") and named:
        pytest.fail(reason)
    pytest.skip(reason)


def captures() -> Iterator[Capture]:
    """All captures of the folder."""
    root = folder()
    with open(root / "classes.csv", encoding="utf-8", newline="") as file:
        labels = {row["id"]: (row["class"], (row["cause"],)) for row in csv.DictReader(file)}
    with open(root / "labels.csv", encoding="utf-8", newline="") as file:
        also = {
            r["rootCause"]: (*r["causes"].split(";"), *r["also_plausible"].split(";")) for r in csv.DictReader(file)
        }
    for raw in _lines(root / "dotnet-auth.jsonl"):
        class_, causes = labels.get(raw["id"], ("", ()))
        yield Capture(
            raw["id"],
            _dotnet(raw),
            raw.get("fullText", ""),
            class_,
            (*causes, *also.get(raw.get("rootCause"), ())),
            raw,
        )
    for name in ("connect-mggraph.jsonl", "powershell-errors.jsonl.gz"):
        for raw in _lines(root / name):
            causes = raw.get("causes") or ()
            causes = tuple(causes.split(";")) if isinstance(causes, str) else tuple(causes)
            causes = (*causes, *also.get(raw.get("rootCause"), ()))
            yield Capture(raw["id"], _record(raw), _rendered(raw), raw.get("class") or "", causes, raw)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _chain(types: list[str], messages: list[str], hresults: list[str]) -> list[dict[str, str]]:
    hresults = [*hresults, *[""] * len(types)]
    return [{"type": t, "message": m, "hresult": h} for t, m, h in zip(types, messages, hresults, strict=False)]


def _dotnet(raw: dict[str, Any]) -> dict[str, Any]:
    report: dict[str, Any] = {
        "schema": 1,
        "exceptions": _chain(raw["exceptionTypes"], raw["messages"], raw.get("hresults") or []),
        "time": raw.get("localTimeUtc"),
        "details": {"message": raw.get("errorDetails") or ""},
    }
    if raw.get("httpStatus"):
        report["http"] = {"status": raw["httpStatus"]}
    return report


def _record(raw: dict[str, Any]) -> dict[str, Any]:
    error = raw["error"]
    return {
        "schema": 1,
        "exceptions": _chain(
            error.get("exceptionTypes") or [], error.get("messages") or [], error.get("hresults") or []
        ),
        "error_id": error.get("fullyQualifiedErrorId") or "",
        "category": {
            "category": error.get("category") or "",
            "activity": error.get("categoryActivity") or "",
            "reason": error.get("categoryReason") or "",
            "target_name": error.get("categoryTargetName") or "",
        },
        "details": {"message": error.get("errorDetailsMessage") or ""},
        "command": {"name": error.get("command") or "", "module": error.get("module") or ""},
        "position": {"script": error.get("scriptName") or "", "line": str(error.get("scriptLineNumber") or "")},
        "http": {"status": error.get("httpStatus"), "headers": error.get("httpHeaders") or {}},
        "time": raw.get("localTimeUtc"),
        "text": "" if error.get("messages") else (_rendered(raw) or "unknown"),
    }


def _rendered(raw: dict[str, Any]) -> str:
    rendered = raw.get("rendered") or {}
    return rendered.get("normal") or rendered.get("concise") or ""
