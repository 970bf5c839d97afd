"""Checks of what the sign-in names: account, scopes, redirect address, application, tenant and API."""

from __future__ import annotations

from typing import Any

import pytest
from checkkit import run_check

from agent.model import Result, Status, UnknownReason
from agent.system.fake import FakeSystem

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
