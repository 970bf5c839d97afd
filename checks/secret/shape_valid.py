"""See ``shape_valid``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

SAYS = {
    "empty": "it is empty",
    "id_instead_of_value": "it is a GUID: the id of the secret, not its value",
    "truncated": "it begins like a client secret and ends too early",
    "quoted": "quotation marks are part of it",
    "whitespace": "white space stands before or behind it",
    "placeholder": "it is a placeholder of an example or pipeline",
    "token": "it is a token, not a client secret",
}


@check(cost=Cost.LOCAL, evidence={"state": "text", "source": "text"})
def shape_valid(system: System, *, secret_shape: str = "") -> Verdict:
    """Does the client secret look like the value of a secret, whole and without anything around it?

    The shape comes from the input, before the secret was dropped, else from AZURE_CLIENT_SECRET of this account. A value that an
    application got from elsewhere may have any shape, so another shape alone is no fault; the right shape does not prove the right secret.
    """
    source = "the secret that was sent" if secret_shape else "AZURE_CLIENT_SECRET"
    shape = secret_shape or system.variable_shape("AZURE_CLIENT_SECRET", "secret")
    if shape in SAYS:
        return failed(f"{source[0].upper()}{source[1:]} cannot be right: {SAYS[shape]}", state=shape, source=source)
    if shape not in ("entra", "other"):
        raise CannotObserve(UnknownReason.MISSING_FACT, "the shape of the client secret is not known")
    form = "the form of a client secret" if shape == "entra" else "a form that a client secret may have"
    return passed(f"{source[0].upper()}{source[1:]} has {form}", source=source)
