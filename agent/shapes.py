"""The shapes of secrets and of names of people: one table, read by ``redact``.

Every pattern has triggers, literals without which it cannot match, so that clean text costs a few substring searches. Sources of the
shapes: JSON Web Tokens (RFC 7515, RFC 7519), Entra's client secrets (3 characters, a digit, ``Q~``, 31 to 34 characters), the field
names of OAuth 2.0, the parameters of PowerShell, the prefixes that code hosts publish for their tokens.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

_B64 = r"[A-Za-z0-9_\-]"
#: A JSON Web Token, whole or cut off; it starts where a word starts (also after a percent- or JSON-escaped quote), so that a text
#: made of ``eyJ`` is looked at once and not from every letter.
JWT = (
    r"(?:(?<![A-Za-z0-9_\-])|(?<=%22)|(?<=%20)|(?<=%3D)|(?<=u0022))"
    rf"eyJ{_B64}{{14,16000}}(?:(?:\.|%(?:25)?2E){_B64}{{0,16000}}){{0,4}}"
)
FIELD = (
    r"client_secret|clientsecret|secrettext|secret_text|azure_client_secret|arm_client_secret|access_token|accesstoken|"
    r"refresh_token|refreshtoken|id_token|idtoken|client_assertion|device_code|user_code|authorization_code|samlresponse|wresult|"
    r"assertion|passwd|password|pwd|passphrase|certificatepassword|certificate_password|accountkey|sharedaccesskey|"
    r"sharedaccesssignature|secret_?access_?key|code_verifier|one_?time_?password|x-ms-refreshtokencredential|estsauth[a-z]*|"
    r"api[_-]?key|subscription-key|x-functions-key|session_?key"
)
_QUOTED = r"\"(?:[^\"\\\n]|\\.){1,4000}\"|'(?:[^'\n]|''){1,4000}'"
_BARE = r"[^\s\"'&,;<>{}\[\])]{2,4000}"

#: Words after ``password`` that are prose or code, not a password.
_HARMLESS = frozenset(
    "is was has and or the of for not may must null none empty true false string invalid expired incorrect wrong missing "  # noqa: SIM905
    "required grant reset policy policies hash authentication change protected credential credentials flow value parameter "
    "property field cannot could does with from in to system.security.securestring validation sign-in signin".split()
)


class Shape(NamedTuple):
    """A pattern that needs one of ``triggers`` (lower case) in the text; ``mark`` is the replacement or a function of the match."""

    triggers: tuple[str, ...]
    pattern: str
    mark: str | Callable[[re.Match[str]], str]


def _keep_name(found: re.Match[str]) -> str:
    value = found.group("value")
    bare = value.strip("\"'")
    if bare.startswith("<") or bare.lower() in _HARMLESS or value.startswith("$"):
        return found.group(0)
    quote = value[0] if value[0] in "\"'" else ""
    return f"{found.group('name')}{quote}<secret>{quote}"


def _after_name(mark: str) -> Callable[[re.Match[str]], str]:
    return lambda found: found.group("name") + ("<jwt>" if found.group("value") == "<jwt>" else mark)


SECRETS: tuple[Shape, ...] = (
    Shape(
        ("begin ",),
        r"-----BEGIN [A-Z ]*(?:PRIVATE KEY|CERTIFICATE|PKCS7)[A-Z ]*-----.*?(?:-----END [A-Z ]+-----|\Z)",
        "<pem>",
    ),
    Shape(("eyj",), JWT, "<jwt>"),
    Shape(
        ("authorization",),
        r"(?P<name>\b(?:proxy-)?authorization[\"']?\s*[:=]\s*[\"'\[{]?\s*(?:bearer|basic|negotiate|ntlm|pop|digest|sharedkey)?\s*)"
        r"(?P<value>[^\s\"'<>,;\]}]{4,}|<jwt>)",
        _after_name("<secret>"),
    ),
    Shape(
        ("bearer",),
        r"(?P<name>\bbearer\s+)(?P<value>(?=[^\s\"'<>,;]*[0-9_.\-])[^\s\"'<>,;]{12,})",
        _after_name("<secret>"),
    ),
    Shape(("q~", "q%7e"), r"[A-Za-z0-9_\-.~]{3}\dQ(?:~|%7[Ee])[A-Za-z0-9_\-.~%]{31,40}", "<client-secret>"),
    Shape(
        ("set-cookie", "cookie:"),
        r"(?P<name>\b(?:set-)?cookie[\"']?\s*[:=]\s*)(?P<value>[^\r\n]{2,})",
        _after_name("<cookie>"),
    ),
    Shape(
        ("estsauth", "refreshtokencredential"),
        r"(?P<name>\b(?:ESTSAUTH\w*|x-ms-RefreshTokenCredential)\s*[=:]\s*)(?P<value>[^\s;\"']+)",
        _after_name("<cookie>"),
    ),
    Shape(
        (
            "secret",
            "token",
            "passw",
            "pwd",
            "passphrase",
            "assertion",
            "code",
            "key",
            "saml",
            "wresult",
            "accesssignature",
            "estsauth",
        ),
        rf"(?P<name>[\"'$]?\b(?:[A-Za-z][\w.:\-]{{0,60}}[_.:\-])?(?:{FIELD})\b\\?[\"']?\s*(?:[:=]|%3[Dd]|=>|\bis:)\s*)"
        rf"(?P<value>\\\"(?:[^\"\\\n]|\\(?!\")){{1,4000}}\\\"|{_QUOTED}|{_BARE})",
        _keep_name,
    ),
    Shape(
        ("-string", "token", "pass", "secret", "apikey", "pin "),
        r"(?P<name>(?<!\w)-(?:\w{0,40}(?:Password|PassPhrase|Secret(?:Value|Text)?|AccessToken|ApiKey)|Token|String|Pin)(?::|\s+))"
        rf"(?P<value>{_QUOTED}|(?![-$(@<|])[^\s;|)]{{2,4000}})",
        _keep_name,
    ),
    Shape(
        ("convertto-securestring",),
        rf"(?P<name>ConvertTo-SecureString\s+(?:-AsPlainText\s+|-Force\s+)*)(?P<value>{_QUOTED}|(?![-$(@<])\S{{2,4000}})",
        _keep_name,
    ),
    Shape(
        ("pscredential", "networkcredential"),
        rf"(?P<name>(?:PSCredential|NetworkCredential)\]?(?:::new)?\s*\(\s*(?:{_QUOTED}|[^,()]{{1,200}}),\s*)(?P<value>{_QUOTED})",
        _keep_name,
    ),
    Shape(  # elements and serialised properties: <Password>x</Password>, <SS N="Password">x</SS>
        ("password", "secret", "token", "passphrase"),
        # A mark of ours is no element: without an end tag the text behind it is the error, not a value.
        r"(?P<name>(?!<secret>[^<]{0,4000}(?:<(?!/)|\Z))"
        r"<(?:\w{1,40}:)?\w{0,40}(?:password|secret|token|passphrase)\w{0,20}(?:\s[^<>]{0,200})?>"
        r"|\bN=\"[^\"]{0,60}(?:password|secret|token|passphrase)[^\"]{0,40}\">)(?P<value>[^<]{1,4000})",
        _keep_name,
    ),
    Shape(("01000000d08c9ddf",), r"\b01000000d08c9ddf[0-9a-f]{16,}", "<secure-string>"),
    Shape(
        ("://",),
        r"(?P<name>\b[a-z][a-z0-9+.\-]{1,20}://)(?P<value>[^\s/\"'<>]{1,300})@(?=[^\s/@\"'<>])",
        lambda found: found.group("name") + "<login>@",
    ),
    Shape(
        ("sig=", "sig%3d"),
        r"(?P<name>(?<![A-Za-z])sig(?:=|%3[Dd]))(?P<value>[A-Za-z0-9%+/=_\-]{8,})",
        _after_name("<secret>"),
    ),
    Shape(  # an authorization code or a function key; a number is an error code
        ("code=",),
        r"(?P<name>(?:[?&\s\"']|u0026)code=)(?P<value>(?!\d+\b)[A-Za-z0-9._\-~%=/+]{8,})",
        _after_name("<secret>"),
    ),
    Shape(("0.a", "1.a"), rf"(?<![\w.\-])[01]\.A{_B64}{{20,}}(?:\.{_B64}+)*", "<refresh-token>"),
    Shape(
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "akia"),
        r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w\-]{15,}|xox[abprs]-[\w\-]{10,}|AKIA[A-Z0-9]{16})",
        "<access-key>",
    ),
    Shape(("==",), r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==", "<access-key>"),
    Shape(("-",), r"\b(?:\d{6}-){7}\d{6}\b", "<recovery-key>"),
    # What looks chosen as a password (all four kinds of characters in one word) is one, wherever an error quotes it.
    Shape(
        ("!", "#", "^", "~"),
        r"(?<![^\s\"'/\\=(:>])(?=[^\s\"'/\\]{0,63}[!#^~])(?-i:(?=[^\s\"'/\\]{0,63}[a-z])(?=[^\s\"'/\\]{0,63}[A-Z]))"
        r"(?=[^\s\"'/\\]{0,63}\d)[^\s\"'/\\<>(){}\[\],;:=|`@]{8,64}(?=[\s\"'/\\<]|$)",
        "<secret>",
    ),
    Shape(("mii",), r"(?<![A-Za-z0-9+/])MII[A-Za-z0-9+/\r\n]{60,}={0,2}", "<key-or-certificate>"),
    Shape(("\n",), r"(?:(?<=\n)|^)(?:[A-Za-z0-9+/]{64}\r?\n)+[A-Za-z0-9+/]{0,64}={0,2}", "<key-or-certificate>"),
)

PEOPLE: tuple[Shape, ...] = (
    Shape(
        ("/home/", "/users/", "\\users\\"),
        r"(?P<name>(?:/home/|/Users/|[A-Za-z]:\\{1,2}Users\\{1,2}))(?!<|Public\b|Shared\b)(?P<value>[^\s/\\\"'<>:|]+)",
        lambda found: found.group("name") + "<user>",
    ),
    Shape(("s-1-5-21-",), r"\bS-1-5-21-\d+-\d+-\d+-\d+", "<sid>"),
)
