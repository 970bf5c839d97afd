"""Late patterns find what eager ones find, and are not compiled for texts that cannot match."""

from __future__ import annotations

import re

from agent import patterns
from agent.patterns import Pattern


def test_the_same_matches_as_the_expression_itself():
    """Search, all matches, groups and replacement agree with ``re``; the trigger is compared without case."""
    late, eager = Pattern("code", r"code (\d+)", re.IGNORECASE), re.compile(r"code (\d+)", re.IGNORECASE)
    text = "CODE 1 and code 2"
    assert eager.search(text).span() == late.search(text).span()
    assert eager.findall(text) == late.findall(text)
    assert [m.span() for m in eager.finditer(text)] == [m.span() for m in late.finditer(text)]
    assert eager.sub("x", text) == late.sub("x", text)


def test_nothing_iscompiled_without_the_trigger(monkeypatch):
    """A text that holds no trigger costs a search for a literal."""
    monkeypatch.setattr(patterns, "compiled", lambda *args: (_ for _ in ()).throw(AssertionError("compiled")))
    late = Pattern(("one", "two"), r"one|two")
    assert (late.search("three"), list(late.finditer("three")), late.findall("three"), late.sub("x", "three")) == (
        None,
        [],
        [],
        "three",
    )
