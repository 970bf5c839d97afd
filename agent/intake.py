"""Bytes, text or an error report become an ``ErrorReport``: decoded, repaired, bounded, validated.

An error text is hostile input: any size, any encoding, wrapped at a console's width, coloured, with prefixes of a transcript
or a CI log, with bidirectional marks. What was repaired or left out is said in ``notes``; nothing here interprets the error.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from agent.carriers import unpack
from agent.errors import UsageError
from agent.model import Assembly, ErrorReport, ExceptionInfo, Module
from agent.times import parse_time

#: More than this many bytes are refused: no error text is that long, and reading on would only cost time.
MAX_BYTES = 64 * 1024 * 1024
#: Text beyond this many characters is reduced to its head, its tail and the lines that look like errors.
KEEP_CHARS = 200_000

_CONTROL = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]"  # ANSI control sequences (colours, cursor)
    "|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?"  # OSC (titles, links)
    "|\x1b[@-_]"
    "|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
    "|[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]"  # zero-width and bidirectional marks
)
_PREFIX = re.compile(
    r"^(?:"
    r"##\[(?:error|warning|debug|command)\]"  # Azure Pipelines
    r"|::(?:error|warning)[^:]*::"  # GitHub Actions
    r"|[ \t\xa0]*(?:\d+[ \t\xa0]+|Line[ \t\xa0]*)?\|[ \t\xa0]{1,2}"  # PowerShell's concise view
    r"|\+[ \t]"  # PowerShell's position message
    r"|[ \t]*(?:>[ \t]?)+"  # quoted mail
    r")"
)
#: Times that logs and transcripts put before a line: ISO 8601, also in brackets, American and European, syslog's with host and program.
_TIME = re.compile(
    r"^[ \t]*(?:"
    r"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[ ]?[+-]\d\d:?\d\d)?\]?[ \t]+"
    r"|\[?\d{1,2}[/.]\d{1,2}[/.]\d{4},?[ ]\d{1,2}:\d\d(?::\d\d)?(?:[ ][AP]M)?\]?[ \t:\-]+"
    r"|\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?[ \t]+"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ ]{1,2}\d{1,2}[ ]\d\d:\d\d:\d\d[ ][\w.\-]+[ ][\w./\-]+(?:\[\d+\])?:[ ]"
    r")"
)
#: When so many of the lines begin with a time, it is the log's; else it may be part of what is said.
_TIMED = 0.3
#: Lower case without a flag: ten times faster over megabytes than ignoring case.
_WORTH = re.compile(
    r"aadsts\d|idx\d{5}|0x[0-9a-f]{8}|exception|error|denied|failed|unauthorized|forbidden|not recognized|could not|cannot|"
    r"not found|expired|proxy|certificate"
)


def read_report(data: bytes) -> ErrorReport:
    """The report in ``data``: an error report (JSON with ``schema``) or any text.

    Raises ``UsageError`` for empty input, a size over 64 MiB, a report of an unknown schema or with a wrongly typed field.
    """
    if len(data) > MAX_BYTES:
        raise UsageError(
            f"the input has {len(data) / 1_048_576:.0f} MiB; an error text has at most {MAX_BYTES // 1_048_576} MiB. "
            "Cut out the part around the error."
        )
    notes: list[str] = []
    text = _decode(data, notes)
    if not text.strip():
        raise UsageError("the input is empty. Give the error text as argument, on standard input, or with --file.")
    document = _as_report(text)
    if document is not None:
        return from_mapping(document, notes)
    return from_text(text, notes)


def from_text(text: str, notes: list[str] | None = None) -> ErrorReport:
    """A report made of plain text only."""
    notes = [] if notes is None else notes
    return ErrorReport(text=repair(text, notes), notes=tuple(notes))


def _decode(data: bytes, notes: list[str]) -> str:
    for mark, encoding in (
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    head = data[:4096]
    if head.count(0) > len(head) // 4:  # Windows tools write UTF-16 without a mark
        even = head[0::2].count(0)
        return data.decode("utf-16-be" if even > len(head) // 4 else "utf-16-le", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if sum(b < 9 or 13 < b < 32 for b in head if b != 27) > len(head) // 10:
        notes.append("the input is partly binary; only its readable parts were used")
    else:
        notes.append("the input is not UTF-8; read as Windows-1252")
    return data.decode("cp1252", "replace")


def repair(text: str, notes: list[str]) -> str:
    """The text without control characters, log prefixes and excess length; line breaks stay."""
    if len(text) > KEEP_CHARS:
        text = _reduce(text, notes)
    text = _sound(text)
    text = unpack(text, notes).replace("\r\n", "\n").replace("\r", "\n")
    clean = _CONTROL.sub("", text)
    if len(clean) != len(text):
        notes.append("colour codes and invisible characters were removed")
    lines = clean.split("\n")
    if ":" in clean:
        timed = [_TIME.match(line) for line in lines]
        often = sum(map(bool, timed)) > len(lines) * _TIMED
        lines = [
            line[found.end() :] if found and (often or i == 0) else line
            for i, (line, found) in enumerate(zip(lines, timed, strict=True))
        ]
    if any(mark in clean for mark in "|+#:>"):
        lines = [_unprefix(line) for line in lines]
    return "\n".join(lines).strip()


def _unprefix(line: str) -> str:
    for _ in range(3):
        shorter = _PREFIX.sub("", line, count=1)
        if shorter == line:
            break
        line = shorter
    return line


def _reduce(text: str, notes: list[str]) -> str:
    quarter = KEEP_CHARS // 4
    head, middle, tail = text[:quarter], text[quarter:-quarter], text[-quarter:]
    kept: list[str] = []
    room = KEEP_CHARS // 2
    end = 0
    low = middle.replace("\u0130", "i").lower()  # the one letter that is two in lower case would shift all places
    for found in _WORTH.finditer(low):
        if found.start() < end:
            continue
        start = max(middle.rfind("\n", found.start() - 400, found.start()) + 1, found.start() - 400, end)
        stop = min(found.end() + 600, len(middle))
        kept.append(middle[start:stop])
        end, room = stop, room - (stop - start)
        if room <= 0:
            break
    notes.append(
        f"of {len(text):,} characters the first and last {quarter:,} and {sum(map(len, kept)):,} around likely errors were read"
    )
    return "\n".join([head, *kept, tail])


def _as_report(text: str) -> Mapping[str, Any] | None:
    stripped = text.lstrip()
    if not stripped.startswith("{"):
        return None
    try:
        value = json.loads(stripped)
    except ValueError as fault:
        if re.match(r'\{\s*"schema"\s*:', stripped):
            at = f", line {fault.lineno} column {fault.colno}" if isinstance(fault, json.JSONDecodeError) else ""
            raise UsageError(f"the error report is not valid JSON{at}: {getattr(fault, 'msg', fault)}") from fault
        return None  # a log line or an answer body that merely begins like JSON
    except RecursionError as fault:
        raise UsageError("the error report is nested too deeply to be read") from fault
    return value if isinstance(value, dict) and "schema" in value else None


def from_mapping(document: Mapping[str, Any], notes: list[str] | None = None) -> ErrorReport:
    """The report in a parsed JSON document; see ``agent schema error-report`` for the shape.

    Unknown fields are left out with a note (a newer module may send more); a field of a wrong type raises ``UsageError`` that
    names it.
    """
    notes = [] if notes is None else notes
    if str(document.get("schema")) != "1":
        raise UsageError(
            f"error report: field schema is {document.get('schema')!r}; this agent reads schema 1. "
            "Update it-error-agent or the ErrorAgent module so that both are of one version."
        )
    if unknown := sorted(set(document) - _FIELDS):
        notes.append(f"unknown fields were left out: {', '.join(unknown[:5])}")
    read = _Reader(document)
    http, details, native = read.table("http"), read.texts("details"), read.table("native")
    command = read.table("command")
    exceptions = tuple(
        ExceptionInfo(_text(e, "type", w), repair(_text(e, "message", w), []), _hresult(e, w))
        for e, w in read.rows("exceptions")
    )
    text = "\n".join(
        dict.fromkeys(  # each text once: PowerShell repeats the message in several fields
            part
            for part in (
                *(f"{e.type}: {e.message}" if e.type else e.message for e in exceptions),
                repair(details.get("message", ""), []),
                repair(_text(native, "stderr", "native."), []),
                repair(_text(document, "text", ""), notes),
            )
            if part.strip()
        )
    )
    if not text and not read.text("error_id"):
        raise UsageError("error report: none of exceptions, details, native or text says anything")
    context = {**read.texts("context"), **read.texts("environment")}
    if url := _text(http, "url", "http."):
        context["url"] = url
    if method := _text(http, "method", "http."):
        context["method"] = method
    return ErrorReport(
        text=text,
        exceptions=exceptions,
        error_id=read.text("error_id"),
        category=read.texts("category"),
        command=_text(command, "name", "command."),
        module=_text(command, "module", "command."),
        parameters=_texts(command, "parameters", "command."),
        position={k: v for k, v in read.texts("position").items() if k in ("script", "line", "column")},
        http_status=_integer(http, "status", "http."),
        http_headers={k.lower(): v for k, v in _texts(http, "headers", "http.").items()},
        host=read.texts("host"),
        modules=tuple(
            Module(_text(m, "name", w), _text(m, "version", w), _text(m, "path", w), _text(m, "state", w) or "loaded")
            for m, w in read.rows("modules")
        ),
        assemblies=tuple(
            Assembly(_text(a, "name", w), _text(a, "version", w), _text(a, "location", w), _text(a, "context", w))
            for a, w in read.rows("assemblies")
        ),
        claims=_claims(read.table("token")),
        context=context,
        failed_at=_time(document),
        notes=tuple(notes),
    )


_FIELDS = frozenset(
    "schema source time exceptions error_id category details command position script_stack http token host modules "  # noqa: SIM905
    "assemblies context environment native text terminating".split()
)


class _Reader:
    """Typed access to the top level of a report."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def text(self, name: str) -> str:
        return _text(self._document, name, "")

    def table(self, name: str) -> Mapping[str, Any]:
        value = self._document.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise _wrong(name, "an object", value)
        return value

    def texts(self, name: str) -> dict[str, str]:
        return _texts(self._document, name, "")

    def rows(self, name: str) -> list[tuple[Mapping[str, Any], str]]:
        value = self._document.get(name)
        if value is None:
            return []
        value = [value] if isinstance(value, dict) else value  # Windows PowerShell unrolls arrays of one
        if not isinstance(value, list):
            raise _wrong(name, "a list", value)
        for i, row in enumerate(value):
            if not isinstance(row, dict):
                raise _wrong(f"{name}[{i}]", "an object", row)
        return [(row, f"{name}[{i}].") for i, row in enumerate(value[:200])]


def _text(table: Mapping[str, Any], name: str, where: str) -> str:
    value = table.get(name)
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    if not isinstance(value, str):
        raise _wrong(where + name, "a text", value)
    return _sound(value)


def _sound(text: str) -> str:
    """``text`` without lone surrogates, which JSON may carry and no encoder takes."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _texts(table: Mapping[str, Any], name: str, where: str) -> dict[str, str]:
    value = table.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong(where + name, "an object", value)
    out = {}
    for key, item in value.items():
        joined = " ".join(str(i) for i in item if not isinstance(i, dict | list)) if isinstance(item, list) else item
        out[str(key)] = _text({key: joined}, key, f"{where}{name}.")
    return out


def _integer(table: Mapping[str, Any], name: str, where: str) -> int | None:
    value = table.get(name)
    if value is None or value == "":
        return None
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError) as fault:  # the last: JSON readers take 1e999 for infinity
        raise _wrong(where + name, "a number", value) from fault


def _hresult(table: Mapping[str, Any], where: str) -> str:
    value = table.get("hresult")
    if isinstance(value, int) and not isinstance(value, bool):
        return f"0x{value & 0xFFFFFFFF:08X}"
    return _text(table, "hresult", where)


def _claims(table: Mapping[str, Any]) -> dict[str, Any]:
    return {
        k: tuple(str(i) for i in v) if isinstance(v, list) else v
        for k, v in table.items()
        if not (isinstance(v, dict) or (isinstance(v, float) and not math.isfinite(v)))
    }


def _time(document: Mapping[str, Any]) -> float | None:
    value = document.get("time")
    if value in (None, ""):
        return None
    moment = parse_time(str(value))
    if moment is None:
        raise _wrong("time", "an ISO 8601 time", value)
    return moment


def _wrong(name: str, expected: str, value: Any) -> UsageError:
    kind = {dict: "an object", list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    shown = kind.get(type(value), "null")
    if isinstance(value, str):
        shown = repr(value[:40])
    return UsageError(f"error report: field {name}: expected {expected}, found {shown}")
