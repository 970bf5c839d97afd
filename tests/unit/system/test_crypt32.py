"""Windows stores through recorded answers: what is read, what errors mean, and that every handle is given back."""

from __future__ import annotations

import ctypes
import hashlib
import sys
from typing import Any

import pytest
from certkit import certificate, der, key, thumbprint
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, utils

from agent.errors import CannotObserve
from agent.system import certificates, crypt32
from agent.system.base import CertificateFacts

OURS, BARE = certificate(key()), certificate(key(number=1), "bare")
C = crypt32.CONSTANTS


class Windows:
    """Stands for the three DLLs: a store of certificates, a key, and a ledger of open handles."""

    def __init__(self, *, modern: bool = True, error: int = 0, sign_error: int = 0, signer: Any = None) -> None:
        self.modern, self.error, self.sign_error = modern, error, sign_error
        self.signer = signer or key()
        self.provider = (0, "Microsoft Software Key Storage Provider")
        self.info: Any = None  # keeps the texts alive that the copy points to
        self.owned = 1  # whether the caller must free the key
        self.open: list[Any] = []
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.last_error = 0
        self.held = [OURS, BARE]
        self.contexts = [self._context(c) for c in self.held]
        self.digest = b""

    def _context(self, made: Any) -> Any:
        data = der(made)
        buffer = (ctypes.c_uint8 * len(data))(*data)
        return ctypes.pointer(
            crypt32.CERT_CONTEXT(1, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_uint8)), len(data), None, None)
        )

    def __getattr__(self, name: str) -> Any:
        action = object.__getattribute__(self, f"on_{name}")

        def call(*arguments: Any) -> Any:
            self.calls.append((name, arguments))
            return action(*arguments)

        return call

    def _which(self, context: Any) -> int:
        addresses = [ctypes.addressof(c.contents) for c in self.contexts]
        return addresses.index(ctypes.addressof(context.contents))

    def on_CertOpenStore(self, provider: int, encoding: int, legacy: int, flags: int, name: str) -> Any:
        if self.error and not self.contexts:
            self.last_error = self.error
            return None
        self.open.append("store")
        return 77

    def on_CertCloseStore(self, handle: int, flags: int) -> int:
        self.open.remove("store")
        return 1

    def on_CertEnumCertificatesInStore(self, handle: int, previous: Any) -> Any:
        index = 0
        if previous:
            index = self._which(previous) + 1
            self.open.remove("context")
        if index == len(self.contexts):
            return None
        self.open.append("context")
        return self.contexts[index]

    def on_CertFreeCertificateContext(self, context: Any) -> int:
        self.open.remove("context")
        return 1

    def on_CertGetCertificateContextProperty(self, context: Any, identifier: int, data: Any, size: Any) -> int:
        made = self.held[self._which(context)]
        if identifier == C["CERT_KEY_PROV_INFO_PROP_ID"]:
            if made is OURS and data is None:
                size._obj.value = ctypes.sizeof(crypt32.CRYPT_KEY_PROV_INFO)
            elif made is OURS:
                self.info = info = crypt32.CRYPT_KEY_PROV_INFO(
                    "container", self.provider[1], self.provider[0], 0, 0, None, 1
                )
                ctypes.memmove(data, ctypes.byref(info), ctypes.sizeof(info))
            return int(made is OURS)
        ctypes.memmove(data, bytes.fromhex(thumbprint(made)), 20)
        return 1

    def on_CryptAcquireCertificatePrivateKey(
        self, context: Any, flags: int, _: Any, handle: Any, kind: Any, owned: Any
    ) -> int:
        if self.error:
            self.last_error = self.error
            return 0
        self.open.append("key")
        handle._obj.value, owned._obj.value = 99, self.owned
        kind._obj.value = C["CERT_NCRYPT_KEY_SPEC"] if self.modern else 1
        return 1

    def _signature(self, digest: bytes) -> bytes:
        return self.signer.sign(digest, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))

    def on_NCryptSignHash(
        self, handle: Any, info: Any, hashed: Any, length: int, out: Any, room: int, size: Any, flags: int
    ) -> int:
        assert info._obj.pszAlgId == "SHA256"
        signature = self._signature(bytes(hashed))
        ctypes.memmove(out, signature, len(signature))
        size._obj.value = len(signature)
        return ctypes.c_int32(self.sign_error).value

    def on_NCryptFreeObject(self, handle: Any) -> int:
        assert self.modern
        self.open.remove("key")
        return 0

    def on_CryptReleaseContext(self, handle: Any, flags: int) -> int:
        assert not self.modern
        self.open.remove("key")
        return 1

    def on_CryptCreateHash(self, provider: Any, algorithm: int, secret: int, flags: int, handle: Any) -> int:
        assert algorithm == C["CALG_SHA_256"]
        self.open.append("hash")
        return 1

    def on_CryptSetHashParam(self, handle: Any, what: int, data: Any, flags: int) -> int:
        self.digest = bytes(data)
        return 1

    def on_CryptSignHashW(self, handle: Any, kind: Any, text: Any, flags: int, out: Any, size: Any) -> int:
        if self.sign_error:
            self.last_error = self.sign_error
            return 0
        signature = self._signature(self.digest)[::-1]
        ctypes.memmove(out, signature, len(signature))
        size._obj.value = len(signature)
        return 1

    def on_CryptDestroyHash(self, handle: Any) -> int:
        self.open.remove("hash")
        return 1


def _install(monkeypatch: pytest.MonkeyPatch, windows: Windows, elevated: bool = False) -> Windows:
    monkeypatch.setattr(crypt32, "_dll", lambda name: windows)
    monkeypatch.setattr(crypt32, "_last_error", lambda: windows.last_error)
    monkeypatch.setattr(crypt32, "_words", lambda code: "recorded words")
    monkeypatch.setattr(crypt32, "_elevated", lambda: elevated)
    return windows


def _fact(made: Any = OURS, location: str = "CurrentUser") -> CertificateFacts:
    return CertificateFacts(thumbprint(made), "", "", 0.0, 0.0, location=location, store="My")


def test_a_store_is_listed_read_only_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """All certificates with their key note, the store opened read-only, and nothing left open."""
    windows = _install(monkeypatch, Windows())
    found = crypt32.certificates("LocalMachine", "My")
    assert [(c.thumbprint, c.has_private_key) for c in found] == [(thumbprint(OURS), True), (thumbprint(BARE), False)]
    assert {(c.location, c.store) for c in found} == {("LocalMachine", "My")}
    flags = C["CERT_SYSTEM_STORE_LOCAL_MACHINE"] | C["CERT_STORE_READONLY_FLAG"] | C["CERT_STORE_OPEN_EXISTING_FLAG"]
    assert windows.calls[0] == ("CertOpenStore", (C["CERT_STORE_PROV_SYSTEM_W"], 0, 0, flags, "My"))
    assert windows.open == []


@pytest.mark.parametrize("modern", [True, False])
def test_both_kinds_of_keys_sign(monkeypatch: pytest.MonkeyPatch, modern: bool) -> None:
    """Newer and older providers sign silently, the signature is verified, and every handle is given back."""
    windows = _install(monkeypatch, Windows(modern=modern))
    assert crypt32.sign(_fact()).state == "signed"
    assert windows.open == []
    acquire = next(a for n, a in windows.calls if n == "CryptAcquireCertificatePrivateKey")
    assert acquire[1] & C["CRYPT_ACQUIRE_SILENT_FLAG"]


def test_a_key_that_windows_keeps_is_not_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    """When Windows says that it keeps the handle, freeing it would break whoever else uses it."""
    windows = _install(monkeypatch, Windows())
    windows.owned = 0
    assert crypt32.sign(_fact()).state == "signed"
    assert windows.open == ["key"]


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        (0, "Microsoft Software Key Storage Provider", "CNG: Microsoft Software Key Storage Provider"),
        (24, "Microsoft Enhanced RSA and AES Cryptographic Provider", "CSP: Microsoft Enhanced RSA and AES Cryptographic Provider"),
        (0, None, "CNG"),
    ],
)  # fmt: skip
def test_the_provider_of_a_key(monkeypatch: pytest.MonkeyPatch, kind: int, name: str | None, expected: str) -> None:
    """Type 0 is the newer kind; nothing is opened but the store, and nothing is left open."""
    windows = _install(monkeypatch, Windows())
    windows.provider = (kind, name)
    assert crypt32.key_provider(_fact()) == expected
    assert crypt32.encoded(_fact()) == der(OURS)
    assert windows.open == []


def test_a_certificate_without_a_key_has_no_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """No note of a key, and a certificate that went away, are not judged; nothing is left open."""
    windows = _install(monkeypatch, Windows())
    for made in (BARE, certificate(key(number=3), "gone")):
        with pytest.raises(CannotObserve):
            crypt32.key_provider(_fact(made))
    assert windows.open == []


def test_a_signature_of_another_key_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container that holds the key of another certificate signs, but uselessly."""
    windows = _install(monkeypatch, Windows(signer=key(number=2)))
    assert crypt32.sign(_fact()).state == "failed"
    assert windows.open == []


@pytest.mark.parametrize(
    ("error", "location", "elevated", "state"),
    [
        ("CRYPT_E_NO_KEY_PROPERTY", "CurrentUser", False, "no_key"),
        ("NTE_NO_KEY", "CurrentUser", False, "no_key"),
        ("NTE_PERM", "CurrentUser", False, "denied"),
        ("E_ACCESSDENIED", "LocalMachine", False, "denied"),
        ("NTE_SILENT_CONTEXT", "CurrentUser", False, "denied"),
        ("NTE_BAD_KEYSET", "LocalMachine", False, "denied"),
        ("NTE_BAD_KEYSET", "LocalMachine", True, "no_key"),
        ("NTE_BAD_KEYSET", "CurrentUser", False, "no_key"),
        ("ERROR_FILE_NOT_FOUND", "CurrentUser", False, "no_key"),
        ("CALG_SHA_256", "CurrentUser", False, "failed"),
    ],
)
def test_a_refused_key_is_explained(
    monkeypatch: pytest.MonkeyPatch, error: str, location: str, elevated: bool, state: str
) -> None:
    """Error codes become states; the code itself stays readable; nothing is left open. (The last one is any other code.)"""
    windows = _install(monkeypatch, Windows(error=C[error]), elevated)
    answer = crypt32.sign(_fact(location=location))
    assert (answer.state, answer.detail) == (state, f"recorded words (0x{C[error]:08X})")
    assert windows.open == []


@pytest.mark.parametrize("modern", [True, False])
def test_a_refused_signature_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch, modern: bool) -> None:
    """The key was handed out but signing is refused: key, hash, context and store are still given back."""
    windows = _install(monkeypatch, Windows(modern=modern, sign_error=C["NTE_PERM"]))
    assert crypt32.sign(_fact()).state == "denied"
    assert windows.open == []


def test_a_crash_while_signing_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even an error of ours gives the handles back."""
    windows = _install(monkeypatch, Windows())

    def crash(*arguments: Any) -> Any:
        raise RuntimeError("made up")

    monkeypatch.setattr(crypt32, "_ncrypt_sign", crash)
    with pytest.raises(RuntimeError):
        crypt32.sign(_fact())
    assert windows.open == []


def test_a_certificate_that_left_the_store_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between listing and signing someone removed it."""
    windows = _install(monkeypatch, Windows())
    assert crypt32.sign(_fact(certificate(key(), "gone"))).state == "not_found"
    assert windows.open == []


@pytest.mark.parametrize(("code", "expected"), [("ERROR_FILE_NOT_FOUND", ()), ("ERROR_ACCESS_DENIED", "no_permission")])
def test_a_store_that_does_not_open(monkeypatch: pytest.MonkeyPatch, code: str, expected: Any) -> None:
    """No such store is empty; a refused one cannot be looked at."""
    windows = Windows(error=C[code])
    windows.contexts = []
    _install(monkeypatch, windows)
    if expected == ():
        assert crypt32.certificates("CurrentUser", "WebHosting") == ()
        return
    with pytest.raises(CannotObserve) as caught:
        crypt32.certificates("CurrentUser", "My")
    assert caught.value.reason == expected


def test_an_unknown_location_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the two locations of .NET exist."""
    _install(monkeypatch, Windows())
    with pytest.raises(CannotObserve):
        crypt32.certificates("Service", "My")


def test_what_is_signed_is_the_hash_of_our_own_words() -> None:
    """Nobody can have something of theirs signed through this question."""
    from agent.system import x509

    assert hashlib.sha256(x509.TEST_BUFFER).digest_size == 32
    assert x509.TEST_BUFFER.startswith(b"IT Error Agent")


@pytest.mark.windows
@pytest.mark.skipif(sys.platform != "win32", reason="needs a real Windows")
def test_real_windows_stores_can_be_listed() -> None:
    """On a real Windows the roots of the machine are listed with thumbprints, and My of the account opens."""
    roots = certificates.certificates("LocalMachine", "Root")
    assert roots
    assert all(len(c.thumbprint) == 40 for c in roots)
    assert certificates.sign_with(roots[0]).state == "no_key"
    assert isinstance(certificates.certificates("CurrentUser", "My"), tuple)


@pytest.mark.windows
@pytest.mark.skipif(sys.platform != "win32", reason="needs a real Windows")
def test_a_real_windows_key_signs() -> None:
    """A certificate that Windows itself made signs and verifies; it is removed afterwards."""
    import subprocess

    make = (
        "(New-SelfSignedCertificate -Subject CN=agent-test -CertStoreLocation Cert:\\CurrentUser\\My"
        " -KeySpec Signature -NotAfter (Get-Date).AddDays(1)).Thumbprint"
    )
    powershell = ["powershell", "-NoProfile", "-NonInteractive", "-Command"]
    made = subprocess.run([*powershell, make], capture_output=True, text=True, check=True, timeout=120).stdout.strip()
    try:
        found = next(c for c in certificates.certificates("CurrentUser", "My") if c.thumbprint == made)
        assert found.has_private_key is True
        assert certificates.sign_with(found).state == "signed"
    finally:
        subprocess.run([*powershell, f"Remove-Item Cert:\\CurrentUser\\My\\{made} -DeleteKey"], check=True, timeout=120)
