"""Is the certificate the host's own?"""

import pytest
from checkkit import run_check

from agent.model import Status, UnknownReason
from agent.system.base import CertificateFacts, TlsAnswer
from agent.system.fake import FakeSystem

CHECK = "tls.chain_public"
MICROSOFT = "login.microsoftonline.com"


def ask(host: str, issuer: str, state: str = "completed") -> FakeSystem:
    """A host that presents a certificate of this issuer."""
    leaf = CertificateFacts("AA", f"CN={host}", issuer, 1.0e9, 1.8e9)
    return FakeSystem(tls_handshake=TlsAnswer(host, 443, state, chain=(leaf,) if state == "completed" else ()))


@pytest.mark.parametrize(
    "issuer",
    [
        "CN=Microsoft Azure RSA TLS Issuing CA 07, O=Microsoft Corporation, C=US",
        'CN=DigiCert Global G2 TLS RSA SHA256 2020 CA1, O="DigiCert, Inc.", C=US',
        "CN=DigiCert SHA2 Secure Server CA, O=DigiCert Inc, C=US",
    ],
)
def test_public_issuer_passes(issuer: str) -> None:
    """The authorities that Microsoft's hosts use pass, however the name is quoted."""
    assert run_check(CHECK, ask(MICROSOFT, issuer), host=MICROSOFT).status is Status.PASS


@pytest.mark.parametrize("host", [MICROSOFT, "graph.microsoft.com", "graph.microsoft.us"])
def test_company_issuer_for_a_microsoft_host_fails(host: str) -> None:
    """A company's own authority does not issue for Microsoft's hosts."""
    result = run_check(CHECK, ask(host, "CN=Contoso Web CA, O=Contoso"), host=host)
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "intercepted")


@pytest.mark.parametrize(
    "issuer", ["CN=Zscaler Intermediate Root CA, O=Zscaler Inc.", "CN=mitmproxy", "CN=Contoso TLS Inspection CA"]
)
def test_evident_inspector_fails_for_any_host(issuer: str) -> None:
    """An issuer that names itself an inspector is a verdict for every host."""
    result = run_check(CHECK, ask("intranet.contoso.test", issuer), host="intranet.contoso.test")
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "intercepted")


@pytest.mark.parametrize("host", ["intranet.contoso.test", "notmicrosoft.com"])
def test_unknown_host_is_unknown(host: str) -> None:
    """Nothing says who should issue for another host, so no verdict; a name that merely ends alike is another host."""
    result = run_check(CHECK, ask(host, "CN=Contoso Web CA, O=Contoso"), host=host)
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.MISSING_FACT)


@pytest.mark.parametrize(
    ("state", "reason"), [("timeout", UnknownReason.TIMEOUT), ("unreachable", UnknownReason.UNREACHABLE)]
)
def test_no_certificate_is_unknown(state: str, reason: UnknownReason) -> None:
    """Without a certificate there is nothing to compare."""
    assert run_check(CHECK, ask(MICROSOFT, "", state), host=MICROSOFT).reason is reason
