"""See ``app_matches``."""

from agent import tokens
from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason, Value
from agent.system.base import System


@check(cost=Cost.INSTANT, evidence={"state": "text", "token_app": "text", "wanted_app": "text"})
def app_matches(system: System, *, token: Value, client_id: str) -> Verdict:
    """Was the token issued to the application that is used?

    Version 1 of a token names it ``appid``, version 2 ``azp``.
    """
    has = str(tokens.claim(token, "appid") or tokens.claim(token, "azp") or "").lower()
    if not has:
        raise CannotObserve(UnknownReason.MISSING_FACT, "the token names no application (appid, azp)")
    found = {"token_app": has, "wanted_app": client_id.strip().lower()}
    if has == found["wanted_app"]:
        return passed(f"The token was issued to {has}, as meant", **found)
    return failed(f"The token was issued to application {has}, not to {client_id}", state="other_app", **found)
