"""Values of the model and answers of the seam as JSON, and back, exactly: for records of a diagnosis.

A named tuple or data class is an object with its type's name under ``$``; a tuple ``{"$": "tuple", "of": [...]}``; bytes base64. Only
types of ``agent.model`` and ``agent.system.answers`` are read back, so a record from elsewhere can make values and nothing else.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import enum
import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from agent.errors import UsageError

#: A record nested deeper than this was not written by us.
DEEPEST = 40


def encode(value: Any) -> Any:
    """``value`` as JSON has it; ``TypeError`` for a type that no record may hold."""
    if isinstance(value, enum.Enum):
        return {"$": type(value).__name__, "name": value.name}
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$": "float", "text": str(value)}
    if isinstance(value, bytes):
        return {"$": "bytes", "base64": base64.b64encode(value).decode("ascii")}
    if fields := _fields(type(value)):
        return {"$": type(value).__name__, **{name: encode(getattr(value, name)) for name in fields}}
    if isinstance(value, tuple):
        return {"$": "tuple", "of": [encode(item) for item in value]}
    if isinstance(value, list):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return {"$": "map", "of": [[encode(key), encode(item)] for key, item in value.items()]}
    raise TypeError(f"a record cannot hold a {type(value).__name__}")


def decode(value: Any, where: str = "record") -> Any:
    """The value that ``encode`` was given. Anything else raises ``UsageError`` with the place."""
    return _decode(value, where, 0)


def _decode(value: Any, where: str, depth: int) -> Any:
    if depth > DEEPEST:
        raise UsageError(f"{where}: nested too deeply")
    if isinstance(value, list):
        return [_decode(item, f"{where}[{i}]", depth + 1) for i, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    kind = value.get("$")
    if isinstance(kind, str) and kind in _PLAIN:
        return _PLAIN[kind](value, where, depth)
    known = _types().get(kind) if isinstance(kind, str) else None
    if known is None:
        raise UsageError(f"{where}: unknown type {kind!r}")
    if issubclass(known, enum.Enum):
        if value.get("name") not in known.__members__:
            raise UsageError(f"{where}: {kind} has no {value.get('name')!r}")
        return known[value["name"]]
    given = {name: item for name, item in value.items() if name != "$"}
    if strange := sorted(set(given) - set(_fields(known))):
        raise UsageError(f"{where}: {kind} has no {strange[0]!r}")
    try:
        return known(**{name: _decode(item, f"{where}.{name}", depth + 1) for name, item in given.items()})
    except TypeError as fault:
        raise UsageError(f"{where}: {kind}: a field is missing") from fault


def _tuple(value: Mapping[str, Any], where: str, depth: int) -> tuple[Any, ...]:
    return tuple(_decode(item, f"{where}[{i}]", depth + 1) for i, item in enumerate(_list(value, where)))


def _map(value: Mapping[str, Any], where: str, depth: int) -> dict[Any, Any]:
    pairs = [_decode(item, where, depth + 1) for item in _list(value, where)]
    try:
        return dict(pairs)
    except (TypeError, ValueError) as fault:
        raise UsageError(f"{where}: not a list of pairs") from fault


def _bytes(value: Mapping[str, Any], where: str, depth: int) -> bytes:
    try:
        return base64.b64decode(value["base64"], validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error) as fault:
        raise UsageError(f"{where}: not base64") from fault


def _float(value: Mapping[str, Any], where: str, depth: int) -> float:
    try:
        return float(value["text"])
    except (KeyError, TypeError, ValueError) as fault:
        raise UsageError(f"{where}: not a number") from fault


_PLAIN = {"tuple": _tuple, "map": _map, "bytes": _bytes, "float": _float}


def _list(value: Mapping[str, Any], where: str) -> list[Any]:
    items = value.get("of")
    if not isinstance(items, list):
        raise UsageError(f"{where}: expected a list")
    return items


def _fields(kind: type) -> tuple[str, ...]:
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return tuple(kind._fields)
    return tuple(f.name for f in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else ()


@cache
def _types() -> dict[str, type]:
    from agent import model
    from agent.system import answers

    return {
        name: kind
        for module in (model, answers)
        for name, kind in vars(module).items()
        if isinstance(kind, type)
        and kind.__module__ == module.__name__
        and (_fields(kind) or issubclass(kind, enum.Enum))
    }
