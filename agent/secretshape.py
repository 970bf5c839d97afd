"""The shape of a secret or token without the secret: enough to see that the wrong thing was pasted.

Nothing of the value is kept, neither its length nor a part of it. Entra's client secrets hold ``Q~`` behind three characters and a
digit and have 40 characters; the id of a secret is a GUID; a JSON Web Token has three parts and begins with ``eyJ``.
"""

from __future__ import annotations

import re

_GUID = re.compile(r"\{?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?")
_ENTRA = re.compile(r"[A-Za-z0-9_\-.~]{3}\dQ~[A-Za-z0-9_\-.~]{34}")
_ENTRA_START = re.compile(r"[A-Za-z0-9_\-.~]{3}\dQ~[A-Za-z0-9_\-.~]{0,33}")
#: What stands in examples and pipelines where a secret belongs.
_PLACEHOLDER = re.compile(
    r"<.*>|\$[({].*|\$env:.*|\{\{.*\}\}|%\w+%|#\{.*\}#?|your[-_ ].*|(?:client)?secret|changeme|x{3,}",
    re.IGNORECASE | re.DOTALL,
)
#: Stars, PowerShell's name of the type, and the marks that ``redact`` leaves.
_MASKED = re.compile(
    r"\*{3,}|System\.Security\.SecureString|<(?:secret|jwt|client-secret|secure-string|access-key|key-or-certificate)>"
)
_PART = re.compile(r"[A-Za-z0-9_\-]+")


def secret_shape(value: str) -> str:
    """``entra``, ``other`` (may be right), or what is wrong: ``empty``, ``id_instead_of_value``, ``truncated``, ``quoted``, ``whitespace``,
    ``placeholder``, ``token``. A masked value has no shape: an empty text."""
    if not value.strip():
        return "empty"
    if _MASKED.fullmatch(value.strip()):
        return ""
    if value != value.strip():
        return "whitespace"
    if value[0] in "\"'" and value[-1] == value[0] and len(value) > 1:
        return "quoted"
    for shape, pattern in (
        ("id_instead_of_value", _GUID),
        ("placeholder", _PLACEHOLDER),
        ("entra", _ENTRA),
        ("truncated", _ENTRA_START),
    ):
        if pattern.fullmatch(value):
            return shape
    return "token" if value.startswith("eyJ") else "other"


def token_shape(value: str) -> str:
    """``jwt``, or what is wrong: ``empty``, ``bearer_prefix``, ``quoted``, ``line_breaks``, ``whitespace``, ``placeholder``, ``truncated``,
    ``no_dots`` (opaque, or no token at all), ``damaged``. A masked value has no shape: an empty text."""
    bare = value.strip()
    if not bare:
        return "empty"
    if _MASKED.fullmatch(bare):
        return ""
    if re.match(r"bearer\s", bare, re.IGNORECASE):
        return "bearer_prefix"
    if bare[0] in "\"'":
        return "quoted"
    if "\n" in bare or "\r" in bare:
        return "line_breaks"
    if value != bare or " " in bare:
        return "whitespace"
    if _PLACEHOLDER.fullmatch(bare):
        return "placeholder"
    parts = bare.split(".")
    if len(parts) == 1:
        return "truncated" if bare.startswith("eyJ") else "no_dots"
    if len(parts) != 3 or not all(_PART.fullmatch(part) for part in parts):
        return "truncated" if len(parts) == 2 or not parts[-1] else "damaged"
    return "jwt"
