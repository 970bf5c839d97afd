"""Checks of what the sign-in names: account, scopes, redirect address, application, tenant and API."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from checkkit import run_check
from lab.entra import Directory, Tenant
from lab.pki import Authority
from lab.web import WebServer

from agent.errors import CannotObserve
from agent.model import Result, Status, UnknownReason
from agent.system.base import HttpAnswer
from agent.system.fake import FakeSystem
from agent.system.live import LiveSystem

TENANT, FOREIGN = "3c8a2f10-0000-4000-8000-0000000000bb", "4c8a2f10-0000-4000-8000-0000000000cc"
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"


def _told(result: Result) -> tuple[Status, Any]:
    return result.status, result.evidence.get("state")


def _ask(check: str, **params: Any) -> Result:
    return run_check(f"entra.{check}", FakeSystem(now=1.8e9), **params)


@pytest.mark.parametrize(
    ("check", "params", "expected"),
    [
        ("account_home", {"identity_provider": f"https://sts.windows.net/{TENANT}/", "tenant": TENANT}, (Status.PASS, None)),
        ("account_home", {"identity_provider": f"https://sts.windows.net/{FOREIGN}/", "tenant": TENANT}, (Status.FAIL, "other_tenant")),
        ("account_home", {"identity_provider": "live.com"}, (Status.FAIL, "personal")),
        ("account_home", {"identity_provider": f"https://sts.windows.net/{PERSONAL}/"}, (Status.FAIL, "personal")),
        ("account_home", {"identity_provider": "google.com"}, (Status.FAIL, "other_provider")),
        ("scopes_well_formed", {"scopes": "User.Read openid"}, (Status.PASS, None)),
        ("scopes_well_formed", {"scopes": "https://graph.microsoft.com/.default", "auth_type": "AppOnly"}, (Status.PASS, None)),
        ("scopes_well_formed", {"scopes": "https://graph.microsoft.com/.default offline_access"}, (Status.PASS, None)),
        ("scopes_well_formed", {"scopes": "User.Read", "auth_type": "AppOnly"}, (Status.FAIL, "not_default")),
        ("scopes_well_formed", {"scopes": "User.Read", "service_codes": ("AADSTS1002012",)}, (Status.FAIL, "not_default")),
        ("scopes_well_formed", {"scopes": "https://graph.microsoft.com/.default User.Read"}, (Status.FAIL, "mixed_default")),
        (
            "scopes_well_formed",
            {"scopes": "https://graph.microsoft.com/User.Read https://outlook.office.com/Mail.Read"},
            (Status.FAIL, "two_resources"),
        ),
        ("scopes_well_formed", {"scopes": "User.Read,Mail.Read"}, (Status.FAIL, "separator")),
        ("scopes_well_formed", {"scopes": " "}, (Status.FAIL, "empty")),
        ("redirect_loopback", {"redirect_uri": "http://localhost:8400/"}, (Status.PASS, None)),
        ("redirect_loopback", {"redirect_uri": "http://[::1]:8400/"}, (Status.PASS, None)),
        ("redirect_loopback", {"redirect_uri": f"ms-appx-web://Microsoft.AAD.BrokerPlugin/{TENANT}"}, (Status.FAIL, "broker")),
        ("redirect_loopback", {"redirect_uri": "https://app.contoso.test/signin"}, (Status.FAIL, "not_loopback")),
        ("redirect_loopback", {"redirect_uri": "https://localhost:8400"}, (Status.FAIL, "loopback_https")),
        (
            "redirect_loopback",
            {"redirect_uri": "https://login.microsoftonline.com/common/oauth2/nativeclient"},
            (Status.FAIL, "native"),
        ),
        ("client_id_usable", {"client_id": TENANT}, (Status.PASS, None)),
        ("client_id_usable", {"client_id": ""}, (Status.FAIL, "empty")),
        ("client_id_usable", {"client_id": "00000000-0000-0000-0000-000000000000"}, (Status.FAIL, "empty")),
        ("client_id_usable", {"client_id": "Contoso Reporting"}, (Status.FAIL, "malformed")),
        ("client_id_usable", {"client_id": TENANT.upper(), "tenant": TENANT}, (Status.FAIL, "same_as_tenant")),
        ("client_id_usable", {"client_id": "31359c7f-bd7e-475c-86db-fdb8c937548e"}, (Status.FAIL, "retired")),
        ("tenant_specific", {"tenant": "contoso.test"}, (Status.PASS, None)),
        ("tenant_specific", {"tenant": "Organizations"}, (Status.FAIL, "keyword")),
        ("resource_known", {"resource": "https://graph.microsoft.com"}, (Status.PASS, None)),
        ("resource_known", {"resource": "api://contoso-reporting"}, (Status.PASS, None)),
        ("resource_known", {"resource": "https://graph.microsft.com"}, (Status.FAIL, "misspelt")),
        ("resource_known", {"resource": "https://graph.windows.net/"}, (Status.FAIL, "retired")),
        ("resource_known", {"resource": "https://graph.microsoft.us"}, (Status.FAIL, "other_cloud")),
        (
            "resource_known",
            {"resource": "https://microsoftgraph.chinacloudapi.cn", "authority": "https://login.partner.microsoftonline.cn"},
            (Status.PASS, None),
        ),
        ("resource_known", {"resource": "https://management.azure.com//"}, (Status.FAIL, "malformed")),
        ("resource_known", {"resource": "'https://graph.microsoft.com'"}, (Status.FAIL, "malformed")),
    ],
)  # fmt: skip
def test_what_the_sign_in_names(check: str, params: dict[str, Any], expected: tuple[Status, Any]) -> None:
    """The words of the sign-in are judged by themselves, without the machine or the network."""
    assert _told(_ask(check, **params)) == expected


def test_the_home_of_an_account_needs_the_id_of_the_tenant() -> None:
    """A tenant given by name cannot be compared with an id; what is known is said."""
    result = _ask("account_home", identity_provider=f"https://sts.windows.net/{FOREIGN}/", tenant="contoso.test")
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.MISSING_FACT)
    assert FOREIGN in result.summary


# --- what the sign-in service publishes: a real one on loopback, over TLS


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    """A sign-in service that knows Contoso, Fabrikam (federated) and nobody else; this process trusts it."""
    folder = tmp_path_factory.mktemp("entra")
    authority, directory = Authority("Lab"), Directory(time.time)
    (folder / "root.pem").write_text(authority.root.pem())
    directory.add(Tenant(TENANT, "contoso.test"))
    directory.add(Tenant(FOREIGN, "fabrikam.test"))
    directory.realms["fabrikam.test"] = "Federated"
    with (
        pytest.MonkeyPatch.context() as patch,
        WebServer(directory, authority.server(folder, "localhost", "127.0.0.1")) as web,
    ):
        patch.setenv("SSL_CERT_FILE", str(folder / "root.pem"))
        patch.setenv("NO_PROXY", "localhost")
        directory.authority = web.address
        directory.graph = "https://graph.contoso.test"
        yield directory


@pytest.mark.parametrize(
    ("check", "params", "expected"),
    [
        ("domain_known", {"user_domain": "contoso.test"}, (Status.PASS, None)),
        ("domain_known", {"user_domain": "Fabrikam.test"}, (Status.PASS, None)),
        ("domain_known", {"user_domain": "contosso.test"}, (Status.FAIL, "unknown")),
        ("domain_known", {"user_domain": "outlook.com"}, (Status.FAIL, "personal")),
        ("domain_managed", {"user_domain": "contoso.test"}, (Status.PASS, None)),
        ("domain_managed", {"user_domain": "fabrikam.test"}, (Status.FAIL, "federated")),
        ("domain_in_tenant", {"user_domain": "contoso.test", "tenant": TENANT}, (Status.PASS, None)),
        ("domain_in_tenant", {"user_domain": "fabrikam.test", "tenant": "contoso.test"}, (Status.FAIL, "other_tenant")),
        ("domain_in_tenant", {"user_domain": "contosso.test", "tenant": TENANT}, (Status.FAIL, "no_tenant")),
        ("cloud_matches", {"tenant": "contoso.test", "clouds": ()}, (Status.PASS, None)),
        ("cloud_matches", {"tenant": "contosso.test", "clouds": ()}, (Status.FAIL, "nowhere")),
        ("api_host_matches_cloud", {"tenant": TENANT, "graph": "https://graph.contoso.test/v1.0"}, (Status.PASS, None)),
        ("api_host_matches_cloud", {"tenant": TENANT}, (Status.FAIL, "differs")),
        ("endpoints_published", {}, (Status.PASS, None)),
    ],
)
def test_what_the_service_publishes(
    service: Directory, check: str, params: dict[str, Any], expected: tuple[Status, Any]
) -> None:
    """Real requests over verified TLS; no account is named in them."""
    result = run_check(f"entra.{check}", LiveSystem(), authority=service.authority, **params)
    assert _told(result) == expected, result.summary


def test_a_tenant_of_another_cloud_is_found_there(service: Directory) -> None:
    """What one address does not know, another one may: it is named."""
    elsewhere = "https://login.fabrikam.test"
    unknown = b'{"error":"invalid_tenant","error_description":"AADSTS90002: Tenant not found."}'
    known = b'{"issuer":"https://login.fabrikam.test/%s/v2.0"}' % FOREIGN.encode()

    def get(url: str) -> HttpAnswer:
        found = url.startswith(elsewhere)
        return HttpAnswer(url, 200 if found else 400, "", {}, known if found else unknown, 1.0, 1.0)

    result = run_check("entra.cloud_matches", FakeSystem(http_get=get), tenant="fabrikam.test", clouds=(elsewhere,))
    assert (*_told(result), result.evidence["cloud"]) == (Status.FAIL, "other_cloud", elsewhere)


def test_a_tenant_that_the_service_places_in_another_cloud() -> None:
    """The public address answers for a government tenant and says where it lives."""
    body = (
        b'{"issuer":"https://login.microsoftonline.us/%s/v2.0","cloud_instance_name":"microsoftonline.us"}'
        % TENANT.encode()
    )
    system = FakeSystem(http_get=lambda url: HttpAnswer(url, 200, "", {}, body, 1.0, 1.0))
    assert _told(run_check("entra.cloud_matches", system, tenant=TENANT)) == (Status.FAIL, "other_cloud")


@pytest.mark.parametrize(
    ("authority", "status", "headers", "body", "state"),
    [
        ("http://login.contoso.test", 200, {}, b"{}", "not_https"),
        ("https://login.contoso.test", 302, {"location": "http://portal.hotel.test/"}, b"", "redirect"),
        ("https://login.contoso.test", 200, {"content-type": "text/html; charset=utf-8"}, b"<html>", "html"),
        ("https://login.contoso.test", 403, {}, b"  <!DOCTYPE html>", "html"),
        ("https://login.contoso.test", 200, {"content-type": "application/json"}, b'{"lab": true}', "other_service"),
        ("https://login.contoso.test", 404, {}, b"not here", "other_service"),
        ("https://login.contoso.test", 400, {}, b'{"error_description": "AADSTS90002: no"}', None),
    ],
)
def test_what_stands_in_place_of_the_service(
    authority: str, status: int, headers: dict[str, str], body: bytes, state: str | None
) -> None:
    """A portal, a filter and a server that is none are told apart; a refusal of the real service is none of them."""
    system = FakeSystem(http_get=lambda url: HttpAnswer(url, status, "", headers, body, 1.0, 1.0))
    result = run_check("entra.endpoints_published", system, authority=authority)
    assert _told(result) == (Status.FAIL if state else Status.PASS, state)


@pytest.mark.parametrize(
    ("check", "params"),
    [
        ("domain_known", {"user_domain": "contoso.test"}),
        ("domain_managed", {"user_domain": "contoso.test"}),
        ("domain_in_tenant", {"user_domain": "contoso.test", "tenant": TENANT}),
        ("cloud_matches", {"tenant": TENANT}),
        ("api_host_matches_cloud", {"tenant": TENANT}),
    ],
)
@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (CannotObserve("timeout", "no answer"), UnknownReason.TIMEOUT),
        (HttpAnswer("", 503, "", {}, b"<html>", 1.0, 1.0), UnknownReason.UNREACHABLE),
        (HttpAnswer("", 200, "", {}, b"[]", 1.0, 1.0), UnknownReason.UNREACHABLE),
    ],
)
def test_another_answer_tells_nothing(check: str, params: dict[str, str], said: Any, reason: UnknownReason) -> None:
    """No answer, a web page, or another document is no verdict about tenant or domain."""
    result = run_check(f"entra.{check}", FakeSystem(http_get=said), **params)
    assert (result.status, result.reason) == (Status.UNKNOWN, reason)


@pytest.mark.parametrize(
    ("check", "params"),
    [
        ("domain_known", {"user_domain": "contoso"}),
        ("domain_managed", {"user_domain": "contoso.test/../x"}),
        ("domain_managed", {"user_domain": "outlook.com"}),
        ("cloud_matches", {"tenant": "con toso"}),
    ],
)
def test_a_value_that_can_be_none_is_not_sent(check: str, params: dict[str, str]) -> None:
    """What is no domain or tenant never becomes part of an address."""
    system = FakeSystem()
    assert run_check(f"entra.{check}", system, **params).reason is UnknownReason.MISSING_FACT
    assert [name for name, _ in system.asked] == ["platform"]
