"""Errors are recognised as they arrive: wrapped, cut, coloured, quoted, escaped, translated, decoded wrongly."""

from __future__ import annotations

import statistics
from functools import cache

import pytest
from bench import matching
from captures import folder
from transforms import TRANSFORMS

from agent.catalogue.load import load

#: Share of texts whose right rule must stay first. A cut end may take the deciding letters with it ("AADSTS9…"), so less is asked there.
KEPT = 0.99
CUT = 0.97


@cache
def texts() -> list[tuple[str, str]]:
    """(rule, text) of the tests of all rules."""
    return matching.rule_texts(load())


@pytest.mark.parametrize("name", sorted(TRANSFORMS))
def test_the_right_rule_stays_first(name):
    """What a carrier does to a text does not change which error it is."""
    results = list(matching.transformed(name, texts(), load()))
    lost = [(rule, first and first.rule) for rule, first in results if first is None or first.rule != rule]
    kept = 1 - len(lost) / len(results)
    assert kept >= (CUT if name == "end cut" else KEPT), lost


@pytest.mark.slow
def test_captures_survive_every_carrier():
    """Real errors in the form a console shows, too."""
    folder()
    samples = [row for row in matching.samples(load()) if row not in set(texts())][::4]
    for name in TRANSFORMS:
        kept = statistics.mean(
            first is not None and first.rule == rule for rule, first in matching.transformed(name, samples, load())
        )
        assert kept >= KEPT, name


@pytest.mark.parametrize("form", [matching.as_report, matching.as_text], ids=["report", "text"])
def test_captures_get_the_right_class_and_few_wrong_claims(form):
    """Right class of at least 98 %, right rule of at least 95 %, at most 0.8 % confident and wrong; of texts, those that say why."""
    folder()
    silent = {c.id for c, _ in matching.labelled() if matching.says_nothing(c)} if form is matching.as_text else set()
    found = [o for o in matching.outcomes(load(), form) if o.id not in silent]
    assert statistics.mean(o.right for o in found) >= (0.97 if silent else 0.98)
    assert statistics.mean(o.right_rule for o in found) >= 0.95
    assert statistics.mean(o.wrong_claim for o in found) <= 0.008


def test_a_text_without_the_cause_gets_no_confident_claim():
    """Where a console hides the inner exception, the agent does not guess."""
    folder()
    silent = {c.id for c, _ in matching.labelled() if matching.says_nothing(c)}
    assert [] == [o.id for o in matching.outcomes(load(), matching.as_text) if o.id in silent and o.wrong_claim]


def test_confidence_means_what_it_says():
    """In the half of the captures that trust was not set on, no bin is right less often than it claims, by more than five hundredths."""
    folder()
    found = [
        o
        for form in (matching.as_report, matching.as_text)
        for o in matching.outcomes(load(), form)
        if o.first and matching.held_out(o.id)
    ]
    for low, high in matching.pairwise(matching.BINS):
        here = [o for o in found if low <= o.first.confidence < high]
        if len(here) >= 20:
            claimed = statistics.mean(o.first.confidence for o in here)
            assert statistics.mean(o.right for o in here) >= claimed - 0.05, (low, high)
