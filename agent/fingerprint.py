"""The comparable form of a report: codes, exception types, error id, HTTP status, and a text that wrapping cannot change."""

from __future__ import annotations

import hashlib
import re

from agent.model import ErrorReport, Fingerprint
from agent.numbers import hresults_in, meanings, numbers_in
from agent.patterns import Pattern

_CODE = Pattern(("aadsts", "idx", "s2s"), r"\b(AADSTS)(\d{4,9})(?!\d)|\b(IDX|S2S)(\d{4,6})(?!\d)", re.IGNORECASE)
_BROKEN_CODE = Pattern("aadsts", r"(AADSTS\d{2,})[ \t]*\n[ \t|]*(\d+)(?=[:.'\" \n,)])")
_ERROR_CODES = Pattern("error_codes", r"error_codes\\?\"\s*:\s*\[\s*([\d,\s]+)\]")
_TYPE = Pattern(
    ("exception", "error"), r"\b(?:[A-Za-z_][\w`]*\.)+([A-Z]\w*(?:Exception|Error))\b|\b([A-Z]\w+Exception)\b"
)
_STATUS = (
    Pattern("status:", r"\bStatus:\s*(\d{3})\b"),
    Pattern("http/", r"\bHTTP/\d(?:\.\d)?\s+(\d{3})\b"),
    Pattern("indicate success:", r"status code does not indicate success:\s*(\d{3})", re.IGNORECASE),
    Pattern("(", r"\((\d{3})\)\s+[A-Z][a-z]"),  # The remote server returned an error: (401) Unauthorized.
    Pattern(
        ("status", "returned an error"),
        r"\b(?:status[ _]?code|statusCode|http status|returned an error|status)\b[\"']?\s*[:=]?\s*[\"']?\(?(\d{3})\b",
        re.IGNORECASE,
    ),
    Pattern("(", r"\b(\d{3})\s*\((?:[A-Z][A-Za-z]+ ?)+\)"),
)
_STATUS_NAMES = {
    "badrequest": 400,
    "unauthorized": 401,
    "paymentrequired": 402,
    "forbidden": 403,
    "notfound": 404,
    "methodnotallowed": 405,
    "proxyauthenticationrequired": 407,
    "conflict": 409,
    "gone": 410,
    "preconditionfailed": 412,
    "toomanyrequests": 429,
    "internalservererror": 500,
    "badgateway": 502,
    "serviceunavailable": 503,
    "gatewaytimeout": 504,
}
_STATUS_NAME = Pattern("indicate success:", r"status code does not indicate success:\s*([A-Za-z]+)", re.IGNORECASE)
_GRAPH_CODES = (
    Pattern("code", r"\"code\\?\"\s*:\s*\\?\"([A-Za-z][\w.\-]{2,80})\\?\""),
    Pattern("errorcode", r"\bErrorCode:\s*([A-Za-z][\w.\-]{2,80})"),
    Pattern("[", r"\[([A-Za-z][\w]*(?:_[A-Za-z]\w*)?)\]\s*:\s"),
    Pattern("_", r"(?:^|\n|\bCode:)\s*([A-Z][A-Za-z]+_[A-Z][A-Za-z]+)\b"),
    Pattern("error", r"\"error\\?\"\s*:\s*\\?\"([a-z_]{4,60})\\?\""),
)
_ERROR_ID = Pattern("fullyqualifiederrorid", r"FullyQualifiedErrorId\s*:\s*([^\n]+)")
_VERBS = "Connect|Get|Set|New|Remove|Invoke|Update|Import|Install|Add|Find|Disconnect|Test|Start|Stop|Select"
_COMMAND = Pattern("-", rf"(?:^|\n|\[)\s*((?:{_VERBS})-[A-Z]\w{{2,60}})\b(?=\s*:|\]|_| -|\n|$)")
_HRESULT = Pattern("0x", r"\b0x[0-9A-Fa-f]{8}\b")
#: Names that headers give to failures: winerror.h, ntstatus.h, winhttp.h, wininet.h, winscard.h, curl.h, x509_vfy.h, krb5.h, RFC 4120,
#: OSStatus of macOS, and the join and sign-in components of Windows.
_SYMBOL = Pattern(
    ("_", "errsec", "wsae"),
    r"(?<![A-Za-z0-9_])(?:[A-Z0-9]{2,12}_[EIW]_[A-Z][A-Z0-9_]{2,}|E_[A-Z]{4,20}|(?:ERROR|STATUS|NTE|RPC_[SX]|CURLE|X509_V_ERR|KRB_AP_ERR|"
    r"KRB_ERR|KRB5\w{0,8}|KDC_ERR|AAD_CLOUDAP_E|DSREG|SCARD|SSL_ERROR|SEC_ERROR|ERR_(?:CERT|SSL|TLS|PROXY))_[A-Z][A-Z0-9_]{2,}|"
    r"WSA(?:E[A-Z]{4,}|[A-Z]+_[A-Z_]+)|errSec[A-Z][A-Za-z]{2,})(?![A-Za-z0-9_])",
    re.IGNORECASE,
)
#: Fields of answers that look like names of failures.
_FIELDS = frozenset(
    {"ERROR_DESCRIPTION", "ERROR_CODES", "ERROR_CODE", "ERROR_URI", "ERROR_MESSAGE", "STATUS_CODE", "ERROR_DETAILS"}
)
_VARIABLE = (
    (Pattern("-", r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE), "<id>"),
    (
        Pattern(
            ":", r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?|\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d(?: [AP]M)?"
        ),
        "<time>",
    ),
    (Pattern("", r"\b[0-9A-F]{40}\b", re.IGNORECASE), "<thumbprint>"),
    (Pattern("://", r"https?://[^\s'\"<>)]+"), "<url>"),
    (Pattern("", r"\b\d+\b"), "<n>"),
)

#: Codes that only say that something in a group failed; when another code stands beside one of these, the other is the cause.
#: (reference-error-codes of the identity platform describe them as general request errors.)
WRAPPERS = frozenset({"AADSTS70002", "AADSTS70000", "AADSTS70001", "AADSTS7000", "AADSTS90000", "AADSTS500000"})


def squeeze(text: str) -> str:
    """Lower case without any white space: the same whether or not a console wrapped the text, even inside a word."""
    return "".join(text.lower().split())


def fold(text: str) -> str:
    """White space folded to single blanks, for patterns."""
    return " ".join(text.split())


def fingerprint(report: ErrorReport) -> Fingerprint:
    """The report's comparable form. Pure; expects a redacted report."""
    text = report.text
    error_id = report.error_id or _first(_ERROR_ID, text)
    types = tuple(
        dict.fromkeys(
            [e.type.rpartition(".")[2].partition("`")[0] for e in report.exceptions if e.type] or _types(text)
        )
    )
    reason = report.category.get("reason", "")
    if reason and reason not in types and reason.endswith(("Exception", "Error")):
        types = (*types, reason)
    codes = _codes(report)
    hresults = _hresults(report)
    template = _template(_root_message(report))
    identity = "|".join([*codes[:1], *types[-1:], error_id.partition(",")[0][:80], report.command, template[:200]])
    return Fingerprint(
        codes=codes,
        exception_types=types,
        error_id=error_id,
        hresults=hresults,
        http_status=report.http_status or _status(text),
        graph_codes=_graph_codes(report, error_id),
        command=report.command or report.category.get("activity", "") or _first(_COMMAND, text),
        text=squeeze("\n".join([text, error_id])),
        template=template,
        hash=hashlib.sha256(identity.encode()).hexdigest()[:12],
        symbols=_symbols(text),
        numbers=tuple(dict.fromkeys([*numbers_in(text), *(m for h in hresults for m in meanings(h))])),
    )


def _codes(report: ErrorReport) -> tuple[str, ...]:
    """Codes, the root cause's first: those of the innermost message that has any, wrappers last."""
    found: list[str] = []
    for text in [*(e.message for e in reversed(report.exceptions)), report.text]:
        text = _BROKEN_CODE.sub(r"\1\2", text) if "AADSTS" in text else text
        here = [(m.group(1) or m.group(3)).upper() + (m.group(2) or m.group(4)) for m in _CODE.finditer(text)]
        for numbers in _ERROR_CODES.findall(text):
            here += [f"AADSTS{n.strip()}" for n in numbers.split(",") if n.strip()]
        found += [code for code in dict.fromkeys(here) if code not in found]
    return tuple(sorted(found, key=lambda code: code in WRAPPERS))


def _types(text: str) -> list[str]:
    return [a or b for a, b in _TYPE.findall(text)]


def _status(text: str) -> int | None:
    for pattern in _STATUS:
        if found := pattern.search(text):
            status = int(found.group(1))
            if 400 <= status < 600:
                return status
    name = _first(_STATUS_NAME, text).lower()
    return _STATUS_NAMES.get(name)


def _graph_codes(report: ErrorReport, error_id: str) -> tuple[str, ...]:
    codes = [code for pattern in _GRAPH_CODES for code in pattern.findall(report.text)]
    head = error_id.partition(",")[0]
    if head and re.fullmatch(r"[A-Za-z]\w{2,80}", head):
        codes.append(head)
    return tuple(dict.fromkeys(codes))


def _hresults(report: ErrorReport) -> tuple[str, ...]:
    told = [e.hresult for e in report.exceptions if e.hresult]
    seen = ["0x" + h[2:].upper() for h in _HRESULT.findall(report.text)] if "0x" in report.text else []
    return tuple(dict.fromkeys(["0x" + h[2:].upper() for h in told] + seen + list(hresults_in(report.text))))


def _symbols(text: str) -> tuple[str, ...]:
    found = dict.fromkeys(name.upper() for name in _SYMBOL.findall(text))
    return tuple(name for name in found if name not in _FIELDS)


def _root_message(report: ErrorReport) -> str:
    for info in reversed(report.exceptions):
        if info.message.strip():
            return info.message
    return report.text[:2000]


def _template(text: str) -> str:
    text = fold(text)[:600]
    for pattern, mark in _VARIABLE:
        text = pattern.sub(mark, text)
    return text[:300]


def _first(pattern: Pattern, text: str) -> str:
    found = pattern.search(text)
    return found.group(1).strip() if found else ""
