"""Certificate files and .NET's store on Linux, with real files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from certkit import certificate, der, key, pem, pfx, thumbprint

from agent.errors import CannotObserve
from agent.system import certificates, dotnet_store, macos_keychain, x509

RSA, EC, OTHER = key(), key("ec"), key(number=1)
OURS = certificate(RSA)


def _write(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


@pytest.mark.parametrize(
    ("data", "has_key", "problem"),
    [
        (pfx(OURS, RSA), True, ""),
        (pfx(OURS), False, ""),
        (pem(OURS, RSA), True, ""),
        (pem(OURS), False, ""),
        (pem(certificate(EC), EC), True, ""),
        (der(OURS), False, ""),
        (pem(OURS, OTHER), False, "key_mismatch"),
        (pem(OURS, RSA, "secret"), False, "password"),
        (pem(OURS) + b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", False, "damaged"),
    ],
)
def test_a_readable_file_gives_its_certificate(tmp_path: Path, data: bytes, has_key: bool, problem: str) -> None:
    """PFX, PEM and DER are told apart by their contents, and a key only counts when it belongs to the certificate."""
    first = certificates.certificate_file(_write(tmp_path, "app.pfx", data))[0]
    assert (has_key, problem) == (first.has_private_key, first.problem.partition(":")[0])
    assert first.subject == "CN=graph-nightly, O=Contoso"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "damaged: the file is empty"),
        (b"not a certificate", "damaged: neither PFX, PEM nor DER"),
        (pfx(OURS, RSA)[:-200], "damaged: neither PFX, PEM nor DER"),
        (
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "damaged: a certificate block does not decode",
        ),
        (pfx(OURS, RSA, "secret"), "password: a password is needed"),
        (pem(None, RSA), "no_certificate: the file holds no certificate"),
    ],
)
def test_an_unusable_file_says_why(tmp_path: Path, data: bytes, problem: str) -> None:
    """A file that gives no certificate is one answer with the problem, not an exception."""
    (only,) = certificates.certificate_file(_write(tmp_path, "app.pfx", data))
    assert problem == only.problem


def test_a_password_opens_the_file_or_is_called_wrong(tmp_path: Path) -> None:
    """The given password is used, and a wrong one is told apart from a missing one."""
    path = _write(tmp_path, "app.pfx", pfx(OURS, RSA, "secret"))
    assert thumbprint(OURS) == certificates.certificate_file(path, "secret")[0].thumbprint
    assert certificates.certificate_file(path, "wrong")[0].problem == "password: the password is wrong"


def test_the_password_of_the_environment_is_tried_for_its_own_file_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password variable belongs to the path variable: no other file is tried with it."""
    named, other = (_write(tmp_path, n, pfx(OURS, RSA, "secret")) for n in ("named.pfx", "other.pfx"))
    monkeypatch.setenv("AZURE_CLIENT_CERTIFICATE_PATH", named)
    monkeypatch.setenv("AZURE_CLIENT_CERTIFICATE_PASSWORD", "secret")
    assert certificates.certificate_file(named)[0].has_private_key is True
    assert certificates.certificate_file(other)[0].problem.startswith("password")
    assert certificates.sign_with(certificates.certificate_file(named)[0]).state == "signed"


def test_a_missing_file_cannot_be_observed(tmp_path: Path) -> None:
    """No file, no certificate: that is said as being unable to look."""
    with pytest.raises(CannotObserve) as caught:
        certificates.certificate_file(str(tmp_path / "none.pfx"))
    assert caught.value.reason == "missing_fact"


@pytest.mark.parametrize("kind", ["rsa", "ec", "short"])
def test_a_key_signs_and_the_certificate_verifies(tmp_path: Path, kind: str) -> None:
    """RSA and EC keys of a file really sign."""
    path = _write(tmp_path, "app.pem", pem(certificate(key(kind)), key(kind)))
    assert certificates.sign_with(certificates.certificate_file(path)[0]).state == "signed"


def test_signing_says_what_is_missing(tmp_path: Path) -> None:
    """No key, a key of another certificate and a replaced file are three answers."""
    bare = certificates.certificate_file(_write(tmp_path, "bare.pem", pem(OURS)))[0]
    foreign = certificates.certificate_file(_write(tmp_path, "foreign.pem", pem(OURS, OTHER)))[0]
    states = [certificates.sign_with(c).state for c in (bare, foreign)]
    _write(tmp_path, "bare.pem", pem(certificate(OTHER)))
    gone = bare._replace(path=str(tmp_path / "gone.pem"))
    assert states == ["no_key", "failed"]
    assert [certificates.sign_with(c).state for c in (bare, gone)] == ["not_found", "not_found"]


def test_a_signature_of_another_key_does_not_verify() -> None:
    """Signing is believed only when the certificate's public key confirms it."""
    assert x509.sign(OTHER, OURS).state == "failed"


def test_names_are_written_as_dotnet_writes_them() -> None:
    """Most specific part first, quotes around values with a comma: a subject must compare equal to .NET's."""
    from cryptography import x509 as library

    name = library.Name.from_rfc4514_string("CN=graph,OU=a\\,b,O=Contoso,ST=Bern,1.2.3.4=zz")
    assert x509.dotnet_name(name) == 'CN=graph, OU="a,b", O=Contoso, S=Bern, OID.1.2.3.4=zz'


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty CurrentUser\\My in a home of its own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / ".dotnet/corefx/cryptography/x509stores/my"
    folder.mkdir(parents=True)
    return folder


def test_the_store_reads_every_pfx_and_reports_the_unreadable(store: Path) -> None:
    """As measured with .NET: lower-case .pfx with an empty password counts, all else is skipped there and reported here."""
    _write(store, "A.pfx", pfx(OURS, RSA))
    _write(store, "B.pfx", pfx(certificate(RSA), RSA, "secret"))
    _write(store, "C.pfx", der(OURS))
    _write(store, "D.PFX", pfx(OURS, RSA))
    found = dotnet_store.certificates("CurrentUser", "My")
    assert [thumbprint(OURS), "", ""] == [c.thumbprint for c in found]
    assert [c.problem.partition(":")[0] for c in found] == ["", "password", "damaged"]
    assert (found[0].has_private_key, found[0].location, found[0].store) == (True, "CurrentUser", "My")
    assert certificates.sign_with(found[0]).state == "signed"


def test_a_store_without_folder_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody ever stored a certificate: that is an empty store, and it stays without folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert dotnet_store.certificates("CurrentUser") == ()
    assert list(tmp_path.iterdir()) == []


def test_local_machine_does_not_exist_on_linux() -> None:
    """.NET refuses to open LocalMachine\\My on Linux, so nothing can be said about it."""
    with pytest.raises(CannotObserve) as caught:
        dotnet_store.certificates("LocalMachine", "My")
    assert caught.value.reason == "not_supported"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_of_another_account_is_reported(store: Path) -> None:
    """An imported file that this account may not read is why .NET does not see the certificate."""
    path = Path(_write(store, "A.pfx", pfx(OURS, RSA)))
    path.chmod(0)
    assert dotnet_store.certificates("CurrentUser")[0].problem.startswith("denied")


def test_unreadable_store_files_carry_the_reason(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same through a refusal made up, so that it is also tried where tests run as root."""
    _write(store, "A.pfx", pfx(OURS, RSA))

    def refuse(path: Path) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert dotnet_store.certificates("CurrentUser")[0].problem == "denied: this account may not read the file"


def test_keychain_output_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made-up output in the documented form: certificates in PEM, identities as numbered lines."""
    bare = certificate(EC, "other")
    said = {
        "find-certificate": (pem(OURS) + pem(bare) + pem(OURS)).decode(),
        "find-identity": f'Policy: X.509 Basic\n  1) {thumbprint(OURS)} "graph-nightly"\n     1 identities found\n',
    }
    asked: list[list[str]] = []

    def answer(command: list[str], timeout_s: float = 1.0) -> str:
        asked.append(command)
        return said[command[1]]

    monkeypatch.setattr(macos_keychain, "program_output", answer)
    found = macos_keychain.certificates("LocalMachine")
    assert [(thumbprint(OURS), True), (thumbprint(bare), False)] == [(c.thumbprint, c.has_private_key) for c in found]
    assert all(c[-1] == "/Library/Keychains/System.keychain" for c in asked)
    assert macos_keychain.parse("", "", "CurrentUser", "My") == ()
    with pytest.raises(CannotObserve):
        macos_keychain.sign(found[0])
