"""What the sign-in service publishes about tenants and domains, without any login: judgement shared by the checks of ``entra``.

Two public documents: the OpenID configuration of a tenant and the user realm of a domain. For the realm a made-up name stands before the
domain, so that no account is named. Asks nothing but the system it is given.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.base import HttpAnswer, System

PUBLIC = "https://login.microsoftonline.com"
#: Sign-in addresses of the clouds (limits.csv: cloud_public_login, cloud_usgov_login, cloud_china_login).
CLOUDS = (PUBLIC, "https://login.microsoftonline.us", "https://login.partner.microsoftonline.cn")
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}", re.IGNORECASE)
_KEYWORDS = ("common", "organizations", "consumers")
#: Domains of personal accounts, which belong to no tenant of an organisation.
_PERSONAL = ("outlook.com", "hotmail.com", "live.com", "msn.com", "passport.com")


class Openid(NamedTuple):
    """``state``: ``found``, ``not_found`` or ``malformed``. ``tenant`` is the id in lower case, ``graph`` the Graph host of its cloud."""

    state: str
    tenant: str = ""
    cloud: str = ""
    graph: str = ""


class Realm(NamedTuple):
    """``kind``: ``managed``, ``federated``, ``unknown`` or ``personal``; ``server`` is the host of the federation server."""

    kind: str
    server: str = ""


def openid(system: System, tenant: str, authority: str = PUBLIC) -> Openid:
    """What the service at ``authority`` says of a tenant; any other answer raises ``CannotObserve``."""
    if not tenant.strip("0-") or not (
        tenant.lower() in _KEYWORDS or GUID.fullmatch(tenant) or _DOMAIN.fullmatch(tenant)
    ):
        return Openid("malformed")
    answer = system.http_get(f"{authority.rstrip('/')}/{tenant}/v2.0/.well-known/openid-configuration")
    said = document(answer)
    if said is None:
        raise CannotObserve(
            UnknownReason.UNREACHABLE, f"{authority} answered {answer.status}, but not with a sign-in document"
        )
    if answer.status == 200 and said.get("issuer"):
        number = GUID.search(str(said["issuer"]))
        cloud, graph = str(said.get("cloud_instance_name") or ""), str(said.get("msgraph_host") or "")
        return Openid("found", number[0].lower() if number else "", cloud, graph.lower())
    words = str(said.get("error_description") or said.get("error") or "")
    if re.search(r"AADSTS9000(21|22|23)\b", words):
        return Openid("malformed")
    if "AADSTS90002" in words or said.get("error") == "invalid_tenant":
        return Openid("not_found")
    raise CannotObserve(UnknownReason.UNREACHABLE, f"{authority} answered {answer.status} without naming the tenant")


def realm(system: System, domain: str, authority: str = PUBLIC) -> Realm:
    """How the service signs accounts of a domain in."""
    domain = domain.strip().lower()
    if domain in _PERSONAL:
        return Realm("personal")
    if not _DOMAIN.fullmatch(domain):
        raise CannotObserve(UnknownReason.MISSING_FACT, f"“{domain}” is no domain name")
    answer = system.http_get(f"{authority.rstrip('/')}/common/userrealm/someone@{domain}?api-version=1.0")
    said = document(answer) or {}
    kind, server = str(said.get("account_type") or "").lower(), str(said.get("federation_active_auth_url") or "")
    host = urlsplit(server).hostname or ""
    if kind not in ("managed", "federated", "unknown"):
        raise CannotObserve(
            UnknownReason.UNREACHABLE, f"{authority} answered {answer.status} and told nothing of the domain"
        )
    if str(said.get("domain_name") or "").lower() == "live.com" or host == "login.live.com":
        return Realm("personal", host)
    return Realm(kind, host)


def document(answer: HttpAnswer) -> dict[str, Any] | None:
    """The JSON object in an answer, or None."""
    try:
        whole = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return whole if isinstance(whole, dict) else None
