"""Is the token from the tenant that was asked for?"""

from __future__ import annotations

import json
import re

from agent import tokens
from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason, Value
from agent.system.base import System

EVIDENCE = {"token_tenant": "text", "wanted_tenant": "text", "state": "text"}

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
#: Words that stand for no tenant in particular, and the one tenant of personal accounts.
_ANY = ("common", "organizations")
_PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"


@check(cost=Cost.NETWORK, evidence=EVIDENCE)
def tenant_matches(system: System, *, token: Value, tenant: str) -> Verdict:
    """Is ``tid`` of the token the tenant given to the failing command?

    A tenant given by name is looked up in its public OpenID configuration at the sign-in service; an id needs no network.
    """
    has = str(tokens.claim(token, "tid") or "").lower()
    if not has:
        raise CannotObserve(UnknownReason.MISSING_FACT, "the token names no tenant (tid)")
    wanted = _id_of(system, tenant.strip().lower(), str(tokens.claim(token, "iss") or ""))
    evidence = {"token_tenant": has, "wanted_tenant": wanted}
    if has == wanted:
        return passed(f"the token is from tenant {has}, as asked for", **evidence)
    asked = tenant if wanted == tenant.strip().lower() else f"{tenant} ({wanted})"
    return failed(f"the token is from tenant {has}, not from {asked}", state="other_tenant", **evidence)


def _id_of(system: System, tenant: str, issuer: str) -> str:
    if tenant in _ANY:
        raise CannotObserve(UnknownReason.MISSING_FACT, f"{tenant} stands for any tenant")
    if _GUID.fullmatch(tenant) or tenant == "consumers":
        return _PERSONAL if tenant == "consumers" else tenant
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", tenant):
        raise CannotObserve(UnknownReason.MISSING_FACT, "the tenant is neither an id nor a domain name")
    # the token of a national cloud comes from that cloud's sign-in host; older tokens name sts.windows.net for all
    host = next((h for h in ("login.microsoftonline.us", "login.partner.microsoftonline.cn") if h in issuer), "")
    url = f"https://{host or 'login.microsoftonline.com'}/{tenant}/v2.0/.well-known/openid-configuration"
    try:
        found = _GUID.search(str(json.loads(system.http_get(url).body).get("issuer", "")))
    except (ValueError, AttributeError):
        found = None
    if not found:
        raise CannotObserve(UnknownReason.MISSING_FACT, f"the sign-in service gives no id for {tenant}")
    return found[0].lower()
