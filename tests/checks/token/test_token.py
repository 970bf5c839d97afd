"""Checks of tokens and their caches: pass, fail, unable to look, not applicable."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from checkkit import run_check

from agent.errors import CannotObserve
from agent.model import Status, UnknownReason
from agent.system.base import FileInfo, HttpAnswer, KeyringAnswer, SignIn
from agent.system.fake import FakeSystem
from agent.system.live import LiveSystem

NOW = 1_795_000_000.0
TENANT, FOREIGN = "3c8a2f10-0000-4000-8000-0000000000bb", "4c8a2f10-0000-4000-8000-0000000000cc"
DPAPI = bytes.fromhex("01000000d08c9ddf0115d1118c7a00c04fc297eb") + b"rest"


def _cache(age_s: float, left_s: float, refresh: bool = True, now: float = NOW) -> bytes:
    """The shape MSAL writes: one line, times as text, secrets made up."""
    entry = {
        "environment": "login.windows.net",
        "client_id": "14d82eec-204b-4c2f-b7e8-296a70dab67e",
        "secret": "MADE-UP-access",
        "credential_type": "AccessToken",
        "realm": TENANT,
        "target": "https://graph.microsoft.com/.default",
        "cached_at": str(int(now - age_s)),
        "expires_on": str(int(now + left_s)),
    }
    older = {**entry, "cached_at": "1000", "expires_on": "2000"}
    whole = {"AccessToken": {"-newer-": entry, "-older-": older}, "RefreshToken": {}, "IdToken": {}}
    whole["Account"] = {"-": {"username": "kim@contoso.test", "name": "Kim"}}
    whole["AppMetadata"] = {}
    if refresh:
        whole["RefreshToken"] = {"-": {"secret": "MADE-UP-refresh"}}
    return json.dumps(whole, separators=(",", ":")).encode()


def _system(files: dict[str, bytes], platform: str = "linux", home: str = "/home/kim", **answers: Any) -> FakeSystem:
    """Files by path, all written an hour ago and readable."""

    def info(path: str) -> FileInfo:
        if path not in files:
            return FileInfo(path, exists=False)
        return FileInfo(path, exists=True, size_bytes=len(files[path]), modified_at=NOW - 3600, readable=True)

    windows = platform == "windows"
    data = f"{home}\\AppData\\Local" if windows else f"{home}/.local/share"
    answers.setdefault("process_name", "")
    return FakeSystem(
        now=NOW,
        platform=platform,
        folder={"home": home, "local_data": data},
        file_info=info,
        read_file=lambda path, limit_bytes=0: files[path],
        **answers,
    )


GRAPH = "/home/kim/.local/share/.IdentityService/mg.msal.cache.cae"


@pytest.mark.parametrize(
    ("cache", "path", "platform", "home"),
    [
        ("graph", GRAPH, "linux", "/home/kim"),
        ("graph", GRAPH.replace(".cae", ".nocae"), "linux", "/home/kim"),
        ("graph", ".IdentityService/mg.msal.cache.cae", "linux", "/home/kim"),
        ("az", "/home/kim/.local/share/.IdentityService/msal.cache.cae", "linux", "/home/kim"),
        ("azure-cli", "/home/kim/.azure/msal_token_cache.json", "linux", "/home/kim"),
        ("azure-cli", "C:\\Users\\kim\\.azure\\msal_token_cache.json", "windows", "C:\\Users\\kim"),
    ],
)
def test_a_good_token_in_any_cache_passes(cache: str, path: str, platform: str, home: str) -> None:
    """Every cache is found at its place; times come from the newest entry; the home folder and secrets are not shown."""
    result = run_check("token.cache_age", _system({path: _cache(600, 3000)}, platform, home), cache=cache)
    assert (result.status, result.evidence["entries"]) == (Status.PASS, 2)
    assert (result.evidence["age_s"], result.evidence["expires_in_s"]) == (600.0, 3000.0)
    shown = f"{result.summary} {result.evidence}".lower()
    assert not any(word in shown for word in ("kim", "made-up", "contoso"))


@pytest.mark.parametrize(
    ("left_s", "words"), [(-60, "expired 60 s ago"), (299, "counts as expired"), (300, "counts as expired")]
)
@pytest.mark.parametrize("refresh", [True, False])
def test_an_expired_token_fails(left_s: float, words: str, refresh: bool) -> None:
    """Clients stop using a token 300 s before its end; whether it can be renewed is said."""
    result = run_check("token.cache_age", _system({GRAPH: _cache(3600, left_s, refresh)}), cache="graph")
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "expired")
    assert words in result.summary
    assert ("no refresh token" in result.summary) is not refresh


@pytest.mark.parametrize(
    ("files", "state"),
    [
        ({}, "absent"),
        ({GRAPH: b'{"AccessToken":{},"RefreshToken":{}}'}, "absent"),
        ({GRAPH: b'{"AccessToken":{"a":{"expires_on"'}, "damaged"),
        ({GRAPH: b"\xff\xfe\x00"}, "damaged"),
        ({GRAPH: b"[1, 2]"}, "damaged"),
        ({GRAPH: b'{"AccessToken":{"a":{"expires_on":"soon"}}}'}, "damaged"),
    ],
)
def test_absent_and_damaged_caches_fail(files: dict[str, bytes], state: str) -> None:
    """No file, no token in it, and a file that MSAL would throw away."""
    result = run_check("token.cache_age", _system(files))
    assert (result.status, result.evidence["state"]) == (Status.FAIL, state)


@pytest.mark.parametrize(
    ("path", "data", "platform"),
    [
        (GRAPH, b"", "linux"),
        ("C:\\Users\\kim\\AppData\\Local\\.IdentityService\\mg.msal.cache.cae", DPAPI, "windows"),
    ],
)
def test_an_encrypted_cache_is_unknown_with_its_age(path: str, data: bytes, platform: str) -> None:
    """Keyring and DPAPI are not opened, but the time of the last write is worth saying."""
    home = "C:\\Users\\kim" if platform == "windows" else "/home/kim"
    result = run_check("token.cache_age", _system({path: data}, platform, home))
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.NOT_SUPPORTED)
    assert "last written 60 minutes ago" in result.summary
    assert "kim" not in result.summary


@pytest.mark.parametrize(
    ("lock", "running", "status"),
    [
        (b"\xef\xbb\xbf14491 dotnet\n", "pwsh", Status.FAIL),
        (b"\xef\xbb\xbf14491 dotnet\n", "", Status.PASS),
        (b"", "pwsh", Status.PASS),
        (b"not a number", "pwsh", Status.PASS),
    ],
)
def test_a_lock_counts_only_while_its_process_runs(lock: bytes, running: str, status: Status) -> None:
    """A lock file that was left behind holds nobody up."""
    system = _system({GRAPH: _cache(600, 3000), GRAPH + ".lockfile": lock}, process_name={14491: running})
    result = run_check("token.cache_age", system)
    assert result.status is status
    if status is Status.FAIL:
        assert result.evidence["state"] == "locked"
        assert "pwsh (process 14491) for 3600 s" in result.summary


def test_a_cache_that_may_not_be_read_is_unknown() -> None:
    """A cache of root: sign-in works without it, and nothing can be said about it."""
    info = FileInfo(GRAPH, exists=True, size_bytes=9, modified_at=NOW, readable=False)
    files = {GRAPH: info}
    system = FakeSystem(
        now=NOW,
        folder={"home": "/home/kim", "local_data": "/home/kim/.local/share"},
        file_info=lambda path: files.get(path, FileInfo(path, exists=False)),
    )
    assert run_check("token.cache_age", system).reason is UnknownReason.NO_PERMISSION


def test_an_unknown_cache_does_not_apply() -> None:
    """Only three caches are known."""
    assert run_check("token.cache_age", _system({}), cache="browser").reason is UnknownReason.NOT_SUPPORTED


@pytest.mark.skipif(os.name == "nt", reason="the home folder is set as on Unix")
def test_a_real_cache_file_with_a_real_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the real machine: a file in a home of its own, held by this very process, then free."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    file = tmp_path / ".azure/msal_token_cache.json"
    file.parent.mkdir()
    file.write_bytes(_cache(60, 3000, now=LiveSystem().now()))
    lock = file.with_name(file.name + ".lockfile")
    lock.write_text(f"{os.getpid()} az", "utf-8-sig")
    locked = run_check("token.cache_age", LiveSystem(), cache="azure-cli")
    lock.unlink()
    free = run_check("token.cache_age", LiveSystem(), cache="azure-cli")
    assert (locked.evidence["state"], free.status) == ("locked", Status.PASS)
    assert free.evidence["path"] == "~/.azure/msal_token_cache.json"


def _token(**claims: Any) -> tuple[tuple[str, Any], ...]:
    return tuple(claims.items())


@pytest.mark.parametrize(
    ("claims", "status", "state"),
    [
        ({"exp": NOW + 3600, "nbf": NOW - 300}, Status.PASS, None),
        ({"exp": NOW + 3600}, Status.PASS, None),
        ({"exp": NOW + 3600, "nbf": NOW + 60}, Status.WARN, None),
        ({"exp": NOW + 3600, "nbf": NOW + 301}, Status.FAIL, "not_yet_valid"),
        ({"exp": NOW + 299}, Status.FAIL, "expired"),
        ({"exp": NOW - 7200}, Status.FAIL, "expired"),
    ],
)
def test_not_expired_compares_with_the_local_clock(claims: dict[str, float], status: Status, state: Any) -> None:
    """Inside its lifetime it passes; each side of it fails with its own state."""
    result = run_check("token.not_expired", FakeSystem(now=NOW), token=_token(**claims))
    assert (result.status, result.evidence.get("state")) == (status, state)
    assert result.evidence["expired_s"] == NOW - claims["exp"]


GRAPH_URL, GRAPH_ID = "https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"


@pytest.mark.parametrize(
    ("audience", "required", "status"),
    [
        (GRAPH_URL, GRAPH_URL, Status.PASS),
        (GRAPH_URL + "/", GRAPH_URL, Status.PASS),
        (GRAPH_ID, GRAPH_URL, Status.PASS),
        (GRAPH_ID, "https://graph.microsoft.us", Status.PASS),
        (("api://one", GRAPH_ID), GRAPH_URL, Status.PASS),
        ("https://management.core.windows.net/", "https://management.azure.com", Status.PASS),
        ("https://management.azure.com", GRAPH_URL, Status.FAIL),
        (GRAPH_URL, "https://graph.microsoft.us", Status.FAIL),
    ],
)
def test_audience_is_the_called_api(audience: Any, required: str, status: Status) -> None:
    """The same API under its id or address passes; another API, or the same of another cloud, does not."""
    result = run_check("token.audience_matches", FakeSystem(), token=_token(aud=audience), required_audience=required)
    assert (result.status, result.evidence["required"]) == (status, required)
    of_a_cloud = "other_cloud" if audience == GRAPH_URL else "other_audience"
    assert result.evidence.get("state") == (of_a_cloud if status is Status.FAIL else None)


@pytest.mark.parametrize(
    ("token_tenant", "tenant", "status"),
    [(TENANT, TENANT.upper(), Status.PASS), (FOREIGN, TENANT, Status.FAIL), (TENANT, "consumers", Status.FAIL)],
)
def test_tenant_ids_are_compared_without_network(token_tenant: str, tenant: str, status: Status) -> None:
    """Two ids need no question to anybody."""
    system = FakeSystem()
    result = run_check("token.tenant_matches", system, token=_token(tid=token_tenant), tenant=tenant)
    assert (result.status, "http_get" in dict(system.asked)) == (status, False)
    assert result.evidence.get("state") == ("other_tenant" if status is Status.FAIL else None)


def _openid(body: bytes) -> HttpAnswer:
    return HttpAnswer("https://login.example", 200, "OK", {}, body, NOW, NOW)


@pytest.mark.parametrize(
    ("issuer", "host", "tenant_of_name", "status"),
    [
        ("https://sts.windows.net/", "login.microsoftonline.com", TENANT, Status.PASS),
        ("https://login.microsoftonline.us/", "login.microsoftonline.us", TENANT, Status.PASS),
        ("", "login.microsoftonline.com", FOREIGN, Status.FAIL),
    ],
)
def test_a_tenant_name_is_looked_up(issuer: str, host: str, tenant_of_name: str, status: Status) -> None:
    """The sign-in service of the token's cloud turns a name into its id."""
    url = f"https://{host}/contoso.test/v2.0/.well-known/openid-configuration"
    body = json.dumps({"issuer": f"https://{host}/{tenant_of_name}/v2.0"}).encode()
    system = FakeSystem(http_get={url: _openid(body)})
    token = _token(tid=TENANT, iss=issuer)
    assert run_check("token.tenant_matches", system, token=token, tenant="Contoso.test").status is status


@pytest.mark.parametrize(
    ("check", "claims", "params"),
    [
        ("not_expired", {"aud": GRAPH_URL}, {}),
        ("not_expired", {"exp": "soon"}, {}),
        ("audience_matches", {"exp": NOW}, {}),
        ("tenant_matches", {"exp": NOW}, {"tenant": TENANT}),
        ("tenant_matches", {"tid": TENANT}, {"tenant": "common"}),
        ("tenant_matches", {"tid": TENANT}, {"tenant": "not a tenant/.."}),
        ("tenant_matches", {"tid": TENANT}, {"tenant": "nobody.test"}),
    ],
)
def test_a_token_without_the_claim_is_unknown(check: str, claims: dict[str, Any], params: dict[str, str]) -> None:
    """Without the claim, or without a tenant to compare with, there is no answer."""
    system = FakeSystem(now=NOW, http_get=_openid(b'{"error":"invalid_tenant"}'))
    result = run_check(f"token.{check}", system, token=_token(**claims), **params)
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.MISSING_FACT)


def test_an_unreachable_service_leaves_the_tenant_name_unknown() -> None:
    """No answer about the name is no verdict about the token."""
    system = FakeSystem(http_get=CannotObserve("unreachable", "no answer"))
    result = run_check("token.tenant_matches", system, token=_token(tid=TENANT), tenant="contoso.test")
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.UNREACHABLE)


# --- judged from the words of the error: grant_alive, assertion_accepted, assertion_current, well_formed

DAY = 86_400.0


@pytest.mark.parametrize(
    ("check", "params", "state"),
    [
        ("grant_alive", {"grant_issued": NOW - 100 * DAY, "grant_idle_s": 90 * DAY}, "inactive"),
        ("grant_alive", {"grant_issued": NOW - 9 * DAY, "valid_from": NOW - DAY}, "revoked"),
        ("grant_alive", {"grant_limit_s": DAY, "service_codes": ("AADSTS700084",)}, "spa"),
        ("grant_alive", {"grant_limit_s": 43_200.0, "service_codes": ("AADSTS70043",)}, "lifetime"),
        ("assertion_accepted", {"assertion_part": "subject"}, "subject"),
        ("assertion_accepted", {"assertion_part": "issuer"}, "issuer"),
        ("assertion_accepted", {"assertion_part": "audience"}, "audience"),
        ("assertion_current", {"service_time": NOW, "assertion_from": NOW - 900, "assertion_until": NOW - 300}, "expired"),
        ("assertion_current", {"service_time": NOW, "assertion_from": NOW + 400, "assertion_until": NOW + 900}, "not_yet_valid"),
        ("assertion_current", {"service_time": NOW, "assertion_from": NOW - 10, "assertion_until": NOW + 590}, None),
        ("well_formed", {"token_shape": "jwt"}, None),
        ("well_formed", {"token_shape": "no_dots"}, "no_dots"),
        ("well_formed", {"token_shape": "truncated"}, "truncated"),
    ],
)  # fmt: skip
def test_what_the_error_states(check: str, params: dict[str, Any], state: str | None) -> None:
    """The service's own times and parts tell the causes of one error apart."""
    result = run_check(f"token.{check}", FakeSystem(now=NOW), **params)
    assert (result.status, result.evidence.get("state")) == (Status.FAIL if state else Status.PASS, state)


@pytest.mark.parametrize(
    ("check", "params"),
    [
        ("grant_alive", {}),
        ("grant_alive", {"grant_issued": NOW, "valid_from": NOW - DAY}),
        ("assertion_accepted", {"assertion_part": "colour"}),
        ("well_formed", {"token_shape": "round"}),
    ],
)
def test_what_the_error_does_not_state(check: str, params: dict[str, Any]) -> None:
    """Without the words nothing is claimed."""
    result = run_check(f"token.{check}", FakeSystem(now=NOW), **params)
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.MISSING_FACT)


# --- saved sign-ins: cache_readable, cache_account, cache_tenant, keyring_available, graph_record_present

CONTOSO = SignIn("graph", "user", "contoso.test", TENANT, "14d82eec-204b-4c2f-b7e8-296a70dab67e")


@pytest.mark.parametrize(
    ("info", "data", "state"),
    [
        ({}, _cache(600, 3000), None),
        ({}, DPAPI, None),
        ({}, b"", None),
        ({"readable": False}, b"x", "denied"),
        ({"mine": False}, b"x", "foreign"),
        ({"is_folder": True}, b"x", "folder"),
        ({}, b"{cut", "damaged"),
    ],
)
def test_cache_readable(info: dict[str, Any], data: bytes, state: str | None) -> None:
    """Rights, owner, kind and contents of the file are told apart."""

    def look(path: str) -> FileInfo:
        there = FileInfo(path, exists=True, size_bytes=len(data), modified_at=NOW, readable=True, mine=True)
        return there._replace(**info) if path == GRAPH else FileInfo(path, exists=False)

    system = _system({GRAPH: data})
    system.file_info = look  # type: ignore[method-assign]
    result = run_check("token.cache_readable", system)
    assert (result.status, result.evidence.get("state")) == (Status.FAIL if state else Status.PASS, state)


def test_cache_readable_without_a_cache() -> None:
    """Where there is none, nothing is wrong with it."""
    assert run_check("token.cache_readable", _system({})).reason is UnknownReason.MISSING_FACT


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_cache_readable_of_a_real_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache without the right to read is found so on the real machine."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    file = tmp_path / ".local/share/.IdentityService/mg.msal.cache.cae"
    file.parent.mkdir(parents=True)
    file.write_bytes(_cache(600, 3000))
    file.chmod(0)
    assert run_check("token.cache_readable", LiveSystem()).evidence["state"] == "denied"


@pytest.mark.parametrize(
    ("check", "params", "saved", "expected"),
    [
        ("cache_account", {"user_domain": "Contoso.test"}, (CONTOSO,), (Status.PASS, None)),
        ("cache_account", {"user_domain": "fabrikam.test"}, (CONTOSO,), (Status.FAIL, "other_account")),
        ("cache_account", {"user_domain": "contoso.test"}, (), (Status.FAIL, "none")),
        (
            "cache_account",
            {"user_domain": "contoso.test"},
            (CONTOSO, CONTOSO._replace(domain="fabrikam.test", chosen=False)),
            (Status.WARN, "several"),
        ),
        ("cache_account", {"user_domain": "contoso.test"}, CannotObserve("no_permission", "closed"), (Status.UNKNOWN, None)),
        ("cache_tenant", {"tenant": TENANT.upper()}, (CONTOSO,), (Status.PASS, None)),
        ("cache_tenant", {"tenant": "contoso.test"}, (CONTOSO,), (Status.PASS, None)),
        ("cache_tenant", {"tenant": FOREIGN}, (CONTOSO,), (Status.FAIL, "other_tenant")),
        ("cache_tenant", {"tenant": "common"}, (CONTOSO,), (Status.UNKNOWN, None)),
        ("cache_tenant", {"tenant": TENANT}, (), (Status.UNKNOWN, None)),
        ("graph_record_present", {}, (CONTOSO,), (Status.PASS, None)),
        ("graph_record_present", {"client_id": CONTOSO.client_id.upper()}, (CONTOSO,), (Status.PASS, None)),
        ("graph_record_present", {"client_id": TENANT}, (CONTOSO,), (Status.FAIL, "other_app")),
        ("graph_record_present", {}, (SignIn("graph", "damaged"),), (Status.FAIL, "damaged")),
        ("graph_record_present", {}, (), (Status.FAIL, "none")),
        ("graph_record_present", {}, CannotObserve("no_permission", "closed"), (Status.UNKNOWN, None)),
    ],
)  # fmt: skip
def test_saved_sign_ins(check: str, params: dict[str, str], saved: Any, expected: tuple[Status, Any]) -> None:
    """Whose sign-in is saved: domain, tenant and application."""
    document = b'{"issuer":"https://login.microsoftonline.com/%s/v2.0"}' % TENANT.encode()
    page = HttpAnswer("", 200, "", {}, document, NOW, NOW)
    result = run_check(f"token.{check}", FakeSystem(saved_sign_ins=saved, http_get=page), **params)
    assert (result.status, result.evidence.get("state")) == expected


@pytest.mark.parametrize("state", ["available", "no_library", "no_bus", "absent", "locked"])
@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_keyring_available(state: str, platform: str) -> None:
    """Library, bus, service and lock are told apart."""
    result = run_check("token.keyring_available", FakeSystem(platform=platform, keyring=KeyringAnswer(state)))
    good = state == "available"
    assert (result.status, result.evidence.get("state")) == ((Status.PASS, None) if good else (Status.FAIL, state))


def test_keyring_available_where_nobody_can_ask() -> None:
    """Without the program that asks, it is unknown; Windows has no keyring of this kind."""
    missing = FakeSystem(keyring=CannotObserve("not_installed", "there is no dbus-send here"))
    assert run_check("token.keyring_available", missing).reason is UnknownReason.NOT_INSTALLED
    windows = FakeSystem(platform="windows")
    assert run_check("token.keyring_available", windows).reason is UnknownReason.NOT_SUPPORTED


# --- issuer_matches, app_matches, kind_fits_request: claims against what was meant

APP = "14d82eec-204b-4c2f-b7e8-296a70dab67e"
GOV, CHINA = "https://login.microsoftonline.us", "https://login.partner.microsoftonline.cn"


@pytest.mark.parametrize(
    ("check", "token", "params", "expected"),
    [
        ("issuer_matches", (("iss", f"https://sts.windows.net/{TENANT}/"),), {}, (Status.PASS, None)),
        ("issuer_matches", (("iss", f"https://login.microsoftonline.com/{TENANT}/v2.0"),), {}, (Status.PASS, None)),
        ("issuer_matches", (("iss", f"https://sts.chinacloudapi.cn/{TENANT}/"),), {"authority": CHINA}, (Status.PASS, None)),
        ("issuer_matches", (("iss", f"https://sts.chinacloudapi.cn/{TENANT}/"),), {}, (Status.FAIL, "other_cloud")),
        ("issuer_matches", (("iss", f"https://login.microsoftonline.us/{TENANT}/v2.0"),), {}, (Status.FAIL, "other_cloud")),
        ("issuer_matches", (("iss", f"https://sts.windows.net/{TENANT}/"),), {"authority": GOV}, (Status.UNKNOWN, None)),
        ("issuer_matches", (("aud", "x"),), {}, (Status.UNKNOWN, None)),
        ("app_matches", (("appid", APP),), {"client_id": APP.upper()}, (Status.PASS, None)),
        ("app_matches", (("azp", APP),), {"client_id": TENANT}, (Status.FAIL, "other_app")),
        ("app_matches", (("aud", "x"),), {"client_id": APP}, (Status.UNKNOWN, None)),
        ("kind_fits_request", (("scp", "User.Read"),), {"url": "https://graph.microsoft.com/v1.0/me"}, (Status.PASS, None)),
        ("kind_fits_request", (("idtyp", "app"),), {"url": "https://graph.microsoft.com/v1.0/me/messages"}, (Status.FAIL, "application")),
        ("kind_fits_request", (("roles", ("A",)),), {"url": "https://graph.microsoft.com/beta/users/me"}, (Status.FAIL, "application")),
        ("kind_fits_request", (("idtyp", "app"),), {"url": "https://graph.microsoft.com/v1.0/users/me-too"}, (Status.PASS, None)),
        ("kind_fits_request", (("aud", "x"),), {"url": "https://graph.microsoft.com/v1.0/me"}, (Status.UNKNOWN, None)),
    ],
)  # fmt: skip
def test_claims_against_what_was_meant(
    check: str, token: Any, params: dict[str, str], expected: tuple[Status, Any]
) -> None:
    """Cloud, application and kind of a token; a claim that is not there tells nothing."""
    result = run_check(f"token.{check}", FakeSystem(now=NOW), token=token, **params)
    assert (result.status, result.evidence.get("state")) == expected
