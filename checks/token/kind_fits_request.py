"""See ``kind_fits_request``."""

import re
from urllib.parse import urlsplit

from agent import tokens
from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason, Value
from agent.system.base import System

#: Graph addresses that stand for the signed-in person, by a word of their own or by the alias in its place.
OF_A_PERSON = re.compile(r"^/(?:v1\.0|beta)/(?:me|users/me)(?:/|$)", re.IGNORECASE)


@check(cost=Cost.INSTANT, evidence={"state": "text", "kind": "text", "path": "text"})
def kind_fits_request(system: System, *, token: Value, url: str) -> Verdict:
    """Does the token stand for a person where the address means the signed-in person?

    An application has no ``/me``. Which permissions of either kind an address needs is another question.
    """
    person = tokens.claim(token, "scp") is not None
    application = tokens.claim(token, "idtyp") == "app" or (tokens.claim(token, "roles") is not None and not person)
    if not person and not application:
        raise CannotObserve(
            UnknownReason.MISSING_FACT, "the token does not tell whether it is a person's or an application's"
        )
    kind, path = "application" if application else "person", urlsplit(url).path
    if application and OF_A_PERSON.match(path):
        return failed(
            f"{path} means the signed-in person, and the token is an application's",
            state="application",
            kind=kind,
            path=path,
        )
    return passed(
        f"The token is that of {'an application' if application else 'a person'}, which fits {path}",
        kind=kind,
        path=path,
    )
