"""A recorded diagnosis can be judged again anywhere, gives the same bytes, and holds no secret."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from agent import record
from agent.catalogue.load import Catalogue, load
from agent.cli import cli
from agent.diagnose import Options, conclude, prepare
from agent.errors import CannotObserve, UsageError
from agent.intake import from_text
from agent.model import Diagnosis
from agent.render import jsonout
from agent.system.base import NtpAnswer, System
from agent.system.fake import FakeSystem
from agent.system.recording import Recording

TEXT = "AADSTS700024: Client assertion is not within its valid time range. Current time: 2026-11-25T02:00:00Z"
SECRET = "Abc8Q~" + "x" * 34


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The real catalogue."""
    return load()


def recorded(system: System, catalogue: Catalogue, **options: Any) -> tuple[Diagnosis, dict[str, Any]]:
    """(diagnosis made while recording, the record after a trip through JSON)."""
    chosen = Options(**options)
    known, spy = record.cleaned(prepare(from_text(TEXT), catalogue, chosen.facts)), Recording(system, record.clean)
    found = conclude(known, catalogue, spy, chosen)
    return found, json.loads(json.dumps(record.document(known, found, chosen, spy, catalogue), allow_nan=False))


def clock(offset_s: float) -> FakeSystem:
    """A machine whose clock is ahead by so many seconds; everything else cannot be asked."""
    return FakeSystem(
        now=1.8e9 + offset_s,
        ntp_servers=("time.example",),
        ntp_query=lambda server, timeout_s=1.0: NtpAnswer(server, -offset_s, 0.01, 2, 0.02, 0),
        environment=lambda name: None,
    )


def test_replay_gives_the_same_bytes(catalogue: Catalogue) -> None:
    """The document of the replay equals that of the recorded run, with explanation, byte for byte."""
    found, written = recorded(clock(420.0), catalogue)
    again = record.replay(written, catalogue)
    assert "clock-wrong" == found.causes[0]["id"]
    assert jsonout.render(found, explain=True) == jsonout.render(again.diagnosis, explain=True)
    assert () == again.notes


def test_replay_keeps_what_was_given_up(catalogue: Catalogue) -> None:
    """A check that hung then is unknown by timeout now, at once."""
    slow = clock(420.0)

    def hang(server: str, timeout_s: float = 1.0) -> NtpAnswer:
        time.sleep(5)
        raise CannotObserve("unreachable")

    slow.ntp_query = hang  # type: ignore[method-assign]
    found, written = recorded(slow, catalogue, budget_s=0.5)
    started = time.monotonic()
    again = record.replay(written, catalogue)
    assert time.monotonic() - started < 2
    assert any(r.reason == "timeout" for r in found.results)
    assert jsonout.render(found) == jsonout.render(again.diagnosis)


def test_record_holds_no_secret(catalogue: Catalogue) -> None:
    """Secrets in variables, files and answers are replaced before they are written or judged."""
    spy = Recording(
        FakeSystem(
            environment={"AZURE_CLIENT_SECRET": SECRET, "HTTPS_PROXY": f"http://alex:{SECRET}@proxy.example:8080"},
            read_file=json.dumps({"secret": SECRET}).encode(),
        ),
        record.clean,
    )
    told = [spy.environment("AZURE_CLIENT_SECRET"), spy.environment("HTTPS_PROXY"), spy.read_file("cache")]
    assert SECRET not in repr(told)
    assert SECRET not in repr(spy.snapshot())
    assert "proxy.example:8080" in str(told[1])


def test_password_of_a_certificate_is_no_part_of_a_record(catalogue: Catalogue) -> None:
    """The question is written without its password."""
    spy = Recording(FakeSystem(certificate_file=()), record.clean)
    spy.certificate_file("/etc/app.pfx", SECRET)
    assert SECRET not in repr(spy.snapshot())


def test_other_version_is_said(catalogue: Catalogue) -> None:
    """A record of another version or catalogue is judged, and the difference is named."""
    _, written = recorded(clock(0.0), catalogue)
    assert record.replay({**written, "version": "0.0.1"}, catalogue).notes[0].startswith("recorded with version 0.0.1")
    assert record.replay({**written, "catalogue": "x"}, catalogue).notes[0].startswith("recorded with another")


@pytest.mark.parametrize("change", [{"report": 7}, {"answers": []}, {"options": {}}, {"elapsed_ms": None}])
def test_damaged_record_is_an_error_in_words(catalogue: Catalogue, change: dict[str, Any]) -> None:
    """Whatever is changed in a record, the answer is a usage error."""
    _, written = recorded(clock(0.0), catalogue)
    with pytest.raises(UsageError):
        record.replay({**written, **change}, catalogue)


def test_command_line_round_trip(tmp_path: Path) -> None:
    """diagnose --record and replay agree on a real machine, in text and JSON; the file is its owner's only."""
    file = tmp_path / "fall é.json"
    call = ["diagnose", "--offline", "--record", str(file), TEXT]
    said = CliRunner().invoke(cli, call, standalone_mode=False)
    again = CliRunner().invoke(cli, ["replay", str(file)], standalone_mode=False)
    assert said.stdout == again.stdout
    assert said.return_value == again.return_value
    assert 0 == file.stat().st_mode & 0o077


@pytest.mark.parametrize("text", ["", "[]", '{"kind": "other"}', '{"kind": "it-error-agent record", "schema": 9}'])
def test_foreign_file_is_refused(tmp_path: Path, text: str) -> None:
    """Only records are replayed."""
    file = tmp_path / "x.json"
    file.write_text(text)
    with pytest.raises(UsageError):
        record.read(str(file))
