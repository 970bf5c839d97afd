"""Diagnosing another machine by questions: the most telling one first, nothing run here, no end without reason."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from click.testing import Result as Ran

from agent.ask import next_question, read_answer
from agent.catalogue.load import Catalogue, load
from agent.cli import cli
from agent.diagnose import prepare
from agent.errors import UsageError
from agent.intake import from_text

TEXT = (
    "ClientCertificateCredential authentication failed: AADSTS700027: Client assertion contains an invalid signature. "
    "Thumbprint '9F3C000000000000000000000000000000000041'"
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The real catalogue."""
    return load()


def call(*words: str) -> Ran:
    """The command line run in this process, without a terminal."""
    return CliRunner().invoke(cli, words, standalone_mode=False, catch_exceptions=False)


def test_question_holds_the_readers_own_values(catalogue: Catalogue) -> None:
    """The command to run there is complete."""
    question = next_question(prepare(from_text(TEXT), catalogue, {}), (), catalogue)
    assert question is not None
    assert "9F3C000000000000000000000000000000000041" in question.run


def test_answers_lead_to_the_cause(catalogue: Catalogue) -> None:
    """Answering as an expired certificate would makes it the certain cause within a few questions."""
    known, given = prepare(from_text(TEXT), catalogue, {}), []
    for _ in range(6):
        question = next_question(known, given, catalogue)
        if question is None:
            break
        verdict = "fail:expired" if question.call.check == "certificate.not_expired" else "pass"
        given.append(read_answer(f"{question.call.check}={verdict}", known, catalogue))
    answers = [f"{r.call.check}={r.status.name.lower()}" + (":expired" if r.evidence else "") for r in given]
    said = call("diagnose", "--ask", "--format", "json", *(w for a in answers for w in ("--answer", a)), TEXT)
    body = json.loads(said.output)
    assert ("cause_found", "certificate-expired", None) == (body["verdict"], body["causes"][0]["id"], body["question"])


def test_nobody_can_tell_is_no_evidence_and_is_not_asked_again(catalogue: Catalogue) -> None:
    """Every question answered with "unknown" ends the dialogue with the priors unchanged."""
    known, given = prepare(from_text(TEXT), catalogue, {}), []
    while question := next_question(known, given, catalogue):
        given.append(read_answer(f"{question.call.check}=unknown", known, catalogue))
        assert len(given) < 30
    first = json.loads(call("diagnose", "--ask", "--format", "json", TEXT).output)
    answers = [w for r in given for w in ("--answer", f"{r.call.check}=unknown")]
    last = json.loads(call("diagnose", "--ask", "--format", "json", *answers, TEXT).output)
    assert [(c["id"], c["probability"]) for c in first["causes"]] == [
        (c["id"], c["probability"]) for c in last["causes"]
    ]


def test_mail_form_says_how_to_go_on() -> None:
    """Without a terminal the question stands below the diagnosis, with the call that takes its answer; nothing is run."""
    said = call("diagnose", "--ask", "--on", "linux", TEXT)
    assert "Run on that machine:" in said.output
    assert "--on linux --answer certificate." in said.output
    assert "=<verdict>" in said.output


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ("time.clock_in_sync", "expected CHECK=VERDICT"),
        ("time.nothing=pass", "expected CHECK=VERDICT"),
        ("certificate.not_expired=fail:eaten", "is one of pass, fail:expired, fail:not_yet_valid, unknown"),
    ],
)
def test_bad_answer_names_the_possible_ones(answer: str, complaint: str) -> None:
    """A misspelt answer is an error that lists what can be said."""
    with pytest.raises(UsageError, match=complaint):
        call("diagnose", "--ask", "--answer", answer, TEXT)


def test_every_state_that_a_cause_waits_for_can_be_answered(catalogue: Catalogue) -> None:
    """For each question, every state named in the evidence of a cause is the verdict of one of its answers."""
    for cause in map(catalogue.cause, catalogue.cause_ids):
        for check, entry in cause.get("evidence", {}).items():
            if check in catalogue.questions and "state" in entry:
                said = {a["is"] for a in catalogue.questions[check]["answers"]}
                assert any(f"fail:{s}" in said for s in entry["state"].split("|")), (cause["id"], check)


def test_questions_are_about_checks_that_exist(catalogue: Catalogue) -> None:
    """A question of an unknown check could never be reached."""
    assert set(catalogue.questions) <= set(catalogue.checks)
