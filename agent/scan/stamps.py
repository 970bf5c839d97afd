"""The moment a record names: of its first line, else what the sign-in service wrote as ``Timestamp:``."""

from __future__ import annotations

import re
import time

from agent.times import parse_time

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(
    r"\d{4}[-/.]\d\d[-/.]\d\d[T _]\d\d[:.]\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d)(?!\d))?"
)
_US = re.compile(r"(\d{1,2}/\d{1,2}/\d{4}),? (\d{1,2}:\d\d)(:\d\d)?(?:\.\d+)? ?([AaPp]M)?\b")
_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}),? (\d{1,2}):(\d\d)(?::(\d\d))?")
_SYSLOG = re.compile(r"\b([A-Z][a-z]{2}) ([ \d]\d) (\d\d:\d\d:\d\d)")
_APACHE = re.compile(r"\[(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d:\d\d:\d\d) ?([+-]\d{4})?")
_UNIX = re.compile(r"^\W{0,2}(\d{10})(\d{3})?(?:\.\d+)?\b")
_SERVICE = re.compile(r"Timestamp:\s*(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\dZ?)")
#: How far into a line a stamp may begin: behind a level, a host, an id.
_FAR = 160


def moment(text: str, written: float) -> float | None:
    """Epoch seconds, or None. Times without a zone count as UTC; ``written`` (when the file last was) gives syslog its year."""
    first = text[: _FAR * 10] if text.startswith("{") else text[:_FAR].partition("\n")[0]
    found = _dated(first, written)
    if found is None and (service := _SERVICE.search(text)):
        found = parse_time(service[1])
    return found


def _dated(line: str, written: float) -> float | None:
    if m := _ISO.search(line):
        value = m.group()
        date = value[:10].replace("/", "-").replace(".", "-")
        clock = value[11:16].replace(".", ":") + value[16:]
        return parse_time(f"{date}T{clock}")
    if m := _US.search(line):
        return parse_time(f"{m[1]} {m[2]}{m[3] or ':00'}{' ' + m[4] if m[4] else ''}")
    if m := _GERMAN.search(line):
        return parse_time(f"{m[3]}-{int(m[2]):02}-{int(m[1]):02}T{int(m[4]):02}:{m[5]}:{m[6] or '00'}")
    if (m := _APACHE.search(line)) and m[2].lower() in _MONTHS:
        return parse_time(f"{m[3]}-{_MONTHS.index(m[2].lower()) + 1:02}-{m[1]}T{m[4]}{m[5] or 'Z'}")
    if (m := _SYSLOG.search(line)) and m[1].lower() in _MONTHS:
        return _this_year(_MONTHS.index(m[1].lower()) + 1, int(m[2]), m[3], written)
    if m := _UNIX.match(line):
        seconds = float(m[1])
        return seconds if 631_152_000 <= seconds <= 4_102_444_800 else None  # 1990 to 2100
    return None


def _this_year(month: int, day: int, clock: str, written: float) -> float | None:
    """The latest such moment that is not more than a day after ``written``."""
    year = time.gmtime(written).tm_year
    for candidate in (year, year - 1):
        value = parse_time(f"{candidate}-{month:02}-{day:02}T{clock}Z")
        if value is not None and value <= written + 86_400:
            return value
    return None
