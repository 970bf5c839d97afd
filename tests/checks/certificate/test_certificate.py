"""Checks of certificates: pass, fail, unable to look, not applicable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from certkit import certificate, der, key, pem, pfx
from checkkit import run_check

from agent import certificates as selection
from agent.errors import CannotObserve
from agent.model import Status, UnknownReason
from agent.system.base import CertificateChain, CertificateFacts, FileInfo, Revocation, SignAnswer
from agent.system.fake import FakeSystem
from agent.system.live import LiveSystem

NOW, DAY = 1_795_000_000.0, 86_400.0
THUMBPRINT = "9F3C" + "0" * 34 + "41"
OURS = CertificateFacts(
    THUMBPRINT,
    "CN=graph-nightly, O=Contoso",
    "CN=graph-nightly, O=Contoso",
    NOW - 100 * DAY,
    NOW + 100 * DAY,
    "RSA",
    2048,
    True,
)
OTHER = OURS._replace(thumbprint="AB" * 20, subject="CN=other, O=Fabrikam")
NO_MACHINE = CannotObserve("not_supported", "LocalMachine\\My does not exist here")


def _system(mine: Any = (), machine: Any = NO_MACHINE, **answers: Any) -> FakeSystem:
    """A system whose My stores hold what is given and whose other stores are empty."""

    def stores(location: str, store: str = "My") -> Any:
        held = (mine if location == "CurrentUser" else machine) if store == "My" else ()
        if isinstance(held, Exception):
            raise held
        return tuple(c._replace(location=location, store=store) for c in held)

    return FakeSystem(now=NOW, certificates=stores, **answers)


ALL = ("in_store", "not_expired", "has_private_key", "key_usable")


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    "given",
    [
        THUMBPRINT.lower(),
        "\u200e" + THUMBPRINT,
        " ".join(THUMBPRINT),
        ":".join(THUMBPRINT[i : i + 2] for i in range(0, 40, 2)),
    ],
)
def test_pasted_thumbprints_are_understood(name: str, given: str) -> None:
    """Lower case, spaces, colons and the invisible mark of the Windows dialog do not matter."""
    result = run_check(f"certificate.{name}", _system([OTHER, OURS], sign_with=SignAnswer("signed")), thumbprint=given)
    assert result.status is Status.PASS
    assert (result.evidence["thumbprint"], result.evidence["location"]) == (THUMBPRINT, "CurrentUser\\My")


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "neither a thumbprint"),
        ({"thumbprint": "12AB"}, "4 hex digits, not 40"),
        ({"thumbprint": "A" * 64}, "SHA-256"),
        ({"thumbprint": "\u200e"}, "0 hex digits"),
    ],
)
def test_nothing_usable_to_look_for_is_unknown(name: str, given: dict[str, str], words: str) -> None:
    """Without a thumbprint of 40 digits or a subject there is no question to answer."""
    result = run_check(f"certificate.{name}", _system([OURS]), **given)
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.MISSING_FACT)
    assert words in result.summary


@pytest.mark.parametrize("name", ALL[1:])
def test_an_absent_certificate_is_nothing_to_look_at(name: str) -> None:
    """That it is absent is the answer of ``in_store`` alone."""
    result = run_check(f"certificate.{name}", _system([OTHER]), thumbprint=THUMBPRINT)
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.MISSING_FACT)
    assert result.summary == "no such certificate to look at"


@pytest.mark.parametrize("name", ALL)
def test_a_refused_store_is_unknown(name: str) -> None:
    """A store that may not be opened says nothing about what is in it."""
    refused = CannotObserve("no_permission", "the folder may not be read")
    result = run_check(f"certificate.{name}", _system(refused), thumbprint=THUMBPRINT)
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.NO_PERMISSION)


@pytest.mark.parametrize("name", ALL)
def test_a_system_without_stores_is_unknown(name: str) -> None:
    """Where neither store exists, the question does not apply."""
    result = run_check(f"certificate.{name}", _system(NO_MACHINE), subject=OURS.subject)
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.NOT_SUPPORTED)


def test_in_store_finds_the_machine_store_too() -> None:
    """LocalMachine\\My is searched after CurrentUser\\My, also when the latter may not be opened."""
    result = run_check(
        "certificate.in_store", _system(CannotObserve("no_permission"), [OURS]), subject="cn=GRAPH-nightly, o=contoso"
    )
    assert result.status is Status.PASS
    assert (result.evidence["location"], result.evidence["searched"]) == ("LocalMachine\\My", "LocalMachine\\My")


def test_in_store_says_that_it_is_absent() -> None:
    """Absent from every store that exists; files that could not be read are named as well."""
    unread = CertificateFacts("", "", "", 0.0, 0.0, problem="password: a password is needed")
    result = run_check("certificate.in_store", _system([OTHER, unread]), thumbprint=THUMBPRINT)
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "absent")
    assert "1 other certificate" in result.summary
    assert "a password is needed" in result.summary


def test_in_store_notices_another_store() -> None:
    """A certificate imported into the wrong store is there, but no sign-in module looks there."""

    def stores(location: str, store: str = "My") -> tuple[CertificateFacts, ...]:
        return (OURS,) if (location, store) == ("LocalMachine", "WebHosting") else ()

    result = run_check("certificate.in_store", FakeSystem(now=NOW, certificates=stores), thumbprint=THUMBPRINT)
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "other_store")
    assert result.evidence["location"] == "LocalMachine\\WebHosting"


@pytest.mark.parametrize("given", ["graph-nightly", "CN=graph-nightly", "CN=graph-nightly,O=Contoso"])
def test_in_store_wants_the_whole_subject(given: str) -> None:
    """The lookup compares the whole name, so a common name finds nothing: the near miss is shown."""
    result = run_check("certificate.in_store", _system([OURS]), subject=given)
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "no_such_subject")
    assert result.evidence["subject"] == OURS.subject


def test_the_valid_and_newest_certificate_is_meant() -> None:
    """Of several with one subject: those valid now, then CurrentUser, then the newest, as the module chooses."""
    old = OURS._replace(thumbprint="11" * 20, not_before=NOW - 300 * DAY)
    ended = OURS._replace(thumbprint="22" * 20, not_after=NOW - DAY, not_before=NOW - 2 * DAY)
    newest = OURS._replace(thumbprint="33" * 20, not_before=NOW - DAY)
    found = selection.search(_system([ended, old, OURS], [newest]), "", OURS.subject).found
    assert [c.thumbprint[:2] for c in found] == ["9F", "11", "33", "22"]


@pytest.mark.parametrize(
    ("not_before", "not_after", "status", "state"),
    [
        (-100, 31, Status.PASS, None),
        (-100, 29.5, Status.WARN, None),
        (-100, -3, Status.FAIL, "expired"),
        (2, 100, Status.FAIL, "not_yet_valid"),
    ],
)
def test_not_expired_compares_with_the_local_clock(
    not_before: float, not_after: float, status: Status, state: Any
) -> None:
    """Inside is well, under 30 days a warning, outside a failure that says on which side."""
    dated = OURS._replace(not_before=NOW + not_before * DAY, not_after=NOW + not_after * DAY)
    result = run_check("certificate.not_expired", _system([dated]), thumbprint=THUMBPRINT)
    assert (result.status, result.evidence.get("state")) == (status, state)
    assert result.evidence["days_left"] == not_after
    assert "valid" in result.summary


@pytest.mark.parametrize(
    ("has", "status", "reason"),
    [(True, Status.PASS, None), (False, Status.FAIL, None), (None, Status.UNKNOWN, UnknownReason.NOT_SUPPORTED)],
)
def test_has_private_key_says_what_the_store_notes(has: Any, status: Status, reason: Any) -> None:
    """Noted, absent, or not to be told."""
    result = run_check(
        "certificate.has_private_key", _system([OURS._replace(has_private_key=has)]), thumbprint=THUMBPRINT
    )
    assert (result.status, result.reason) == (status, reason)
    assert result.evidence.get("state") == ("absent" if has is False else None)


@pytest.mark.parametrize(
    ("change", "said", "state"),
    [
        ({}, "no_key", "no_key"),
        ({}, "denied", "denied"),
        ({}, "failed", "failed"),
        ({"has_private_key": False}, "signed", "no_key"),
        ({"key_kind": "EC", "key_bits": 256}, "signed", "not_rsa"),
        ({"key_bits": 1024}, "signed", "too_short"),
    ],
)
def test_key_usable_says_why_not(change: dict[str, Any], said: str, state: str) -> None:
    """Each obstacle has its own state; the system's own words are shown."""
    system = _system([OURS._replace(**change)], sign_with=SignAnswer(said, "Keyset does not exist"))
    result = run_check("certificate.key_usable", system, thumbprint=THUMBPRINT)
    assert (result.status, result.evidence["state"]) == (Status.FAIL, state)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (SignAnswer("not_found"), "missing_fact"),
        (CannotObserve("not_supported", "asks for a password"), "not_supported"),
    ],
)
def test_key_usable_without_an_answer_is_unknown(answer: Any, reason: str) -> None:
    """A certificate that went away, or a keychain that would ask a person, gives no verdict."""
    result = run_check("certificate.key_usable", _system([OURS], sign_with=answer), thumbprint=THUMBPRINT)
    assert (result.status, result.reason) == (Status.UNKNOWN, reason)


RSA, EC = key(), key("ec")
MADE = certificate(RSA)


@pytest.mark.parametrize(
    ("name", "data", "state"),
    [
        ("app.pfx", pfx(MADE, RSA), None),
        ("app.pem", pem(MADE, RSA), None),
        ("ec.pem", pem(certificate(EC), EC), None),
        ("app.pfx", pfx(MADE, RSA, "secret"), "password"),
        ("app.pem", pem(MADE, RSA, "secret"), "password"),
        ("app.pfx", b"", "damaged"),
        ("app.pfx", b"junk", "damaged"),
        ("app.pem", pem(None, RSA), "no_certificate"),
        ("app.pem", pem(MADE), "no_key"),
        ("app.pem", pem(MADE, key(number=1)), "no_key"),
        ("app.crt", der(MADE), "unsupported_type"),
        (None, b"", "missing"),
    ],
)
def test_file_opens_with_real_files(tmp_path: Path, name: str | None, data: bytes, state: str | None) -> None:
    """Real files on the real machine: what sign-in libraries take passes, each fault has its state."""
    path = tmp_path / (name or "none.pfx")
    if name:
        path.write_bytes(data)
    result = run_check("certificate.file_opens", LiveSystem(), certificate_path=str(path))
    assert result.evidence.get("state") == state
    assert result.status is (Status.FAIL if state else Status.PASS)


def test_file_opens_tells_a_refused_file_and_a_folder(tmp_path: Path) -> None:
    """A file that may not be read, and a folder in its place, are not accessible."""
    refused = FakeSystem(file_info=FileInfo("/c/app.pfx", exists=True, readable=False))
    states = [
        run_check("certificate.file_opens", system, certificate_path=path).evidence["state"]
        for system, path in ((refused, "/c/app.pfx"), (LiveSystem(), str(tmp_path)))
    ]
    assert states == ["not_accessible", "not_accessible"]


def test_file_opens_without_an_answer_is_unknown() -> None:
    """A path whose folder may not be searched is unknown, and so is a read that fails half-way."""
    info = FileInfo("/c/app.pfx", exists=True, readable=True, size_bytes=5)
    blind = FakeSystem(file_info=CannotObserve("no_permission", "may not be searched"))
    broken = FakeSystem(file_info=info, certificate_file=CannotObserve("unreachable", "the share went away"))
    reasons = [run_check("certificate.file_opens", s, certificate_path="/c/app.pfx").reason for s in (blind, broken)]
    assert reasons == [UnknownReason.NO_PERMISSION, UnknownReason.UNREACHABLE]


def test_a_file_is_looked_at_when_no_store_is_meant(tmp_path: Path) -> None:
    """Validity, key and signing of a certificate file, for real."""
    path = tmp_path / "app.pem"
    path.write_bytes(pem(MADE, RSA))
    found = [run_check(f"certificate.{n}", LiveSystem(), certificate_path=str(path)) for n in ALL[1:]]
    assert [r.status for r in found] == [Status.PASS] * 3
    assert {r.evidence["location"] for r in found} == {"file"}


def test_a_file_without_certificate_is_nothing_to_look_at(tmp_path: Path) -> None:
    """Why it holds none is the answer of ``file_opens``; here it is said in words."""
    path = tmp_path / "app.pfx"
    path.write_bytes(b"junk")
    result = run_check("certificate.not_expired", LiveSystem(), certificate_path=str(path))
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.MISSING_FACT)
    assert "neither PFX, PEM nor DER" in result.summary


# --- registration_accepted and thumbprint_matches_error: judged from the words of the error

GIVEN = "9F3C0A1B2C3D4E5F60718293A4B5C6D7E8F90A41"


@pytest.mark.parametrize("reason", ["not_found", "signature", "expired"])
def test_registration_accepted_says_what_the_service_says(reason: str) -> None:
    """Three faults of one error are told apart by the service's own reason."""
    params = {"key_reason": reason, "key_used": GIVEN, "registered_until": 1.7e9}
    result = run_check("certificate.registration_accepted", FakeSystem(now=1.8e9), **params)
    assert (result.status, result.evidence["state"], result.evidence["key_used"]) == (Status.FAIL, reason, GIVEN)


def test_registration_accepted_without_a_known_reason_is_unknown() -> None:
    """Words that nobody knows yet claim nothing."""
    result = run_check("certificate.registration_accepted", FakeSystem(now=1.8e9), key_reason="something new")
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.MISSING_FACT)


@pytest.mark.parametrize(
    ("thumbprint", "key_used", "state"),
    [
        (GIVEN, "", None),
        (GIVEN.lower(), GIVEN, None),
        (" ".join(GIVEN[i : i + 2] for i in range(0, 40, 2)), "", None),
        (GIVEN, "nzwKGyw9Tl9gcYKTpLXG1-j5CkE", None),
        ("\u200e" + GIVEN, "", "hidden_character"),
        (GIVEN[:-1], "", "wrong_length"),
        (GIVEN + GIVEN[:24], "", "wrong_length"),
        (f"{GIVEN} {GIVEN}", "", "wrong_length"),
        (GIVEN, GIVEN[::-1], "other"),
    ],
)
def test_thumbprint_matches_error(thumbprint: str, key_used: str, state: str | None) -> None:
    """Spaces and letter case are no fault; unseen marks, other lengths and another key are."""
    result = run_check("certificate.thumbprint_matches_error", FakeSystem(), thumbprint=thumbprint, key_used=key_used)
    assert (result.status, result.evidence.get("state")) == (Status.FAIL if state else Status.PASS, state)


# --- chain_complete, revocation_current, provider_supported

ONE = CertificateFacts(GIVEN, "CN=graph-nightly", "CN=Issuing", 0.0, 4e9, "RSA", 2048, True, "CurrentUser", "My")


def _holding(**answers: Any) -> FakeSystem:
    held = {"CurrentUser": (ONE,), "LocalMachine": ()}
    return FakeSystem(now=1.8e9, certificates=lambda location, store="My": held[location], **answers)


@pytest.mark.parametrize(
    ("chain", "state"),
    [
        (CertificateChain("self_signed", 1), None),
        (CertificateChain("complete", 3), None),
        (CertificateChain("rootless", 2, "CN=Root"), None),
        (CertificateChain("incomplete", 1, "CN=Issuing"), "incomplete"),
        (CertificateChain("expired", 2, "CN=Issuing"), "expired_issuer"),
    ],
)
def test_chain_complete(chain: CertificateChain, state: str | None) -> None:
    """Only a missing or ended issuer is a fault; a missing root is none."""
    result = run_check("certificate.chain_complete", _holding(certificate_chain=chain), thumbprint=GIVEN)
    assert (result.status, result.evidence.get("state")) == (Status.FAIL if state else Status.PASS, state)


@pytest.mark.parametrize("state", ["good", "no_address", "revoked", "unreachable", "outdated", "damaged"])
def test_revocation_current(state: str) -> None:
    """Each fault of a list is a state of its own; a certificate without a list is none."""
    told = Revocation(state, "http://crl.contoso.test/ca.crl", "why")
    result = run_check("certificate.revocation_current", _holding(certificate_revocation=told), thumbprint=GIVEN)
    good = state in ("good", "no_address")
    assert (result.status, result.evidence.get("state")) == ((Status.PASS, None) if good else (Status.FAIL, state))


@pytest.mark.parametrize(
    ("provider", "state"),
    [
        ("CSP: Microsoft Enhanced RSA and AES Cryptographic Provider", None),
        ("CNG: Microsoft Software Key Storage Provider", "cng"),
        ("CNG: Microsoft Platform Crypto Provider", "security_chip"),
        ("CNG: Microsoft Smart Card Key Storage Provider", "smart_card"),
        ("CSP: Microsoft Base Smart Card Crypto Provider", "smart_card"),
    ],
)
def test_provider_supported(provider: str, state: str | None) -> None:
    """Older kind, newer kind, chip and card are told apart."""
    system = _holding(platform="windows", key_provider=provider)
    result = run_check("certificate.provider_supported", system, thumbprint=GIVEN)
    assert (result.status, result.evidence.get("state")) == (Status.FAIL if state else Status.PASS, state)


@pytest.mark.parametrize("check", ["chain_complete", "revocation_current", "provider_supported"])
def test_a_certificate_that_cannot_be_looked_at(check: str) -> None:
    """A system that does not tell, no such certificate, and another platform."""
    closed = CannotObserve("no_permission", "closed")
    answers = dict.fromkeys(("certificate_chain", "certificate_revocation", "key_provider"), closed)
    windows = _holding(platform="windows", **answers)
    assert run_check(f"certificate.{check}", windows, thumbprint=GIVEN).reason is UnknownReason.NO_PERMISSION
    assert run_check(f"certificate.{check}", windows, thumbprint=GIVEN[::-1]).reason is UnknownReason.MISSING_FACT
    if check == "provider_supported":
        assert run_check(f"certificate.{check}", _holding(), thumbprint=GIVEN).reason is UnknownReason.NOT_SUPPORTED
