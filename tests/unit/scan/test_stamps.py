"""Moments in the shapes that logs have."""

from __future__ import annotations

import pytest

from agent.scan.stamps import moment

NOON = 1795608000.0  # 2026-11-25T12:00:00Z


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-25T12:00:00Z error",
        "2026-11-25 12:00:00 error",
        "2026-11-25 12:00:00,000 error",
        "2026/11/25 12:00:00 error",
        "[2026-11-25T13:00:00+01:00] error",
        "ERROR [app] 2026-11-25T12:00:00.000Z x",
        "11/25/2026 12:00:00 PM error",
        "11/25/2026, 12:00 PM error",
        "25.11.2026 12:00:00 error",
        "Nov 25 12:00:00 host app[1]: error",
        "<34>Nov 25 12:00:00 host app: error",
        '10.0.0.1 - - [25/Nov/2026:12:00:00 +0000] "GET /" 500',
        "1795608000 error",
        "1795608000123 error",
        '{"id": 7, "time": "2026-11-25T12:00:00Z"}',
        "AADSTS50034: No such user.\nTimestamp: 2026-11-25 12:00:00Z",
    ],
)
def test_common_shapes(line: str) -> None:
    """ISO, US and German dates, syslog, web servers, Unix seconds, JSON, and the sign-in service's own line."""
    assert moment(line, NOON + 60) == NOON


def test_syslog_gets_the_year_of_the_file() -> None:
    """A date without a year is the latest one that is not after the file was written."""
    assert moment("Nov 25 12:00:00 x", NOON - 86_400 * 30) == NOON - 86_400 * 365


@pytest.mark.parametrize(
    "line", ["error", "12:00:00 error", "2026-13-45T99:99:99Z", "99/99/2026 12:00:00", "1234567890123456 x"]
)
def test_nothing_is_invented(line: str) -> None:
    """No date, an impossible date, a number that is no time: none."""
    assert moment(line, NOON) is None
