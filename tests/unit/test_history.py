"""Kept diagnoses: redacted, private, bounded, off when asked; and the verdict of looking again."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from click.testing import Result as Ran

from agent import history
from agent.catalogue.load import Catalogue, load
from agent.cli import cli
from agent.diagnose import Options, diagnose
from agent.errors import UsageError
from agent.intake import from_text
from agent.model import CheckCall, Diagnosis, Result, Status, UnknownReason
from agent.render.jsonout import document
from agent.system.base import CertificateFacts
from agent.system.fake import FakeSystem

SECRET = "Abc8Q~" + "x" * 34
PRINT = "9F3C" + "0" * 34 + "41"
TEXT = f"AADSTS700027: Client assertion contains an invalid signature. client_secret={SECRET} Thumbprint '{PRINT}'"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The real catalogue."""
    return load()


def expired(catalogue: Catalogue) -> Diagnosis:
    """A diagnosis that an expired certificate was found for."""
    facts = {"thumbprint": PRINT, "subject": "CN=nightly", "not_before": 1.7e9, "not_after": 1.79e9}
    fields = {name: facts.get(name) for name in CertificateFacts._fields if name in facts}
    defaults = {n: CertificateFacts._field_defaults.get(n, "") for n in CertificateFacts._fields}
    held = CertificateFacts(**{**defaults, **fields})
    system = FakeSystem(now=1.8e9, certificates=(held,))
    return diagnose(from_text(TEXT), catalogue, system, Options(facts={"thumbprint": PRINT}))


def call(*words: str) -> Ran:
    """The command line run in this process."""
    return CliRunner().invoke(cli, words, standalone_mode=False)


def test_kept_diagnosis_is_private_and_redacted(catalogue: Catalogue) -> None:
    """The file is its owner's only and no secret of the error is in it."""
    found = expired(catalogue)
    kept = history.keep(found, document(found))
    file = history.folder() / f"{kept}.json"
    assert SECRET not in file.read_text(encoding="ascii")
    assert 0 == file.stat().st_mode & 0o077
    entry = history.read("")
    assert (kept, found.headline) == (entry.id, entry.headline)
    assert ["certificate.not_expired"] == [r.call.check for r in entry.hinges]


def test_off_keeps_nothing(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable and the switch both stop keeping; --off deletes, --on starts again."""
    found = expired(catalogue)
    monkeypatch.setenv("AGENT_HISTORY", "off")
    assert "" == history.keep(found, document(found))
    monkeypatch.delenv("AGENT_HISTORY")
    assert history.keep(found, document(found))
    assert "1 kept diagnoses deleted" in call("history", "--off").output
    assert "" == history.keep(found, document(found))
    call("history", "--on")
    assert history.keep(found, document(found))


def test_old_and_surplus_diagnoses_go(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than the limit stay, and none older than the age limit."""
    monkeypatch.setattr(history, "KEPT", 3)
    history.folder().mkdir(parents=True)
    for day in range(1, 8):
        (history.folder() / f"2020010{day}T000000Z-aaaaaa.json").write_text("{}")
    found = expired(catalogue)
    kept = history.keep(found, document(found))
    assert [f"{kept}.json"] == os.listdir(history.folder())


def test_unwritable_home_never_harms(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where nothing can be written nothing is kept, and nothing raises."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AGENT_HOME", str(tmp_path / "file" / "below"))
    found = expired(catalogue)
    assert "" == history.keep(found, document(found))


def test_foreign_files_are_passed_over() -> None:
    """Damaged or foreign files in the folder are no entries, and naming one is an error in words."""
    history.folder().mkdir(parents=True)
    for number, text in enumerate(["", "[]", '{"document": 7}', '{"at": "x", "document": {}}']):
        (history.folder() / f"2026010{number}T000000Z-aaaaaa.json").write_text(text)
    assert [] == list(history.entries())
    with pytest.raises(UsageError, match="not a diagnosis kept"):
        history.read("20260102")
    with pytest.raises(UsageError, match="no kept diagnosis '7'"):
        history.read("7")


FAILED = Result(CheckCall("a.b"), Status.FAIL, "", {"state": "expired"})


@pytest.mark.parametrize(
    ("after", "outcome"),
    [
        (FAILED._replace(status=Status.PASS, evidence={}), "fixed"),
        (FAILED, "not_fixed"),
        (FAILED._replace(evidence={"state": "absent"}), "changed"),
        (FAILED._replace(status=Status.UNKNOWN, reason=UnknownReason.TIMEOUT), "unknown"),
    ],
)
def test_outcome_of_looking_again(after: Result, outcome: str) -> None:
    """Fixed only when everything passes; another failure is a change; not being able to look is no verdict."""
    assert outcome == history.outcome([FAILED], [after])


def test_verify_says_what_it_sees(catalogue: Catalogue) -> None:
    """On this machine the certificate does not exist, so looking again cannot look, and the exit code says so."""
    found = expired(catalogue)
    history.keep(found, document(found))
    said = call("verify", "--format", "json")
    body = json.loads(said.output)
    assert ("unknown", 5) == (body["outcome"], said.return_value)
    assert "Was: The certificate expired" in call("verify").output


def test_verify_without_history_says_what_to_do() -> None:
    """Nothing kept is an error that says how to get something."""
    with pytest.raises(UsageError, match="run agent diagnose first"):
        CliRunner().invoke(cli, ["verify"], standalone_mode=False, catch_exceptions=False)
