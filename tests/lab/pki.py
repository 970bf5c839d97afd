"""Certificates of the lab: a root and an intermediate authority, server certificates, and certificates of applications.

Nothing here is trusted by any machine: a test trusts a root by ``SSL_CERT_FILE`` of the one process it starts.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


class Pair(NamedTuple):
    """A certificate with its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def thumbprint(self) -> str:
        """SHA-1 in upper-case hex, as the stores name it."""
        return self.certificate.fingerprint(hashes.SHA1()).hex().upper()

    def pem(self) -> str:
        """The certificate alone."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def key_pem(self) -> str:
        """The key, unencrypted."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    def pfx(self, with_key: bool = True) -> bytes:
        """A PFX file without password, the form .NET keeps in its store on Linux."""
        return pkcs12.serialize_key_and_certificates(
            b"lab", self.key if with_key else None, self.certificate, None, serialization.NoEncryption()
        )


class Authority:
    """A root with an intermediate below it; servers present leaf and intermediate, so that the root is enough to trust."""

    def __init__(self, name: str) -> None:
        self.root = issue(f"{name} Root CA", days=(-3650, 3650), is_authority=True)
        self.intermediate = issue(f"{name} Issuing CA", days=(-1825, 1825), is_authority=True, by=self.root)

    def server(self, folder: Path, *names: str) -> Path:
        """A PEM file with key, leaf for ``names`` and intermediate, for ``SSLContext.load_cert_chain``.

        Valid from ten years back on, so that a client whose clock is wrong meets no other fault than the one it should meet.
        """
        leaf = issue(names[0], days=(-3650, 3650), names=names, by=self.intermediate)
        path = folder / f"{names[0]}-{leaf.thumbprint[:8]}.pem"
        path.write_text(leaf.key_pem() + leaf.pem() + self.intermediate.pem())
        return path


def issue(
    common_name: str,
    *,
    days: tuple[float, float],
    names: tuple[str, ...] = (),
    is_authority: bool = False,
    by: Pair | None = None,
) -> Pair:
    """A certificate valid from ``days[0]`` to ``days[1]`` from now, signed by ``by`` or by itself."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    now = dt.datetime.now(dt.timezone.utc)
    signer = by or Pair(None, key)  # type: ignore[arg-type]
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=days[0]))
        .not_valid_after(now + dt.timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()), critical=False)
    )
    if is_authority:
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(usage, critical=True)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([_name(n) for n in names]), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return Pair(builder.sign(signer.key, hashes.SHA256()), key)


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)
