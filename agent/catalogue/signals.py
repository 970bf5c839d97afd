"""Which rules an error can be, by its signals: the part of the index that matching reads."""

from __future__ import annotations

from typing import Any

from agent.fingerprint import squeeze

#: Signals that find a rule by one exact value.
EXACT = ("codes", "error_id", "graph_code", "hresult", "symbol", "number")


def signals_of(rules: list[dict[str, Any]]) -> dict[str, Any]:
    """Which rules (by number) an error can be: exact signals by lower-case value, and literals with all white space gone.

    A rule with literals needs them for its exception types and HTTP status, so it is found by its words; the others by those.
    """
    signals: dict[str, Any] = {name: {} for name in (*EXACT, "exception", "http_status")}
    signals["words"] = []
    for number, rule in enumerate(rules):
        match = rule["match"]
        names: tuple[str, ...] = EXACT
        if "contains" in match or "any" in match:
            needed, options = ([squeeze(w) for w in match.get(name, ())] for name in ("contains", "any"))
            signals["words"].append([number, needed, options])
        else:
            names = (*EXACT, "exception", "http_status")
        for name in names:
            values = match.get(name, ())
            for value in [values] if isinstance(values, str) else values:
                signals[name].setdefault(value.lower(), []).append(number)
    return signals
