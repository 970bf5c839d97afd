"""Facts lifted from a report: the few values that checks and fixes need, under the names of ``rules/facts.yaml``.

Facts keep real paths, because a check must open them; every other text is redacted before it becomes a fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from agent.model import ErrorReport, Value
from agent.patterns import Pattern
from agent.redact import redact_text
from agent.stated import stated
from agent.times import parse_time

GRAPH = "https://graph.microsoft.com"
AUTHORITY = "https://login.microsoftonline.com"

#: report parameter or context name (lower case) -> fact
_NAMED = {
    "tenantid": "tenant",
    "tenant": "tenant",
    "tenant_id": "tenant",
    "organization": "tenant",
    "clientid": "client_id",
    "client_id": "client_id",
    "applicationid": "client_id",
    "appid": "client_id",
    "certificatethumbprint": "thumbprint",
    "certificate_thumbprint": "thumbprint",
    "thumbprint": "thumbprint",
    "certificatesubjectname": "subject",
    "certificatesubject": "subject",
    "certificatename": "subject",
    "certificate_subject": "subject",
    "certificatepath": "certificate_path",
    "certificatefilepath": "certificate_path",
    "scopes": "scopes",
    "authority": "authority",
    "graph": "graph",
    "url": "url",
    "uri": "url",
    "method": "method",
    "auth_type": "auth_type",
}

#: Kinds of sign-in that a cause can depend on, in the words of Get-MgContext.
_AUTH_TYPES = ("Delegated", "AppOnly", "ManagedIdentity")

_GUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_WHEN = r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?|\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d(?: [AP]M)?)"
_TEXT: tuple[tuple[str, Pattern], ...] = (
    ("thumbprint", Pattern("thumbprint", r"thumbprint[^\n]{0,40}?['\"= :]([0-9A-Fa-f]{40})\b", re.IGNORECASE)),
    ("subject", Pattern("subject name", r"subject name '([^'\n]{1,200})'", re.IGNORECASE)),
    (
        "client_id",
        Pattern(
            ("application", "client"),
            rf"(?:application|client)(?: with)?(?: identifier| id)?[^\n\w]{{1,3}}({_GUID})",
            re.IGNORECASE,
        ),
    ),
    ("tenant", Pattern("tenant '", r"Tenant '([^'\s]{1,200})' (?:not found|does not exist)", re.IGNORECASE)),
    ("tenant", Pattern("https://login.", r"https://login\.[a-z.\-]+/([0-9a-zA-Z][\w.\-]{3,80})/")),
    ("service_time", Pattern("current time", rf"Current time:? {_WHEN}", re.IGNORECASE)),
    ("service_time", Pattern("timestamp: ", rf"Timestamp: {_WHEN}", re.IGNORECASE)),
    ("assertion_from", Pattern("assertion valid", rf"assertion valid from {_WHEN}", re.IGNORECASE)),
    ("assertion_until", Pattern("expiry time", rf"expiry time of assertion {_WHEN}", re.IGNORECASE)),
    (
        "correlation_id",
        Pattern(
            ("correlation id", "correlation_id"),
            rf"Correlation ID:? ({_GUID})|correlation_id\\?\"\s*:\s*\\?\"({_GUID})",
            re.IGNORECASE,
        ),
    ),
    (
        "request_id",
        Pattern(("trace id", "request-id"), rf"(?:Trace ID|\brequest-id\"?\s*):? *\"?({_GUID})", re.IGNORECASE),
    ),
    ("retry_after_s", Pattern("retry-after", r"Retry-After\"?\s*:\s*\"?(\d+)", re.IGNORECASE)),
    (
        "missing_command",
        Pattern("is not recognized", r"[Tt]he term ['\u2018\"]([\w\-.\\/:]{2,80})['\u2019\"] is not recognized"),
    ),
    ("module", Pattern("module ", r"module ['\u2018\"]([A-Z][\w.\-]{2,80})['\u2019\"]")),
    ("assembly", Pattern("assembly ", r"(?:file or assembly|from assembly) ['\"]([\w.\-]{3,100})[,'\"]")),
    (
        "certificate_path",
        Pattern(
            (".pfx", ".pem", ".cer", ".crt", ".p12"),
            r"['\"]([^'\"\n]{1,300}\.(?:pfx|pem|cer|crt|p12))['\"]",
            re.IGNORECASE,
        ),
    ),
    ("script", Pattern("cannot be loaded", r"[Ff]ile (\S[^\n]{1,250}?\.ps[dm]?1) cannot be loaded")),
)
#: ``Name or service not known (login.contoso.test:443)`` of .NET, ``host 'x'`` of the cloud libraries, curl's and Python's words
_HOSTS = (
    Pattern("(", r"\(([\w.\-]+\.[\w\-]+|localhost|\[[0-9a-f:]+\]):(\d{1,5})\)"),
    Pattern("host=", r"host=['\"]([\w.\-]+)['\"], port=(\d{1,5})"),
    Pattern(
        ("resolve host", "failed to connect", "could not be resolved"),
        r"(?:[Cc]ould not resolve host:?|[Ff]ailed to connect to|remote name could not be resolved:)"
        r"\s+'?([\w.\-]+\.[\w\-]+)'?(?: port (\d{1,5}))?",
    ),
    # PowerShell remoting names the computer without its port; the empty group stands for "not said"
    Pattern("remote server", r"[Cc]onnecting to remote server[\s|]+([\w.\-]{1,200})()[\s|]+failed with"),
    Pattern(":", r"\b((?:\d{1,3}\.){3}\d{1,3}):(\d{1,5})\b"),
)
_PROXY = Pattern(
    "proxy",
    r"proxy[^\n]{0,60}?['\"( ](https?://[^\s'\")]+)|[Pp]roxy tunnel request to proxy '([^'\s]+)'",
    re.IGNORECASE,
)


def lift(
    report: ErrorReport, claims: Mapping[str, Value], codes: Iterable[str] = (), command: str = ""
) -> dict[str, Value]:
    """The facts of a report. Parameters and context win over words of the text; nothing is guessed.

    ``host`` and ``port`` are those the error names, else the Graph or sign-in host the failing call goes to.
    """
    facts: dict[str, Value] = {}
    for table in (report.parameters, report.context):
        for name, value in table.items():
            fact = _NAMED.get(name.lower())
            if fact and value.strip() and not value.startswith("<"):
                facts.setdefault(fact, value.strip())
    text = report.text
    for fact, pattern in _TEXT:
        if fact not in facts and (found := pattern.search(text)):
            facts[fact] = next(group for group in found.groups() if group)
    facts = stated(text, report.context) | facts
    _headers(report, facts)
    _times(report, facts)
    _session(report, facts)
    if claims:
        facts["token"] = tuple(sorted(claims.items(), key=lambda item: item[0]))
        facts.setdefault("tenant", str(claims.get("tid", "")) or None)
        # What the token says of itself is surer than what the module's context says of the next one.
        app_only = claims.get("idtyp") == "app" or ("roles" in claims and "scp" not in claims)
        if app_only or "scp" in claims:
            facts["auth_type"] = "AppOnly" if app_only else "Delegated"
    if codes := tuple(codes):
        facts["service_codes"] = codes
    if facts.get("auth_type") not in _AUTH_TYPES:
        facts.pop("auth_type", None)  # a token from elsewhere (UserProvidedAccessToken) can be of either kind
    _addresses(report, facts, command or report.command)
    return {k: redact_text(v) if isinstance(v, str) else v for k, v in sorted(facts.items()) if v not in (None, "", ())}


def _headers(report: ErrorReport, facts: dict[str, Value]) -> None:
    for header, fact in (("retry-after", "retry_after_s"), ("request-id", "request_id")):
        if header in report.http_headers:
            facts[fact] = report.http_headers[header]
    if str(facts.get("retry_after_s", "")).replace(".", "", 1).isdigit():
        facts["retry_after_s"] = float(facts["retry_after_s"])
    else:
        facts.pop("retry_after_s", None)


def _times(report: ErrorReport, facts: dict[str, Value]) -> None:
    for fact in ("service_time", "assertion_from", "assertion_until"):
        if isinstance(facts.get(fact), str):
            facts[fact] = parse_time(facts[fact])
    if report.failed_at:
        facts["failed_at"] = report.failed_at


def _session(report: ErrorReport, facts: dict[str, Value]) -> None:
    for name in ("edition", "ps_version", "os"):
        facts.setdefault(name, report.host.get(name))
    facts.setdefault("command", report.command)
    facts.setdefault("module", report.module)
    if report.assemblies:
        facts["assemblies"] = tuple(tuple(a) for a in report.assemblies)
    if report.modules:
        facts["modules"] = tuple((m.name, m.version, m.path) for m in report.modules)
        facts.setdefault("module_version", next((m.version for m in report.modules if m.name == facts["module"]), None))


def _addresses(report: ErrorReport, facts: dict[str, Value], command: str) -> None:
    if found := _PROXY.search(report.text):
        address = urlsplit(found.group(1) or found.group(2))
        facts["proxy"] = f"{address.scheme}://{address.hostname}" + (f":{address.port}" if _port(address) else "")
    if url := facts.get("url"):
        facts["url"] = url = str(url).partition("?")[0]
        if url.startswith("/"):
            facts["url"] = facts.get("graph", GRAPH) + url
    through = str(facts.get("proxy", "")).partition("://")[2]
    for pattern in _HOSTS:
        # The address of the proxy stands in the error too, but it is not where the call was to go.
        if found := next((m for m in pattern.finditer(report.text) if m.group(0).strip("()") != through), None):
            facts["host"], facts["port"] = found.group(1).strip("[]"), int(found.group(2) or 443)
            break
    else:
        address = urlsplit(_destination(report, facts, command))
        facts["host"], facts["port"] = address.hostname, _port(address) or (80 if address.scheme == "http" else 443)
    if "authority" in facts:
        facts["authority"] = str(facts["authority"]).rstrip("/")
    target = urlsplit(str(facts.get("url", "")))
    if target.hostname and (report.http_status or "token" in facts):
        facts["required_audience"] = f"{target.scheme}://{target.netloc}"


def _destination(report: ErrorReport, facts: Mapping[str, Value], command: str) -> str:
    """Where the failing call goes when the error does not say: the request's own address, Graph for a Graph call, else sign-in."""
    if facts.get("url"):
        return str(facts["url"])
    called = command.lower()
    if (report.http_status or "-mg" in called) and not called.startswith("connect-"):
        return str(facts.get("graph", GRAPH))
    return str(facts.get("authority", AUTHORITY))


def _port(address: Any) -> int | None:
    try:
        port: int | None = address.port
    except ValueError:  # a number beyond 65535 in the text
        return None
    return port
