"""Real certificates and keys for tests, made once per process: small, self-signed, of made-up companies."""

from __future__ import annotations

import datetime
import functools
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


@functools.cache
def key(kind: str = "rsa", number: int = 0) -> Any:
    """A private key: ``rsa`` (2048 bits), ``short`` (1024 bits) or ``ec``; another ``number`` is another key."""
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(65537, 1024 if kind == "short" else 2048)


def certificate(private: Any, common_name: str = "graph-nightly", days: int = 3650) -> x509.Certificate:
    """A self-signed certificate of Contoso, valid from 2026-01-01."""
    name = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Contoso"), x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    )
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(START)
    return builder.not_valid_after(START + datetime.timedelta(days=days)).sign(private, hashes.SHA256())


def thumbprint(made: x509.Certificate) -> str:
    """As Windows shows it."""
    return made.fingerprint(hashes.SHA1()).hex().upper()


def pfx(made: x509.Certificate, private: Any = None, password: str = "") -> bytes:
    """A PFX with or without key; an empty password is the empty password, as .NET writes its store."""
    encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"test", private, made, None, encryption)


def pem(made: x509.Certificate | None, private: Any = None, password: str = "") -> bytes:
    """Certificate and key blocks, either of them left out when not given."""
    encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    blocks = made.public_bytes(Encoding.PEM) if made else b""
    return blocks + (private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption) if private else b"")


def der(made: x509.Certificate) -> bytes:
    """The bytes of the certificate itself."""
    return made.public_bytes(Encoding.DER)
