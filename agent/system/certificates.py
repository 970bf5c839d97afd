"""Certificates of this machine: its stores, files, and whether a key really signs."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.base import CertificateFacts, SignAnswer

#: A certificate file is a few KiB; whoever names a disk image does not make us read it.
LIMIT_BYTES = 4_194_304


def certificates(location: str, store: str = "My") -> tuple[CertificateFacts, ...]:
    """All certificates of a store of this platform, those that could not be read with ``problem``."""
    return tuple(_keeper().certificates(location, store))


def certificate_file(path: str, password: str = "") -> tuple[CertificateFacts, ...]:
    """The certificates in a PFX, PEM or DER file, the one with the private key first.

    A file that gives none is one entry with ``problem``, whose first word is ``damaged``, ``password`` or ``no_certificate``; a first
    entry with the problem ``password``, ``damaged`` or ``key_mismatch`` has a key that cannot be used. Without ``password`` the one in
    AZURE_CLIENT_CERTIFICATE_PASSWORD is tried when AZURE_CLIENT_CERTIFICATE_PATH is this path, as Azure.Identity does; it stays here.
    """
    from agent.system import x509

    loaded = x509.load(_bytes(path), password or _password_for(path))
    if not loaded.certificates:
        return (x509.unreadable(loaded.problem, location="file", path=path),)
    first, *others = (x509.facts(c, location="file", path=path, has_private_key=False) for c in loaded.certificates)
    return (first._replace(has_private_key=loaded.key is not None, problem=loaded.problem), *others)


def sign_with(certificate: CertificateFacts) -> SignAnswer:
    """Sign a test buffer with the certificate's key (PKCS #1 v1.5, SHA-256) and verify it with its public key."""
    if not certificate.path:
        answer: SignAnswer = _keeper().sign(certificate)
        return answer
    from agent.system import x509

    try:
        loaded = x509.load(_bytes(certificate.path), _password_for(certificate.path))
    except CannotObserve as fault:
        return SignAnswer("denied" if fault.reason is UnknownReason.NO_PERMISSION else "not_found", fault.detail)
    for found in loaded.certificates:
        if x509.facts(found).thumbprint == certificate.thumbprint:
            if loaded.problem:
                return SignAnswer("failed", loaded.problem.partition(": ")[2])
            return x509.sign(loaded.key, found)
    return SignAnswer("not_found", "the file no longer holds this certificate")


def key_provider(certificate: CertificateFacts) -> str:
    """The provider of the key, which only Windows has."""
    if sys.platform != "win32":
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, "only Windows keeps keys in providers")
    if certificate.path:
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, "a key in a file belongs to no provider yet")
    from agent.system import crypt32

    return crypt32.key_provider(certificate)


def encoded(certificate: CertificateFacts) -> tuple[bytes, tuple[bytes, ...]]:
    """The certificate in DER, and those that stand beside it in its file."""
    if not certificate.path:
        return _keeper_encoded(certificate), ()
    from cryptography.hazmat.primitives.serialization import Encoding

    from agent.system import x509

    loaded = x509.load(_bytes(certificate.path), _password_for(certificate.path))
    everyone = [c.public_bytes(Encoding.DER) for c in loaded.certificates]
    own = next(
        (i for i, c in enumerate(loaded.certificates) if x509.facts(c).thumbprint == certificate.thumbprint), None
    )
    if own is None:
        raise CannotObserve(UnknownReason.MISSING_FACT, "the file no longer holds this certificate")
    return everyone[own], tuple(der for i, der in enumerate(everyone) if i != own)


def _keeper_encoded(certificate: CertificateFacts) -> bytes:
    if sys.platform != "win32":
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, "certificates of this store are not read whole here")
    from agent.system import crypt32

    return crypt32.encoded(certificate)


def _keeper() -> Any:
    """The module that knows this platform's stores."""
    if sys.platform == "win32":
        from agent.system import crypt32 as keeper
    elif sys.platform == "darwin":
        from agent.system import macos_keychain as keeper
    else:
        from agent.system import dotnet_store as keeper
    return keeper


def _password_for(path: str) -> str:
    named = os.environ.get("AZURE_CLIENT_CERTIFICATE_PATH", "")
    return os.environ.get("AZURE_CLIENT_CERTIFICATE_PASSWORD", "") if named == path else ""


def _bytes(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(LIMIT_BYTES)
    except (FileNotFoundError, NotADirectoryError, ValueError) as fault:
        raise CannotObserve(UnknownReason.MISSING_FACT, "there is no such file") from fault
    except PermissionError as fault:
        raise CannotObserve(UnknownReason.NO_PERMISSION, "this account may not read the file") from fault
    except OSError as fault:
        raise CannotObserve(UnknownReason.UNREACHABLE, f"the file could not be read: {fault.strerror}") from fault
