"""Which certificate a sign-in means: selection shared by the certificate checks. Asks nothing but the system it is given.

Follows the lookup of the Graph module: store ``My``, CurrentUser before LocalMachine, certificates valid now before others, the newest of
several; a subject is compared as the whole distinguished name, letter case aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.base import CertificateFacts, System

LOCATIONS = ("CurrentUser", "LocalMachine")

#: Stores that hold certificates but are not searched by sign-in modules, as .NET names them.
OTHER_STORES = ("CA", "Root", "TrustedPeople", "WebHosting", "AddressBook")


class Search(NamedTuple):
    """``found`` are the certificates meant, best first; ``similar`` those whose subject has the wanted text as a part only;
    ``searched`` the places that could be looked at; ``others`` how many certificates are there besides; ``unreadable`` the files of
    a store that could not be read; ``obstacle`` why a place could not be looked at."""

    found: tuple[CertificateFacts, ...] = ()
    similar: tuple[CertificateFacts, ...] = ()
    searched: tuple[str, ...] = ()
    others: int = 0
    unreadable: tuple[CertificateFacts, ...] = ()
    obstacle: CannotObserve | None = None


def clean_thumbprint(text: str) -> str:
    """The hex digits of a thumbprint in upper case: people paste spaces, colons and invisible marks (U+200E) with it."""
    return re.sub(r"[^0-9A-F]", "", text.upper())


def usable_thumbprint(text: str) -> str:
    """A cleaned SHA-1 thumbprint, or ``""`` when none is given; another length raises, since nothing can be found by it."""
    digits = clean_thumbprint(text)
    if not digits and not text.strip():
        return ""
    if len(digits) != 40:
        kind = " (a SHA-256 value has 64)" if len(digits) == 64 else ""
        raise CannotObserve(UnknownReason.MISSING_FACT, f"the thumbprint has {len(digits)} hex digits, not 40{kind}")
    return digits


def search(system: System, thumbprint: str, subject: str, stores: Iterable[str] = ("My",)) -> Search:
    """Look for the certificate in ``stores`` of both locations; a place that does not exist on this system is left out."""
    wanted = usable_thumbprint(thumbprint)
    if not wanted and not subject.strip():
        raise CannotObserve(UnknownReason.MISSING_FACT, "neither a thumbprint nor a subject nor a file is known")
    searched: list[str] = []
    seen: list[CertificateFacts] = []
    obstacle: CannotObserve | None = None
    for place_of_store in [(location, store) for store in stores for location in LOCATIONS]:
        held = _held(system, *place_of_store)
        if isinstance(held, tuple):
            seen += held
            searched.append("\\".join(place_of_store))
        elif obstacle is None or held.reason is not UnknownReason.NOT_SUPPORTED:
            obstacle = held
    if not searched and obstacle:
        raise obstacle
    readable = [c for c in seen if c.thumbprint]
    found = [c for c in readable if _is_meant(c, wanted, subject)]
    similar = [c for c in readable if not wanted and c not in found and _loosely(subject) in _parts(c.subject)]
    now = system.now()
    return Search(
        tuple(sorted(found, key=lambda c: _order(c, now))),
        tuple(sorted(similar, key=lambda c: _order(c, now))),
        tuple(searched),
        len(readable) - len(found),
        tuple(c for c in seen if not c.thumbprint),
        obstacle if obstacle and obstacle.reason is not UnknownReason.NOT_SUPPORTED else None,
    )


def the_one(system: System, thumbprint: str, subject: str, certificate_path: str) -> CertificateFacts:
    """The certificate a check is to look at: the store's, else the file's. Nothing to look at raises ``CannotObserve``."""
    if thumbprint.strip() or subject.strip() or not certificate_path:
        look = search(system, thumbprint, subject)
        if look.found or look.similar:
            return (look.found or look.similar)[0]
        if not certificate_path:
            raise look.obstacle or CannotObserve(UnknownReason.MISSING_FACT, "no such certificate to look at")
    first = system.certificate_file(certificate_path)[0]
    if not first.thumbprint:
        raise CannotObserve(UnknownReason.MISSING_FACT, f"no certificate to look at in the file: {say_problem(first)}")
    return first


def say_problem(certificate: CertificateFacts) -> str:
    """The clause after the word of ``problem``."""
    return certificate.problem.partition(": ")[2] or certificate.problem


def short(certificate: CertificateFacts) -> str:
    """``CN=graph-nightly, 9F3C…41``: enough to recognise it."""
    return f"{certificate.subject or 'no subject'}, {certificate.thumbprint[:4]}…{certificate.thumbprint[-2:]}"


def place(certificate: CertificateFacts) -> str:
    """``CurrentUser\\My``, or ``file``."""
    return (
        certificate.location
        if certificate.location == "file"
        else f"{certificate.location}\\{certificate.store or 'My'}"
    )


def _held(system: System, location: str, store: str) -> tuple[CertificateFacts, ...] | CannotObserve:
    try:
        return tuple(
            c._replace(location=location, store=c.store or store) for c in system.certificates(location, store)
        )
    except CannotObserve as fault:
        return fault


def _is_meant(certificate: CertificateFacts, wanted: str, subject: str) -> bool:
    if wanted:
        return certificate.thumbprint == wanted
    return certificate.subject.casefold() == subject.strip().casefold()


def _order(certificate: CertificateFacts, now: float) -> tuple[bool, int, float]:
    valid = certificate.not_before <= now <= certificate.not_after
    location = LOCATIONS.index(certificate.location) if certificate.location in LOCATIONS else len(LOCATIONS)
    return not valid, location, -certificate.not_before


def _loosely(subject: str) -> str:
    return re.sub(r"\s*([,=+])\s*", r"\1", subject.strip()).casefold()


def _parts(subject: str) -> set[str]:
    """What people write instead of the whole name: the common name with or without ``CN=``, or the name without its spaces."""
    whole = _loosely(subject)
    common = next((p for p in whole.split(",") if p.startswith("cn=")), "")
    return {whole, common, common.removeprefix("cn=")} - {""}
