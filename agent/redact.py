"""Secrets become typed marks; what diagnoses is kept, and the claims of a token are lifted before the token is dropped.

The rest of the program never sees the raw text. What secrets look like stands in ``shapes``.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from agent.model import ErrorReport, ExceptionInfo, Value
from agent.secretshape import secret_shape, token_shape
from agent.shapes import FIELD, JWT, PEOPLE, SECRETS, Shape

#: Claims that say what a token is for; everything else in a token is nobody's business.
CLAIMS = ("aud", "iss", "iat", "nbf", "exp", "tid", "appid", "azp", "scp", "roles", "wids", "ver", "idtyp", "xms_cc")

_UPN = re.compile(r"(?<![\w.+\-@/])[\w.+\-]+(?:#EXT#)?@(?=[\w\-]+(?:\.[\w\-]+)+)[\w.\-]+\w", re.UNICODE)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


def redact_text(text: str, shapes: tuple[Shape, ...] = SECRETS) -> str:
    """``text`` with every secret of a known shape replaced by a mark such as ``<jwt>`` or ``<secret>``.

    A secret that a console cut into lines is found in the text as it was before it was cut.
    """
    if shapes is SECRETS and "\n" in text:
        text = _redact_across_lines(text)
    low = text.lower()
    for shape in shapes:
        if any(trigger in low for trigger in shape.triggers):
            text = _compiled(shape.pattern).sub(shape.mark, text)
    return text


#: A line break inside a word, as a console makes it: letters of secrets on both sides, indent and PowerShell's margin mark between.
#: A code of the sign-in service begins a word, so a line that starts with one was not cut.
_CUT = re.compile(
    r"(?<=[A-Za-z0-9_\-.~+/=%$!#^&@*?])[ \t]*\r?\n[ \t]*(?:[|+][ \t]*)?(?!AADSTS\d)(?=[A-Za-z0-9_\-.~+/=%$!#^&@*?'\"])"
)
#: Consoles are at least this wide; a shorter line ended by itself.
_NARROWEST = 30


def _redact_across_lines(text: str) -> str:
    """``text`` without the secrets that run over the end of a line."""
    pieces: list[str] = []
    starts: list[tuple[int, int]] = []  # where a line begins in the joined text, and where it begins here
    end = length = 0
    for cut in _CUT.finditer(text):
        if cut.start() - (text.rfind("\n", 0, cut.start()) + 1) >= _NARROWEST:
            pieces.append(text[end : cut.start()])
            length += len(pieces[-1])
            end = cut.end()
            starts.append((length, end))
    if not pieces:
        return text
    joined = "".join([*pieces, text[end:]])
    spans = sorted({span for span in _secret_spans(joined) if any(span[0] < at < span[1] for at, _ in starts)})
    for first, last in reversed(_merged(spans)):
        text = text[: _original(first, starts)] + "<secret>" + text[_original(last, starts, True) :]
    return text


def _secret_spans(text: str) -> Iterator[tuple[int, int]]:
    low = text.lower()
    for shape in SECRETS:
        if any(trigger in low for trigger in shape.triggers):
            for found in _compiled(shape.pattern).finditer(text):
                marked = shape.mark(found) if callable(shape.mark) else shape.mark
                if marked != found.group(0):
                    yield found.span("value") if "value" in found.re.groupindex else found.span()


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for first, last in spans:
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(last, out[-1][1]))
        else:
            out.append((first, last))
    return out


def _original(at: int, starts: list[tuple[int, int]], is_end: bool = False) -> int:
    """The place in the cut text of a place in the joined one; an end at a cut stays before it."""
    joined_start, original_start = 0, 0
    for joined, original in starts:
        if joined > at or (is_end and joined == at):
            break
        joined_start, original_start = joined, original
    return original_start + at - joined_start


class Pseudonyms:
    """One name per account within a report: ``<user-1>``, the same for the same account."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def hide(self, text: str) -> str:
        """``text`` with account names, user folders and personal SIDs replaced."""
        if "@" in text:
            text = _UPN.sub(
                lambda m: self._names.setdefault(m.group(0).lower(), f"<user-{len(self._names) + 1}>"), text
            )
        return redact_text(text, PEOPLE)


def redact(report: ErrorReport) -> ErrorReport:
    """The report without secrets and without names of people; the first token's claims are in ``claims``.

    Codes, ids, hosts, times, thumbprints, file names and versions stay: they diagnose. Idempotent.
    """
    names = Pseudonyms()
    claims = {k: v for k, v in report.claims.items() if k in CLAIMS}

    def clean(text: str) -> str:
        return names.hide(redact_text(text)) if text else text

    def cleaned(table: Mapping[str, str]) -> dict[str, str]:
        return {clean(k): _clean_value(k, v, clean) for k, v in table.items()}

    raw = "\n".join([report.text, report.error_id, *report.parameters.values(), *report.http_headers.values()])
    if not claims and "eyJ" in raw:
        claims = lift_claims(raw)
    return replace(
        report,
        text=clean(report.text),
        exceptions=tuple(ExceptionInfo(clean(e.type), clean(e.message), e.hresult) for e in report.exceptions),
        error_id=clean(report.error_id),
        category=cleaned(report.category),
        command=clean(report.command),
        module=clean(report.module),
        parameters=cleaned(report.parameters),
        position=cleaned(report.position),
        http_headers=cleaned(report.http_headers),
        host=cleaned(report.host),
        claims={k: clean(v) if isinstance(v, str) else v for k, v in claims.items()},
        context=_seen(report) | cleaned(report.context),
        notes=tuple(clean(note) for note in report.notes),
    )


#: Names under which a client secret or a token is given, and how a text shows a client secret.
_SECRET_GIVEN = _compiled(r"-?(?:azure_|arm_)?(?:client_?)?secret(?:_?(?:text|value))?")
_TOKEN_GIVEN = _compiled(r"-?access_?token|-?bearer(?:_?token)?")
_SECRET_SHOWN = _compiled(
    r"\b(?:client_?secret|-(?:client)?secret(?:text|value)?)\b\"?(?:\s*[:=]\s*|\s+)(?:'(?P<one>[^'\n]{1,200})'|\"(?P<two>[^\"\n]{1,200})\""
    r"|(?P<bare>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b)"
)


def _seen(report: ErrorReport) -> dict[str, str]:
    """What checks may know of values that are dropped: shapes of secrets, and the domain of the account."""
    seen: dict[str, str] = {}
    for name, value in report.parameters.items():
        if _SECRET_GIVEN.fullmatch(name):
            seen.setdefault("secret_shape", secret_shape(value))
        elif _TOKEN_GIVEN.fullmatch(name):
            seen.setdefault("token_shape", token_shape(value))
    if "secret" in report.text.lower() and (found := _SECRET_SHOWN.search(report.text)):
        seen.setdefault("secret_shape", secret_shape(next(group for group in found.groups() if group)))
    for text in (*report.parameters.values(), report.text):
        # a guest's name ends in the tenant that invited, not in the guest's own
        if "@" in text and (account := _UPN.search(text)) and "#EXT#" not in account.group(0):
            seen.setdefault("user_domain", account.group(0).rpartition("@")[2].lower())
    return {name: word for name, word in seen.items() if word}


_SECRET_NAMES = _compiled(rf"{FIELD}|secret|token|credential|key")


def _clean_value(name: str, value: str, clean: Callable[[str], str]) -> str:
    """A table's value under a name that says secret is dropped whole, whatever it looks like."""
    if value and _SECRET_NAMES.fullmatch(name):
        return "<secret>"
    return clean(value)


def lift_claims(text: str) -> dict[str, Value]:
    """The allowed claims of the first readable JSON Web Token in ``text``; empty when there is none."""
    for candidate in (text, _CUT.sub("", text)):
        for found in _compiled(JWT).finditer(candidate):
            parts = re.split(r"\.|%(?:25)?2e", found.group(0), flags=re.IGNORECASE)
            payload = _decode_part(parts[1]) if len(parts) > 1 else {}
            if "aud" in payload or "exp" in payload:
                return {k: _claim(payload[k]) for k in CLAIMS if k in payload}
    return {}


def claims_of(text: str) -> dict[str, Value]:
    """The claims in a token or in a JSON object of claims that a person gave; empty when ``text`` is neither."""
    if text.lstrip().startswith("{"):
        try:
            given = json.loads(text)
        except ValueError:
            return {}
        return {k: _claim(v) for k, v in given.items() if k in CLAIMS}
    return lift_claims(text)


def _decode_part(part: str) -> dict[str, Any]:
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _claim(value: Any) -> Value:
    if isinstance(value, list):
        return tuple(str(item) for item in value)
    return value if isinstance(value, str | int | float) else str(value)


def scrub(value: Any) -> Any:
    """Any JSON-like value with the secrets in its texts replaced: the second pass, when something leaves."""
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {key: scrub(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [scrub(item) for item in value]
    return value
