"""Does the sign-in service know the tenant?"""

import json
from typing import Any

import pytest
from checkkit import run_check

from agent.errors import CannotObserve
from agent.model import Status, UnknownReason
from agent.system.base import HttpAnswer
from agent.system.fake import FakeSystem

CHECK = "entra.tenant_exists"
TENANT = "contoso.test"
GUID = "72f988bf-0000-4000-8000-2d7cd011db47"


def ask(status: int, document: Any) -> FakeSystem:
    """A sign-in service that gives one answer."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return FakeSystem(http_get=lambda url: HttpAnswer(url, status, "", {}, body, 1.0e9, 1.0e9))


def openid(cloud: str = "microsoftonline.com") -> dict[str, str]:
    """The fields of an OpenID document that count."""
    return {"issuer": f"https://login.example/{GUID}/v2.0", "cloud_instance_name": cloud}


@pytest.mark.parametrize("tenant", [TENANT, GUID, "organizations"])
def test_known_tenant_passes(tenant: str) -> None:
    """A document with an issuer passes, for a name, an id and a keyword."""
    result = run_check(CHECK, ask(200, openid()), tenant=tenant)
    assert (result.status, result.evidence["cloud"]) == (Status.PASS, "microsoftonline.com")


def test_unknown_tenant_fails() -> None:
    """AADSTS90002 means that there is no such tenant."""
    said = {"error": "invalid_tenant", "error_description": f"AADSTS90002: Tenant '{TENANT}' not found."}
    result = run_check(CHECK, ask(400, said), tenant=TENANT)
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "not_found")


@pytest.mark.parametrize(
    "tenant", ["contoso", "", "00000000-0000-0000-0000-000000000000", "contoso.test/evil", "a b.test"]
)
def test_impossible_value_fails_without_a_request(tenant: str) -> None:
    """What can be no tenant is never put into an address."""
    system = FakeSystem()
    result = run_check(CHECK, system, tenant=tenant)
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "malformed")
    assert [name for name, _ in system.asked] == ["platform"]


@pytest.mark.parametrize("code", ["AADSTS900021", "AADSTS900023"])
def test_value_the_service_does_not_accept_fails(code: str) -> None:
    """The service's own word for an impossible value counts as well, and is not taken for the shorter code."""
    said = {"error": "invalid_request", "error_description": f"{code}: Requested tenant identifier is not valid."}
    assert run_check(CHECK, ask(400, said), tenant=TENANT).evidence["state"] == "malformed"


@pytest.mark.parametrize(
    ("authority", "cloud", "status"),
    [
        ("https://login.microsoftonline.com", "microsoftonline.us", Status.FAIL),
        ("https://login.microsoftonline.us", "microsoftonline.us", Status.PASS),
        ("https://login.partner.microsoftonline.cn", "microsoftonline.com", Status.FAIL),
        ("https://login.windows.net", "microsoftonline.com", Status.PASS),
    ],
)
def test_cloud_of_the_tenant_is_compared(authority: str, cloud: str, status: Status) -> None:
    """A tenant of another cloud than the one asked fails."""
    result = run_check(CHECK, ask(200, openid(cloud)), tenant=TENANT, authority=authority)
    assert (result.status, result.evidence.get("state", "other_cloud")) == (status, "other_cloud")


@pytest.mark.parametrize(("status", "document"), [(200, b"<html>Blocked</html>"), (503, {"error": "busy"}), (200, [1])])
def test_other_answers_are_unknown(status: int, document: Any) -> None:
    """A block page or an overloaded service says nothing about the tenant."""
    result = run_check(CHECK, ask(status, document), tenant=TENANT)
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.UNREACHABLE)


def test_no_answer_is_unknown() -> None:
    """A service out of reach is no verdict, on any platform."""
    system = FakeSystem(platform="windows", http_get=CannotObserve("timeout", "no answer"))
    assert run_check(CHECK, system, tenant=TENANT).reason is UnknownReason.TIMEOUT
