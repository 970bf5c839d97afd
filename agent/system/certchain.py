"""The chain of a client certificate and the revocation list it names: built and read here, trusted by nobody.

A link counts only when the signature proves it. Issuers are looked for in the certificate's own file, in the stores ``CA`` and ``Root`` of
both locations, and among the roots that OpenSSL uses here. Lists are fetched by plain http, as their addresses demand.
"""

from __future__ import annotations

import time
from typing import Any

from agent.errors import CannotObserve
from agent.system.base import CertificateChain, CertificateFacts, Revocation
from agent.system.certificates import certificates, encoded

#: Longer chains are none that a public authority makes.
LONGEST = 8
#: Seconds for one list; they are some hundred KiB at most.
FETCH_S = 2.0


def certificate_chain(certificate: CertificateFacts) -> CertificateChain:
    """The chain from the certificate upwards, as far as it can be proved."""
    from cryptography import x509

    der, beside = encoded(certificate)
    own = x509.load_der_x509_certificate(der)
    if _issued(own, own):
        return CertificateChain("self_signed", 1)
    here = [x509.load_der_x509_certificate(d) for d in beside] + _stored()
    chain = [own]
    while len(chain) < LONGEST:
        issuer = next((c for c in here if _issued(chain[-1], c)), None)
        if issuer is None:
            issuer = next((c for c in _system_roots() if _issued(chain[-1], c)), None)
        if issuer is None:
            state = "incomplete" if len(chain) == 1 else "rootless"
            return CertificateChain(state, len(chain), _name(chain[-1]))
        chain.append(issuer)
        if issuer.not_valid_after_utc.timestamp() < time.time():
            return CertificateChain("expired", len(chain), _name(chain[-2]))
        if _issued(issuer, issuer):
            return CertificateChain("complete", len(chain))
    return CertificateChain("rootless", len(chain), _name(chain[-1]))


def certificate_revocation(certificate: CertificateFacts) -> Revocation:
    """Whether the first list that can be read names the certificate."""
    from cryptography import x509

    own = x509.load_der_x509_certificate(encoded(certificate)[0])
    addresses = _addresses(own)
    if not addresses:
        return Revocation("no_address")
    said = Revocation("no_address")
    for url in addresses:
        said = _ask(url, own)
        if said.state in ("good", "revoked"):
            break
    return said


def _ask(url: str, own: Any) -> Revocation:
    from cryptography import x509

    from agent.system.http import http_get

    try:
        answer = http_get(url, FETCH_S)
    except CannotObserve as fault:
        return Revocation("unreachable", url, fault.detail)
    if answer.status != 200:
        return Revocation("unreachable", url, f"answered {answer.status}")
    try:
        load = x509.load_pem_x509_crl if answer.body.lstrip().startswith(b"-----") else x509.load_der_x509_crl
        listed = load(answer.body)
        if listed.issuer != own.issuer:
            return Revocation("damaged", url, "the list is of another authority")
        if entry := listed.get_revoked_certificate_by_serial_number(own.serial_number):
            return Revocation("revoked", url, f"revoked on {entry.revocation_date_utc:%Y-%m-%d}")
        if listed.next_update_utc and listed.next_update_utc.timestamp() < time.time():
            return Revocation("outdated", url, f"the list was due on {listed.next_update_utc:%Y-%m-%d}")
    except ValueError:
        return Revocation("damaged", url, "the answer is no revocation list, or one too large to be read")
    return Revocation("good", url)


def _addresses(own: Any) -> list[str]:
    from cryptography import x509

    try:
        points = own.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    named = [str(n.value) for p in points for n in p.full_name or () if isinstance(n, x509.UniformResourceIdentifier)]
    return [url for url in named if url.startswith("http://")]


def _issued(certificate: Any, issuer: Any) -> bool:
    """Whether ``issuer`` signed the certificate; names that differ, and kinds of keys the library does not know, are no proof."""
    if certificate.issuer != issuer.subject:
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:  # noqa: BLE001 - InvalidSignature, ValueError, TypeError: not proved
        return False
    return True


def _stored() -> list[Any]:
    from cryptography import x509

    found = []
    for location in ("CurrentUser", "LocalMachine"):
        for store in ("CA", "Root"):
            try:
                held = certificates(location, store)
            except CannotObserve:
                continue
            found += [_whole(c) for c in held if c.thumbprint]
    return [x509.load_der_x509_certificate(der) for der in found if der]


def _whole(certificate: CertificateFacts) -> bytes:
    try:
        return encoded(certificate)[0]
    except CannotObserve:  # gone since the store was listed, or a store that is not read whole
        return b""


def _system_roots() -> list[Any]:
    """The roots that OpenSSL trusts here (``SSL_CERT_FILE`` is honoured)."""
    import ssl

    from cryptography import x509

    roots = []
    for der in ssl.create_default_context().get_ca_certs(binary_form=True):
        try:
            roots.append(x509.load_der_x509_certificate(der))
        except ValueError:  # noqa: PERF203 - an old root that the library refuses to read
            continue
    return roots


def _name(certificate: Any) -> str:
    from agent.system.x509 import dotnet_name

    return dotnet_name(certificate.issuer)
