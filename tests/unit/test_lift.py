"""Facts lifted from an error: what checks and fixes need, and nothing guessed."""

from __future__ import annotations

import pytest

from agent.intake import from_mapping, from_text
from agent.lift import lift
from agent.times import parse_time

ID = "11111111-2222-3333-4444-555555555555"
THUMB = "9F3C0A1B2C3D4E5F60718293A4B5C6D7E8F90A41"


@pytest.mark.parametrize(
    ("text", "fact", "value"),
    [
        (
            f"Certificate with thumbprint '{THUMB}' was not found in certificate store or has expired.",
            "thumbprint",
            THUMB,
        ),
        (f"AADSTS700016: Application with identifier '{ID}' was not found in the directory", "client_id", ID),
        ("AADSTS90002: Tenant 'contoso.test' not found.", "tenant", "contoso.test"),
        ("Name or service not known (login.contoso.test:443)", "host", "login.contoso.test"),
        ("Connection refused (127.0.0.1:8443)", "port", 8443),
        ("curl: (6) Could not resolve host: graph.contoso.test", "host", "graph.contoso.test"),
        ("The remote name could not be resolved: 'login.contoso.test'", "host", "login.contoso.test"),
        (
            "Connecting to remote server\n     | srv01.contoso.test failed with the\n     | following error message : Access is denied.",
            "host",
            "srv01.contoso.test",
        ),
        ("The term 'Connect-MgGraph' is not recognized as a name of a cmdlet", "missing_command", "Connect-MgGraph"),
        ("The specified module 'Az.Accounts' was not loaded", "module", "Az.Accounts"),
        ("Could not load file or assembly 'Azure.Core, Version=1.0.0.0'", "assembly", "Azure.Core"),
        ("Retry-After : 30", "retry_after_s", 30.0),
        ("Could not find file 'C:\\Certs\\app cert.pfx'.", "certificate_path", "C:\\Certs\\app cert.pfx"),
        (
            "Current time: 2026-11-25T02:00:00.0000000Z, assertion valid from 2026-11-25T02:07:00Z",
            "assertion_from",
            parse_time("2026-11-25T02:07:00Z"),
        ),
        (f"Trace ID: {ID} Correlation ID: x", "request_id", ID),
        (
            "The proxy tunnel request to proxy 'http://proxy.contoso.test:3128/' failed with status code '407'",
            "proxy",
            "http://proxy.contoso.test:3128",
        ),
        ("port (login.contoso.test:99999)", "host", "login.contoso.test"),
    ],
)
def test_facts_in_words(text, fact, value):
    """The texts of .NET, MSAL, curl and PowerShell carry the values checks need."""
    assert value == lift(from_text(text), {})[fact]


def test_parameters_win_over_words():
    """What the command was given is surer than what the message repeats."""
    report = from_mapping(
        {
            "schema": 1,
            "exceptions": [{"type": "X", "message": "AADSTS90002: Tenant 'fabrikam.test' not found."}],
            "command": {
                "name": "Connect-MgGraph",
                "parameters": {"TenantId": "contoso.test", "CertificateThumbprint": THUMB},
            },
        }
    )
    facts = lift(report, {})
    assert ("contoso.test", THUMB, "Connect-MgGraph") == (facts["tenant"], facts["thumbprint"], facts["command"])


def test_the_host_is_the_sign_in_host_for_connect_and_graph_for_a_graph_call():
    """When the error names no host, the call's own destination counts."""
    connect = {"schema": 1, "text": "boom", "command": {"name": "Connect-MgGraph"}}
    call = {"schema": 1, "text": "boom", "command": {"name": "Get-MgUser"}}
    assert "login.microsoftonline.com" == lift(from_mapping(connect), {})["host"]
    assert "graph.microsoft.com" == lift(from_mapping(call), {})["host"]


def test_an_environment_of_the_module_names_authority_and_host():
    """A sovereign cloud or a lab has its own addresses."""
    report = from_mapping(
        {
            "schema": 1,
            "text": "boom",
            "command": {"name": "Connect-MgGraph"},
            "environment": {"authority": "https://login.contoso.test:8443/"},
        }
    )
    facts = lift(report, {})
    assert ("https://login.contoso.test:8443", "login.contoso.test", 8443) == (
        facts["authority"],
        facts["host"],
        facts["port"],
    )


def test_claims_become_the_token_fact():
    """Claims are hashable pairs, and the tenant is taken from them when nothing else names it."""
    facts = lift(from_text("401"), {"tid": "contoso", "exp": 5, "roles": ("A",)})
    assert (("exp", 5), ("roles", ("A",)), ("tid", "contoso")) == facts["token"]
    assert facts["tenant"] == "contoso"


def test_nothing_is_guessed():
    """A text without values gives only the default destination."""
    assert {"host": "login.microsoftonline.com", "port": 443} == lift(from_text("it broke"), {})


def test_the_proxys_address_is_not_the_destination():
    """An error of the proxy names the proxy; the call was to go elsewhere."""
    text = "The proxy tunnel request to proxy 'http://127.0.0.1:42089/' failed with status code '407'."
    facts = lift(from_text(text), {})
    assert ("http://127.0.0.1:42089", "login.microsoftonline.com") == (facts["proxy"], facts["host"])


@pytest.mark.parametrize(
    ("claims", "context", "kind"),
    [
        ({"aud": "x", "scp": "User.Read"}, "AppOnly", "Delegated"),
        ({"aud": "x", "roles": ("A",)}, "", "AppOnly"),
        ({"aud": "x", "idtyp": "app"}, "", "AppOnly"),
        ({}, "Delegated", "Delegated"),
        ({}, "UserProvidedAccessToken", None),
        ({}, "", None),
    ],
)
def test_the_kind_of_sign_in_is_what_the_token_says(claims, context, kind):
    """Delegated or application: the token itself first, then the module's context; a token from elsewhere is neither."""
    document = {"schema": 1, "text": "403", "context": {"auth_type": context}}
    assert lift(from_mapping(document), claims).get("auth_type") == kind
