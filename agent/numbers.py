"""Error numbers in every spelling, as one normal form; and the small numbers a text names together with what they count.

A key is ``kind:value``: ``hresult:0x8009030E``, ``ntstatus:0xC000006D``, ``win32:5``, ``winhttp:12029``, ``curl:60``, ``openssl:20``,
``kerberos:37``, ``tls-alert:40``, ``schannel-event:36887``, ``applocker-event:8004``, ``keychain:25300``, ``http:401``,
``aadsts:50034``. Arithmetic and plausible ranges only: whether a number is known is for the catalogue to say. A small number says nothing
by itself (``5``), so texts are read with the words that stand beside it, and a word typed by a person gives all its readings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.patterns import compiled

#: Alerts that RFC 5246, RFC 8446 and their extensions number.
_ALERTS = frozenset(
    {0, 10, 20, 21, 22, 30, *range(40, 52), 60, 70, 71, 80, 86, 90, 100, *range(109, 117), 120, 121},
)
#: kind -> numbers it may have. Win32: the system error codes are numbered 0 to 15999 ([MS-ERREF] 2.2); WinHTTP and WinINet share 12001 to
#: 12190 (winhttp.h, wininet.h); curl: CURLcode (libcurl-errors); OpenSSL: X509_V_ERR_* (x509_vfy.h); Kerberos: RFC 4120 7.5.9, RFC 6113;
#: the Schannel provider's and AppLocker's events by their Windows documentation; AADSTS numbers have five to nine digits.
#: Results of the macOS keychain are negative (SecBase.h, errSec*); their keys leave the sign out.
_RANGES: tuple[tuple[str, frozenset[int] | range], ...] = (
    ("http", range(400, 600)),
    ("winhttp", range(12001, 12191)),
    ("win32", range(1, 16000)),
    ("curl", range(1, 102)),
    ("openssl", range(2, 100)),
    ("kerberos", range(1, 94)),
    ("tls-alert", _ALERTS),
    ("schannel-event", range(36864, 36890)),
    ("applocker-event", range(8000, 8041)),
    ("keychain", range(25240, 25341)),
    ("aadsts", range(16000, 1_000_000_000)),
)
_KINDS = dict(_RANGES)
_WORD = re.compile(
    r"(?:(?P<kind>[A-Za-z][A-Za-z0-9\-]*?)[\s:#=]*)?(?P<value>0x[0-9A-Fa-f]{1,16}|-?\d{1,10})(?:[lLuU]{1,3})?"
)
_HEX = re.compile(r"(?:0x|&h|16#)?([0-9a-f]{1,16})h?(?:ul|l|u)?", re.IGNORECASE)


def hresult(value: int | str) -> str:
    """``0x`` and eight upper-case digits of an HRESULT or NTSTATUS in any spelling, or an empty text.

    Hexadecimal with or without mark (``0x8009030e``, ``8009030E``, ``&H8009030E``, ``0xFFFFFFFF8009030E``), signed (-2146893042) and
    unsigned (2148074254) decimal. A decimal number has to be a failure (top bit set), since any count could stand there.
    """
    if isinstance(value, str):
        word = value.strip()
        if re.fullmatch(r"-?\d{9,10}", word):
            value = int(word)
        else:
            return _from_hex(word)
    number = value & 0xFFFFFFFF if -0x80000000 <= value < 0 else value
    return f"0x{number:08X}" if 0x80000000 <= number <= 0xFFFFFFFF else ""


def _from_hex(word: str) -> str:
    found = _HEX.fullmatch(word)
    digits = found.group(1) if found else ""
    marked = word[:2].lower() in ("0x", "&h") or word[:3] == "16#"
    if len(digits) == 16 and digits[:8].lower() == "ffffffff":
        digits = digits[8:]
    if len(digits) != 8 or not (marked or digits[0] in "8cCdD"):
        return ""
    return f"0x{int(digits, 16):08X}"


def meanings(code: str) -> tuple[str, ...]:
    """What a normal ``0x…`` code is besides an HRESULT: the status or the system error it wraps ([MS-ERREF] 2.1 and 2.3)."""
    if not re.fullmatch(r"0x[0-9A-Fa-f]{1,8}", code):  # a report may hold anything in its place
        return ()
    number = int(code, 16)
    facility, low = number >> 16, number & 0xFFFF
    if facility == 0x8007:  # FACILITY_WIN32
        return (*((f"winhttp:{low}",) if low in _KINDS["winhttp"] else ()), f"win32:{low}")
    if facility == 0x8019:  # FACILITY_HTTP
        return (f"http:{low}",) if low in _KINDS["http"] else ()
    if 0xC0000000 <= number < 0xC1000000:
        return (f"ntstatus:0x{number:08X}",)
    if 0xD0000000 <= number < 0xD1000000:  # HRESULT_FROM_NT sets one bit
        return (f"ntstatus:0x{number & ~0x10000000:08X}",)
    return ()


def readings(word: str) -> tuple[str, ...]:
    """All plausible readings of a number a person typed, with or without the name of its kind; most specific kinds first."""
    word = word.strip().strip("()[]'\",.;")
    if code := hresult(word):
        return (*(m for m in meanings(code) if m.startswith("ntstatus")), f"hresult:{code}", *_not_nt(meanings(code)))
    found = _WORD.fullmatch(word)
    if found is None:
        return ()
    value = found.group("value")
    number = int(value, 16) if value[:2] == "0x" else int(value)
    kind = (found.group("kind") or "").lower().replace("osstatus", "keychain")
    if -number in _KINDS["keychain"] and kind in ("", "keychain"):
        return (f"keychain:{-number}",)
    if kind:
        kind = next((k for k in ("hresult", "ntstatus", *_KINDS) if kind in (k, k.partition("-")[0])), "")
        code = hresult(value) or (hresult(number) if number >= 0x80000000 else "")
        if code and kind in ("hresult", "ntstatus"):
            return (f"{kind}:{code}", *_not_nt(meanings(code)))
        return (f"{kind}:{number}",) if kind and number in _KINDS.get(kind, ()) else ()
    named = [f"{k}:{number}" for k, numbers in _RANGES if number in numbers]
    return tuple(named)


def _not_nt(keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(key for key in keys if not key.startswith("ntstatus"))


_NUMBER = r"(0x[0-9a-f]{1,8}|\d{1,5})(?![\w.]*\w)"
_SMALL = r"(0x[0-9a-f]{1,2}|\d{1,2})\b"
_HTTP_RANGE = r"(?<![\w.])(0x0{0,4}2[ef][0-9a-f]{2}|12\d{3})"
_END = r"(?![\w.]*\w)"
_NEAR = r"[\s:=#(\[]{1,4}"
_WEB = ("winhttp", "wininet", "error_internet")
_ID = r"\b(?:event\s?id|eventid|event|id)\b[^\w\n]{1,20}(80[0-4]\d)\b"

#: (kind, literals one of which must occur, pattern): the places where programs print these numbers. Formats: curl and libcurl's bindings
#: ("curl: (60)", "cURL error 60"); OpenSSL's verify callback and s_client, nginx ("verify error:num=20", "Verify return code: 20 (",
#: "error 20 at 0 depth lookup", "verify error: (20:"); SSL alerts ("alert number 40"); Schannel's event texts ("fatal alert code is 40");
#: MIT, Java and Windows Kerberos ("KRB_AP_ERR_SKEW(37)", "Clock skew too great (37)", "Failure Code: 0x18"); net.exe ("System error 5 has
#: occurred"), sc.exe ("FAILED 5:"), Python ("[WinError 5]"), .NET ("Win32Exception (5)", "NativeErrorCode : 5").
_PLACES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("curl", ("curl",), rf"curl\w*(?:\.error)?{_NEAR}{_NUMBER}"),
    ("curl", ("curl",), rf"curl\w*\s(?:\w+\s){{0,3}}?(?:error|errno|code|status)\s?(?:code|number)?{_NEAR}{_NUMBER}"),
    ("winhttp", _WEB, rf"(?:winhttp|wininet|error_internet)(?:[^\n\d]|0(?=x)){{0,60}}?{_HTTP_RANGE}{_END}"),
    ("winhttp", _WEB, rf"{_HTTP_RANGE}[^\n\w]{{1,4}}(?:error_)?(?:winhttp|wininet|internet)"),
    ("winhttp", ("error",), rf"\berror(?:\s?code)?{_NEAR}{_HTTP_RANGE}{_END}"),
    ("openssl", ("verif",), r"verify error:\s?num\s?=\s?(\d{1,3})\b"),
    ("openssl", ("verif",), r"verify return code:\s?(\d{1,3})\b"),
    ("openssl", ("verif",), r"verif\w{0,7} error:?\s?\(?(\d{1,3}):"),
    ("openssl", ("depth lookup",), r"error (\d{1,3}) at \d{1,2} depth lookup"),
    ("openssl", ("openssl",), r"openssl[^\n]{0,120}?\(error:?\s(\d{1,3})\)"),
    ("kerberos", ("krb_", "kdc_err", "krb5"), rf"\b(?:krb\w*_|kdc_)\w+{_NEAR}(?:error\s)?{_SMALL}"),
    ("kerberos", ("krb_", "kdc_err"), r"\b(0x[0-9a-f]{1,2}|\d{1,2})[^\n\w]{1,4}(?:krb_|kdc_err)"),
    ("kerberos", ("kerberos", "kdc"), rf"\b(?:kerberos|kdc)\s(?:\w+\s)?(?:error|code)(?:\scode)?{_NEAR}{_SMALL}"),
    (
        "kerberos",
        ("krbexception", "mechanism level"),
        r"(?:krbexception|mechanism level): [^\n()]{0,80}\((\d{1,2})\)",
    ),
    ("kerberos", ("kerberos",), r"\b(?:failure|result|error) code:\s{0,8}(0x[0-9a-f]{1,2})\b"),
    ("tls-alert", ("alert",), r"\balert number (\d{1,3})\b"),
    ("tls-alert", ("alert",), r"\b(?:ssl|tls)[\w.]{0,6} (?:fatal )?alert(?: code| number)?[:\s(]{1,3}(\d{1,3})\b"),
    ("tls-alert", ("fatal",), r"\bfatal (?:alert|error) (?:code|number)(?: is)?[:\s]{1,3}(\d{1,3})\b"),
    ("schannel-event", ("schannel",), r"schannel[\s\S]{0,200}?\b(368\d\d)\b"),
    ("schannel-event", ("schannel",), r"\b(368\d\d)\b(?=[\s\S]{0,400}?schannel)"),
    ("applocker-event", ("applocker",), rf"applocker[\s\S]{{0,200}}?{_ID}"),
    ("applocker-event", ("applocker",), rf"{_ID}(?=[\s\S]{{0,400}}?applocker)"),
    ("keychain", ("keychain",), r"keychain[\s\S]{0,200}?(?<![\w.])-(25[23]\d\d)\b"),
    ("keychain", ("osstatus", "result code"), r"\b(?:osstatus|result code)(?: error)?[\s:=(]{1,3}-(25[23]\d\d)\b"),
    ("win32", ("win32",), rf"\bwin32(?:\s?(?:error|exception|code))*{_NEAR}{_NUMBER}"),
    (
        "win32",
        ("winerror", "nativeerrorcode", "getlasterror"),
        rf"(?:winerror|nativeerrorcode|getlasterror(?:\(\))?){_NEAR}{_NUMBER}",
    ),
    ("win32", ("system error",), r"\bsystem error (\d{1,5}) has occurred"),
    ("win32", ("[sc]",), r"\[sc\] [^\n]{0,60}\bfailed (\d{1,5}):"),
    ("win32", ("windows",), rf"\bwindows (?:system )?error(?: code)?{_NEAR}{_NUMBER}"),
    # Sockets number their errors from 10000 on Windows; elsewhere the same place holds the system's errno.
    ("win32", ("socketexception", "os error"), r"(?:socketexception |os error )\(?(1[01]\d{3})\b"),
    # "error code 1326" is also what databases say; it is Windows' number where Windows is spoken of.
    ("windows", ("error code",), rf"\berror code{_NEAR}{_NUMBER}"),
)
_WINDOWS = (
    *("windows", "win32", "active directory", "netlogon", "domain controller", "hresult", "net use", "c:\\"),
    "powershell",
)
#: Signed and unsigned decimals whose first hexadecimal digit is 8 or C, the failures of COM, SSPI and the kernel.
_DECIMAL = re.compile(r"(?<![\w.+\-])(-?\d{9,10})(?![\w%]|[.,]\d)")


def hresults_in(text: str) -> Iterator[str]:
    """Failures written as decimal numbers, in normal form."""
    for found in _DECIMAL.finditer(text):
        code = hresult(found.group(1))
        if code and code[2] in "8C":
            yield code


#: Events that tell of success: a handshake that completed, a policy that was applied, a program that was allowed to run;
#: where the text itself says so, nothing failed.
_SUCCESSES = frozenset({"schannel-event:36880", *(f"applocker-event:{n}" for n in (8001, 8002, 8005, 8020, 8023))})


def numbers_in(text: str) -> tuple[str, ...]:
    """Keys of the numbers that the text names together with their kind, in the order of the table."""
    low = text.lower()
    keys: dict[str, None] = {}
    for kind, literals, pattern in _PLACES:
        if not any(literal in low for literal in literals):
            continue
        if kind == "windows":
            if not any(word in low for word in _WINDOWS):
                continue
            kind = "win32"
        for value in compiled(pattern).findall(low):
            number = int(value, 16) if value.startswith("0x") else int(value)
            if number in _KINDS[kind]:
                keys.setdefault(f"{kind}:{number}")
    return tuple(key for key in keys if key not in _SUCCESSES or "successfully" not in low)


def triggers(kind: str) -> tuple[str, ...]:
    """Literals in lower case, one of which every text holds that ``numbers_in`` reads a number of this kind from."""
    kinds = (kind, "windows") if kind == "win32" else (kind,)
    return tuple(dict.fromkeys(literal for name, literals, _ in _PLACES if name in kinds for literal in literals))
