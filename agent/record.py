"""A diagnosis with everything it was judged from, in one file, so that another machine can judge it again without asking anything.

The file is JSON: the redacted report, the facts, the answers of the machine (redacted before any check saw them), the checks that
were given up or broke, and the times. A replay with the same version gives the same document, byte for byte.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from agent import __version__
from agent.catalogue.load import Catalogue
from agent.codec import decode, encode
from agent.diagnose import Options, Prepared, conclude
from agent.errors import UsageError
from agent.fingerprint import fingerprint
from agent.match import match
from agent.model import CheckCall, Diagnosis, ErrorReport, Result, UnknownReason
from agent.redact import redact_text
from agent.system.recording import Recording, Replay, answers_from_json, answers_to_json

SCHEMA = 1
KIND = "it-error-agent record"
#: A record is some hundred kilobytes; more was not written by us.
MAX_BYTES = 64 * 1024 * 1024
#: Bytes of a file that is no text, enough for its kind to be seen.
BINARY_BYTES = 512
_SECRET_VARIABLE = re.compile(r"secret|password|passphrase|(?:access|api|account)_?key|token$|_key$", re.IGNORECASE)
#: Questions whose bytes are the content of a file or an answer of a service; the other bytes are public certificates.
_CONTENT = ("read_file", "http_get")


class Replayed(NamedTuple):
    """A diagnosis judged again; ``notes`` says what may make it differ from the recorded one."""

    diagnosis: Diagnosis
    notes: tuple[str, ...]


def clean(question: str, args: tuple[Any, ...], answer: Any) -> Any:
    """The answer without secrets, in the same shape."""
    if question == "environment" and answer and args and _SECRET_VARIABLE.search(str(args[0])):
        return "<secret>"
    return _clean(answer, question in _CONTENT)


def _clean(value: Any, content: bool) -> Any:
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, bytes):
        return _clean_bytes(value) if content else value
    if isinstance(value, tuple):
        items = [_clean(item, content) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if isinstance(value, Mapping):
        return {key: _clean(item, content) for key, item in value.items()}
    return value


def _clean_bytes(value: bytes) -> bytes:
    try:
        return redact_text(value.decode("utf-8")).encode("utf-8")
    except UnicodeDecodeError:
        return value[:BINARY_BYTES]


def cleaned(known: Prepared) -> Prepared:
    """What was prepared, with facts that may stand in a record."""
    return known._replace(facts={name: _clean(value, False) for name, value in known.facts.items()})


def document(
    known: Prepared, diagnosis: Diagnosis, options: Options, system: Recording, catalogue: Catalogue
) -> dict[str, Any]:
    """The record of a diagnosis that was made with ``system``."""
    by_clock = any(s.reason.startswith("the budget of") for s in diagnosis.skipped)
    fixed = [r for r in diagnosis.results if r.reason in (UnknownReason.TIMEOUT, UnknownReason.CRASHED)]
    return {
        "kind": KIND,
        "schema": SCHEMA,
        "version": __version__,
        "catalogue": digest(catalogue),
        "report": encode(known.report),
        "facts": encode(known.facts),
        "options": {
            "offline": options.offline,
            "checks": options.checks,
            "budget_s": options.budget_s,
            "learnt": {cause: list(counts) for cause, counts in options.learnt.items()},
            "waves": max((s.wave for s in diagnosis.steps), default=0) if by_clock else None,
        },
        "answers": answers_to_json(system.snapshot()),
        "given_up": encode(fixed),
        "elapsed_ms": {
            "total": diagnosis.elapsed_ms,
            "calls": [[encode(r.call), r.elapsed_ms] for r in diagnosis.results],
        },
    }


def digest(catalogue: Catalogue) -> str:
    """A word for the knowledge a diagnosis was made with."""
    index = {name: value for name, value in catalogue.index.items() if name != "stamp"}
    return hashlib.sha256(json.dumps(index, sort_keys=True).encode()).hexdigest()[:16]


def write(path: str, record: Mapping[str, Any]) -> None:
    """The record in a file that only its owner reads, replaced in one step."""
    target = Path(path)
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".record-")
    except OSError as fault:
        raise UsageError(f"{path} cannot be written: {fault.strerror or fault}") from fault
    try:
        with os.fdopen(handle, "w", encoding="ascii", newline="\n") as file:
            json.dump(record, file, ensure_ascii=True, indent=1)
            file.write("\n")
        os.replace(temporary, target)
    except OSError as fault:
        Path(temporary).unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {fault.strerror or fault}") from fault


def read(path: str) -> dict[str, Any]:
    """The record in a file; whatever is no record raises ``UsageError``."""
    try:
        if os.path.getsize(path) > MAX_BYTES:
            raise UsageError(f"{path}: larger than {MAX_BYTES // 1_048_576} MiB, so no record of a diagnosis")
        record = json.loads(Path(path).read_bytes())
    except OSError as fault:
        raise UsageError(f"{path} cannot be read: {fault.strerror or fault}") from fault
    except (ValueError, RecursionError) as fault:
        raise UsageError(f"{path}: not a record of agent diagnose --record: {fault}") from fault
    if not isinstance(record, dict) or record.get("kind") != KIND:
        raise UsageError(f"{path}: not a record of agent diagnose --record")
    if record.get("schema") != SCHEMA:
        raise UsageError(f"{path}: record schema {record.get('schema')!r}; this version reads {SCHEMA}")
    return record


def replay(record: Mapping[str, Any], catalogue: Catalogue) -> Replayed:
    """The diagnosis of a record, judged again from its answers; nothing is asked."""
    try:
        report, facts = decode(record["report"], "report"), decode(record["facts"], "facts")
        given_up = decode(record["given_up"], "given_up")
        answers = answers_from_json(record["answers"], decode)
        said = record["options"]
        options = Options(
            offline=bool(said["offline"]),
            checks=bool(said["checks"]),
            budget_s=float(said["budget_s"]),
            given={result.call: result for result in given_up},
            learnt={str(cause): (int(right), int(wrong)) for cause, (right, wrong) in said["learnt"].items()},
            waves=99 if said["waves"] is None else int(said["waves"]),
        )
        times = {decode(call, "elapsed_ms"): float(ms) for call, ms in record["elapsed_ms"]["calls"]}
        total = float(record["elapsed_ms"]["total"])
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise UsageError(f"the record is damaged: {type(fault).__name__}: {fault}") from fault
    if not isinstance(report, ErrorReport) or not isinstance(facts, dict):
        raise UsageError("the record is damaged: report or facts have another type")
    print_ = fingerprint(report)
    known = Prepared(report, print_, match(print_, report.text, catalogue), facts)
    diagnosis = conclude(known, catalogue, Replay(answers), options)
    results = tuple(_timed(result, times) for result in diagnosis.results)
    return Replayed(replace(diagnosis, results=results, elapsed_ms=total), tuple(_differences(record, catalogue)))


def _timed(result: Result, times: Mapping[CheckCall, float]) -> Result:
    return result._replace(elapsed_ms=times.get(result.call, result.elapsed_ms))


def _differences(record: Mapping[str, Any], catalogue: Catalogue) -> list[str]:
    notes = []
    if record.get("version") != __version__:
        notes.append(f"recorded with version {record.get('version')}, judged with {__version__}")
    elif record.get("catalogue") != digest(catalogue):
        notes.append("recorded with another catalogue than this one")
    return notes
