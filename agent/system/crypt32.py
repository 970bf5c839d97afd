"""Certificates of the Windows stores and signing with their keys, through crypt32, ncrypt and advapi32.

Stores are opened read-only and existing ones only; keys are asked for silently, so that no window and no smart-card question appears.
Every handle is given back on every path. The declarations are compared with the Windows headers by a test; the calls themselves
were tried against recorded answers, and run for real in the Windows jobs of the workflow.
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.base import CertificateFacts, SignAnswer
from agent.system.winabi import BOOL, BYTE, DWORD, HANDLE, LONG, LPCWSTR, ULONG_PTR, Prototype, load


class CERT_CONTEXT(ctypes.Structure):
    """One certificate of an open store."""

    _fields_ = [
        ("dwCertEncodingType", DWORD),
        ("pbCertEncoded", ctypes.POINTER(BYTE)),
        ("cbCertEncoded", DWORD),
        ("pCertInfo", ctypes.c_void_p),
        ("hCertStore", HANDLE),
    ]


class BCRYPT_PKCS1_PADDING_INFO(ctypes.Structure):
    """The hash algorithm a PKCS #1 signature names."""

    _fields_ = [("pszAlgId", LPCWSTR)]


class CRYPT_KEY_PROV_INFO(ctypes.Structure):
    """Where a certificate's key is kept; type 0 stands for a provider of the newer kind (CNG)."""

    _fields_ = [
        ("pwszContainerName", LPCWSTR),
        ("pwszProvName", LPCWSTR),
        ("dwProvType", DWORD),
        ("dwFlags", DWORD),
        ("cProvParam", DWORD),
        ("rgProvParam", ctypes.c_void_p),
        ("dwKeySpec", DWORD),
    ]


STRUCTURES = {
    "CRYPT_KEY_PROV_INFO": CRYPT_KEY_PROV_INFO,
    "CERT_CONTEXT": CERT_CONTEXT,
    "BCRYPT_PKCS1_PADDING_INFO": BCRYPT_PKCS1_PADDING_INFO,
}

CONSTANTS = {
    "CERT_STORE_PROV_SYSTEM_W": 10,
    "CERT_SYSTEM_STORE_CURRENT_USER": 0x10000,
    "CERT_SYSTEM_STORE_LOCAL_MACHINE": 0x20000,
    "CERT_STORE_READONLY_FLAG": 0x8000,
    "CERT_STORE_OPEN_EXISTING_FLAG": 0x4000,
    "CERT_KEY_PROV_INFO_PROP_ID": 2,
    "CERT_HASH_PROP_ID": 3,
    "CRYPT_ACQUIRE_SILENT_FLAG": 0x40,
    "CRYPT_ACQUIRE_ALLOW_NCRYPT_KEY_FLAG": 0x10000,
    "CERT_NCRYPT_KEY_SPEC": 0xFFFFFFFF,
    "BCRYPT_PAD_PKCS1": 2,
    "NCRYPT_SILENT_FLAG": 0x40,
    "CALG_SHA_256": 0x800C,
    "HP_HASHVAL": 2,
    "ERROR_FILE_NOT_FOUND": 2,
    "ERROR_ACCESS_DENIED": 5,
    "E_ACCESSDENIED": 0x80070005,
    "NTE_NO_KEY": 0x8009000D,
    "NTE_PERM": 0x80090010,
    "NTE_NOT_FOUND": 0x80090011,
    "NTE_BAD_KEYSET": 0x80090016,
    "NTE_SILENT_CONTEXT": 0x80090022,
    "CRYPT_E_NO_KEY_PROPERTY": 0x8009200B,
}

_CONTEXT = ctypes.POINTER(CERT_CONTEXT)
_BYTES, _NUMBER, _HANDLE = ctypes.POINTER(BYTE), ctypes.POINTER(DWORD), ctypes.POINTER(ULONG_PTR)

PROTOTYPES: dict[str, dict[str, Prototype]] = {
    "crypt32": {
        "CertOpenStore": (HANDLE, (ctypes.c_void_p, DWORD, ULONG_PTR, DWORD, ctypes.c_void_p)),
        "CertCloseStore": (BOOL, (HANDLE, DWORD)),
        "CertEnumCertificatesInStore": (_CONTEXT, (HANDLE, _CONTEXT)),
        "CertFreeCertificateContext": (BOOL, (_CONTEXT,)),
        "CertGetCertificateContextProperty": (BOOL, (_CONTEXT, DWORD, ctypes.c_void_p, _NUMBER)),
        "CryptAcquireCertificatePrivateKey": (
            BOOL,
            (_CONTEXT, DWORD, ctypes.c_void_p, _HANDLE, _NUMBER, ctypes.POINTER(BOOL)),
        ),
    },
    "ncrypt": {
        "NCryptSignHash": (LONG, (ULONG_PTR, ctypes.c_void_p, _BYTES, DWORD, _BYTES, DWORD, _NUMBER, DWORD)),
        "NCryptFreeObject": (LONG, (ULONG_PTR,)),
    },
    "advapi32": {
        "CryptCreateHash": (BOOL, (ULONG_PTR, DWORD, ULONG_PTR, DWORD, _HANDLE)),
        "CryptSetHashParam": (BOOL, (ULONG_PTR, DWORD, _BYTES, DWORD)),
        "CryptSignHashW": (BOOL, (ULONG_PTR, DWORD, LPCWSTR, DWORD, _BYTES, _NUMBER)),
        "CryptDestroyHash": (BOOL, (ULONG_PTR,)),
        "CryptReleaseContext": (BOOL, (ULONG_PTR, DWORD)),
    },
}

#: Longest signature made room for: an RSA key of 16384 bits.
_ROOM = 2048


def certificates(location: str, store: str = "My") -> tuple[CertificateFacts, ...]:
    """The certificates of a store; ``has_private_key`` says that Windows has noted a key container, as .NET's property does."""
    from agent.system import x509

    crypt32, found = _dll("crypt32"), []
    with _opened(crypt32, location, store) as handle, closing(_each(crypt32, handle)) as contexts:
        for context in contexts:
            has_key = _has_property(crypt32, context, CONSTANTS["CERT_KEY_PROV_INFO_PROP_ID"])
            found.append(x509.from_der(_der(context), has_private_key=has_key, location=location, store=store))
    return tuple(found)


def sign(certificate: CertificateFacts) -> SignAnswer:
    """Sign the test buffer with the key that Windows finds for the certificate, and verify the signature."""
    crypt32 = _dll("crypt32")
    store = certificate.store or "My"
    with _opened(crypt32, certificate.location, store) as handle, closing(_each(crypt32, handle)) as contexts:
        for context in contexts:
            if _thumbprint(crypt32, context) == certificate.thumbprint:
                return _sign_as(crypt32, context, certificate.location)
    return SignAnswer("not_found", "the store no longer holds this certificate")


def encoded(certificate: CertificateFacts) -> bytes:
    """The certificate of a store in DER."""
    with _found(certificate) as (_, context):
        return _der(context)


def key_provider(certificate: CertificateFacts) -> str:
    """``CNG: Microsoft Software Key Storage Provider``, ``CSP: Microsoft Enhanced ...``; without a key raises ``CannotObserve``."""
    identifier = CONSTANTS["CERT_KEY_PROV_INFO_PROP_ID"]
    with _found(certificate) as (crypt32, context):
        size = DWORD()
        if not crypt32.CertGetCertificateContextProperty(context, identifier, None, ctypes.byref(size)):
            raise CannotObserve(UnknownReason.MISSING_FACT, "no key is noted for the certificate")
        room = (BYTE * size.value)()
        if not crypt32.CertGetCertificateContextProperty(context, identifier, room, ctypes.byref(size)):
            raise CannotObserve(UnknownReason.NO_PERMISSION, f"the key's provider is not told: {_words(_last_error())}")
        info = ctypes.cast(room, ctypes.POINTER(CRYPT_KEY_PROV_INFO)).contents
        return f"{'CSP' if info.dwProvType else 'CNG'}: {info.pwszProvName or ''}".rstrip(": ")


@contextmanager
def _found(certificate: CertificateFacts) -> Iterator[tuple[Any, Any]]:
    """The open context of a certificate; one that is gone raises ``CannotObserve``."""
    crypt32 = _dll("crypt32")
    with (
        _opened(crypt32, certificate.location, certificate.store or "My") as handle,
        closing(_each(crypt32, handle)) as contexts,
    ):
        for context in contexts:
            if _thumbprint(crypt32, context) == certificate.thumbprint:
                yield crypt32, context
                return
    raise CannotObserve(UnknownReason.MISSING_FACT, "the store no longer holds this certificate")


def _sign_as(crypt32: Any, context: Any, location: str) -> SignAnswer:
    from cryptography import x509 as library

    from agent.system import x509

    digest = hashlib.sha256(x509.TEST_BUFFER).digest()
    key, kind, ours = ULONG_PTR(), DWORD(), BOOL()
    flags = CONSTANTS["CRYPT_ACQUIRE_SILENT_FLAG"] | CONSTANTS["CRYPT_ACQUIRE_ALLOW_NCRYPT_KEY_FLAG"]
    if not crypt32.CryptAcquireCertificatePrivateKey(
        context, flags, None, ctypes.byref(key), ctypes.byref(kind), ctypes.byref(ours)
    ):
        return _refusal(_last_error(), location)
    modern = kind.value == CONSTANTS["CERT_NCRYPT_KEY_SPEC"]
    try:
        code, signature = _ncrypt_sign(key, digest) if modern else _capi_sign(key, kind, digest)
    finally:
        if ours.value and modern:
            _dll("ncrypt").NCryptFreeObject(key)
        elif ours.value:
            _dll("advapi32").CryptReleaseContext(key, 0)
    if code:
        return _refusal(code, location)
    return x509.verify(library.load_der_x509_certificate(_der(context)), signature)


def _ncrypt_sign(key: Any, digest: bytes) -> tuple[int, bytes]:
    """(0, signature), or (code, nothing), from a key of the newer providers (CNG)."""
    padding = BCRYPT_PKCS1_PADDING_INFO("SHA256")
    hashed, signature, size = (BYTE * len(digest))(*digest), (BYTE * _ROOM)(), DWORD()
    flags = CONSTANTS["BCRYPT_PAD_PKCS1"] | CONSTANTS["NCRYPT_SILENT_FLAG"]
    code = _dll("ncrypt").NCryptSignHash(
        key, ctypes.byref(padding), hashed, len(digest), signature, _ROOM, ctypes.byref(size), flags
    )
    return code & 0xFFFFFFFF, bytes(signature[: size.value])


def _capi_sign(key: Any, kind: Any, digest: bytes) -> tuple[int, bytes]:
    """The same from a key of the older providers (CSP), which return the signature with its last byte first."""
    advapi32, hashing = _dll("advapi32"), ULONG_PTR()
    hashed, signature, size = (BYTE * len(digest))(*digest), (BYTE * _ROOM)(), DWORD(_ROOM)
    if not advapi32.CryptCreateHash(key, CONSTANTS["CALG_SHA_256"], 0, 0, ctypes.byref(hashing)):
        return _last_error(), b""
    try:
        if not advapi32.CryptSetHashParam(hashing, CONSTANTS["HP_HASHVAL"], hashed, 0):
            return _last_error(), b""
        if not advapi32.CryptSignHashW(hashing, kind, None, 0, signature, ctypes.byref(size)):
            return _last_error(), b""
    finally:
        advapi32.CryptDestroyHash(hashing)
    return 0, bytes(signature[: size.value])[::-1]


def _refusal(code: int, location: str) -> SignAnswer:
    """What an error code means. ``NTE_BAD_KEYSET`` is said both for a lost key and for one that may not be read: keys of the
    computer are readable by administrators, so without such rights it counts as denied, and otherwise as no key."""
    detail = f"{_words(code)} (0x{code:08X})"
    if code in (CONSTANTS["CRYPT_E_NO_KEY_PROPERTY"], CONSTANTS["NTE_NO_KEY"], CONSTANTS["NTE_NOT_FOUND"]):
        return SignAnswer("no_key", detail)
    if code in (0x80070000 | CONSTANTS["ERROR_FILE_NOT_FOUND"], CONSTANTS["ERROR_FILE_NOT_FOUND"]):
        return SignAnswer("no_key", detail)
    if code in [CONSTANTS[n] for n in ("NTE_PERM", "E_ACCESSDENIED", "ERROR_ACCESS_DENIED", "NTE_SILENT_CONTEXT")]:
        return SignAnswer("denied", detail)
    if code == CONSTANTS["NTE_BAD_KEYSET"]:
        return SignAnswer("denied" if location == "LocalMachine" and not _elevated() else "no_key", detail)
    return SignAnswer("failed", detail)


@contextmanager
def _opened(crypt32: Any, location: str, store: str) -> Iterator[Any]:
    """An open system store, or None for one that does not exist."""
    where = {"CurrentUser": "CERT_SYSTEM_STORE_CURRENT_USER", "LocalMachine": "CERT_SYSTEM_STORE_LOCAL_MACHINE"}.get(
        location
    )
    if where is None:
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, f"{location} is no place for certificates")
    flags = CONSTANTS[where] | CONSTANTS["CERT_STORE_READONLY_FLAG"] | CONSTANTS["CERT_STORE_OPEN_EXISTING_FLAG"]
    with ExitStack() as cleanup:
        handle = crypt32.CertOpenStore(CONSTANTS["CERT_STORE_PROV_SYSTEM_W"], 0, 0, flags, store)
        if handle:
            cleanup.callback(crypt32.CertCloseStore, handle, 0)
        elif (code := _last_error()) != CONSTANTS["ERROR_FILE_NOT_FOUND"]:
            raise CannotObserve(UnknownReason.NO_PERMISSION, f"{location}\\{store} could not be opened: {_words(code)}")
        yield handle


def _each(crypt32: Any, handle: Any) -> Generator[Any, None, None]:
    """The contexts of a store. Asking for the next one frees the one before; leaving early frees the current one here."""
    context = crypt32.CertEnumCertificatesInStore(handle, None) if handle else None
    try:
        while context:
            current, context = context, None
            try:
                yield current
            except GeneratorExit:
                context = current
                raise
            context = crypt32.CertEnumCertificatesInStore(handle, current)
    finally:
        if context:
            crypt32.CertFreeCertificateContext(context)


def _der(context: Any) -> bytes:
    return ctypes.string_at(context.contents.pbCertEncoded, context.contents.cbCertEncoded)


def _thumbprint(crypt32: Any, context: Any) -> str:
    digest, size = (BYTE * 20)(), DWORD(20)
    if not crypt32.CertGetCertificateContextProperty(
        context, CONSTANTS["CERT_HASH_PROP_ID"], digest, ctypes.byref(size)
    ):
        return ""
    return bytes(digest).hex().upper()


def _has_property(crypt32: Any, context: Any, identifier: int) -> bool:
    return bool(crypt32.CertGetCertificateContextProperty(context, identifier, None, ctypes.byref(DWORD())))


def _dll(name: str) -> Any:
    return load(name, PROTOTYPES[name])


def _last_error() -> int:
    ask: Any = getattr(ctypes, "get_last_error")  # noqa: B009 - Windows only
    return int(ask()) & 0xFFFFFFFF


def _words(code: int) -> str:
    ask: Any = getattr(ctypes, "FormatError")  # noqa: B009 - Windows only
    return str(ask(code)).strip().rstrip(".")


def _elevated() -> bool:
    from agent.system.machine import account

    return account().elevated
