"""Saved sign-ins, federated tokens, shapes of variables: real files as the programs write them, nothing of people or secrets told."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.live import LiveSystem

TENANT, FOREIGN = "3c8a2f10-0000-4000-8000-0000000000bb", "4c8a2f10-0000-4000-8000-0000000000cc"
CLIENT = "14d82eec-204b-4c2f-b7e8-296a70dab67e"
CAPTURES = Path(os.environ.get("AGENT_TEST_CAPTURES", "none"), "token-cache")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of this process."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "AZURE_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode("utf-8-sig"))


def test_nobody_is_signed_in(home: Path) -> None:
    """No file is no sign-in, of every program."""
    assert [LiveSystem().saved_sign_ins(p) for p in ("graph", "az", "azure-cli")] == [(), (), ()]


def test_the_record_of_the_graph_module(home: Path) -> None:
    """Tenant, application and cloud are told; of the account only its domain."""
    record = {
        "username": "kim@contoso.test",
        "authority": "login.windows.net",
        "homeAccountId": f"{FOREIGN}.{TENANT}",
        "tenantId": TENANT.upper(),
        "clientId": CLIENT,
        "version": "1.0",
    }
    _write(home / ".mg" / "mg.authrecord.json", record)
    (found,) = LiveSystem().saved_sign_ins("graph")
    assert (found.kind, found.domain, found.tenant, found.client_id) == ("user", "contoso.test", TENANT, CLIENT)
    assert (found.cloud, found.chosen) == ("login.microsoftonline.com", True)
    assert "kim" not in repr(found)


@pytest.mark.skipif(not CAPTURES.is_dir(), reason="captured caches are not here (AGENT_TEST_CAPTURES)")
@pytest.mark.parametrize(
    ("file", "kinds"),
    [
        ("delegated.mg.msal.cache.cae", {"user"}),
        ("app-only.mg.msal.cache.cae", {"application"}),
        ("app-only-two-tenants.mg.msal.cache.cae", {"application"}),
    ],
)
def test_caches_that_the_real_libraries_wrote(home: Path, file: str, kinds: set[str]) -> None:
    """Plain caches of Azure.Identity are read: whose tenant and application, never a token."""
    data = (CAPTURES / file).read_bytes()
    _write(home / ".local/share/.IdentityService/mg.msal.cache.cae", data)
    found = LiveSystem().saved_sign_ins("graph")
    assert {s.kind for s in found} == kinds
    assert all(s.tenant for s in found)
    secrets = [entry["secret"] for entry in json.loads(data)["AccessToken"].values()]
    assert not any(secret in repr(found) for secret in secrets)


def test_the_contexts_of_az_powershell(home: Path) -> None:
    """The default context comes first; an empty one is nobody."""

    def context(kind: str, name: str, tenant: str, subscription: Any) -> dict[str, Any]:
        return {
            "Account": {"Id": name, "Type": kind},
            "Tenant": {"Id": tenant},
            "Subscription": subscription,
            "Environment": {"Name": "AzureUSGovernment"},
        }

    contexts = {
        "first": context("ServicePrincipal", CLIENT, FOREIGN, {"Id": CLIENT}),
        "second": context("User", "kim@contoso.test", TENANT, None),
        "Default": {"Account": None, "Tenant": None, "Subscription": None},
    }
    _write(home / ".Azure" / "AzureRmContext.json", {"DefaultContextKey": "second", "Contexts": contexts})
    chosen, other = LiveSystem().saved_sign_ins("az")
    assert (chosen.kind, chosen.domain, chosen.tenant, chosen.subscription) == ("user", "contoso.test", TENANT, "")
    assert (other.kind, other.client_id, other.subscription, other.chosen) == ("application", CLIENT, CLIENT, False)
    assert chosen.cloud == "login.microsoftonline.us"


def test_the_profile_of_the_azure_cli(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AZURE_CONFIG_DIR moves it; an entry for a tenant without subscription selects none."""
    user = {"name": "kim@contoso.test", "type": "user"}
    entries = [
        {"id": CLIENT, "tenantId": FOREIGN, "user": {"name": "systemAssignedIdentity", "type": "servicePrincipal"}},
        {"id": TENANT, "tenantId": TENANT, "user": user, "isDefault": True, "environmentName": "AzureCloud"},
    ]
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(home / "moved"))
    _write(home / "moved" / "azureProfile.json", {"subscriptions": entries})
    chosen, identity = LiveSystem().saved_sign_ins("azure-cli")
    assert (chosen.kind, chosen.subscription, chosen.domain) == ("user", "", "contoso.test")
    assert (identity.kind, identity.subscription) == ("identity", CLIENT)


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff\xfe\x00", b""])
def test_a_damaged_record(home: Path, content: bytes) -> None:
    """A cut or foreign file is one damaged entry."""
    _write(home / ".mg" / "mg.authrecord.json", content)
    assert [s.kind for s in LiveSystem().saved_sign_ins("graph")] == ["damaged"]


@pytest.mark.parametrize("content", [{"Contexts": []}, {"Contexts": {"a": 5}}])
def test_another_form_is_not_judged(home: Path, content: Any) -> None:
    """A file that a later version writes differently is unknown, not damaged."""
    _write(home / ".Azure" / "AzureRmContext.json", content)
    if content == {"Contexts": []}:
        assert LiveSystem().saved_sign_ins("az") == ()
        return
    with pytest.raises(CannotObserve):
        LiveSystem().saved_sign_ins("az")


def test_a_program_nobody_knows() -> None:
    """Another program is not guessed at."""
    with pytest.raises(CannotObserve) as fault:
        LiveSystem().saved_sign_ins("kubectl")
    assert fault.value.reason is UnknownReason.NOT_SUPPORTED


def _jwt(**claims: Any) -> bytes:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'RS256'})}.{part(claims)}.c2ln\n".encode()


@pytest.mark.parametrize(
    ("make", "state"),
    [
        (lambda p: p.write_bytes(_jwt(aud=["api://AzureADTokenExchange"], exp=5, sub="kim")), "token"),
        (lambda p: p.write_bytes(b" \n"), "empty"),
        (lambda p: p.write_bytes(b"not a token"), "not_jwt"),
        (lambda p: p.write_bytes(b"a.!!!.c"), "not_jwt"),
        (lambda p: p.write_bytes(b"a.W10.c"), "not_jwt"),
        (lambda p: p.mkdir(), "folder"),
        (lambda p: None, "missing"),
    ],
)
def test_a_federated_token_file(tmp_path: Path, make: Callable[[Path], object], state: str) -> None:
    """What is in the file is told without the token and without its subject."""
    path = tmp_path / "token"
    make(path)
    told = LiveSystem().token_file(str(path))
    assert told.state == state
    if state == "token":
        assert dict(told.claims) == {"aud": "api://AzureADTokenExchange", "exp": 5}


@pytest.mark.parametrize(
    ("value", "kind", "shape"),
    [(None, "secret", "absent"), ("", "secret", "empty"), (TENANT, "secret", "id_instead_of_value"), ("a.b", "token", "truncated")],
)  # fmt: skip
def test_shape_of_a_variable(monkeypatch: pytest.MonkeyPatch, value: str | None, kind: str, shape: str) -> None:
    """Not set and empty are told apart."""
    monkeypatch.delenv("AGENT_TEST_SHAPE", raising=False)
    if value is not None:
        monkeypatch.setenv("AGENT_TEST_SHAPE", value)
    assert LiveSystem().variable_shape("AGENT_TEST_SHAPE", kind) == shape
