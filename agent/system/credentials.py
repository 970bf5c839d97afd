"""Secrets and tokens of this account in the environment and in files: their shape and their times, never themselves."""

from __future__ import annotations

import base64
import binascii
import json
import os
from pathlib import Path
from typing import Any

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.secretshape import secret_shape, token_shape
from agent.system.base import TokenFile

#: Claims that say for whom and how long; the subject can be a person's or a repository's name and stays in the file.
CLAIMS = ("aud", "exp", "iss", "nbf")
#: A token is some KiB.
LIMIT_BYTES = 65_536


def variable_shape(name: str, kind: str = "secret") -> str:
    """The shape of what the variable holds."""
    value = os.environ.get(name)
    if value is None:
        return "absent"
    return token_shape(value) if kind == "token" else secret_shape(value)


def token_file(path: str) -> TokenFile:
    """What the file holds. Libraries read the whole file as the token, so white space at its end is no fault of it."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(LIMIT_BYTES)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return TokenFile(path, "missing")
    except PermissionError:
        return TokenFile(path, "folder" if os.path.isdir(path) else "denied")
    except IsADirectoryError:
        return TokenFile(path, "folder")
    except OSError as fault:
        raise CannotObserve(UnknownReason.UNREACHABLE, f"the file could not be read: {fault.strerror}") from fault
    text = data.decode("utf-8-sig", "replace").strip()
    if not text:
        return TokenFile(path, "empty")
    claims = claims_of(text)
    return TokenFile(path, "token" if claims else "not_jwt", claims)


def claims_of(token: str) -> tuple[tuple[str, str | int | float], ...]:
    """The claims of a JSON Web Token that may be told; nothing for any other text."""
    parts = token.split(".")
    if len(parts) != 3:
        return ()
    try:
        whole: Any = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return ()
    if not isinstance(whole, dict):
        return ()
    return tuple((name, _plain(whole[name])) for name in CLAIMS if name in whole)


def _plain(value: Any) -> str | int | float:
    if isinstance(value, list):
        return " ".join(str(item) for item in value)
    return value if isinstance(value, (str, int, float)) else str(value)
