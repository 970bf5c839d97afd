"""Patterns on hostile input: slow ones are named, hanging ones are stopped, honest ones pass."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from agent.catalogue import hostile
from agent.catalogue.hostile import Trial, nested_repeat, probes, try_all
from agent.catalogue.load import built_in
from agent.system.child import lines_of

#: Patterns as rules have them.
HONEST = (
    r"Application '(?P<client_id>[0-9A-Fa-f-]{36})'",
    r"The scope (?P<scopes>[^\r\n]{1,300}?) is not valid",
    r"Tenant '(?P<tenant>[^']{1,100})' not found",
    r"\bStatus:\s{0,5}(\d{3})\b|to complete the operation",
)


@pytest.mark.parametrize("pattern", HONEST)
def test_honest_patterns_pass(pattern):
    """Bounded repetitions and alternatives of words are fast on every hostile text."""
    assert not nested_repeat(pattern)
    assert {} == try_all([Trial("x", pattern, ["is not valid"])])


@pytest.mark.parametrize("pattern", [r"\s+$", r"a.*b$", r"'[\w.]+[\w.]*:\d"], ids=["blanks", "dots", "neighbours"])
def test_quadratic_patterns_are_slow(pattern):
    """A pattern that is slow only on a long text of the right characters is found by texts made from the pattern itself."""
    assert "on a hostile text" in try_all([Trial("x", pattern, ["quota"])])["x"]


@pytest.mark.parametrize(
    "pattern", [r"(a+)+b", r"(?:a|ab)*c", r"(?:\w?){30}!", r"([a-z]+[0-9]*)*x", r"(?:(?:x{2,})*y)?"]
)
def test_repeated_choices_are_refused_without_a_trial(pattern):
    """What can be exponential is seen in the pattern alone, so a start can refuse it at once."""
    assert nested_repeat(pattern)


def test_a_hanging_pattern_is_stopped_and_the_others_are_tried(monkeypatch):
    """An exponential pattern costs the deadline, not the lint; patterns before and after it get their verdict."""
    monkeypatch.setattr(hostile, "HANGS_S", 1.5)
    started = time.monotonic()
    faults = try_all([Trial("good", "abc", []), Trial("bad", r"(?:a|a|b)+$c", []), Trial("later", r"\s+$", [])])
    assert time.monotonic() - started < 30
    assert ["bad", "later"] == list(faults)
    assert re.match(r"hangs on a hostile text; it was stopped after 1\.5 s|takes over", faults["bad"])
    assert "on a hostile text" in faults["later"]


def test_texts_feed_each_repetition_of_the_pattern():
    """Of every repetition there is a text in which it is fed, behind what the pattern wants before it, and a near miss of each literal."""
    texts = list(probes(Trial("x", r"token '([0-9a-f]+)' of (\w+) ends", ["token of"]), 200))
    assert any(re.match(r"token '(a{200,}|1{200,})' of", text) for text in texts)
    assert any(re.match(r"token '[a1]' of (a{200,}|1{200,})", text) for text in texts)
    assert any(text.startswith("token otoken o") for text in texts)
    assert all(len(text) < 700 for text in texts)


def test_every_pattern_of_the_catalogue_passes():
    """No pattern that is shipped is slow or hangs, on texts of up to 20,000 characters."""
    trials = [
        Trial(r["id"], r["match"]["pattern"], [*r["match"].get("contains", ()), *r["match"].get("any", ())])
        for r in built_in().rules()
        if "pattern" in r["match"]
    ]
    assert len(trials) >= 10
    assert {} == try_all(trials)


def test_the_child_is_isolated_and_gone(tmp_path, monkeypatch):
    """The program imports nothing from the current folder, gets its data, and silence ends it."""
    (tmp_path / "json.py").write_text("raise SystemExit('the folder decides')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    program = tmp_path / "program.py"
    program.write_text(
        "import json, sys, time\nprint('read', len(sys.stdin.buffer.read()), flush=True)\ntime.sleep(60)\nprint('late')",
        encoding="utf-8",
    )
    started = time.monotonic()
    assert ["read 300000"] == list(lines_of(program, b"x" * 300_000, 1.0))
    assert time.monotonic() - started < 20


def test_a_child_that_cannot_start_is_told(monkeypatch):
    """Without the process no pattern counts as sound."""
    monkeypatch.setattr(hostile, "__file__", str(Path("nowhere") / "hostile.py"))
    assert "could not be tried" in try_all([Trial("x", "a", [])])["x"]
