"""What holds for every check, present and future: a question, a blind machine is unknown, no foreign platform, states that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from checkkit import run_check

from agent.catalogue.compile import check_specs, read_sources
from agent.catalogue.load import source_folder
from agent.errors import CannotObserve
from agent.model import Status, UnknownReason
from agent.plan import coerce
from agent.system.base import QUESTIONS
from agent.system.fake import FakeSystem

ROOT = Path(__file__).resolve().parents[2]
SPECS = check_specs()
#: A plausible value for every required parameter.
VALUES = {
    "token": (
        ("aud", "https://graph.microsoft.com"),
        ("exp", 4_000_000_000),
        ("tid", "11111111-2222-3333-4444-555555555555"),
    ),
    "tenant": "contoso.test",
    "host": "login.contoso.test",
    "module": "Microsoft.Graph.Authentication",
    "edition": "Core",
    "service_time": 1_790_000_000.0,
    "failed_at": 1_790_000_000.0,
    "certificate_path": "/home/alex/app.pfx",
    "thumbprint": "9F3C0A1B2C3D4E5F60718293A4B5C6D7E8F90A41",
    "ps_version": "7.4.0",
    "missing_command": "Get-MgUsr",
    "key_reason": "not_found",
    "assertion_part": "subject",
    "assertion_from": 1_790_000_000.0,
    "assertion_until": 1_790_000_600.0,
    "token_shape": "jwt",
    "identity_provider": "https://sts.windows.net/11111111-2222-3333-4444-555555555555/",
    "scopes": "User.Read",
    "redirect_uri": "http://localhost:8400",
    "client_id": "22222222-2222-3333-4444-555555555555",
    "resource": "https://graph.microsoft.com",
    "user_domain": "fabrikam.test",
    "url": "https://graph.microsoft.com/v1.0/me",
    "developer_tool": "az",
}


def params(check: str) -> dict:
    """Values for the parameters of a check that a diagnosis would fill."""
    declared = SPECS[check]["params"]
    return {
        n: coerce(VALUES[n], p["type"])
        for n, p in declared.items()
        if n in VALUES and (p["required"] or n == "thumbprint")
    }


@pytest.mark.parametrize("check", SPECS)
def test_a_check_asks_a_question(check):
    """The first docstring line is what people read in lists: one question."""
    assert SPECS[check]["title"].endswith("?")


@pytest.mark.parametrize("check", SPECS)
def test_a_blind_machine_is_unknown(check):
    """When nothing can be observed, a check that asks the machine says unknown with the reason: never pass, fail or a crash."""
    denied = CannotObserve("no_permission", "everything is closed")
    answers = {q: denied for q in QUESTIONS if q not in ("platform", "now")}
    system = FakeSystem(platform=SPECS[check]["platforms"][0], now=1_790_000_000.0, **answers)
    result = run_check(check, system, **params(check))
    asked = [q for q, _ in system.asked if q not in ("platform", "now")]
    assert result.reason is not UnknownReason.CRASHED, result.summary
    if asked:
        assert result.status is Status.UNKNOWN
        assert result.reason is not None
        assert result.summary


@pytest.mark.parametrize("check", SPECS)
def test_another_platform_is_unknown_and_never_called(check):
    """Off its platforms a check does not apply; the machine is not even asked."""
    system = FakeSystem(platform="plan9")
    result = run_check(check, system, **params(check))
    assert (Status.UNKNOWN, UnknownReason.NOT_SUPPORTED) == (result.status, result.reason)
    assert ["platform"] == [q for q, _ in system.asked]


@pytest.mark.parametrize("check", SPECS)
def test_each_check_has_its_tests(check):
    """A test file of the check's own, or of its area, runs it."""
    area, _, name = check.partition(".")
    files = [ROOT / "tests" / "checks" / area / f"test_{stem}.py" for stem in (name, area)]
    assert any(f.is_file() and name in f.read_text("utf-8") for f in files)


def test_states_that_causes_wait_for_are_states_that_checks_report():
    """A misspelt state in a cause would silently never count."""
    found = read_sources(source_folder(), [])
    wrong = []
    for cause, (record, _, _) in found["causes"].items():
        for check, entry in record.get("evidence", {}).items():
            area, _, name = check.partition(".")
            source = (ROOT / "checks" / area / f"{name}.py").read_text("utf-8") + _seam()
            wrong += [
                (cause, check, s)
                for s in entry.get("state", "").split("|")
                if s and not re.search(rf"\b{re.escape(s)}\b", source)
            ]
    assert [] == wrong


def _seam() -> str:
    """Where states that a check passes on are listed: the seam and the judgement that checks share."""
    return "".join(
        (ROOT / "agent" / f).read_text("utf-8") for f in ("system/answers.py", "certificates.py", "tokens.py")
    )
