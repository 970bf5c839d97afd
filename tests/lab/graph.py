"""The Graph of the lab: checks the bearer token for real, then answers like the service."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from lab import jwt
from lab.entra import Directory

#: path -> permissions of which one is enough, and what is served
SERVED: dict[str, tuple[tuple[str, ...], Any]] = {
    "/v1.0/me": (("User.Read", "User.Read.All"), {"displayName": "Alex", "userPrincipalName": "alex@contoso.test"}),
    "/v1.0/users": (
        ("User.Read.All", "Directory.Read.All"),
        {"value": [{"displayName": "Alex"}, {"displayName": "Kim"}]},
    ),
    "/v1.0/groups": (("Group.Read.All", "Directory.Read.All"), {"value": [{"displayName": "Operators"}]}),
    "/v1.0/busy": ((), None),
    "/v1.0/odd": ((), None),
}
_LOGIN = (
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
    'client_id="00000003-0000-0000-c000-000000000000"'
)


def answer(directory: Directory, path: str, authorization: str) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Status, headers and body for one GET."""
    path = path.partition("?")[0]
    if fault := _token_fault(directory, authorization):
        return _error(directory, 401, "InvalidAuthenticationToken", fault, {"WWW-Authenticate": _LOGIN})
    if path not in SERVED:
        return _error(directory, 404, "BadRequest", f"Resource not found for the segment '{path.rpartition('/')[2]}'.")
    if path == "/v1.0/busy":
        text = "Too many requests. Retry after the time given."
        return _error(directory, 429, "TooManyRequests", text, {"Retry-After": "17"})
    if path == "/v1.0/odd":  # a fault that no catalogue knows
        return _error(directory, 418, "ContosoTeapotOverheated", "The teapot of Contoso is overheated, vessel 7.")
    enough, body = SERVED[path]
    granted = _granted(jwt.read(authorization.partition(" ")[2])[1])
    if not granted & set(enough):
        return _error(
            directory, 403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."
        )
    return 200, {}, body


def _token_fault(directory: Directory, authorization: str) -> str:
    token = authorization.partition(" ")[2]
    if not token:
        return "Access token is empty."
    try:
        _, claims = jwt.read(token)
        key = directory.signer.certificate.public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        signed = jwt.is_signed_by(token, key)
    except ValueError:
        return "CompactToken parsing failed with error code: 80049217"
    if not signed:
        return "Access token validation failure. Invalid signature."
    if claims.get("aud") != directory.graph:
        return "Access token validation failure. Invalid audience."
    if claims.get("exp", 0) < directory.now():
        return "Lifetime validation failed, the token is expired."
    return ""


def _granted(claims: Mapping[str, Any]) -> set[str]:
    return {*claims.get("roles", ()), *str(claims.get("scp", "")).split()}


def _error(
    directory: Directory, status: int, code: str, text: str, headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, str], dict[str, Any]]:
    request = str(uuid.uuid4())
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(directory.now()))
    inner = {"date": stamp, "request-id": request, "client-request-id": request}
    out = {"request-id": request, "client-request-id": request, "Cache-Control": "no-cache", **(headers or {})}
    return status, out, {"error": {"code": code, "message": text, "innerError": inner}}
