"""Secrets become typed marks; what diagnoses is kept, and the claims of a token are lifted before the token is dropped.

The rest of the program never sees the raw text. Every pattern has a trigger, a literal without which it cannot match, so that
clean text costs a few substring searches. Names and shapes: the sources of the rules are the token formats themselves (RFC 7515,
RFC 7519), Entra's client secrets (3 characters, a digit, ``Q~``, 31 to 34 characters), and the field names of OAuth 2.0.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from agent.model import ErrorReport, ExceptionInfo, Value

#: Claims that say what a token is for; everything else in a token is nobody's business.
CLAIMS = ("aud", "iss", "iat", "nbf", "exp", "tid", "appid", "azp", "scp", "roles", "wids", "ver", "idtyp", "xms_cc")

_B64 = r"[A-Za-z0-9_\-]"
#: A token whose text was wrapped keeps its alphabet, so breaks are allowed inside it, each followed by more of the token.
_JWT = rf"eyJ{_B64}{{6,}}(?:\s{{0,6}}(?:\.|%2[Ee])\s{{0,6}}(?:{_B64}+(?:[ \t]*\r?\n[ \t|]*{_B64}{{12,}})*)?){{1,4}}"
_FIELD = (
    r"client_secret|clientsecret|secrettext|secret_text|azure_client_secret|arm_client_secret|access_token|accesstoken|"
    r"refresh_token|refreshtoken|id_token|idtoken|client_assertion|device_code|user_code|authorization_code|samlresponse|wresult|"
    r"assertion|passwd|password|pwd|passphrase|certificatepassword|certificate_password|accountkey|sharedaccesskey|"
    r"sharedaccesssignature|x-ms-refreshtokencredential|estsauth[a-z]*|api[_-]?key|subscription-key|x-functions-key|session_?key"
)
_QUOTED = r"\"(?:[^\"\\\n]|\\.){1,4000}\"|'(?:[^'\n]|''){1,4000}'"
_BARE = r"[^\s\"'&,;<>{}\[\])]{2,4000}"


class Rule(NamedTuple):
    """A pattern that needs one of ``triggers`` (lower case) in the text; ``mark`` is the replacement or a function of the match."""

    triggers: tuple[str, ...]
    pattern: str
    mark: str | Callable[[re.Match[str]], str]


def _keep_name(found: re.Match[str]) -> str:
    value = found.group("value")
    if value.strip("\"'").startswith("<") or value.lower().strip("\"'") in _HARMLESS or value.startswith("$"):
        return found.group(0)
    quote = value[0] if value[0] in "\"'" else ""
    return f"{found.group('name')}{quote}<secret>{quote}"


#: Words after ``password`` that are prose or code, not a password.
_HARMLESS = frozenset(
    "is was has and or the of for not may must null none empty true false string invalid expired incorrect wrong missing "  # noqa: SIM905
    "required grant reset policy policies hash authentication change protected credential credentials flow value parameter "
    "property field cannot could does with from in to system.security.securestring validation sign-in signin".split()
)

RULES: tuple[Rule, ...] = (
    Rule(
        ("begin ",),
        r"-----BEGIN [A-Z ]*(?:PRIVATE KEY|CERTIFICATE|PKCS7)[A-Z ]*-----.*?(?:-----END [A-Z ]+-----|\Z)",
        "<pem>",
    ),
    Rule(("eyj",), _JWT, "<jwt>"),
    Rule(
        ("authorization", "bearer", "basic "),
        r"(?P<name>\b(?:proxy-)?authorization[\"']?\s*[:=]\s*[\"'\[{]?\s*(?:bearer|basic|negotiate|ntlm|pop|digest|sharedkey)?\s*)(?P<value>[^\s\"'<>,;\]}]{4,}|<jwt>)",
        lambda m: m.group("name") + ("<jwt>" if m.group("value") == "<jwt>" else "<secret>"),
    ),
    Rule(
        ("bearer",),
        r"(?P<name>\bbearer\s+)(?P<value>(?=[^\s\"'<>,;]*[0-9_.\-])[^\s\"'<>,;]{12,})",
        lambda m: m.group("name") + "<secret>",
    ),
    Rule(("q~", "q%7e"), r"[A-Za-z0-9_\-.~]{3}\dQ(?:~|%7[Ee])[A-Za-z0-9_\-.~%]{31,40}", "<client-secret>"),
    Rule(
        ("set-cookie", "cookie:"),
        r"(?P<name>\b(?:set-)?cookie[\"']?\s*[:=]\s*)(?P<value>[^\r\n]{2,})",
        lambda m: m.group("name") + "<cookie>",
    ),
    Rule(
        ("estsauth", "refreshtokencredential"),
        r"(?P<name>\b(?:ESTSAUTH\w*|x-ms-RefreshTokenCredential)\s*[=:]\s*)[^\s;\"']+",
        r"\g<name><cookie>",
    ),
    Rule(
        (
            "secret",
            "token",
            "password",
            "passwd",
            "pwd",
            "passphrase",
            "assertion",
            "device_code",
            "user_code",
            "code",
            "key",
            "saml",
            "wresult",
        ),
        rf"(?P<name>[\"'$]?\b(?:[A-Za-z][\w.:\-]*[_.:\-])?(?:{_FIELD})\b[\"']?\s*(?:[:=]|%3[Dd]|=>|\bis:)\s*)(?P<value>{_QUOTED}|{_BARE})",
        _keep_name,
    ),
    Rule(
        (
            "-password",
            "-clientsecret",
            "-certificatepassword",
            "-accesstoken",
            "-secret",
            "-passphrase",
            "-apikey",
            "-token",
            "-string",
        ),
        rf"(?P<name>(?<![\w])-(?:(?:Certificate)?Password|ClientSecret|AccessToken|Secret(?:Value|Text)?|PassPhrase|ApiKey|Token|String)(?::|\s+))(?P<value>{_QUOTED}|(?![-$(@<|])[^\s;|)]{{2,}})",
        _keep_name,
    ),
    Rule(
        ("convertto-securestring",),
        rf"(?P<name>ConvertTo-SecureString\s+(?:-AsPlainText\s+|-Force\s+)*)(?P<value>{_QUOTED}|(?![-$(@<])\S{{2,}})",
        _keep_name,
    ),
    Rule(
        ("pscredential", "networkcredential"),
        rf"(?P<name>(?:PSCredential|NetworkCredential)\]?(?:::new)?\s*\(\s*(?:{_QUOTED}|[^,()]{{1,200}}),\s*)(?P<value>{_QUOTED})",
        _keep_name,
    ),
    Rule(
        ("://",),
        r"(?P<name>\b[a-z][a-z0-9+.\-]{1,20}://)[^\s/@:\"'<>]{1,256}(?::[^\s/@\"'<>]{0,256})?@(?=[^\s/])",
        r"\g<name><login>@",
    ),
    Rule(("sig=", "sig%3d"), r"(?P<name>\bsig(?:=|%3[Dd]))[A-Za-z0-9%+/=_\-]{8,}", r"\g<name><secret>"),
    Rule(("code=",), r"(?P<name>[?&\s\"']code=)[A-Za-z0-9._\-~%]{20,}", r"\g<name><secret>"),
    Rule(("0.a", "1.a"), rf"(?<![\w.\-])[01]\.A{_B64}{{20,}}(?:\.{_B64}+)*", "<refresh-token>"),
    # What looks chosen as a password (all four kinds of characters in one word) is one, wherever an error quotes it.
    Rule(
        ("!", "#", "^", "~"),
        r"(?<![^\s\"'/\\=(:])(?=[^\s\"'/\\]{0,63}[!#^~])(?-i:(?=[^\s\"'/\\]{0,63}[a-z])(?=[^\s\"'/\\]{0,63}[A-Z]))"
        r"(?=[^\s\"'/\\]{0,63}\d)[^\s\"'/\\<>(){}\[\],;:=|`@]{8,64}(?=[\s\"'/\\]|$)",
        "<secret>",
    ),
    Rule(("mii",), r"\bMII[A-Za-z0-9+/\r\n]{120,}={0,2}", "<key-or-certificate>"),
)

_PII: tuple[Rule, ...] = (
    Rule(
        ("/home/", "/users/", "\\users\\"),
        r"(?P<name>(?:/home/|/Users/|[A-Za-z]:\\{1,2}Users\\{1,2}))(?!<|Public\b|Shared\b)[^\s/\\\"'<>:|]+",
        r"\g<name><user>",
    ),
    Rule(("s-1-5-21-",), r"\bS-1-5-21-\d+-\d+-\d+-\d+", "<sid>"),
)
_UPN = re.compile(r"(?<![\w.+\-@/])[\w.+\-]+(?:#EXT#)?@(?=[\w\-]+(?:\.[\w\-]+)+)[\w.\-]+\w", re.UNICODE)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


def redact_text(text: str, rules: tuple[Rule, ...] = RULES) -> str:
    """``text`` with every secret of a known shape replaced by a mark such as ``<jwt>`` or ``<secret>``."""
    low = text.lower()
    for rule in rules:
        if any(trigger in low for trigger in rule.triggers):
            text = _compiled(rule.pattern).sub(rule.mark, text)
    return text


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
        return redact_text(text, _PII)


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
        context=cleaned(report.context),
        notes=tuple(clean(note) for note in report.notes),
    )


_SECRET_NAMES = _compiled(rf"{_FIELD}|secret|token|credential|key")


def _clean_value(name: str, value: str, clean: Callable[[str], str]) -> str:
    """A table's value under a name that says secret is dropped whole, whatever it looks like."""
    if value and _SECRET_NAMES.fullmatch(name):
        return "<secret>"
    return clean(value)


def lift_claims(text: str) -> dict[str, Value]:
    """The allowed claims of the first readable JSON Web Token in ``text``; empty when there is none."""
    for found in _compiled(_JWT).finditer(text):
        parts = re.split(r"\.|%2e", re.sub(r"[\s|]", "", found.group(0)), flags=re.IGNORECASE)
        if len(parts) < 2:
            continue
        payload = _decode_part(parts[1])
        if payload and ("aud" in payload or "exp" in payload):
            return {k: _claim(payload[k]) for k in CLAIMS if k in payload}
    return {}


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
