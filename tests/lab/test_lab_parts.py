"""The lab's parts behave like what they stand for; else a green end-to-end test would prove nothing."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import pkcs12
from lab import home, jwt, ntp, wrongclock
from lab.pki import Authority, Pair, issue
from lab.proxy import Proxy
from lab.session import Session
from lab.world import CLIENT, OLD_SECRET, SECRET, TENANT, Lab, need

pytestmark = pytest.mark.lab

TOKEN_PATH = f"/{TENANT}/oauth2/v2.0/token"


def ask(
    lab: Lab, path: str, form: dict[str, str] | None = None, token: str = ""
) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Status, body and headers of one request over verified TLS."""
    data = urllib.parse.urlencode(form).encode() if form else None
    request = urllib.request.Request(
        lab.web.address + path, data, {"Authorization": f"Bearer {token}"} if token else {}
    )
    trusting = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(lab.trust)))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), trusting)
    try:
        with opener.open(request, timeout=5) as answer:
            return answer.status, json.load(answer), dict(answer.headers)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal), dict(refusal.headers)


def credentials(lab: Lab, **changed: str) -> dict[str, str]:
    """A token request with the good secret, changed where said."""
    scope = f"{lab.web.address}/.default"
    return {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET, "scope": scope, **changed}


def assertion(lab: Lab, pair: Pair, start_s: float = 0, life_s: float = 600) -> dict[str, str]:
    """A token request signed as MSAL signs it, the assertion starting ``start_s`` from now."""
    start = time.time() + start_s
    claims = {"aud": lab.web.address + TOKEN_PATH, "iss": CLIENT, "sub": CLIENT, "nbf": start, "exp": start + life_s}
    form = credentials(lab, client_assertion=jwt.sign(claims, pair.key, pair.thumbprint))
    form.pop("client_secret")
    return form


def test_good_secret_gets_a_signed_token(lab: Lab) -> None:
    """The token names tenant, application and audience, and the directory's key signed it."""
    status, body, _ = ask(lab, TOKEN_PATH, credentials(lab))
    claims = jwt.read(body["access_token"])[1]
    assert (200, TENANT, CLIENT, lab.web.address) == (status, claims["tid"], claims["appid"], claims["aud"])
    assert jwt.is_signed_by(body["access_token"], lab.directory.signer.key.public_key())


@pytest.mark.parametrize(
    ("path", "changed", "status", "code"),
    [
        ("/11111111-2222-4333-8444-555555555555/oauth2/v2.0/token", {}, 400, 90002),
        (TOKEN_PATH, {"client_id": "11111111-2222-4333-8444-555555555555"}, 400, 700016),
        (TOKEN_PATH, {"client_secret": "not-the-secret"}, 401, 7000215),
        (TOKEN_PATH, {"client_secret": OLD_SECRET}, 401, 7000222),
        (TOKEN_PATH, {"scope": "User.Read"}, 400, 1002012),
        (TOKEN_PATH, {"scope": "https://vault.contoso.test/.default"}, 400, 500011),
        (TOKEN_PATH, {"grant_type": "password"}, 400, 70003),
    ],
    ids=["tenant", "client", "secret", "old-secret", "scope", "resource", "grant"],
)
def test_each_fault_of_a_request_has_its_code(
    lab: Lab, path: str, changed: dict[str, str], status: int, code: int
) -> None:
    """Nothing but the request decides the answer, and the text carries the code with trace id and time."""
    got, body, _ = ask(lab, path, credentials(lab, **changed))
    assert (status, [code]) == (got, body["error_codes"])
    assert body["error_description"].startswith(f"AADSTS{code}: ")
    assert "Trace ID: " in body["error_description"]


@pytest.mark.parametrize(
    ("start_s", "accepted"), [(0, True), (240, True), (420, False), (-420, True), (-800, True), (-1020, False)]
)
def test_assertion_times_are_judged_by_true_time(lab: Lab, start_s: float, accepted: bool) -> None:
    """Ten minutes of life and five of tolerance: seven minutes ahead is refused, seven behind is not, seventeen is."""
    status, body, _ = ask(lab, TOKEN_PATH, assertion(lab, lab.certificate, start_s))
    assert (200 if accepted else 401) == status
    if not accepted:
        assert "Client assertion is not within its valid time range. Current time: " in body["error_description"]
        assert [700024] == body["error_codes"]


def test_unregistered_certificate_is_refused(lab: Lab) -> None:
    """A certificate that the application does not have, and a signature by another key, are both 700027."""
    stranger = issue("stranger", days=(-1, 1))
    liar = Pair(lab.certificate.certificate, stranger.key)
    codes = [ask(lab, TOKEN_PATH, assertion(lab, pair))[1]["error_codes"] for pair in (stranger, liar)]
    assert [[700027], [700027]] == codes


def test_openid_configuration_tells_known_from_unknown_tenants(lab: Lab) -> None:
    """A known tenant has an issuer; an unknown one is a 400 with the code."""
    known = ask(lab, f"/{TENANT}/v2.0/.well-known/openid-configuration")
    unknown = ask(lab, "/fabrikam.test/v2.0/.well-known/openid-configuration")
    assert (200, f"{lab.web.address}/{TENANT}/v2.0") == (known[0], known[1]["issuer"])
    assert (400, [90002]) == (unknown[0], unknown[1]["error_codes"])


def test_every_answer_has_the_true_date(lab: Lab) -> None:
    """The Date header is what a clock check compares with."""
    assert "Date" in ask(lab, "/")[2]


@pytest.mark.parametrize(
    ("path", "claims", "status", "code", "words"),
    [
        ("/v1.0/users", {"roles": ("User.Read.All",)}, 200, "", ""),
        ("/v1.0/groups", {"roles": ("User.Read.All",)}, 403, "Authorization_RequestDenied", "Insufficient privileges"),
        ("/v1.0/users", {"expires_in_s": -60}, 401, "InvalidAuthenticationToken", "Lifetime validation failed"),
        ("/v1.0/users", {"audience": "https://vault.test"}, 401, "InvalidAuthenticationToken", "Invalid audience"),
        ("/v1.0/busy", {}, 429, "TooManyRequests", ""),
        ("/v1.0/nothing", {}, 404, "BadRequest", "segment 'nothing'"),
    ],
    ids=["served", "permission", "expired", "audience", "busy", "path"],
)
def test_graph_looks_at_the_token(
    lab: Lab, path: str, claims: dict[str, Any], status: int, code: str, words: str
) -> None:
    """Lifetime, audience and permissions of the token decide."""
    got, body, headers = ask(lab, path, token=lab.token(**claims))
    fault = body.get("error", {"code": "", "message": ""})
    assert (status, code) == (got, fault["code"])
    assert words in fault["message"]
    assert (headers.get("Retry-After") is not None) == (status == 429)


def test_forged_token_is_refused(lab: Lab) -> None:
    """A token signed by another key never passes."""
    forged = jwt.sign(jwt.read(lab.token())[1], lab.certificate.key, "lab")
    assert 401 == ask(lab, "/v1.0/users", token=forged)[0]


def test_untrusted_without_the_root(lab: Lab) -> None:
    """Only the lab's root makes its servers trusted."""
    context = ssl.create_default_context(cadata=Authority("Fabrikam").root.pem())
    with (
        socket.create_connection(("127.0.0.1", lab.web.port), 5) as line,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        context.wrap_socket(line, server_hostname="localhost")


def test_ntp_server_tells_the_time_and_a_moved_one_does_not(ntp_server: ntp.NtpServer, user_home: Path) -> None:
    """The true server is right within a second; one under faketime is seven minutes ahead."""
    need(wrongclock.FAKETIME, "faketime")
    true = ntp.ask(ntp_server.port)
    with ntp.NtpServer(user_home, ahead_s=420) as moved:
        ahead = ntp.ask(moved.port)
    assert ntp.ask(moved.port) is None
    assert true is not None
    assert ahead is not None
    assert pytest.approx(time.time(), abs=1.5) == true
    assert pytest.approx(time.time() + 420, abs=1.5) == ahead


def test_moved_program_waits_in_true_time() -> None:
    """The clock is moved, elapsed time is not."""
    need(wrongclock.FAKETIME, "faketime")
    program = "import threading, time; a=time.monotonic(); threading.Event().wait(0.2); print(time.time(), time.monotonic()-a)"
    command = wrongclock.moved([sys.executable, "-c", program], -420)
    now, waited = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert pytest.approx(time.time() - 420, abs=5) == float(now)
    assert 0.15 < float(waited) < 2


def connect(proxy: Proxy, target: str, login: str = "") -> bytes:
    """The first line a proxy answers to CONNECT."""
    extra = f"Proxy-Authorization: Basic {base64.b64encode(login.encode()).decode()}\r\n" if login else ""
    with socket.create_connection(("127.0.0.1", proxy.port), 5) as line:
        line.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{extra}\r\n".encode())
        return line.recv(4096).split(b"\r\n")[0]


def test_proxy_demands_its_login(lab: Lab) -> None:
    """407 without or with a wrong login, a tunnel with the right one, never a tunnel to another host."""
    with Proxy("kim:lab-password") as proxy:
        here = f"localhost:{lab.web.port}"
        answers = [connect(proxy, here), connect(proxy, here, "kim:old"), connect(proxy, here, "kim:lab-password")]
        outside = connect(proxy, "login.contoso.test:443", "kim:lab-password")
    assert [b"407", b"407", b"200"] == [a.split()[1] for a in answers]
    assert b"403" == outside.split()[1]


def test_interceptor_presents_its_own_authority(lab: Lab, user_home: Path) -> None:
    """Through the inspecting proxy the same service is signed by another authority."""
    inspection = Authority("Contoso Inspection")
    with (
        Proxy(certificate=inspection.server(user_home, "localhost")) as proxy,
        socket.create_connection(("127.0.0.1", proxy.port), 5) as line,
    ):
        line.sendall(f"CONNECT localhost:{lab.web.port} HTTP/1.1\r\n\r\n".encode())
        line.recv(4096)
        context = ssl.create_default_context(cadata=inspection.root.pem())
        with context.wrap_socket(line, server_hostname="localhost") as inner:
            inner.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert b"200" in inner.recv(4096)


def test_store_file_is_what_dotnet_keeps(lab: Lab, user_home: Path) -> None:
    """Named by the thumbprint, closed to others, without password, with or without the key."""
    path = home.install(user_home, lab.certificate)
    key, certificate, _ = pkcs12.load_key_and_certificates(path.read_bytes(), None)
    assert (f"{lab.certificate.thumbprint}.pfx", 0o600) == (path.name, path.stat().st_mode & 0o777)
    assert (True, lab.certificate.certificate) == (key is not None, certificate)
    home.install(user_home, lab.certificate, with_key=False)
    assert pkcs12.load_key_and_certificates(path.read_bytes(), None)[0] is None


_WRITE_CACHE = """\
foreach ($name in {names}) {{ $null = [Reflection.Assembly]::LoadFrom("$env:AGENT_TEST_DOTNET_LIBS/$name.dll") }}
$options = [Azure.Identity.ClientSecretCredentialOptions]::new()
$options.AuthorityHost = [uri] $env:LAB_AUTHORITY
$options.DisableInstanceDiscovery = $true
$options.TokenCachePersistenceOptions = [Azure.Identity.TokenCachePersistenceOptions]::new()
$options.TokenCachePersistenceOptions.Name = 'mg.msal.cache'
$options.TokenCachePersistenceOptions.UnsafeAllowUnencryptedStorage = $true
$credential = [Azure.Identity.ClientSecretCredential]::new('{tenant}', '{client}', '{secret}', $options)
$request = [Azure.Core.TokenRequestContext]::new([string[]] @("$env:LAB_GRAPH/.default"))
$null = $credential.GetToken($request, [Threading.CancellationToken]::None)
"""


@pytest.mark.slow
def test_real_msal_writes_the_same_cache(start: Callable[..., Session], user_home: Path) -> None:
    """The real library, allowed to write unencrypted, leaves a file with the names that ``cache_token`` writes."""
    module = (Path(__file__).parent / "LabGraph/LabGraph.psm1").read_text()
    names = module.partition("$script:Assemblies = ")[2].partition(")")[0] + ")"
    outcome = start().run(_WRITE_CACHE.format(names=names, tenant=TENANT, client=CLIENT, secret=SECRET))
    assert [] == outcome.chain, outcome.chain
    real = next((user_home / ".local/share/.IdentityService").glob("mg.msal.cache.*cae")).read_text()
    token = {"client_id": CLIENT, "tenant": TENANT, "target": "https://graph.test/.default"}
    ours = home.cache_token(user_home, "FAKE", **token, age_s=60, life_s=3599).read_text()
    assert _shape(json.loads(real)) == _shape(json.loads(ours))


def _shape(cache: dict[str, Any]) -> dict[str, Any]:
    """Sections with the field names and kinds of their entries."""
    return {
        section: sorted({(name, type(value).__name__) for entry in entries.values() for name, value in entry.items()})
        for section, entries in cache.items()
    }


def test_token_cache_has_the_layout_of_msal(user_home: Path) -> None:
    """Times are texts of whole seconds, and the key joins kind, client, tenant and scope in lower case."""
    path = home.cache_token(
        user_home,
        "FAKE",
        client_id=CLIENT,
        tenant=TENANT,
        target="https://Graph.test/.default",
        age_s=7200,
        life_s=3599,
    )
    cache = json.loads(path.read_text())
    key, entry = next(iter(cache["AccessToken"].items()))
    assert f"-login.windows.net-accesstoken-{CLIENT}-{TENANT}-https://graph.test/.default" == key
    assert 3599 == int(entry["expires_on"]) - int(entry["cached_at"])
    assert {"AccessToken", "RefreshToken", "IdToken", "Account", "AppMetadata"} == set(cache)
