"""Certificates in the keychains of macOS, through the program ``security``, which never asks for a password here.

.NET's ``CurrentUser\\My`` is the login keychain, ``LocalMachine\\My`` the system keychain. Written from the documentation of the program
and tested with made-up output only: it has not been tried on a Mac.
"""

from __future__ import annotations

import re

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system import x509
from agent.system.base import CertificateFacts, SignAnswer
from agent.system.limits import program_output

_SYSTEM_KEYCHAIN = "/Library/Keychains/System.keychain"
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
#: ``  1) <40 hex digits> "name"``: one line for each certificate that has its private key beside it
_IDENTITY = re.compile(r"^\s*\d+\)\s+([0-9A-F]{40})\s", re.MULTILINE | re.IGNORECASE)


def certificates(location: str, store: str = "My") -> tuple[CertificateFacts, ...]:
    """The certificates of a keychain; those that ``find-identity`` lists have a private key."""
    if store != "My":
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, f"{location}\\{store} is not looked at on macOS")
    keychain = [_SYSTEM_KEYCHAIN] if location == "LocalMachine" else []
    listed = program_output(["security", "find-certificate", "-a", "-p", *keychain])
    identities = program_output(["security", "find-identity", *keychain])
    return parse(listed, identities, location, store)


def parse(listed: str, identities: str, location: str, store: str) -> tuple[CertificateFacts, ...]:
    """Certificates out of the two programs' output."""
    with_key = {found.upper() for found in _IDENTITY.findall(identities)}
    found = {}
    for block in _PEM.findall(listed):
        loaded = x509.load(block.encode())
        for certificate in loaded.certificates:
            fact = x509.facts(certificate, location=location, store=store)
            found[fact.thumbprint] = fact._replace(has_private_key=fact.thumbprint in with_key)
    return tuple(found.values())


def sign(certificate: CertificateFacts) -> SignAnswer:
    """Not possible: using a key of a keychain from another program opens a window that asks for the account's password."""
    raise CannotObserve(
        UnknownReason.NOT_SUPPORTED,
        f"a key in the keychain of {certificate.location} cannot be tried without asking for the account's password",
    )
