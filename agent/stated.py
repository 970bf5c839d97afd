"""Facts that a service or a library states about the sign-in inside its error: for checks that need nothing but the error.

The wording is that of the sign-in service and of the libraries; a sentence that is not there makes no fact. Times of .NET's spans
(``90.00:00:00``) and plain seconds both become seconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.model import Value
from agent.patterns import Pattern
from agent.times import parse_time

_STAMP = r"'?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?|\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d(?: [AP]M)?)"
_SPAN = r"(\d+\.\d\d:\d\d:\d\d|\d\d:\d\d:\d\d|\d{2,9})"

_WORDS: tuple[tuple[str, Pattern], ...] = (
    ("identity_provider", Pattern("from identity provider", r"from identity provider '([^'\s]{3,200})'", re.IGNORECASE)),
    ("key_used", Pattern("key used by client", r"key used by client: '?([0-9A-Za-z+/_=\-]{20,100})", re.IGNORECASE)),
    ("redirect_uri", Pattern("redirect ur", r"redirect uri '([^'\s]{3,300})'", re.IGNORECASE)),
    ("redirect_uri", Pattern("loopback redirect", r"loopback redirect uri is supported, but (\S{3,300}?) was found", re.IGNORECASE)),
    ("resource", Pattern("resource principal", r"resource principal named ['\"]?(\S{2,300}?)['\"]? was not found", re.IGNORECASE)),
    ("scopes", Pattern("for scope ", r"provided value for scope (\S[^\r\n]{0,300}?) is not valid", re.IGNORECASE)),
    ("scopes", Pattern("the scope ", r"The scope ['\"]?([^\r\n'\"]{1,300}?)['\"]? (?:is not valid|does not exist)", re.IGNORECASE)),
    ("tenant", Pattern("tokens for tenant", r"acquire tokens for tenant ['\"]?([\w.\-]{3,100}\w)", re.IGNORECASE)),
    ("federated_token_file", Pattern("path '", r"path '([^'\n]{1,300}(?:/tokens/|\\tokens\\)[^'\n]{1,200})'", re.IGNORECASE)),
)  # fmt: skip
_TIMES: tuple[tuple[str, Pattern], ...] = (
    ("registered_until", Pattern("found key", rf"Found key '[^'\n]{{0,80}}?End=(?:{_STAMP})", re.IGNORECASE)),
    ("grant_issued", Pattern("issued on", rf"(?:token|grant) was issued on {_STAMP}", re.IGNORECASE)),
    ("valid_from", Pattern("tokensvalidfrom", rf"TokensValidFrom date[^\n]{{0,80}}? is {_STAMP}", re.IGNORECASE)),
)
_SPANS: tuple[tuple[str, Pattern], ...] = (
    ("grant_idle_s", Pattern("was inactive for", rf"was inactive for {_SPAN}", re.IGNORECASE)),
    ("grant_limit_s", Pattern("limited lifetime of", rf"limited lifetime of {_SPAN}", re.IGNORECASE)),
    ("grant_limit_s", Pattern("allowed lifetime", rf"allowed lifetime for this request is {_SPAN}", re.IGNORECASE)),
)
#: A sentence -> the word for what it says, by fact.
_SAID: tuple[tuple[str, str, str], ...] = (
    ("key_reason", "reason - the key was not found", "not_found"),
    ("key_reason", "reason - the key used is expired", "expired"),
    ("key_reason", "reason - the provided signature value did not match", "signature"),
    ("assertion_part", "for presented assertion subject", "subject"),
    ("assertion_part", "for presented assertion issuer", "issuer"),
    ("assertion_part", "for presented assertion audience", "audience"),
    ("token_shape", "there are no dots", "no_dots"),
    ("token_shape", "must have three segments", "truncated"),
    ("token_shape", "jwt is not well formed", "damaged"),
    ("token_shape", "unable to decode the header", "damaged"),
)
#: What an error calls a developer tool; a chain of credentials names several and then tells nothing.
_TOOLS = {
    "azd": ("azure developer cli", "azuredeveloperclicredential"),
    "az": ("azure cli", "azureclicredential", "az login"),
    "pwsh": ("azure powershell", "azurepowershellcredential", "az.accounts", "connect-azaccount"),
}


#: What ``redact`` saw of values that it dropped.
_SEEN = ("user_domain", "secret_shape", "token_shape")


def stated(text: str, context: Mapping[str, str]) -> dict[str, Value]:
    """The facts in ``text``, and those that ``redact`` left in the ``context`` of the report; the first sentence that tells one wins."""
    facts: dict[str, Value] = {name: context[name] for name in _SEEN if context.get(name)}
    for fact, pattern in _WORDS:
        if fact not in facts and (found := pattern.search(text)):
            facts[fact] = found.group(1)
    for fact, pattern in _TIMES:
        if (found := pattern.search(text)) and (moment := parse_time(found.group(1))) is not None:
            facts.setdefault(fact, moment)
    for fact, pattern in _SPANS:
        if found := pattern.search(text):
            facts.setdefault(fact, seconds(found.group(1)))
    low = text.lower()
    for fact, sentence, word in _SAID:
        if sentence in low:
            facts.setdefault(fact, word)
    if len(tools := [tool for tool, names in _TOOLS.items() if any(name in low for name in names)]) == 1:
        facts["developer_tool"] = tools[0]
    return facts


def seconds(span: str) -> float:
    """Seconds of ``90.00:00:00`` (days, hours, minutes, seconds), ``01:00:00`` or ``43200``."""
    days, _, rest = span.rpartition(".")
    parts = [int(part) for part in rest.split(":")]
    if len(parts) == 1:
        return float(parts[0])
    return float(int(days or 0) * 86_400 + parts[0] * 3600 + parts[1] * 60 + parts[2])
