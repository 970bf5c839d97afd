"""Values survive the way into a record and back; a record from elsewhere makes values and nothing else."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from agent.codec import decode, encode
from agent.errors import UsageError
from agent.model import CheckCall, ErrorReport, ExceptionInfo, Result, Status, UnknownReason
from agent.system.base import NtpAnswer


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "text",
        1.5,
        b"\x00\xff",
        ("a", ("b", 2)),
        [1, "x"],
        {"a": (1,), "b": None},
        Status.FAIL,
        UnknownReason.TIMEOUT,
        NtpAnswer("time.example", -0.25, 0.01, 2, 0.02, 0),
        CheckCall("time.clock_in_sync", (("server", "time.example"),)),
        Result(CheckCall("a.b"), Status.UNKNOWN, "late", {}, UnknownReason.TIMEOUT, 12.5),
        ErrorReport("text", (ExceptionInfo("T", "m"),), claims={"exp": 1.0}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_value_survives(value: Any) -> None:
    """What was encoded, written as JSON and read back is equal."""
    assert value == decode(json.loads(json.dumps(encode(value))))


def test_infinity_survives() -> None:
    """JSON has no infinity; a record has."""
    assert math.inf == decode(json.loads(json.dumps(encode(math.inf), allow_nan=False)))


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ({"$": "Path", "text": "x"}, "unknown type 'Path'"),
        ({"$": ["CheckCall"]}, "unknown type"),
        ({"no": "type"}, "unknown type None"),
        ({"$": "CheckCall"}, "a field is missing"),
        ({"$": "CheckCall", "check": "a.b", "run": "x"}, "has no 'run'"),
        ({"$": "Status", "name": "__class__"}, "has no '__class__'"),
        ({"$": "tuple", "of": "abc"}, "expected a list"),
        ({"$": "map", "of": [1]}, "not a list of pairs"),
        ({"$": "bytes", "base64": "%"}, "not base64"),
    ],
)
def test_foreign_value_is_refused(value: Any, complaint: str) -> None:
    """A record cannot name types, fields or members we did not write; the message names the place."""
    with pytest.raises(UsageError) as caught:
        decode({"$": "tuple", "of": [value]}, "report")
    assert complaint in str(caught.value)
    assert str(caught.value).startswith("report[0]")


def test_deep_nesting_is_refused() -> None:
    """A record built to exhaust the stack is refused in words."""
    value: Any = "x"
    for _ in range(200):
        value = [value]
    with pytest.raises(UsageError, match="nested too deeply"):
        decode(value)
