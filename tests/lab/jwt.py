"""JSON web tokens by hand: signed with RS256 or PS256, read and verified. Enough for the lab, no library needed."""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def encode(data: bytes) -> str:
    """Base64 for addresses, without filling."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The bytes behind ``encode``; raises ``ValueError`` for anything else."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def sign(claims: dict[str, Any], key: rsa.RSAPrivateKey, key_id: str) -> str:
    """A token of these claims, RS256."""
    head = {"typ": "JWT", "alg": "RS256", "kid": key_id}
    body = ".".join(encode(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))
    return f"{body}.{encode(key.sign(body.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def read(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Head and claims without verification; raises ``ValueError`` for what is no token."""
    parts = token.split(".")
    if len(parts) != 3:
        raise ValueError("a token has three parts")
    head, claims = (json.loads(decode(part)) for part in parts[:2])
    return head, claims


def is_signed_by(token: str, public_key: rsa.RSAPublicKey) -> bool:
    """Whether this key made the token's signature."""
    body, _, signature = token.rpartition(".")
    scheme: Any = padding.PKCS1v15()
    if read(token)[0].get("alg") == "PS256":
        scheme = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.AUTO)
    try:
        public_key.verify(decode(signature), body.encode(), scheme, hashes.SHA256())
    except InvalidSignature:
        return False
    return True
