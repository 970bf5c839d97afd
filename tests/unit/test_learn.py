"""Learning from confirmations: off by default, bounded, shown, and never more than the catalogue's word allows at once."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from click.testing import Result as Ran
from smallcatalogue import standard

from agent import history, learn
from agent.cli import cli
from agent.diagnose import Options, diagnose
from agent.errors import UsageError
from agent.infer import OTHER, Model, rank, with_learnt
from agent.intake import from_text
from agent.model import Match
from agent.render.jsonout import document
from agent.system.fake import FakeSystem

MATCH = (Match("entra.first", "entra-first", "t", 0.98, "why"),)


def call(*words: str) -> Ran:
    """The command line run in this process."""
    return CliRunner().invoke(cli, words, standalone_mode=False, catch_exceptions=False)


def test_off_by_default() -> None:
    """Nothing is kept or used before it was turned on."""
    assert {} == learn.learnt("entra-first")
    with pytest.raises(UsageError, match="learning is off"):
        learn.confirm("entra-first", "clock", True)


def test_confirmations_shift_the_prior() -> None:
    """Five confirmations raise a cause, five refutations lower it, and the sum stays one."""
    written = Model(MATCH, standard()).prior
    up, down = with_learnt(written, {"expired": (5, 0)}), with_learnt(written, {"expired": (0, 5)})
    assert up["expired"] > written["expired"] > down["expired"]
    assert pytest.approx(1.0) == sum(up.values())
    assert up[OTHER] > 0


def test_one_confirmation_does_not_overturn_the_catalogue() -> None:
    """The catalogue's word is worth ten confirmations, so the most common cause stays first."""
    prior = Model(MATCH, standard(), learnt={"closed": (1, 0)}).prior
    assert "clock" == next(iter(prior))


def test_explain_shows_what_was_learnt() -> None:
    """The arithmetic names the confirmations, after the catalogue's own word."""
    ranked = {r.cause: r for r in rank(Model(MATCH, standard(), learnt={"expired": (3, 1)}), ())}
    assert ["before any check", "confirmed here 3 times, refuted 1"] == [what for what, _ in ranked["expired"].history]
    assert "confirmations of other causes" == ranked["clock"].history[1][0]


def test_counts_survive_and_go() -> None:
    """Counts add up over processes and are deleted when learning is turned off."""
    learn.turn_on()
    learn.confirm("c", "clock", True)
    assert (2, 0) == learn.confirm("c", "clock", True)
    assert {"clock": (2, 0)} == learn.learnt("c")
    learn.turn_off()
    assert {} == learn.learnt("c")


@pytest.mark.parametrize("text", ["", "[]", '{"counts": 7}', '{"counts": {"c": {"clock": ["x", 1]}}}', "\x00"])
def test_damaged_file_harms_no_diagnosis(text: str) -> None:
    """A damaged file means nothing was learnt; confirming says what to do."""
    learn.turn_on()
    learn.file().write_text(text)
    assert {} == learn.learnt("c")
    with pytest.raises(UsageError, match="feedback --off"):
        learn.confirm("c", "clock", True)


def test_foreign_counts_are_bounded() -> None:
    """No file can set a count that drowns the catalogue."""
    learn.turn_on()
    learn.file().write_text('{"counts": {"c": {"clock": [1e9, -5]}}}')
    assert {"clock": (learn.MOST, 0)} == learn.learnt("c")


def test_feedback_command_confirms_the_last_diagnosis() -> None:
    """The first cause of the last diagnosis is meant unless another of its causes is named."""
    found = diagnose(from_text("AADSTS700024: stale"), standard(), FakeSystem(), Options())
    history.keep(found, document(found))
    call("feedback", "--on")
    assert "clock: right 1 times" in call("feedback", "fixed").output
    assert "expired: right 0 times, wrong 1 times" in call("feedback", "wrong", "--cause", "expired").output
    assert {"clock": (1, 0), "expired": (0, 1)} == learn.learnt("entra-first")
    with pytest.raises(UsageError, match="did not name 'nothing'"):
        call("feedback", "wrong", "--cause", "nothing")
