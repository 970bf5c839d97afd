"""Times and durations as text, both ways. All moments are UTC epoch seconds."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta, timezone

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|UTC|[+-]\d\d:?\d\d)?)?",
    re.IGNORECASE,
)
_US = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d\d):(\d\d)(?: ?([AP])M)?", re.IGNORECASE)


def parse_time(text: str) -> float | None:
    """The moment at the start of ``text``: ISO 8601 (no zone means UTC), or the service's ``m/d/yyyy h:mm:ss [AM|PM]``."""
    text = text.strip()
    if found := _ISO.match(text):
        year, month, day, hour, minute, second, fraction, zone = found.groups()
        offset = timedelta(0)
        if zone and zone[0] in "+-":
            digits = zone[1:].replace(":", "")
            offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) * (1 if zone[0] == "+" else -1)
        micro = int((fraction or "0")[:6].ljust(6, "0"))
        parts = (int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micro)
    elif found := _US.match(text):
        month, day, year, hour, minute, second, half = found.groups()
        hours = int(hour) % 12 + (12 if half.upper() == "P" else 0) if half else int(hour)
        parts, offset = (int(year), int(month), int(day), hours, int(minute), int(second), 0), timedelta(0)
    else:
        return None
    try:
        return (datetime(*parts, tzinfo=timezone.utc) - offset).timestamp()
    except (ValueError, OverflowError):
        return None


def show_time(moment: float) -> str:
    """``2026-11-21 23:59 UTC``."""
    try:
        return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(moment))
    except (ValueError, OverflowError, OSError):
        return "an impossible time"


def show_duration(seconds: float) -> str:
    """One rounded unit a person would say: ``0.2 s``, ``45 s``, ``7 minutes``, ``3 hours``, ``12 days``."""
    size = abs(seconds)
    if size < 10:
        return f"{size:.1f} s"
    if size < 120:
        return f"{size:.0f} s"
    for limit, unit, name in ((7200, 60, "minutes"), (172_800, 3600, "hours"), (float("inf"), 86_400, "days")):
        if size < limit:
            return f"{size / unit:,.0f} {name}"
    raise AssertionError("unreachable")
