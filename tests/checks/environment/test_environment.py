"""What the environment of this account gives to credentials: variables, developer tools, federated tokens, managed identities."""

from __future__ import annotations

from typing import Any

import pytest
from checkkit import run_check

from agent.errors import CannotObserve
from agent.model import Result, Status, UnknownReason
from agent.system.base import FileInfo, InstalledModule, SignIn, TokenFile, ToolAnswer
from agent.system.fake import FakeSystem
from agent.system.live import LiveSystem

NOW = 1_795_000_000.0
TENANT, FOREIGN = "3c8a2f10-0000-4000-8000-0000000000bb", "4c8a2f10-0000-4000-8000-0000000000cc"
CLIENT = "14d82eec-204b-4c2f-b7e8-296a70dab67e"
DENIED = CannotObserve("no_permission", "closed")


def _told(result: Result) -> tuple[Status, Any]:
    return result.status, result.evidence.get("state")


def _variables(values: dict[str, str], **answers: Any) -> FakeSystem:
    """An environment with these variables; a secret is only shown to be there."""

    def shape(name: str, kind: str = "secret") -> str:
        return "absent" if name not in values else "other" if values[name] else "empty"

    return FakeSystem(environment=lambda name: values.get(name), variable_shape=shape, now=NOW, **answers)


BOTH = {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": CLIENT}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({**BOTH, "AZURE_CLIENT_SECRET": "x"}, (Status.PASS, None)),
        ({**BOTH, "AZURE_CLIENT_CERTIFICATE_PATH": "/app.pfx"}, (Status.PASS, None)),
        ({**BOTH, "AZURE_FEDERATED_TOKEN_FILE": "/token"}, (Status.PASS, None)),
        ({}, (Status.FAIL, "absent")),
        ({"AZURE_TENANT_ID": " "}, (Status.FAIL, "absent")),
        ({"AZURE_TENANT_ID": TENANT}, (Status.FAIL, "partial")),
        ({"AZURE_CLIENT_SECRET": "x"}, (Status.FAIL, "partial")),
        (BOTH, (Status.FAIL, "no_secret")),
        ({**BOTH, "AZURE_CLIENT_SECRET": ""}, (Status.FAIL, "no_secret")),
        ({"AZURE_TENANT_ID": f'"{TENANT}"', "AZURE_CLIENT_ID": CLIENT}, (Status.FAIL, "malformed")),
    ],
)
def test_credential_variables(values: dict[str, str], expected: tuple[Status, Any]) -> None:
    """What is missing is named; a set without proof, and values with quotes, are told apart."""
    assert _told(run_check("environment.credential_variables", _variables(values))) == expected


def test_credential_variables_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real environment is read, the secret's value appears nowhere."""
    for name in ("AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {**BOTH, "AZURE_CLIENT_SECRET": "MADE-UP-secret"}.items():
        monkeypatch.setenv(name, value)
    result = run_check("environment.credential_variables", LiveSystem())
    assert result.status is Status.PASS
    assert "MADE-UP" not in repr(result)


@pytest.mark.parametrize(
    ("configured", "tenant", "expected"),
    [
        (TENANT, TENANT.upper(), (Status.PASS, None)),
        (TENANT, FOREIGN, (Status.FAIL, "other_tenant")),
        ("contoso.test", "fabrikam.test", (Status.FAIL, "other_tenant")),
        ("contoso.test", TENANT, (Status.UNKNOWN, None)),
        ("", TENANT, (Status.UNKNOWN, None)),
    ],
)
def test_tenant_agrees(configured: str, tenant: str, expected: tuple[Status, Any]) -> None:
    """Like is compared with like; a name and an id tell nothing."""
    result = run_check("environment.tenant_agrees", _variables({"AZURE_TENANT_ID": configured}), tenant=tenant)
    assert _told(result) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"state": "signed_in", "tenant": TENANT, "subscription": CLIENT}, (Status.PASS, None)),
        ({"state": "signed_in", "tenant": FOREIGN, "subscription": CLIENT}, (Status.FAIL, "other_tenant")),
        ({"state": "signed_in", "tenant": TENANT}, (Status.FAIL, "no_subscription")),
        ({"state": "signed_in", "tenant": TENANT, "subscription": CLIENT, "elapsed_s": 9.0}, (Status.WARN, "slow")),
        ({"state": "absent"}, (Status.FAIL, "absent")),
        ({"state": "not_on_path", "path": "/opt/az/bin/az"}, (Status.FAIL, "not_on_path")),
        ({"state": "not_signed_in"}, (Status.FAIL, "not_signed_in")),
        ({"state": "polluted", "detail": "text before its JSON"}, (Status.FAIL, "polluted")),
        ({"state": "failed", "detail": "exit code 1"}, (Status.FAIL, "failed")),
        ({"state": "timeout", "elapsed_s": 13.0}, (Status.FAIL, "timeout")),
    ],
)
def test_developer_tool_ready(answer: dict[str, Any], expected: tuple[Status, Any]) -> None:
    """Each state of the Azure CLI is told apart."""
    system = FakeSystem(developer_tool=ToolAnswer("az", **answer))
    result = run_check("environment.developer_tool_ready", system, developer_tool="az", tenant=TENANT)
    assert _told(result) == expected


@pytest.mark.parametrize(
    ("modules", "saved", "expected"),
    [
        (True, (SignIn("az", "user", tenant=TENANT, subscription=CLIENT),), (Status.PASS, None)),
        (True, (SignIn("az", "user", tenant=FOREIGN, subscription=CLIENT),), (Status.FAIL, "other_tenant")),
        (True, (SignIn("az", "user", tenant=TENANT),), (Status.FAIL, "no_subscription")),
        (True, (SignIn("az", "damaged"),), (Status.FAIL, "failed")),
        (True, (SignIn("az", "user", tenant=TENANT, chosen=False),), (Status.FAIL, "not_signed_in")),
        (True, (), (Status.FAIL, "not_signed_in")),
        (False, (), (Status.FAIL, "absent")),
        (True, DENIED, (Status.UNKNOWN, None)),
    ],
)
def test_developer_tool_ready_of_az_powershell(modules: bool, saved: Any, expected: tuple[Status, Any]) -> None:
    """Az PowerShell is not started: its module and its saved contexts are looked at."""
    found = (InstalledModule("Az.Accounts", "5.0.0", "/modules/Az.Accounts"),) if modules else ()
    system = FakeSystem(installed_modules=lambda name: found, saved_sign_ins=saved)
    result = run_check("environment.developer_tool_ready", system, developer_tool="pwsh", tenant=TENANT)
    assert _told(result) == expected


AUDIENCE = ("aud", "api://AzureADTokenExchange")


@pytest.mark.parametrize(
    ("state", "claims", "expected"),
    [
        ("token", (AUDIENCE, ("exp", NOW + 600), ("iss", "https://issuer.test")), (Status.PASS, None)),
        ("token", (AUDIENCE, ("exp", NOW - 600)), (Status.FAIL, "expired")),
        ("token", (("aud", "https://kubernetes.default.svc"), ("exp", NOW + 600)), (Status.FAIL, "audience")),
        ("token", (("exp", NOW + 600),), (Status.FAIL, "audience")),
        ("missing", (), (Status.FAIL, "missing")),
        ("empty", (), (Status.FAIL, "empty")),
        ("denied", (), (Status.FAIL, "denied")),
        ("folder", (), (Status.FAIL, "folder")),
        ("not_jwt", (), (Status.FAIL, "not_jwt")),
    ],
)
def test_federated_token_valid(state: str, claims: tuple[Any, ...], expected: tuple[Status, Any]) -> None:
    """File, form, end and audience of the token are told apart."""
    system = _variables({"AZURE_FEDERATED_TOKEN_FILE": "/t"}, token_file={"/t": TokenFile("/t", state, claims)})
    assert _told(run_check("environment.federated_token_valid", system)) == expected


def test_federated_token_valid_without_a_file() -> None:
    """No file named anywhere is no verdict; the file of the error wins over the variable."""
    assert run_check("environment.federated_token_valid", _variables({})).reason is UnknownReason.MISSING_FACT
    system = _variables({"AZURE_FEDERATED_TOKEN_FILE": "/t"}, token_file={"/other": TokenFile("/other", "missing")})
    result = run_check("environment.federated_token_valid", system, federated_token_file="/other")
    assert (result.evidence["path"], result.evidence["source"]) == ("/other", "the error")


@pytest.mark.parametrize(
    ("check", "values", "params", "expected"),
    [
        ("identity_chosen", {}, {}, (Status.FAIL, "none_named")),
        ("identity_chosen", {"AZURE_CLIENT_ID": CLIENT}, {}, (Status.PASS, None)),
        ("identity_chosen", {}, {"client_id": CLIENT}, (Status.PASS, None)),
        ("identity_variables", {}, {}, (Status.PASS, None)),
        ("identity_variables", {"MSI_ENDPOINT": "http://localhost:50342"}, {}, (Status.PASS, None)),
        ("identity_variables", {"IDENTITY_ENDPOINT": "http://127.0.0.1:41741", "IDENTITY_HEADER": "x"}, {}, (Status.PASS, None)),
        ("identity_variables", {"IDENTITY_ENDPOINT": "http://localhost:40342", "IMDS_ENDPOINT": "y"}, {}, (Status.PASS, None)),
        ("identity_variables", {"IDENTITY_ENDPOINT": "http://127.0.0.1:41741"}, {}, (Status.FAIL, "no_header")),
        ("identity_variables", {"IDENTITY_HEADER": "x"}, {}, (Status.FAIL, "no_endpoint")),
        ("identity_variables", {"MSI_ENDPOINT": "localhost:50342"}, {}, (Status.FAIL, "malformed")),
        ("identity_kind_supported", {"IDENTITY_ENDPOINT": "x", "IMDS_ENDPOINT": "y"}, {"client_id": CLIENT}, (Status.FAIL, "arc")),
        ("identity_kind_supported", {"MSI_ENDPOINT": "x", "AZURE_CLIENT_ID": CLIENT}, {}, (Status.FAIL, "cloud_shell")),
        (
            "identity_kind_supported",
            {"IDENTITY_ENDPOINT": "x", "IDENTITY_SERVER_THUMBPRINT": "y"},
            {"client_id": CLIENT},
            (Status.FAIL, "service_fabric"),
        ),
        ("identity_kind_supported", {"IDENTITY_ENDPOINT": "x", "IMDS_ENDPOINT": "y"}, {}, (Status.PASS, None)),
        ("identity_kind_supported", {}, {"client_id": CLIENT}, (Status.PASS, None)),
    ],
)  # fmt: skip
def test_managed_identities(check: str, values: dict[str, str], params: dict[str, str], expected: Any) -> None:
    """The host's variables tell its kind, and whether an identity is named."""
    assert _told(run_check(f"environment.{check}", _variables(values), **params)) == expected


@pytest.mark.parametrize("platform", ["linux", "windows"])
@pytest.mark.parametrize(
    ("info", "values", "expected"),
    [
        ({"exists": True, "is_folder": True, "readable": True}, {}, (Status.PASS, None)),
        ({"exists": True, "is_folder": True}, {}, (Status.FAIL, "denied")),
        ({"exists": False}, {"IDENTITY_ENDPOINT": "http://localhost:40342"}, (Status.FAIL, "missing")),
        ({"exists": False}, {}, (Status.UNKNOWN, None)),
    ],
)
def test_arc_key_readable(platform: str, info: dict[str, bool], values: dict[str, str], expected: Any) -> None:
    """The agent's folder is where each system has it; without the agent nothing is claimed."""
    system = _variables(values, platform=platform, file_info=lambda path: FileInfo(path, **info))
    assert _told(run_check("environment.arc_key_readable", system)) == expected
    (path,) = [args[0] for name, args in system.asked if name == "file_info"]
    assert ("AzureConnectedMachineAgent" in path) is (platform == "windows")


@pytest.mark.parametrize(
    ("check", "params"),
    [
        ("credential_variables", {}),
        ("tenant_agrees", {"tenant": TENANT}),
        ("developer_tool_ready", {"developer_tool": "az"}),
        ("federated_token_valid", {"federated_token_file": "/t"}),
        ("identity_chosen", {}),
        ("identity_variables", {}),
        ("identity_kind_supported", {}),
        ("arc_key_readable", {}),
    ],
)
def test_a_machine_that_does_not_tell(check: str, params: dict[str, str]) -> None:
    """Whoever may not look says so."""
    questions = ("environment", "variable_shape", "developer_tool", "token_file", "file_info")
    system = FakeSystem(now=NOW, **dict.fromkeys(questions, DENIED))
    assert run_check(f"environment.{check}", system, **params).reason is UnknownReason.NO_PERMISSION
