"""From results to probabilities: unknown adds nothing, groups count once, certainty is bounded."""

from __future__ import annotations

import pytest
from smallcatalogue import catalogue, cause, rule, standard

from agent.infer import OTHER, Model, expected_gain_bits, posterior, rank
from agent.model import CheckCall, Match, Result, Status, UnknownReason

MATCH = (Match("entra.first", "c", "t", 0.98, "why"),)


def result(check: str, status: Status, state: str = "") -> Result:
    """A result of a check."""
    reason = UnknownReason.UNREACHABLE if status is Status.UNKNOWN else None
    return Result(CheckCall(check), status, "s", {"state": state} if state else {}, reason)


@pytest.fixture
def model() -> Model:
    """The first rule of the small catalogue."""
    return Model(MATCH, standard())


def test_priors_are_words_normalised_with_an_explicit_other(model):
    """10 : 4 : 1 share what other leaves."""
    assert model.prior == pytest.approx(
        {"clock": 0.92 * 10 / 15, "expired": 0.92 * 4 / 15, "closed": 0.92 / 15, OTHER: 0.08}
    )


def test_a_failing_check_proves_its_cause(model):
    """One specific failure lifts its cause over the bar for certain."""
    top = rank(model, [result("time.sync", Status.FAIL)])[0]
    assert top.cause == "clock"
    assert top.probability > 0.95
    assert top.because == (CheckCall("time.sync"),)


def test_a_passing_check_lowers_its_cause(model):
    """The clock is right, so it is not the clock; the other causes share what is left."""
    ranking = {r.cause: r for r in rank(model, [result("time.sync", Status.PASS)])}
    assert ranking["clock"].probability < 0.05
    assert ranking["clock"].against == (CheckCall("time.sync"),)
    assert ranking["expired"].probability > ranking["expired"].prior


def test_unknown_carries_no_evidence(model):
    """Not being able to look changes nothing, whatever the check."""
    assert posterior(model, [result("time.sync", Status.UNKNOWN)]) == pytest.approx(model.prior)


def test_correlated_checks_count_once(model):
    """Two looks at the same clock are one piece of evidence: the stronger."""
    alone = posterior(model, [result("time.sync", Status.FAIL)])
    both = posterior(model, [result("time.sync", Status.FAIL), result("time.date", Status.FAIL)])
    assert both == pytest.approx(alone)


def test_a_failure_of_another_state_speaks_against_a_cause(model):
    """A certificate that is not yet valid is not an expired one; what no cause explains speaks for an unknown cause."""
    ranking = {r.cause: r.probability for r in rank(model, [result("certificate.valid", Status.FAIL, "not_yet_valid")])}
    assert ranking["expired"] < 0.05
    assert ranking[OTHER] > 0.9


def test_one_of_several_states_is_enough(model):
    """States are alternatives, divided by a bar."""
    assert rank(model, [result("net.tcp", Status.FAIL, "timeout")])[0].cause == "closed"


def test_a_warning_moves_less_than_a_failure(model):
    """Suspicious is not proved."""
    warned = posterior(model, [result("time.sync", Status.WARN)])["clock"]
    failed = posterior(model, [result("time.sync", Status.FAIL)])["clock"]
    assert model.prior["clock"] < warned < failed


def test_no_evidence_is_beyond_being_overturned(model):
    """However many checks agree, other keeps a share."""
    results = [
        result("time.sync", Status.FAIL),
        result("certificate.valid", Status.PASS),
        result("net.tcp", Status.PASS),
    ]
    assert posterior(model, results)["clock"] < 1.0


def test_probabilities_sum_to_one(model):
    """Whatever was answered, the causes and other share one."""
    for status in Status:
        ranking = rank(model, [result("time.sync", status), result("certificate.valid", status, "expired")])
        assert sum(r.probability for r in ranking) == pytest.approx(1.0)


def test_the_arithmetic_starts_at_the_prior_and_ends_at_the_answer(model):
    """The history can be recomputed by a reader."""
    top = rank(model, [result("time.sync", Status.FAIL), result("net.tcp", Status.PASS)])[0]
    assert top.history[0] == ("before any check", model.prior["clock"])
    assert top.history[-1][1] == pytest.approx(top.probability)


def test_the_decisive_check_has_the_larger_gain(model):
    """Asking about the common cause tells more than asking about the rare one, and a settled question tells nothing."""
    assert expected_gain_bits(model, model.prior, "time.sync") > expected_gain_bits(model, model.prior, "net.tcp") > 0
    settled = {"clock": 1.0, "expired": 0.0, "closed": 0.0, OTHER: 0.0}
    assert expected_gain_bits(model, settled, "time.sync") == pytest.approx(0.0)


def test_no_match_ranks_nothing():
    """Without a rule there are no causes to rank."""
    assert rank(Model((), standard()), []) == ()


def test_another_kind_of_session_speaks_against_a_cause():
    """A cause that only applies to delegated sessions keeps a twentieth of its weight in an app-only one; unknown changes nothing."""
    catalogue = standard()
    catalogue.cause("clock")["only_when"] = {"tenant": "one|two"}
    usual = Model(MATCH, catalogue).prior["clock"]
    assert usual == pytest.approx(Model(MATCH, catalogue, {"tenant": "TWO"}).prior["clock"])
    assert Model(MATCH, catalogue, {"tenant": "three"}).prior["clock"] < usual / 3


def test_context_speaks_for_a_cause():
    """A fact that a cause is likelier with triples its weight; the opposite fact and no fact change nothing."""
    world = catalogue(
        [rule("entra.first", {"expired": "plausible", "wrong": "plausible"}, codes=["AADSTS1"])],
        [
            cause("expired", {}, "directory", look_up="x", likelier_when={"worked_before": "yes"}),
            cause("wrong", {}, "directory", look_up="x", likelier_when={"worked_before": "no"}),
        ],
        {},
    )
    match = (Match("entra.first", "c", "t", 1.0, ""),)
    plain = Model(match, world).prior
    before = Model(match, world, {"worked_before": "yes"}).prior
    assert plain["expired"] == plain["wrong"]
    assert pytest.approx(3.0) == before["expired"] / before["wrong"]
    assert pytest.approx(1 / 3) == (p := Model(match, world, {"worked_before": "No"}).prior)["expired"] / p["wrong"]
