"""What an error states about the sign-in becomes facts; shapes of secrets and domains of accounts stay when the values go."""

from __future__ import annotations

import pytest

from agent.intake import from_mapping, from_text
from agent.lift import lift
from agent.redact import redact
from agent.secretshape import secret_shape, token_shape
from agent.stated import seconds
from agent.times import parse_time

TENANT = "11111111-2222-3333-4444-555555555555"
ENTRA = "abc8Q~" + "dEf_-.0123456789abcdefghijklmnopqr"


def _facts(text: str) -> dict:
    return lift(redact(from_text(text)), {})


@pytest.mark.parametrize(
    ("text", "fact", "value"),
    [
        (
            f"AADSTS50020: User account '{{EmailHidden}}' from identity provider 'https://sts.windows.net/{TENANT}/' does not exist",
            "identity_provider",
            f"https://sts.windows.net/{TENANT}/",
        ),
        ("AADSTS50020: User account from identity provider 'live.com' does not exist", "identity_provider", "live.com"),
        ("AADSTS700027: ... [Reason - The key was not found., Thumbprint of key used by client: 'A'", "key_reason", "not_found"),
        ("AADSTS700027: [Reason - The key used is expired., x", "key_reason", "expired"),
        ("[Reason - The provided signature value did not match the expected signature value., x", "key_reason", "signature"),
        (
            "Thumbprint of key used by client: '9F3C0A1B2C3D4E5F60718293A4B5C6D7E8F90A41', Found key 'Start=01/02/2024 00:00:00, "
            "End=01/02/2025 00:00:00', Please",
            "registered_until",
            parse_time("2025-01-02"),
        ),
        (
            "Thumbprint of key used by client: '9F3C0A1B2C3D4E5F60718293A4B5C6D7E8F90A41', x",
            "key_used",
            "9F3C0A1B2C3D4E5F60718293A4B5C6D7E8F90A41",
        ),
        (
            "The token was issued on 2026-08-01T10:00:00.0000000Z and was inactive for 90.00:00:00.",
            "grant_issued",
            parse_time("2026-08-01T10:00:00Z"),
        ),
        ("The token was issued on 2026-08-01T10:00:00Z and was inactive for 90.00:00:00.", "grant_idle_s", 7_776_000.0),
        ("fixed, limited lifetime of 1.00:00:00, which can't be extended", "grant_limit_s", 86_400.0),
        ("the maximum allowed lifetime for this request is 43200.", "grant_limit_s", 43_200.0),
        (
            "issued on '2026-08-01T10:00:00Z' and the TokensValidFrom date (before which tokens are not valid) for this user is "
            "'2026-09-01T10:00:00Z'.",
            "valid_from",
            parse_time("2026-09-01T10:00:00Z"),
        ),
        ("The redirect URI 'http://localhost:8400' specified in the request", "redirect_uri", "http://localhost:8400"),
        ("Only loopback redirect uri is supported, but https://a.test/x was found. C", "redirect_uri", "https://a.test/x"),
        ("The resource principal named https://graph.contoso.test was not found in", "resource", "https://graph.contoso.test"),
        ("The provided value for scope https://graph.microsoft.com/User.Read is not valid.", "scopes", "https://graph.microsoft.com/User.Read"),
        ("The scope User.Reed is not valid.", "scopes", "User.Reed"),
        ("No matching federated identity record found for presented assertion subject 'x'", "assertion_part", "subject"),
        ("No matching federated identity record found for presented assertion issuer 'x'", "assertion_part", "issuer"),
        ("No matching federated identity record found for presented assertion audience 'x'", "assertion_part", "audience"),
        ("IDX14100: JWT is not well formed, there are no dots (.).", "token_shape", "no_dots"),
        ("AzureCliCredential authentication failed", "developer_tool", "az"),
        ("Azure Developer CLI authentication timed out", "developer_tool", "azd"),
        (
            "Could not find a part of the path '/var/run/secrets/azure/tokens/azure-identity-token'.",
            "federated_token_file",
            "/var/run/secrets/azure/tokens/azure-identity-token",
        ),
        ("AADSTS50034: The user account kim@fabrikam.test does not exist", "user_domain", "fabrikam.test"),
        (f"client_secret={TENANT}&grant_type=client_credentials", "secret_shape", "id_instead_of_value"),
        (f"Connect-Thing -ClientSecret '{ENTRA} '", "secret_shape", "whitespace"),
    ],
)  # fmt: skip
def test_a_sentence_of_the_service_becomes_a_fact(text: str, fact: str, value: object) -> None:
    """The known wording of the service and of the libraries, after redaction."""
    assert _facts(text)[fact] == value


@pytest.mark.parametrize(
    "text", ["AADSTS70021: No matching federated identity record found.", "all is well", "no secret here"]
)
def test_nothing_is_guessed(text: str) -> None:
    """A sentence that tells nothing makes no fact."""
    wanted = {"assertion_part", "key_reason", "secret_shape", "token_shape", "user_domain", "grant_idle_s"}
    assert not wanted & set(_facts(text))


def test_shapes_stay_and_values_go() -> None:
    """Parameters give a shape and a domain; neither the secret nor the name is anywhere in the report."""
    command = {
        "name": "Connect-Thing",
        "parameters": {"ClientSecret": TENANT, "AccessToken": "opaque0123", "UserPrincipalName": "kim@fabrikam.test"},
    }
    report = redact(from_mapping({"schema": 1, "exceptions": [{"type": "X", "message": "no"}], "command": command}))
    facts = lift(report, {})
    assert (facts["secret_shape"], facts["token_shape"]) == ("id_instead_of_value", "no_dots")
    assert facts["user_domain"] == "fabrikam.test"
    assert not any(word in repr(report) for word in (TENANT, "opaque0123", "kim@"))
    assert redact(report) == report


def test_a_guest_has_no_domain_here() -> None:
    """The name of a guest ends in the tenant that invited, which says nothing about where the account is from."""
    assert "user_domain" not in _facts("the user kim_fabrikam.test#EXT#@contoso.test was refused")


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (ENTRA, "entra"), (ENTRA[:-3], "truncated"), (TENANT, "id_instead_of_value"), (f'"{ENTRA}"', "quoted"),
        (f"{ENTRA}\n", "whitespace"),
        ("", "empty"), ("  ", "empty"), ("<your secret>", "placeholder"), ("$(ClientSecret)", "placeholder"), ("********", ""),
        ("<secret>", ""), ("System.Security.SecureString", ""), ("eyJhbGciOi.x.y", "token"), ("Spring2026!plain", "other"),
    ],
)  # fmt: skip
def test_shape_of_a_secret(value: str, shape: str) -> None:
    """What people paste instead of the value is told apart; anything else may be right."""
    assert secret_shape(value) == shape


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("eyJh.eyJi.sig", "jwt"), ("", "empty"), ("Bearer eyJh.eyJi.sig", "bearer_prefix"), ("'eyJh.eyJi.sig'", "quoted"),
        ("eyJh.ey\nJi.sig", "line_breaks"), ("eyJh.eyJi.sig ", "whitespace"), ("eyJh.eyJi", "truncated"), ("eyJhbGci", "truncated"),
        ("EwB4A8l6BAAU", "no_dots"), ("a.b.c.d", "damaged"), ("<jwt>", ""), ("$env:TOKEN", "placeholder"), ("eyJh.eyJi.", "truncated"),
    ],
)  # fmt: skip
def test_shape_of_a_token(value: str, shape: str) -> None:
    """Damage that copying makes is told apart."""
    assert token_shape(value) == shape


@pytest.mark.parametrize(
    ("span", "expected"), [("90.00:00:00", 7_776_000.0), ("01:30:00", 5400.0), ("43200", 43_200.0)]
)
def test_spans(span: str, expected: float) -> None:
    """.NET's spans and plain seconds."""
    assert seconds(span) == expected
