"""The published schemas say what really is read and written; an independent validator is the judge."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from agent.catalogue.load import load
from agent.commands.schema import FOLDER, NAMES
from agent.diagnose import Options, diagnose
from agent.errors import UsageError
from agent.intake import _FIELDS, from_mapping, read_report
from agent.model import Cost, Status, UnknownReason
from agent.render.jsonout import document, render
from agent.system.fake import FakeSystem

FIXTURES = Path(__file__).resolve().parent / "reports"

ERRORS = {
    "secret": "AADSTS7000222: The provided client secret keys for app 'Contoso Nightly' are expired.",
    "clock": "AADSTS700024: Client assertion is not within its valid time range. Current time: 2026-11-25T10:00:00.0Z, "
    "assertion valid from 2026-11-25T10:20:00.0Z, expiry time of assertion 2026-11-25T10:30:00.0Z.",
    "unknown": "The moon was in the wrong house",
    "dns": "Name or service not known (login.contoso.test:443)",
    "certificate": "ClientCertificateCredential authentication failed: Unix LocalMachine X509Store is limited to the Root and "
    "CertificateAuthority stores.",
    "wrapped": "\x1b[31mConnect-MgGraph: AADSTS50011: The redirect URI\r\n     | does not match\x1b[0m",
}


def schema(name: str) -> dict[str, Any]:
    """A published schema."""
    value: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return value


def faults(name: str, value: Any) -> list[str]:
    """What the validator finds wrong, with the place."""
    return [f"{e.json_path}: {e.message}" for e in Draft202012Validator(schema(name)).iter_errors(value)]


def closed(value: Any) -> Any:
    """The schema with every listed object closed, so that a field nobody documented is found."""
    if isinstance(value, dict):
        value = {k: closed(v) for k, v in value.items()}
        if "properties" in value and "required" in value:
            value["additionalProperties"] = False
    return [closed(v) for v in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", NAMES)
def test_schema_itself_is_valid(name: str) -> None:
    """Each schema keeps to JSON Schema 2020-12 and names its version."""
    Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$id"].endswith(f"{name}:1")


@pytest.mark.parametrize("explain", [False, True], ids=["plain", "explain"])
@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS.keys())
def test_diagnosis_follows_its_schema(error: str, explain: bool) -> None:
    """Every diagnosis, with checks that cannot look and with none, is valid and has no undocumented field."""
    strict = Draft202012Validator(closed(schema("diagnosis")))
    for options in (Options(checks=False), Options(offline=True, budget_s=5)):
        answer = diagnose(read_report(error.encode()), load(), FakeSystem(), options)
        written = json.loads(render(answer, explain))
        assert [f"{e.json_path}: {e.message}" for e in strict.iter_errors(written)] == []
        assert ("explain" in written) is explain


def test_closed_lists_agree_with_the_code() -> None:
    """Statuses, reasons and verdicts of the schema are those of the code."""
    from agent.exits import OF_VERDICT

    published = schema("diagnosis")
    result = published["$defs"]["result"]["properties"]
    assert result["status"]["enum"] == [s.name.lower() for s in Status]
    assert result["reason"]["enum"] == [*(r.value for r in UnknownReason), None]
    assert set(published["properties"]["verdict"]["enum"]) == set(OF_VERDICT)
    assert Cost  # cost words are not part of a diagnosis


def test_report_schema_lists_the_fields_that_are_read() -> None:
    """The fields of the schema are exactly those that intake knows."""
    assert set(schema("error-report")["properties"]) == set(_FIELDS)


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.json")), ids=lambda p: p.stem)
def test_reports_of_the_module(path: Path) -> None:
    """What the ErrorAgent module sends is valid, is read without a note about unknown fields, and can be diagnosed."""
    sent = json.loads(path.read_text("utf-8"))
    assert faults("error-report", sent) == []
    report = from_mapping(sent)
    assert not [note for note in report.notes if "unknown fields" in note]
    assert faults("diagnosis", document(diagnose(report, load(), FakeSystem(), Options(checks=False)))) == []


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 2},
        {"exceptions": 5},
        {"exceptions": [{"message": []}]},
        {"exceptions": [7]},
        {"http": "no"},
        {"http": {"status": "many"}},
        {"command": []},
        {"command": {"parameters": [1]}},
        {"modules": "x"},
        {"assemblies": [{"name": {}}]},
        {"category": 1},
        {"text": {}},
        {"text": None},
    ],
    ids=json.dumps,
)
def test_schema_and_intake_refuse_the_same(change: dict[str, Any]) -> None:
    """What the schema forbids is refused by intake with the field's name, and the bare report is accepted by both."""
    bare = {"schema": 1, "text": "AADSTS7000222"}
    assert faults("error-report", bare) == []
    assert from_mapping(copy.deepcopy(bare)).text == "AADSTS7000222"
    wrong = {**bare, **change}
    if change == {"text": None}:
        del wrong["text"]
    assert faults("error-report", wrong)
    with pytest.raises(UsageError, match="error report"):
        from_mapping(wrong)


@pytest.mark.parametrize(
    "more",
    [
        {"exceptions": {"type": "System.Exception", "message": "one, unrolled by Windows PowerShell"}},
        {"exceptions": [{"type": "E", "message": "m", "hresult": -2146233088}]},
        {"http": {"status": "401", "headers": {"Date": ["Wed, 25 Nov 2026 10:00:00 GMT"]}}},
        {"command": None, "http": None, "token": None, "modules": None},
        {"newer_field": {"anything": 1}},
        {"schema": "1"},
        {"token": {"exp": 1790000000, "roles": ["User.Read.All"], "aud": "https://graph.microsoft.com"}},
    ],
    ids=json.dumps,
)
def test_schema_and_intake_accept_the_same(more: dict[str, Any]) -> None:
    """Tolerated forms are tolerated by both: single rows, numbers as text, null, fields of a newer sender."""
    report = {"schema": 1, "text": "x", **more}
    assert faults("error-report", report) == []
    assert from_mapping(report).text


_SEND = """
$ErrorActionPreference = 'Stop'
Import-Module $env:SCHEMA_TEST_MODULE -Force
$module = Get-Module ErrorAgent
$send = { param($what, $native) ConvertTo-AgentJson (ConvertTo-AgentReport $what $ExecutionContext.SessionState $native) }
try { throw [InvalidOperationException]::new('outer', [Exception]::new('AADSTS7000222: inner')) } catch { & $module $send $_ }
try { Connect-Nowhere -TenantId contoso.test } catch { & $module $send $_ }
try { Invoke-WebRequest http://127.0.0.1:9/ } catch { & $module $send $_ }
& $module $send 'AADSTS50011: text only'
& $module $send $null ([pscustomobject] @{ ExitCode = 5 })
"""


def test_reports_of_a_live_session(tmp_path: Path) -> None:
    """What the module sends right now, from a real session, follows the schema: chain, missing command, web, text, native."""
    pwsh = os.environ.get("AGENT_TEST_PWSH") or shutil.which("pwsh")
    if not pwsh:
        pytest.skip("no PowerShell: set AGENT_TEST_PWSH or put pwsh on the PATH")
    script = tmp_path / "send.ps1"
    script.write_text(_SEND, "utf-8")
    module = Path(__file__).resolve().parents[2] / "ps-module" / "ErrorAgent" / "ErrorAgent.psd1"
    done = subprocess.run(
        [pwsh, "-NoProfile", "-NonInteractive", "-File", str(script)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "SCHEMA_TEST_MODULE": str(module), "NO_COLOR": "1"},
        check=False,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 5, done.stdout + done.stderr
    for line in lines:
        sent = json.loads(line)
        assert faults("error-report", sent) == []
        assert not [note for note in from_mapping(sent).notes if "unknown fields" in note]


FULL: dict[str, Any] = {
    "schema": 1,
    "source": {"name": "ErrorAgent", "version": "0.1.0"},
    "time": "2026-11-25T02:00:07.123Z",
    "exceptions": [{"type": "System.Exception", "message": "AADSTS7000222: expired", "hresult": "0x80131500"}],
    "error_id": "Microsoft.Graph.PowerShell.Authentication.Cmdlets.ConnectMgGraph",
    "category": {"category": "NotSpecified", "reason": "AuthenticationFailedException"},
    "details": {"message": "outer", "recommended_action": ""},
    "command": {
        "name": "Connect-MgGraph",
        "module": "Microsoft.Graph.Authentication",
        "parameters": {"TenantId": "contoso.test"},
    },
    "position": {"script": "nightly.ps1", "line": 8, "column": 1},
    "script_stack": "at <ScriptBlock>",
    "http": {"status": 401, "url": "https://graph.microsoft.com/v1.0/me", "method": "GET", "headers": {"Date": "now"}},
    "token": {"exp": 1790000000, "aud": "https://graph.microsoft.com", "roles": ["User.Read.All"]},
    "host": {"edition": "Core", "version": "7.6.9"},
    "modules": [{"name": "Microsoft.Graph.Authentication", "version": "2.34.0", "path": "/m", "state": "loaded"}],
    "assemblies": [
        {"name": "Azure.Core", "version": "1.47.0.0", "location": "/m/Azure.Core.dll", "context": "Default"}
    ],
    "context": {"tenant_id": "contoso.test", "scopes": ["User.Read"]},
    "environment": {"authority": "https://login.microsoftonline.com"},
    "native": {"exit_code": 5, "stderr": "no"},
    "text": "the same as text",
    "terminating": True,
}
ODD = (None, 5, -1, 1.5, 10**30, float("inf"), True, "x", "", "\ud800", [], ["a"], [[]], [1, None], {}, {"a": {}}, [{}])


def _places(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [p for key, item in steps for p in ((*place, key), *_places(item, (*place, key)))]


def test_any_odd_value_anywhere_is_judged_alike() -> None:
    """With any field of a full report replaced by any odd value, schema and intake agree, and what is read can be diagnosed."""
    judge, strict = Draft202012Validator(schema("error-report")), Draft202012Validator(closed(schema("diagnosis")))
    catalogue, wrong, turn = load(), [], 0
    for place in _places(FULL):
        for odd in ODD:
            sent = copy.deepcopy(FULL)
            inner: Any = sent
            for step in place[:-1]:
                inner = inner[step]
            inner[place[-1]] = odd
            try:
                report = from_mapping(sent)
            except UsageError as fault:
                if judge.is_valid(sent) and place != ("time",) and odd != float("inf"):  # beyond a schema, beyond JSON
                    wrong.append(f"{place} = {odd!r} is valid, but refused: {fault}")
                continue
            if not judge.is_valid(sent) and odd != float("inf"):
                wrong.append(f"{place} = {odd!r} is not valid, but read")
            turn += 1
            if turn % 8 == 0:
                written = json.loads(render(diagnose(report, catalogue, FakeSystem(), Options()), True))
                wrong += [f"{place} = {odd!r}: {e.json_path}: {e.message}" for e in strict.iter_errors(written)]
    assert not wrong, "\n".join(wrong)
