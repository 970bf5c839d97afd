"""The shape of catalogue files, and the one validator for it: strict keys, typed values, faults with file and line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from agent.catalogue.yamltext import Node

#: Validates a node and returns the plain value; faults go to ``report(line, message)``.
Report = Callable[[int, str], None]
Kind = Callable[[Node, str, Report], Any]


class Field(NamedTuple):
    """A key of a record."""

    kind: Kind
    required: bool = False


def text(node: Node, where: str, report: Report) -> Any:
    """A non-empty text."""
    if not isinstance(node.value, str):
        report(node.line, f"{where}: expected a text")
        return ""
    if not node.value.strip():
        report(node.line, f"{where}: is empty")
    return node.value.strip("\n")


def one_of(words: Iterable[str]) -> Kind:
    """A text out of a closed list."""
    known = tuple(words)

    def kind(node: Node, where: str, report: Report) -> Any:
        value = text(node, where, report)
        if isinstance(value, str) and value not in known:
            report(
                node.line, f"{where}: {value!r} is not known{_did_you_mean(value, known)}; one of {', '.join(known)}"
            )
        return value

    return kind


def matching(pattern: str, what: str) -> Kind:
    """A text that matches ``pattern`` as a whole."""
    regex = re.compile(pattern)

    def kind(node: Node, where: str, report: Report) -> Any:
        value = text(node, where, report)
        if not regex.fullmatch(value):
            report(node.line, f"{where}: {value!r} is not {what}")
        return value

    return kind


def list_of(item: Kind, least: int = 1) -> Kind:
    """A list with at least ``least`` items."""

    def kind(node: Node, where: str, report: Report) -> Any:
        if not isinstance(node.value, list):
            report(node.line, f"{where}: expected a list")
            return []
        if len(node.value) < least:
            report(node.line, f"{where}: needs at least {least} item{'s' if least > 1 else ''}")
        return [item(child, f"{where}[{i}]", report) for i, child in enumerate(node.value)]

    return kind


def map_of(key: Kind, value: Kind, least: int = 1) -> Kind:
    """A mapping from names to values of one kind."""

    def kind(node: Node, where: str, report: Report) -> Any:
        if not isinstance(node.value, dict):
            report(node.line, f"{where}: expected a mapping")
            return {}
        if len(node.value) < least:
            report(node.line, f"{where}: needs at least {least} entry")
        out = {}
        for name, child in node.value.items():
            key(Node(name, child.line), f"{where}: key {name!r}", report)
            out[name] = value(child, f"{where}.{name}", report)
        return out

    return kind


def record(fields: Mapping[str, Field], ordered: bool = False) -> Kind:
    """A mapping with exactly these keys; ``ordered`` demands them in this order."""

    def kind(node: Node, where: str, report: Report) -> Any:
        if not isinstance(node.value, dict):
            report(node.line, f"{where or 'file'}: expected a mapping")
            return {}
        prefix = f"{where}." if where else ""
        for name, child in node.value.items():
            if name not in fields:
                report(child.line, f"unknown key {prefix + name!r}{_did_you_mean(name, fields)}")
        for name, field in fields.items():
            if field.required and name not in node.value:
                report(node.line, f"missing key {prefix + name!r}")
        if ordered:
            _check_order([n for n in node.value if n in fields], list(fields), node, prefix, report)
        return {n: fields[n].kind(c, prefix + n, report) for n, c in node.value.items() if n in fields}

    return kind


def _check_order(present: list[str], order: list[str], node: Node, prefix: str, report: Report) -> None:
    wanted = [name for name in order if name in present]
    for name, expected in zip(present, wanted, strict=True):
        if name != expected:
            report(
                node.value[name].line, f"key {prefix + name!r} stands out of order; expected {prefix + expected!r} here"
            )
            return


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    import difflib  # when a word is wrong, and only then

    near = difflib.get_close_matches(word, list(known), 1, 0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _any_text(node: Node, where: str, report: Report) -> Any:
    return text(node, where, report) if isinstance(node.value, str) else _nested(node, where, report)


def _nested(node: Node, where: str, report: Report) -> Any:
    if isinstance(node.value, dict):
        return {k: _any_text(v, f"{where}.{k}", report) for k, v in node.value.items()}
    return [_any_text(v, f"{where}[{i}]", report) for i, v in enumerate(node.value)]


ID = matching(r"[a-z0-9]+(\.[a-z0-9]+(-[a-z0-9]+)*)+", "an id like product.some-slug")
CAUSE_ID = matching(r"[a-z0-9]+(-[a-z0-9]+)*", "a cause id in kebab case")
CHECK_ID = matching(r"[a-z]+\.[a-z][a-z0-9_]*", "a check id like area.noun_state")
DATE = matching(r"\d{4}-\d{2}-\d{2}", "a date like 2026-11-25")
TITLE = matching(r"[^\n]*[^.\n]", "a single line without a full stop")
PRIOR = one_of(("common", "plausible", "rare"))
LIKELIHOOD = one_of(("always", "usually", "sometimes", "rarely", "never"))
SYSTEMS = one_of(("windows", "linux", "darwin"))

FIX_STEP = record(
    {"do": Field(text, True), "run": Field(text), "on": Field(SYSTEMS), "risk": Field(text), "undo": Field(text)}
)

PAGE = record(
    {
        "message": Field(list_of(text), True),
        "meaning": Field(text, True),
        "why": Field(text, True),
        "quick_fix": Field(list_of(text), True),
        "admin_fix": Field(list_of(FIX_STEP), True),
        "steps": Field(list_of(text), True),
        "products": Field(list_of(text), True),
        "variations": Field(list_of(text), True),
        "still_broken": Field(list_of(text), True),
        "related": Field(list_of(ID, 0), True),
        "searches": Field(list_of(text), True),
        "faq": Field(list_of(record({"q": Field(text, True), "a": Field(text, True)})), True),
    }
)

SEVERITY = one_of(("low", "medium", "high"))
#: Names with an underscore, and those of Windows sockets and of the macOS keychain, which have none.
SYMBOL = matching(
    r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)+|WSAE[A-Z]+|errSec[A-Z][A-Za-z]+", "a symbolic name like CERT_E_EXPIRED"
)
#: Families of small numbers, as ``agent.numbers`` writes them: alone such a number says nothing.
NUMBER = matching(
    r"(win32|winhttp|curl|openssl|kerberos|tls-alert|schannel-event|applocker-event|keychain):[0-9]+",
    "a number like curl:60",
)

#: Statements that a later date can make wrong: what is said, who said it, when that was looked up, and after how many days again.
DATED = list_of(
    record(
        {
            "says": Field(text, True),
            "source": Field(text, True),
            "checked": Field(DATE, True),
            "recheck_days": Field(matching(r"[1-9][0-9]{0,3}", "a number of days"), True),
        }
    )
)
#: Said by an entry of a user's own folder that takes the place of a built-in one on purpose.
OVERRIDES = one_of(("true",))

MATCH_FIELDS = {
    "codes": Field(list_of(matching(r"[A-Za-z]+[0-9]+", "a code like AADSTS700024"))),
    "error_id": Field(list_of(text)),
    "graph_code": Field(list_of(text)),
    "hresult": Field(list_of(matching(r"0x[0-9A-Fa-f]{8}", "an HRESULT like 0x80090016"))),
    "symbol": Field(list_of(SYMBOL)),
    "number": Field(list_of(NUMBER)),
    "http_status": Field(matching(r"[1-5][0-9]{2}", "an HTTP status")),
    "exception": Field(list_of(matching(r"[A-Za-z][A-Za-z0-9_]*", "a short type name"))),
    "command": Field(list_of(text)),
    "contains": Field(list_of(text)),
    "any": Field(list_of(text)),
    "pattern": Field(text),
}
MATCH = record(MATCH_FIELDS)

RULE = record(
    {
        "id": Field(ID, True),
        "overrides": Field(OVERRIDES),
        "class": Field(CAUSE_ID, True),
        "title": Field(TITLE, True),
        "status": Field(one_of(("draft", "tested", "stable", "retired")), True),
        "severity": Field(SEVERITY, True),
        "summary": Field(text, True),
        "match": Field(MATCH, True),
        "causes": Field(
            map_of(
                CAUSE_ID,
                record({"prior": Field(PRIOR, True), "with": Field(map_of(CHECK_ID, map_of(text, text)))}),
            ),
            True,
        ),
        "page": Field(PAGE, True),
        "wrong_when": Field(text),
        "dated": Field(DATED),
        "references": Field(list_of(text), True),
        "reviewed": Field(DATE, True),
    },
    ordered=True,
)

CAUSE = record(
    {
        "id": Field(CAUSE_ID, True),
        "overrides": Field(OVERRIDES),
        "title": Field(TITLE, True),
        "headline": Field(TITLE),
        "short": Field(TITLE, True),
        "decided_by": Field(one_of(("machine", "directory", "service")), True),
        "explanation": Field(text, True),
        "evidence": Field(
            map_of(
                CHECK_ID,
                record(
                    {
                        "fail": Field(LIKELIHOOD, True),
                        "warn": Field(LIKELIHOOD),
                        "state": Field(text),
                        "otherwise": Field(LIKELIHOOD),
                    }
                ),
                0,
            )
        ),
        "only_when": Field(map_of(matching(r"[a-z][a-z0-9_]*", "a fact name"), text)),
        "likelier_when": Field(map_of(matching(r"[a-z][a-z0-9_]*", "a fact name"), text)),
        "look_up": Field(text),
        "fix": Field(list_of(FIX_STEP), True),
        "verify": Field(CHECK_ID),
        "risk": Field(text),
        "dated": Field(DATED),
        "references": Field(list_of(text)),
        "reviewed": Field(DATE, True),
    },
    ordered=True,
)

RULE_TEST = record(
    {
        "match": Field(list_of(_any_text, 2), True),
        "no_match": Field(list_of(_any_text, 2), True),
        "diagnose": Field(
            list_of(
                record(
                    {
                        "given": Field(
                            map_of(
                                CHECK_ID,
                                matching(
                                    r"(pass|warn|fail|unknown)(:[a-z0-9_]+)?",
                                    "pass, warn, fail, fail:<state> or unknown",
                                ),
                                0,
                            ),
                            True,
                        ),
                        "expect": Field(CAUSE_ID, True),
                    }
                ),
                0,
            )
        ),
    }
)

FACTS = map_of(
    matching(r"[a-z][a-z0-9_]*", "a fact name"), record({"title": Field(text, True), "from": Field(text, True)})
)

CLASSES = map_of(CAUSE_ID, text)

ALIASES = map_of(
    matching(r"[A-Za-z][A-Za-z0-9_]*", "one word"), list_of(matching(r"[A-Za-z]+[0-9]+", "a code like AADSTS700024"))
)

TOPICS = list_of(
    record(
        {
            "id": Field(CAUSE_ID, True),
            "title": Field(TITLE, True),
            "description": Field(text, True),
            "entries": Field(list_of(ID, 0), True),
            "products": Field(list_of(matching(r"[a-z0-9]+", "a folder of rules/errors"))),
            "classes": Field(list_of(CAUSE_ID)),
            "rest": Field(list_of(matching(r"[a-z0-9]+|\*", "a folder of rules/errors, or *"))),
        },
        ordered=True,
    )
)

VERDICT = matching(r"(pass|warn|fail)(:[a-z0-9_]+)?", "pass, warn, fail or fail:<state>")
QUESTIONS = map_of(
    CHECK_ID,
    record(
        {
            "ask": Field(text, True),
            "minutes": Field(matching(r"[1-9][0-9]*", "a number of minutes"), True),
            "run": Field(map_of(SYSTEMS, text), True),
            "answers": Field(list_of(record({"say": Field(text, True), "is": Field(VERDICT, True)}), 2), True),
        },
        ordered=True,
    ),
)
