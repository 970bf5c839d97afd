"""Certificates and keys in bytes: reading PFX, PEM and DER, names as .NET writes them, signing and verifying.

Nothing here looks at the machine. Nothing prints or keeps a key: it lives as long as the call that loaded it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from agent.system.base import CertificateFacts, SignAnswer

if TYPE_CHECKING:
    from cryptography import x509

#: First word of ``CertificateFacts.problem``: what kept a file, or its key, from being used.
DAMAGED, PASSWORD, NO_CERTIFICATE, KEY_MISMATCH = "damaged", "password", "no_certificate", "key_mismatch"

#: What is signed to try a key. Fixed words, so that nobody can have something signed through this question.
TEST_BUFFER = b"IT Error Agent: test of a private key"

#: Attribute names as .NET writes them in a subject; anything else is ``OID.<number>`` (measured with .NET 10 on Linux).
_LABELS = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "SERIALNUMBER",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "S",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "T",
    "2.5.4.42": "G",
    "2.5.4.43": "I",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "E",
}


class Loaded(NamedTuple):
    """What a file holds. ``certificates`` has the one that belongs to ``key`` first; ``problem`` begins with a word of above."""

    certificates: tuple[x509.Certificate, ...] = ()
    key: Any = None
    problem: str = ""


def load(data: bytes, password: str = "") -> Loaded:
    """The certificates and the private key in ``data``, whatever of PFX, PEM and DER it is."""
    if not data.strip():
        return Loaded(problem=f"{DAMAGED}: the file is empty")
    if b"-----BEGIN " in data:
        return _pem(data, password)
    from cryptography import x509

    try:
        return Loaded((x509.load_der_x509_certificate(data),))
    except ValueError:
        return load_pfx(data, password)


def load_pfx(data: bytes, password: str = "") -> Loaded:
    """As ``load``, but only a PFX will do (a certificate store of .NET holds nothing else)."""
    from cryptography.hazmat.primitives.serialization import pkcs12

    try:
        key, leaf, others = pkcs12.load_key_and_certificates(data, password.encode() or None)
    except ValueError as fault:
        if "password" in str(fault).lower():
            return Loaded(problem=f"{PASSWORD}: {'the password is wrong' if password else 'a password is needed'}")
        return Loaded(problem=f"{DAMAGED}: neither PFX, PEM nor DER")
    except Exception as fault:  # noqa: BLE001 - the library raises its own types for algorithms it does not know
        return Loaded(problem=f"{DAMAGED}: {type(fault).__name__}")
    if leaf is None and not others:
        return Loaded(key=key, problem=f"{NO_CERTIFICATE}: the file holds no certificate")
    return _paired(([leaf] if leaf else []) + list(others), key)


def facts(certificate: x509.Certificate, **where: Any) -> CertificateFacts:
    """The facts of one certificate; ``where`` fills location, store, path, has_private_key and problem."""
    from cryptography.hazmat.primitives import hashes

    try:
        kind, bits = _key_kind(certificate.public_key())
    except Exception:  # noqa: BLE001 - key types the library does not know; the certificate itself is readable
        kind, bits = "other", 0
    return CertificateFacts(
        thumbprint=certificate.fingerprint(hashes.SHA1()).hex().upper(),  # noqa: S303 - the name Windows gives it, not a safeguard
        subject=dotnet_name(certificate.subject),
        issuer=dotnet_name(certificate.issuer),
        not_before=certificate.not_valid_before_utc.timestamp(),
        not_after=certificate.not_valid_after_utc.timestamp(),
        key_kind=kind,
        key_bits=bits,
        **where,
    )


def from_der(der: bytes, **where: Any) -> CertificateFacts:
    """The facts of a DER certificate out of a system store; one that cannot be parsed comes back with ``problem``."""
    from cryptography import x509

    try:
        return facts(x509.load_der_x509_certificate(der), **where)
    except ValueError as fault:
        import hashlib

        thumbprint = hashlib.sha1(der, usedforsecurity=False).hexdigest().upper()
        return unreadable(f"{DAMAGED}: {fault}", **where)._replace(thumbprint=thumbprint)


def unreadable(problem: str, **where: Any) -> CertificateFacts:
    """Stands for a file of which nothing but the problem is known."""
    return CertificateFacts("", "", "", 0.0, 0.0, problem=problem, **where)


def dotnet_name(name: x509.Name) -> str:
    """A distinguished name as ``X509Certificate2.Subject`` shows it: most specific part first, ``", "`` between parts."""
    parts = []
    for rdn in reversed(name.rdns):
        pairs = (f"{_LABELS.get(a.oid.dotted_string, 'OID.' + a.oid.dotted_string)}={_quoted(a.value)}" for a in rdn)
        parts.append(" + ".join(pairs))
    return ", ".join(parts)


def sign(key: Any, certificate: x509.Certificate) -> SignAnswer:
    """Sign the test buffer (RSA: PKCS #1 v1.5 with SHA-256; EC: ECDSA) and verify it with the certificate's public key."""
    if key is None:
        return SignAnswer("no_key", "there is no private key with the certificate")
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    try:
        if isinstance(key, rsa.RSAPrivateKey):
            return verify(certificate, key.sign(TEST_BUFFER, padding.PKCS1v15(), hashes.SHA256()))
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return verify(certificate, key.sign(TEST_BUFFER, ec.ECDSA(hashes.SHA256())))
    except ValueError as fault:
        return SignAnswer("failed", str(fault))
    return SignAnswer("failed", f"a {_key_kind(key)[0]} key cannot sign with SHA-256 here")


def verify(certificate: x509.Certificate, signature: bytes) -> SignAnswer:
    """``signed`` when ``signature`` of the test buffer fits the certificate's public key, else ``failed``."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    public = certificate.public_key()
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, TEST_BUFFER, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, TEST_BUFFER, ec.ECDSA(hashes.SHA256()))
        else:
            return SignAnswer("failed", f"a {_key_kind(public)[0]} key cannot be verified here")
    except InvalidSignature:
        return SignAnswer("failed", "the signature does not fit the certificate: the key belongs to another one")
    return SignAnswer("signed")


def _pem(data: bytes, password: str) -> Loaded:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    certificates: list[Any] = []
    if b"-----BEGIN CERTIFICATE-----" in data:
        try:
            certificates = x509.load_pem_x509_certificates(data)
        except ValueError:
            return Loaded(problem=f"{DAMAGED}: a certificate block does not decode")
    key, problem = None, ""
    if b"PRIVATE KEY-----" in data:
        try:
            key = load_pem_private_key(_key_block(data), password.encode() or None)
        except TypeError:  # encrypted and no password, or a password for a key that has none
            problem = f"{PASSWORD}: the private key is encrypted"
        except Exception as fault:  # noqa: BLE001 - unknown key types have exceptions of their own
            wrong = bool(password) and "password" in str(fault).lower()
            problem = (
                f"{PASSWORD}: the password is wrong" if wrong else f"{DAMAGED}: the private key block does not decode"
            )
    if not certificates:
        return Loaded(key=key, problem=problem or f"{NO_CERTIFICATE}: the file holds no certificate")
    return Loaded(tuple(certificates), None, problem) if problem else _paired(certificates, key)


def _key_block(data: bytes) -> bytes:
    end = data.index(b"PRIVATE KEY-----")
    return data[data.rindex(b"-----BEGIN ", 0, end) :]


def _paired(certificates: list[Any], key: Any) -> Loaded:
    """The certificate of ``key`` first; a key that fits none is left out, with a problem."""
    if key is None:
        return Loaded(tuple(certificates))
    own = [c for c in certificates if _fits(c, key)]
    if not own:
        return Loaded(tuple(certificates), None, f"{KEY_MISMATCH}: the private key belongs to another certificate")
    return Loaded((own[0], *(c for c in certificates if c is not own[0])), key)


def _fits(certificate: Any, key: Any) -> bool:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    try:
        return bool(certificate.public_key().public_bytes(*form) == key.public_key().public_bytes(*form))
    except Exception:  # noqa: BLE001 - a certificate with a key type the library does not know has no key of ours
        return False


def _key_kind(key: Any) -> tuple[str, int]:
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

    kinds: tuple[tuple[str, Any], ...] = (
        ("RSA", (rsa.RSAPublicKey, rsa.RSAPrivateKey)),
        ("EC", (ec.EllipticCurvePublicKey, ec.EllipticCurvePrivateKey)),
        ("DSA", (dsa.DSAPublicKey, dsa.DSAPrivateKey)),
    )
    for name, types in kinds:
        if isinstance(key, types):
            return name, int(key.key_size)
    return type(key).__name__.removesuffix("PublicKey").removesuffix("PrivateKey"), 0


def _quoted(value: str | bytes) -> str:
    text = value if isinstance(value, str) else "#" + value.hex().upper()
    special = any(c in ',+"\n<>#;=' for c in text) or text != text.strip() or not text
    return '"' + text.replace('"', '""') + '"' if special else text
