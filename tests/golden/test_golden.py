"""Whole answers, compared to the letter: ``<case>.exit<code>.<format>``. ``pytest --update-golden`` rewrites, reviewers read the diff."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from agent.catalogue.load import load
from agent.diagnose import Options, diagnose
from agent.errors import CannotObserve
from agent.exits import OF_VERDICT
from agent.intake import from_mapping
from agent.render import jsonout
from agent.render import text as text_
from agent.render.style import Style
from agent.system.base import (
    CertificateFacts,
    DnsAnswer,
    HttpAnswer,
    NtpAnswer,
    ServiceState,
    SignAnswer,
    TcpAnswer,
    TimeSync,
    TlsAnswer,
)
from agent.system.fake import FakeSystem
from agent.times import parse_time

HERE = Path(__file__).parent
NOW = parse_time("2026-11-25T02:00:00Z") or 0.0
THUMB = "9F3C0A1B2C3D4E5F60718293A4B5C6D7E8F90A41"
APP = "11111111-2222-3333-4444-555555555555"
DAY = 86_400.0
CERTIFICATE = CertificateFacts(
    THUMB,
    "CN=graph-nightly",
    "CN=graph-nightly",
    NOW - 300 * DAY,
    NOW - 3 * DAY,
    "RSA",
    2048,
    True,
    "CurrentUser",
    "My",
)
PUBLIC = CertificateFacts(
    "AA" * 20,
    "CN=stamp2.login.microsoftonline.com",
    "CN=DigiCert SHA2 Secure Server CA, O=DigiCert Inc, C=US",
    NOW - DAY,
    NOW + 90 * DAY,
)


def ntp(offset_s: float):
    """Every NTP server says that the local clock is ``offset_s`` ahead."""
    return lambda server, timeout_s=1.0: NtpAnswer(server, -offset_s, 0.02, 2, 0.01, 0)


def machine(offset_s: float = 0.2, **more) -> FakeSystem:
    """A healthy machine, but for what ``more`` says."""
    answers = {
        "now": NOW,
        "ntp_servers": ("time.contoso.test",),
        "ntp_query": ntp(offset_s),
        "time_service": ServiceState("chronyd", "running"),
        "time_sync": TimeSync("chronyd", "synchronised", "time.contoso.test", 3, 600.0, 0.01),
        "http_get": lambda url, *a, **k: HttpAnswer(
            url,
            200,
            "OK",
            {"date": _http_date(NOW - offset_s)},
            b'{"issuer": "https://sts.windows.net/x/", "token_endpoint": "t"}',
            NOW,
            NOW + 0.1,
        ),
        "resolve": lambda host: DnsAnswer(host, "found", ("192.0.2.10",)),
        "connect": lambda host, port=443, timeout_s=2.0: TcpAnswer(host, port, "open", 20.0, "192.0.2.10"),
        "proxy_for": "",
        "proxy_settings": (),
        "tls_handshake": lambda host, port=443, timeout_s=2.0: TlsAnswer(
            host, port, "completed", "TLSv1.3", "x", True, "", "", (PUBLIC,)
        ),
        "certificates": lambda location, store="My": (CERTIFICATE,) if location == "CurrentUser" else (),
        "sign_with": SignAnswer("signed"),
        "environment": lambda name: None,
        "folder": "/home/alex",
        "file_info": CannotObserve("no_permission", "not in this story"),
        "list_folder": (),
        "registry_value": lambda hive, key, name: None,
        "variable_shape": "absent",
    }
    return FakeSystem(**{**answers, **more})


def _http_date(moment: float) -> str:
    from email.utils import formatdate

    return formatdate(moment, usegmt=True)


def report(message: str, type_: str = "Azure.Identity.AuthenticationFailedException", **more) -> dict:
    """A report as the PowerShell module sends it."""
    return {"schema": 1, "time": "2026-11-25T02:00:00Z", "exceptions": [{"type": type_, "message": message}], **more}


CASES = {
    "certificate-expired": (
        report(
            f"Certificate with thumbprint '{THUMB}' was not found in certificate store or has expired.",
            "System.ArgumentException",
            command={
                "name": "Connect-MgGraph",
                "parameters": {"TenantId": "contoso.test", "CertificateThumbprint": THUMB},
            },
        ),
        lambda: machine(platform="windows"),
    ),
    "clock-ahead": (
        report(
            "AADSTS700024: Client assertion is not within its valid time range. Current time: 2026-11-25T01:53:00Z, assertion valid "
            "from 2026-11-25T02:00:00Z, expiry time of assertion 2026-11-25T02:10:00Z."
        ),
        lambda: machine(offset_s=420.0),
    ),
    "secret-expired": (
        report(f"AADSTS7000222: The provided client secret keys for app '{APP}' are expired."),
        machine,
    ),
    "forbidden": (
        report(
            "Response status code does not indicate success: Forbidden (Forbidden).",
            "Microsoft.Graph.PowerShell.Authentication.Helpers.HttpResponseException",
            details={
                "message": 'HTTP/1.1 403 Forbidden\n\n{"error":{"code":"Authorization_RequestDenied",'
                '"message":"Insufficient privileges to complete the operation."}}'
            },
            command={"name": "Invoke-MgGraphRequest", "parameters": {"TenantId": "contoso.test"}},
            http={"status": 403, "method": "GET", "url": "https://graph.microsoft.com/v1.0/groups"},
            token={
                "aud": "https://graph.microsoft.com",
                "exp": NOW + 3000,
                "nbf": NOW - 600,
                "tid": APP,
                "scp": "User.Read",
            },
            context={"tenant_id": APP},
        ),
        machine,
    ),
    "secret-wrong": (
        report(
            f"AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is the value, for app '{APP}'."
        ),
        lambda: machine(ntp_query=CannotObserve("unreachable", "NTP is blocked here (UDP 123, no answer in 1.0 s)")),
    ),
    "unknown": (report("Flux capacitor is out of plutonium", "Delorean.FluxException"), machine),
}


@pytest.mark.parametrize("format_", ["txt", "json"])
@pytest.mark.parametrize("case", CASES)
def test_the_answer_is_the_golden_one(case, format_, request):
    """What people and programs see of a diagnosis changes only on purpose."""
    document, system = CASES[case]
    found = diagnose(from_mapping(document), load(), system(), Options())
    if found.suggestions:  # they shift with every rule that is added; their look is what is golden
        found = replace(
            found, suggestions=({"rule": "graph.forbidden", "title": "Graph refuses the request", "alike": 58},)
        )
    code = OF_VERDICT[found.verdict]
    if format_ == "json":
        out = _normal(json.dumps(jsonout.document(found), indent=1, sort_keys=True, ensure_ascii=True) + "\n")
    else:
        out = _normal(text_.render(found, Style()))
    file = HERE / f"{case}.exit{code}.{format_}"
    if request.config.getoption("--update-golden"):
        for old in HERE.glob(f"{case}.exit*.{format_}"):
            old.unlink()
        file.write_text(out, "utf-8")
    others = sorted(p.name for p in HERE.glob(f"{case}.exit*.{format_}"))
    assert [file.name] == others
    assert file.read_text("utf-8") == out


def _normal(text: str) -> str:
    text = re.sub(r'"elapsed_ms": [\d.]+', '"elapsed_ms": 0.0', text)
    return re.sub(r"in \d+\.\d s$", "in 0.0 s", text, flags=re.MULTILINE)
