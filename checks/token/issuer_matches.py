"""See ``issuer_matches``."""

from urllib.parse import urlsplit

from agent import tokens
from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason, Value
from agent.system.base import System

#: Issuer host of a token -> sign-in host of its cloud; older tokens of the public cloud name sts.windows.net.
CLOUDS = {
    "sts.windows.net": "login.microsoftonline.com",
    "login.windows.net": "login.microsoftonline.com",
    "sts.chinacloudapi.cn": "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn": "login.partner.microsoftonline.cn",
}


@check(cost=Cost.INSTANT, evidence={"state": "text", "issuer": "text", "authority": "text"})
def issuer_matches(system: System, *, token: Value, authority: str = "https://login.microsoftonline.com") -> Verdict:
    """Was the token issued by the cloud that is signed in to?

    Versions 1 and 2 of a token name different hosts of one cloud, which count as the same. Tokens of the US government cloud can name
    sts.windows.net too; the tenant then tells, not the issuer.
    """
    issuer = tokens.claim(token, "iss")
    host = urlsplit(str(issuer or "")).hostname or ""
    if not host:
        raise CannotObserve(UnknownReason.MISSING_FACT, "the token names no issuer (iss)")
    wanted = urlsplit(authority).hostname or ""
    found = {"issuer": str(issuer), "authority": authority}
    if CLOUDS.get(host, host) == CLOUDS.get(wanted, wanted):
        return passed(f"The token was issued by the cloud of {wanted}", **found)
    if host == "sts.windows.net" and wanted.endswith(".us"):
        raise CannotObserve(
            UnknownReason.MISSING_FACT, "sts.windows.net issues for the public and the US government cloud"
        )
    return failed(f"The token was issued at {host}, the sign-in goes to {wanted}", state="other_cloud", **found)
