"""The comparable form of a report: codes, exception types, error id, HTTP status, and a text that wrapping cannot change."""

from __future__ import annotations

import contextlib
import re
from importlib import import_module
from itertools import pairwise
from typing import Any

from agent.model import ErrorReport, Fingerprint
from agent.numbers import hresults_in, meanings, numbers_in
from agent.patterns import Pattern, compiled

_CODE = Pattern(("aadsts", "idx", "s2s"), r"\b(AADSTS)(\d{4,9})(?!\d)|\b(IDX|S2S)(\d{4,6})(?!\d)", re.IGNORECASE)
_BROKEN_CODE = Pattern("aadsts", r"(AADSTS\d{2,})[ \t]*\n[ \t|]*(\d+)(?=[:.'\" \n,)])", re.IGNORECASE)
#: The sign-in service's own page for a code: its answers carry the link beside the text, so it is the error itself.
_ERROR_PAGE = Pattern("/error?code=", r"login\.[\w.]{4,40}/error\?code=(\d{5,9})\b", re.IGNORECASE)
_LINK = Pattern("://", r"https?://[^\s'\"<>)]+")
#: Words before a code that make it another one than the error's: advice, comparison, what a log line lets pass.
_MENTION = (
    r"(?:\b(?:see also|(?:details|information|please|[.;,(]) ?see|related(?: to| codes?)?|similar(?: to)?|unlike|rather than|"
    r"instead of|not|cf|e\.g|such as|like|for example|compared? (?:with|to)|differs? from|documented (?:as|under|for)|formerly|"
    r"previously|ignor\w+|suppress\w+|expected|skipp\w+|mentions?|alert(?:s|ing)? (?:on|for)|search(?:es|ing)? for|"
    r"(?:documentation|article|background|guide|more|notes?) (?:of|for|on|about|to)|(?:if|when) you (?:see|get))|^\s*see|[/#?&=])"
    r"\W{0,3}(?:(?:the|also|an?|code|codes|error|errors|for|of|with|and|or|as)\W{1,3}|AADSTS\d+\W{1,3}){0,6}$"
)
_ERROR_CODES = Pattern("error_codes", r"error_codes\\?\"\s*:\s*\[\s*([\d,\s]+)\]", re.IGNORECASE)
_TYPE = Pattern(
    ("exception", "error"),
    r"\b(?:[A-Za-z_][\w`]*\.)+([A-Z]\w*(?:Exception|Error))\b|\b([A-Z]\w+Exception)\b"
    # In lower or upper case throughout, where names cannot be told from words but by their parts.
    r"|\b(?:[a-z_][\w`]*\.)+([a-z]\w*exception)\b|\b([a-z]{6,60}exception)\b|\b(?:[A-Z_][A-Z0-9_`]*\.)*([A-Z]{4,}EXCEPTION)\b",
)
_STATUS = (
    Pattern("status:", r"\bStatus:\s*(\d{3})\b", re.IGNORECASE),
    Pattern("http/", r"\bHTTP/\d(?:\.\d)?\s+(\d{3})\b", re.IGNORECASE),
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
    Pattern("code", r"\"code\\?\"\s*:\s*\\?\"([A-Za-z][\w.\-]{2,80})\\?\"", re.IGNORECASE),
    Pattern("errorcode", r"\bErrorCode:\s*([A-Za-z][\w.\-]{2,80})", re.IGNORECASE),
    Pattern("suberror", r"\bsuberror\\?\"?\s*[:=]\s*\\?\"?([a-z][a-z_]{3,60})\b", re.IGNORECASE),
    Pattern("[", r"\[([A-Za-z][\w]*(?:_[A-Za-z]\w*)?)\]\s*:\s"),
    Pattern("_", r"(?:^|\n|\bCode:)\s*([A-Z][A-Za-z]+_[A-Z][A-Za-z]+)\b"),
    Pattern("error", r"\"error\\?\"\s*:\s*\\?\"([a-z_]{4,60})\\?\"", re.IGNORECASE),
)
_ERROR_ID = Pattern("fullyqualifiederrorid", r"FullyQualifiedErrorId\s*:\s*([^\n\"{}]+)", re.IGNORECASE)
_VERBS = "Connect|Get|Set|New|Remove|Invoke|Update|Import|Install|Add|Find|Disconnect|Test|Start|Stop|Select"
_COMMAND = Pattern("-", rf"(?:^|\n|\[)\s*((?:{_VERBS})-[A-Z]\w{{2,60}})\b(?=\s*:|\]|_| -|\n|$)")
_HRESULT = Pattern("0x", r"\b0x[0-9A-F]{8}\b", re.IGNORECASE)
#: Names that headers give to failures: winerror.h, ntstatus.h, winhttp.h, wininet.h, winscard.h, curl.h, x509_vfy.h, krb5.h, RFC 4120,
#: OSStatus of macOS, and the join and sign-in components of Windows.
_SYMBOL = Pattern(
    ("_", "errsec", "wsae"),
    r"(?<![A-Za-z0-9_])(?:[A-Z0-9]{2,12}_[EIW]_[A-Z][A-Z0-9_]{2,}|E_[A-Z]{4,20}|(?:ERROR|STATUS|NTE|RPC_[SX]|CURLE|X509_V_ERR|KRB_AP_ERR|"
    r"KRB_ERR|KRB5\w{0,8}|KDC_ERR|AAD_CLOUDAP_E|DSREG|SCARD|SSL_ERROR|SEC_ERROR|ERR_(?:CERT|SSL|TLS|PROXY))_[A-Z][A-Z0-9_]{2,}|"
    r"(?:TLS1|SSL3)_ALERT_[A-Z][A-Z_]{5,}|WSA(?:E[A-Z]{4,}|[A-Z]+_[A-Z_]+)|errSec[A-Z][A-Za-z]{2,})(?![A-Za-z0-9_])",
    re.IGNORECASE,
)
#: What .NET gives every exception of a type (System.HResults), and COM every failure: on an exception it repeats the type's name.
_OF_TYPE_WORDS = (
    "0x80004001 0x80004002 0x80004003 0x80004005 0x8000FFFF 0x80070002 0x80070003 0x80070005 0x80070006 0x8007000B 0x8007000E "
    "0x80070057 0x80070216"
)
_OF_TYPE = frozenset(_OF_TYPE_WORDS.split())
#: Facility of the .NET runtime.
_RUNTIME = "0x8013"
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


#: Signs that word processors, translators and encodings put in the place of others, and what stood there.
_PLAIN = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u2032\u00b4\ufffd"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u300c\u300d\u300e\u300f\uff02"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"), "-"),
    0x2026: "...",
    0xFF1A: ":",
    0xFF08: "(",
    0xFF09: ")",
    0xFF0C: ",",
    0x3002: ".",
    0x3000: " ",
}
#: Widths of consoles at which a line is cut in the middle of a word.
_WIDTHS = frozenset({79, 80, 99, 100, 119, 120, 131, 132, 159, 160})
_LEAST_WIDTH = 30


def plain(text: str) -> str:
    """``text`` with ASCII quotes, hyphens and points where typography has its own."""
    return text if text.isascii() else text.translate(_PLAIN)


def _sha256(data: bytes) -> Any:
    """SHA-256 without loading OpenSSL, where this Python has its own: a start is a twentieth shorter."""
    for module in ("_sha2", "_sha256"):
        with contextlib.suppress(ImportError):
            return import_module(module).sha256(data)
    return import_module("hashlib").sha256(data)


def squeeze(text: str) -> str:
    """Lower case, without white space, with one kind of quote: the same whether or not a console wrapped it or a table doubled quotes."""
    text = "".join(plain(text).lower().split()).replace('"', "'").replace("`", "'").replace("\\'", "'")
    while "''" in text:
        text = text.replace("''", "'")
    return text


def fold(text: str) -> str:
    """White space folded to single blanks and typography to ASCII, for patterns."""
    return " ".join(plain(text).split())


def rejoin(text: str) -> str:
    """``text`` with words put together that a console cut at its width.

    Where a line of full width ends in a word and the next begins with one, nobody can tell a cut from a blank that the wrap replaced; so
    this is read beside the text itself, never in its place.
    """
    lines = text.split("\n")
    if len(lines) < 2:
        return text
    often: dict[int, int] = {}
    for line in lines:
        often[len(line)] = often.get(len(line), 0) + 1
    widths = {max(often), *_WIDTHS, *(length for length, times in often.items() if times > 1)}
    out = [lines[0]]
    for before, line in pairwise(lines):
        cut = (
            len(before) in widths
            and len(before) >= _LEAST_WIDTH
            and _inside(before[-1])
            and line
            and _inside(line[0])
            and not line.upper().startswith("AADSTS")  # a code begins a word, never ends one
        )
        out.append(line if cut else "\n" + line)
    return "".join(out)


def _inside(letter: str) -> bool:
    return letter.isalnum() or letter in "_."


def fingerprint(report: ErrorReport) -> Fingerprint:
    """The report's comparable form. Pure; expects a redacted report."""
    text = plain(report.text)
    whole = rejoin(text)
    error_id = report.error_id or _first(_ERROR_ID, whole)
    types = tuple(
        dict.fromkeys(
            [e.type.rpartition(".")[2].partition("`")[0] for e in report.exceptions if e.type] or _types(text, whole)
        )
    )
    reason = report.category.get("reason", "")
    if reason and reason not in types and reason.endswith(("Exception", "Error")):
        types = (*types, reason)
    codes, mentioned = _codes(report)
    hresults = _hresults(report, whole)
    template = _template(_root_message(report))
    identity = "|".join([*codes[:1], *types[-1:], error_id.partition(",")[0][:80], report.command, template[:200]])
    return Fingerprint(
        codes=codes,
        exception_types=types,
        error_id=error_id,
        hresults=hresults,
        http_status=report.http_status or _status(text) or _status(whole),
        graph_codes=_graph_codes(text, whole, error_id),
        command=report.command or report.category.get("activity", "") or _first(_COMMAND, text),
        text=squeeze("\n".join([text, error_id])),
        template=template,
        hash=_sha256(identity.encode()).hexdigest()[:12],
        symbols=_symbols(text, whole),
        numbers=tuple(dict.fromkeys([*numbers_in(whole), *(m for h in hresults for m in meanings(h))])),
        mentioned=mentioned,
    )


def _codes(report: ErrorReport) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(codes, the root cause's first: those of the innermost message that has any, wrappers last; codes that are only spoken of)."""
    found: dict[str, None] = {}
    mentioned: dict[str, None] = {}
    for text in [*(e.message for e in reversed(report.exceptions)), report.text]:
        low = text.lower().replace("\n", "")
        if not any(word in low for word in ("aadsts", "idx", "s2s", "error_codes", "/error?code=")):
            continue
        text = _BROKEN_CODE.sub(r"\1\2", rejoin(plain(text)))
        links = [link.span() for link in _LINK.finditer(text)]
        for hit in _CODE.finditer(text):
            code = (hit.group(1) or hit.group(3)).upper() + (hit.group(2) or hit.group(4))
            (mentioned if _is_mention(text, hit.start(), links) else found).setdefault(code)
        for numbers in _ERROR_CODES.findall(text):
            found.update(dict.fromkeys(f"AADSTS{n.strip()}" for n in numbers.split(",") if n.strip()))
        found.update(dict.fromkeys(f"AADSTS{n}" for n in _ERROR_PAGE.findall(text)))
    codes = tuple(sorted(found, key=lambda code: code in WRAPPERS))
    return codes, tuple(code for code in mentioned if code not in found)


def _is_mention(text: str, at: int, links: list[tuple[int, int]]) -> bool:
    """Whether the code at ``at`` is spoken of rather than reported: in a link, or after words like "see also"."""
    if any(start < at < end for start, end in links):
        return True
    before = text[max(at - 90, 0) : at]
    sentence = before[max(before.rfind("\n\n"), before.rfind(". ")) + 1 :]
    return compiled(_MENTION, re.IGNORECASE).search(sentence) is not None


def _types(text: str, whole: str) -> list[str]:
    texts = (text,) if text == whole else (whole, text)
    return [next(filter(None, names)) for t in texts for names in _TYPE.findall(t)]


def _status(text: str) -> int | None:
    for pattern in _STATUS:
        if found := pattern.search(text):
            status = int(found.group(1))
            if 400 <= status < 600:
                return status
    name = _first(_STATUS_NAME, text).lower()
    return _STATUS_NAMES.get(name)


def _graph_codes(text: str, whole: str, error_id: str) -> tuple[str, ...]:
    codes = [code for pattern in _GRAPH_CODES for code in pattern.findall(text)]
    if whole != text:
        codes += [code for pattern in _GRAPH_CODES for code in pattern.findall(whole)]
    head = error_id.partition(",")[0]
    if head and re.fullmatch(r"[A-Za-z]\w{2,80}", head):
        codes.append(head)
    return tuple(dict.fromkeys(codes))


def _hresults(report: ErrorReport, whole: str) -> tuple[str, ...]:
    told = ["0x" + e.hresult[2:].upper() for e in report.exceptions if e.hresult]
    seen = ["0x" + h[2:].upper() for h in _HRESULT.findall(whole)]
    telling = [code for code in told if code not in _OF_TYPE and not code.startswith(_RUNTIME)]
    return tuple(dict.fromkeys([*telling, *seen, *hresults_in(whole)]))


def _symbols(text: str, whole: str) -> tuple[str, ...]:
    found = dict.fromkeys(name.upper() for t in dict.fromkeys((text, whole)) for name in _SYMBOL.findall(t))
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
