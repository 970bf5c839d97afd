"""See ``well_formed``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

SAYS = {
    "empty": "it is empty",
    "bearer_prefix": "it begins with the word Bearer, which the client adds itself",
    "quoted": "quotation marks are part of it",
    "line_breaks": "it holds line breaks",
    "whitespace": "it holds white space",
    "placeholder": "it is a placeholder of an example or pipeline",
    "truncated": "its end is cut off",
    "no_dots": "it has no dots: an opaque token, or no token at all",
    "damaged": "its parts are not those of a JSON Web Token",
}


@check(cost=Cost.INSTANT, evidence={"state": "text"})
def well_formed(system: System, *, token_shape: str) -> Verdict:
    """Was what was sent a whole JSON Web Token and nothing else?

    Only the shape is known here, from the input before it was redacted or from the words of the error; the token was dropped.
    """
    if token_shape == "jwt":  # noqa: S105 - the name of a shape
        return passed("What was sent is a whole JSON Web Token")
    if token_shape not in SAYS:
        raise CannotObserve(UnknownReason.MISSING_FACT, "the shape of what was sent is not known")
    return failed(f"What was sent is no usable access token: {SAYS[token_shape]}", state=token_shape)
