"""From a failing Connect-MgGraph in the real PowerShell to the proven cause: the whole product, on loopback only.

Each test stages one fault for real, runs the command once under Invoke-AgentCommand, and reads the JSON of Resolve-AgentError.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lab.pki import Authority, issue
from lab.proxy import Proxy
from lab.session import Outcome, Session
from lab.world import CLIENT, OLD_SECRET, SECRET, TENANT, Lab, need

pytestmark = [pytest.mark.lab, pytest.mark.slow]

Start = Callable[..., Session]
ABSENT_TENANT = "11111111-2222-4333-8444-555555555555"
USERS = "; Invoke-MgGraphRequest -Method GET -Uri '/v1.0/users'"
#: What a cause on a sound machine may be decided by.
ELSEWHERE = {"directory", "service"}


def by_certificate(thumbprint: str, tenant: str = TENANT) -> str:
    """Sign in as the application with the certificate of this thumbprint."""
    return f"Connect-MgGraph -Environment Lab -TenantId {tenant} -ClientId {CLIENT} -CertificateThumbprint {thumbprint} -NoWelcome"


def by_secret(secret: str = SECRET, tenant: str = TENANT) -> str:
    """Sign in as the application with a secret."""
    credential = f"[pscredential]::new('{CLIENT}', (ConvertTo-SecureString '{secret}' -AsPlainText -Force))"
    return f"Connect-MgGraph -Environment Lab -TenantId {tenant} -ClientSecretCredential ({credential}) -NoWelcome"


def by_token(token: str) -> str:
    """Sign in with a token from elsewhere."""
    secure = f"(ConvertTo-SecureString '{token}' -AsPlainText -Force)"
    return f"Connect-MgGraph -Environment Lab -AccessToken {secure} -NoWelcome"


def diagnosis(outcome: Outcome) -> dict[str, Any]:
    """The agent's document; none at all is a failure of the module or the agent, shown with what the session said."""
    assert outcome.diagnosis is not None, outcome.noise
    return outcome.diagnosis


def assert_proved(outcome: Outcome, *causes: str, check: str = "") -> dict[str, Any]:
    """One of ``causes`` is on top, and an executed check that failed is named as its reason."""
    found = diagnosis(outcome)
    ranked = [(c["id"], round(c["probability"], 2)) for c in found["causes"]]
    assert ranked, (found["headline"], outcome.chain)
    assert ranked[0][0] in causes, (ranked, summary(found))
    failing = {(r["check"], repr(r["params"])) for r in found["results"] if r["status"] == "fail"}
    because = {(b["check"], repr(b["params"])) for b in found["causes"][0]["because"]}
    assert failing & because, (because, summary(found))
    if check:
        assert check in {name for name, _ in failing & because}, summary(found)
    return found


def summary(found: dict[str, Any]) -> list[str]:
    """One line per executed check, for the reader of a failure."""
    return [f"{r['check']}: {r['status']} {r['summary']}" for r in found["results"]]


def nothing_fails(found: dict[str, Any]) -> bool:
    """No executed check says that this machine is at fault."""
    return not [r for r in found["results"] if r["status"] == "fail"]


@pytest.mark.parametrize("ahead_s", [420, -1020], ids=["seven-minutes-ahead", "seventeen-minutes-behind"])
def test_wrong_clock_refuses_the_assertion(lab: Lab, start: Start, ahead_s: float) -> None:
    """AADSTS700024 from a moved clock is a wrong clock, measured against network time; behind needs more than the 10 minutes
    an assertion lives and the service's 5 minutes of tolerance."""
    outcome = start(ahead_s=ahead_s).run(by_certificate(lab.certificate.thumbprint))
    assert "AADSTS700024" in outcome.text
    found = assert_proved(outcome, "clock-wrong", check="time.clock_in_sync")
    measured = next(r["evidence"]["offset_s"] for r in found["results"] if r["check"] == "time.clock_in_sync")
    assert pytest.approx(ahead_s, abs=10) == measured
    assert "cause_found" == found["verdict"]


def test_clock_behind_sends_a_dead_token(lab: Lab, start: Start) -> None:
    """Seven minutes behind, a token that just ended still looks alive; the refusal by Graph is the clock's fault."""
    outcome = start(ahead_s=-420).run(by_token(lab.token(roles=lab.app.roles, expires_in_s=-15)) + USERS)
    assert "Lifetime validation failed" in outcome.details
    assert_proved(outcome, "clock-wrong", check="time.clock_in_sync")


def test_expired_certificate(lab: Lab, start: Start) -> None:
    """The store holds the certificate, the lookup skips it, and the check says since when."""
    expired = issue("graph-old", days=(-400, -3))
    outcome = start(certificate=expired).run(by_certificate(expired.thumbprint))
    assert "Unix LocalMachine X509Store is limited" in outcome.text
    assert_proved(outcome, "certificate-expired", check="certificate.not_expired")


def test_certificate_not_installed(start: Start) -> None:
    """The same words as for an expired one, but nothing of this thumbprint is in the store."""
    outcome = start().run(by_certificate(issue("graph-elsewhere", days=(-30, 300)).thumbprint))
    assert "Unix LocalMachine X509Store is limited" in outcome.text
    assert_proved(outcome, "certificate-not-installed-on-host", check="certificate.in_store")


def test_certificate_without_private_key(lab: Lab, start: Start) -> None:
    """The lookup finds it, the signature cannot be made."""
    outcome = start(with_key=False).run(by_certificate(lab.certificate.thumbprint))
    assert "does not have a private key" in outcome.text
    assert_proved(outcome, "private-key-missing")


def test_token_expired_during_the_session(lab: Lab, start: Start) -> None:
    """A session keeps a token that was handed to it; Graph answers 401 and the token's own end is the proof."""
    token = lab.token(roles=lab.app.roles, expires_in_s=-600)
    outcome = start().run(USERS.strip("; "), prepare=f"Restore-LabSession -AccessToken '{token}'")
    assert ("HttpResponseException", "System.Net.Http.HttpRequestMessage") == (outcome.types[0], outcome.target)
    found = assert_proved(outcome, "access-token-expired", check="token.not_expired")
    assert token not in str(found)


def test_token_for_another_audience(lab: Lab, start: Start) -> None:
    """A token for another API is a 401 of Graph as well; its audience tells the difference."""
    outcome = start().run(by_token(lab.token(audience="https://management.contoso.test")) + USERS)
    assert "Invalid audience" in outcome.details
    assert_proved(outcome, "token-for-wrong-audience", check="token.audience_matches")


def test_tenant_does_not_exist(start: Start) -> None:
    """The sign-in service is asked once more for the tenant and does not know it."""
    outcome = start().run(by_secret(tenant=ABSENT_TENANT))
    assert "AADSTS90002" in outcome.text
    assert_proved(outcome, "wrong-tenant-id", check="entra.tenant_exists")


def test_client_secret_expired(start: Start) -> None:
    """The service states it; the check repeats the statement as the proof."""
    outcome = start().run(by_secret(OLD_SECRET))
    assert "AADSTS7000222" in outcome.text
    assert_proved(outcome, "client-secret-expired", check="secret.not_expired")


def test_sign_in_host_does_not_resolve(lab: Lab, start: Start) -> None:
    """The system's resolver says that there is no such name; a private resolver setting keeps the question on this machine."""
    setting = lab.folder / "nsswitch.conf"
    setting.write_text("hosts: files\n")
    outcome = start(
        in_front=private_file(setting, "/etc/nsswitch.conf"), LAB_AUTHORITY="https://login.contoso.test:8443"
    ).run(by_secret())
    assert "Name or service not known (login.contoso.test:8443)" in outcome.text
    assert_proved(outcome, "dns-name-not-found", check="net.name_resolves")


def private_file(source: Path, target: str) -> tuple[str, ...]:
    """Start a program with ``source`` in place of ``target``, in a mount namespace of its own."""
    front = (
        "unshare",
        "--mount",
        "--map-root-user",
        "sh",
        "-c",
        f'mount --bind "{source}" {target} && exec "$@"',
        "sh",
    )
    try:
        works = subprocess.run([*front, "true"], capture_output=True, timeout=10).returncode == 0
    except OSError:
        works = False
    need(works, "a mount namespace (unshare)")
    return front


def test_connection_refused(start: Start) -> None:
    """Nothing listens where the sign-in service should be."""
    outcome = start(LAB_AUTHORITY="https://localhost:1").run(by_secret())
    assert "Connection refused (localhost:1)" in outcome.text
    found = assert_proved(outcome, "tcp-connection-refused", check="net.tcp_reachable")
    assert "cause_found" == found["verdict"]


def test_authority_of_the_service_is_not_trusted(lab: Lab, start: Start) -> None:
    """The root that signed the service is missing here: inspection and a thin trust store look alike from this machine."""
    other = lab.folder / "fabrikam-root.pem"
    other.write_text(Authority("Fabrikam").root.pem())
    outcome = start(SSL_CERT_FILE=str(other)).run(by_secret())
    assert "PartialChain" in outcome.text
    assert_proved(outcome, "tls-inspection-untrusted-root", "trust-store-incomplete", check="tls.chain_trusted")


def test_inspecting_proxy(lab: Lab, start: Start) -> None:
    """A proxy that opens TLS with an authority of its own is found, though the service itself is trusted."""
    with Proxy(certificate=Authority("Contoso Inspection").server(lab.folder, "localhost")) as proxy:
        outcome = start(HTTPS_PROXY=proxy.address()).run(by_secret())
    assert "PartialChain" in outcome.text
    assert_proved(outcome, "tls-inspection-untrusted-root", check="tls.chain_trusted")


@pytest.fixture
def login_proxy() -> Iterator[Proxy]:
    """A proxy that wants a login."""
    with Proxy("kim:lab-password") as proxy:
        yield proxy


def test_proxy_demands_a_login(start: Start, login_proxy: Proxy) -> None:
    """The proxy itself is asked and answers 407."""
    outcome = start(HTTPS_PROXY=login_proxy.address()).run(by_secret())
    assert "'407'" in outcome.text
    assert_proved(outcome, "proxy-password-changed-or-missing", check="net.proxy_usable")


def test_proxy_with_its_login_is_healthy(start: Start, login_proxy: Proxy) -> None:
    """The same proxy with the right login carries sign-in and call; there is nothing to diagnose."""
    outcome = start(HTTPS_PROXY=login_proxy.address("kim:lab-password")).run(by_secret() + USERS)
    assert ([], None) == (outcome.chain, outcome.diagnosis)
    assert "Alex" in outcome.output[0]


def test_graph_module_missing(lab: Lab, start: Start) -> None:
    """The command is not recognised and no folder of modules holds its module."""
    outcome = start(with_graph=False).run(by_certificate(lab.certificate.thumbprint))
    assert "CommandNotFoundException" == outcome.error_id
    assert_proved(outcome, "module-not-installed", check="powershell.module_available")


_OLDER_AZURE_CORE = """\
$folder = Join-Path $HOME 'Modules/Az.Accounts/2.12.1/lib'
$null = New-Item -ItemType Directory -Force $folder
$name = [System.Reflection.AssemblyName]::new('Azure.Core')
$name.Version = '1.25.0.0'
$builder = [System.Reflection.Emit.PersistedAssemblyBuilder]::new($name, [object].Assembly)
$null = $builder.DefineDynamicModule('Azure.Core').DefineType('Azure.Core.Older', 'Public').CreateType()
$builder.Save("$folder/Azure.Core.dll")
Add-Type -Path "$folder/Azure.Core.dll"
"""


def test_two_modules_want_two_versions_of_a_library(lab: Lab, start: Start) -> None:
    """Another module's older Azure.Core was first; the loader refuses the one that Azure.Identity needs."""
    outcome = start().run(by_certificate(lab.certificate.thumbprint), prepare=_OLDER_AZURE_CORE)
    assert "FileLoadException" == outcome.types[0]
    assert "'Azure.Core, Version=" in outcome.text
    assert_proved(outcome, "modules-share-session", check="powershell.assembly_versions_agree")


def test_missing_permission_is_not_this_machine(start: Start) -> None:
    """403: no cause of the machine on top, local causes ruled out, and the place to look named."""
    outcome = start().run(by_secret() + "; Invoke-MgGraphRequest -Uri '/v1.0/groups'")
    assert "Authorization_RequestDenied" in outcome.details
    found = diagnosis(outcome)
    assert found["causes"], found["headline"]
    assert found["causes"][0]["decided_by"] in ELSEWHERE
    assert found["causes"][0]["look_up"]
    assert found["ruled_out"], summary(found)
    assert nothing_fails(found), summary(found)
    assert "cause_found" != found["verdict"]


def test_throttling_is_not_this_machine(start: Start) -> None:
    """429: the service asks to wait; nothing here is blamed."""
    outcome = start().run(by_secret() + "; Invoke-MgGraphRequest -Uri '/v1.0/busy'")
    found = diagnosis(outcome)
    assert "throttling-limit-reached" == found["causes"][0]["id"]
    assert nothing_fails(found), summary(found)


def test_unknown_error_on_a_healthy_machine_blames_nothing(start: Start) -> None:
    """An error that no rule knows stays unknown, and no cause of this machine is put forward."""
    outcome = start().run(by_secret() + "; Invoke-MgGraphRequest -Uri '/v1.0/odd'")
    assert "ContosoTeapotOverheated" in outcome.details
    found = diagnosis(outcome)
    assert ("unknown_error", []) == (found["verdict"], found["causes"])
    assert nothing_fails(found), summary(found)


def test_healthy_machine_signs_in_and_reads(lab: Lab, start: Start) -> None:
    """With a right clock, a good certificate and the permission, the wrapped commands simply work."""
    outcome = start().run(by_certificate(lab.certificate.thumbprint) + USERS)
    assert ([], None) == (outcome.chain, outcome.diagnosis)
    assert "Kim" in outcome.output[0]
