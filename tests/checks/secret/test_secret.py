"""Is the value given one that a client secret can have?"""

from __future__ import annotations

from typing import Any

import pytest
from checkkit import run_check

from agent.errors import CannotObserve
from agent.model import Status, UnknownReason
from agent.system.fake import FakeSystem
from agent.system.live import LiveSystem

CHECK = "secret.shape_valid"
ID = "3c8a2f10-0000-4000-8000-0000000000bb"


@pytest.mark.parametrize(
    "shape", ["empty", "id_instead_of_value", "truncated", "quoted", "whitespace", "placeholder", "token"]
)
def test_a_shape_that_no_secret_has_fails(shape: str) -> None:
    """Whatever is wrong is the state, from the input or from the variable."""
    given = run_check(CHECK, FakeSystem(), secret_shape=shape)
    kept = run_check(CHECK, FakeSystem(variable_shape={"AZURE_CLIENT_SECRET": shape}))
    assert (given.status, given.evidence["state"]) == (kept.status, kept.evidence["state"]) == (Status.FAIL, shape)


@pytest.mark.parametrize("shape", ["entra", "other"])
def test_a_possible_shape_passes(shape: str) -> None:
    """A shape that a secret may have is nothing to blame, and no proof either."""
    assert run_check(CHECK, FakeSystem(), secret_shape=shape).status is Status.PASS


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("absent", UnknownReason.MISSING_FACT),
        ("", UnknownReason.MISSING_FACT),
        (CannotObserve("no_permission", "closed"), UnknownReason.NO_PERMISSION),
    ],
)
def test_without_a_secret_nothing_is_known(said: Any, reason: UnknownReason) -> None:
    """No variable, a masked value, or a machine that does not tell."""
    result = run_check(CHECK, FakeSystem(variable_shape=said))
    assert (result.status, result.reason) == (Status.UNKNOWN, reason)


def test_the_variable_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real variable is judged by its shape; its value is in no answer."""
    monkeypatch.setenv("AZURE_CLIENT_SECRET", ID)
    result = run_check(CHECK, LiveSystem())
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "id_instead_of_value")
    assert ID not in repr(result)
