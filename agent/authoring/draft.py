"""A new rule with its test from an error text: what the text tells is filled in, the rest are placeholders that the linter names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from agent.catalogue.load import Catalogue
from agent.catalogue.ruletest import simulate
from agent.errors import UsageError
from agent.fingerprint import fingerprint, fold, squeeze
from agent.match import match
from agent.model import ErrorReport, Fingerprint, Match
from agent.redact import redact

#: A sample longer than this says the same twice.
SAMPLE, MESSAGE = 1_500, 400
#: Longest literal taken; a longer one breaks with every change of a word.
LITERAL, SHORTEST = 70, 12
_COMMON_IDS = ("RuntimeException", "CommandNotFoundException", "NativeCommandError", "InvalidOperation")
_VARIABLE = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|https?://\S+|<[\w-]+>|'[^']*'|\"[^\"]*\"|\b[0-9A-F]{40}\b|[A-Za-z]:\\\S+|\d+|[\n\r]",
    re.IGNORECASE,
)


class Draft(NamedTuple):
    """Texts of the two files, the rules that recognise the text already, and those whose causes were taken."""

    rule: str
    test: str
    recognised: tuple[Match, ...]
    like: tuple[str, ...]


def draft(rule_id: str, raw: ErrorReport, catalogue: Catalogue, reviewed: str, class_: str = "") -> Draft:
    """The files for ``rule_id`` from the error in ``raw``; secrets and names of people are out of them."""
    report = redact(raw)
    print_ = fingerprint(report)
    matches = match(print_, report.text, catalogue)
    like = _alike(matches, report, catalogue)
    record = _record(rule_id, report, print_, catalogue, like)
    record["class"] = class_ or (catalogue.rule(like[0])["class"] if like else _nearest_class(report, catalogue))
    record["reviewed"] = reviewed
    return Draft(_rule_text(record), _test_text(rule_id, report, record, catalogue, like), matches, like)


def write(folder: Path, rule_id: str, drafted: Draft) -> tuple[Path, Path]:
    """Both files in ``folder``, which is made where needed; a file that is there is never overwritten."""
    product, _, slug = rule_id.partition(".")
    place = folder / "errors" / product
    paths = (place / f"{slug}.yaml", place / f"{slug}.test.yaml")
    for path in paths:
        if path.exists():
            raise UsageError(f"{path} is there already and is not overwritten. Edit it, or choose another id.")
    try:
        place.mkdir(parents=True, exist_ok=True)
        for path, text in zip(paths, (drafted.rule, drafted.test), strict=True):
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except OSError as fault:
        raise UsageError(
            f"{place} cannot be written: {fault.strerror or fault}. Name another folder with --to."
        ) from fault
    return paths


def _alike(matches: Sequence[Match], report: ErrorReport, catalogue: Catalogue) -> tuple[str, ...]:
    """Full rules that recognise the text or have its words, the nearest first."""
    from agent.search import search

    found = [m.rule for m in matches] + [hit.rule for hit in search(fold(report.text)[:400], catalogue, 8).hits]
    full = [rule for rule in dict.fromkeys(found) if catalogue.rule(rule)["status"] != "reference"]
    return tuple(full[:3])


def _nearest_class(report: ErrorReport, catalogue: Catalogue) -> str:
    from rapidfuzz import fuzz, process

    choices = {name: f"{name.replace('-', ' ')} {meaning}" for name, meaning in catalogue.classes.items()}
    best = process.extractOne(fold(report.text)[:300], choices, scorer=fuzz.token_set_ratio)
    return str(best[2]) if best else "unknown"


def _record(
    rule_id: str, report: ErrorReport, fp: Fingerprint, catalogue: Catalogue, like: Sequence[str]
) -> dict[str, Any]:
    message = _message(report)
    near = catalogue.rule(like[0]) if like else {}
    same_product = near if near and like[0].partition(".")[0] == rule_id.partition(".")[0] else {}
    causes = {
        cause: entry["prior"] for rule in like[:1] for cause, entry in list(catalogue.rule(rule)["causes"].items())[:4]
    }
    signals = _signals(report, fp, catalogue)
    searches = [
        *signals.get("codes", ()),
        *signals.get("symbol", ()),
        *(w.lower() for w in signals.get("contains", ())),
    ]
    return {
        "id": rule_id,
        "match": signals,
        "causes": causes or {"todo-name-a-cause": "common"},
        "message": [message],
        "products": same_product.get("page", {}).get("products", ["TODO: the product and its version"]),
        "related": list(like),
        "searches": searches or [fold(report.text)[:60].lower()],
    }


#: Lines that stand around a message and are in every error of their kind.
_FRAME = re.compile(
    r"(?:Status|ErrorCode|Code|Date|Headers?|Timestamp|Trace ID|Correlation ID|Request ?Id|FullyQualifiedErrorId|CategoryInfo|At line"
    r"|At \S+:\d|at [\w.<>`+]+[(\[]|[+|]|Line\b|\d+ \|)",
    re.IGNORECASE,
)
#: The command at the head of PowerShell's view of an error.
_COMMAND = re.compile(r"^[A-Z][A-Za-z]+-[A-Z]\w+\s*:\s*")


def _message(report: ErrorReport) -> str:
    """The innermost message, on one line and without what PowerShell puts around it."""
    inner = next((e.message for e in reversed(report.exceptions) if e.message.strip()), report.text)
    lines = [line.strip() for line in inner.splitlines()]
    kept = [line for line in lines if line and not _FRAME.match(line)] or lines
    return _COMMAND.sub("", fold(" ".join(kept)))[:MESSAGE]


def _signals(report: ErrorReport, fp: Fingerprint, catalogue: Catalogue) -> dict[str, list[str]]:
    """Exact values that no other rule has, and the longest words of the message that do not vary."""
    index = catalogue.index["signals"]
    head = fp.error_id.partition(",")[0]
    exact = {
        "codes": fp.codes[:1],
        "error_id": (head,) if head and head not in _COMMON_IDS else (),
        "graph_code": [code for code in fp.graph_codes[:1] if code != head],
        "hresult": fp.hresults[:1],
        "symbol": fp.symbols[:1],
        "number": fp.numbers[:1],
    }
    free = {name: [v for v in values if v.lower() not in index[name]] for name, values in exact.items()}
    signals: dict[str, list[str]] = {name: list(values) for name, values in free.items() if values}
    signals["contains"] = _literals(_message(report), fp)
    if not signals["contains"]:
        del signals["contains"]
    return signals or {"contains": ["TODO: words of the message that never change"]}


def _literals(message: str, fp: Fingerprint) -> list[str]:
    """Up to two stretches of the message without anything that varies, the longest, in the order of the message."""
    stretches = []
    for stretch in _VARIABLE.split(message):
        for sentence in re.split(r"(?<=[.!?])\s+", stretch):
            words = re.sub(r"\s*\([^)]*$", "", sentence).strip(" .:;,()[]{}|-'\"")
            if len(words) > LITERAL:
                words = words[:LITERAL].rpartition(" ")[0]
            if len(words) >= SHORTEST and " " in words and squeeze(words) in fp.text:
                stretches.append(words)
    longest = sorted(dict.fromkeys(stretches), key=len, reverse=True)[:2]
    return sorted(longest, key=message.find)


def _rule_text(record: Mapping[str, Any]) -> str:
    lines = [
        f"id: {record['id']}",
        f"class: {record['class']}",
        'title: "TODO: what failed, in one line without a full stop"',
        "status: draft",
        "severity: medium",
        'summary: "TODO: what happened, in one or two sentences"',
        "match:",
        *(f"  {name}: {_list(values)}" for name, values in record["match"].items()),
        "causes:",
        *(f"  {cause}: {{prior: {prior}}}" for cause, prior in record["causes"].items()),
        "page:",
        f"  message: {_list(record['message'])}",
        '  meaning: "TODO: what the message means"',
        '  why: "TODO: why it happens"',
        '  quick_fix: ["TODO: what an end user can do"]',
        "  admin_fix:",
        '    - {do: "TODO: what an administrator does", run: "TODO: the command, or leave run out"}',
        '  steps: ["TODO: from the first look to the proof"]',
        f"  products: {_list(record['products'])}",
        '  variations: ["TODO: other wordings, neighbouring codes"]',
        '  still_broken: ["TODO: what to look at when the fix did not help"]',
        f"  related: {_list(record['related'])}",
        f"  searches: {_list(record['searches'])}",
        "  faq:",
        '    - {q: "TODO: a question people ask?", a: "TODO: its answer."}',
        'references: ["TODO: where this is written, or who saw it when"]',
        f'reviewed: "{record["reviewed"]}"',
    ]
    return "\n".join(lines) + "\n"


def _test_text(
    rule_id: str, report: ErrorReport, record: Mapping[str, Any], catalogue: Catalogue, like: Sequence[str]
) -> str:
    sample = report.text[:SAMPLE]
    misses = [m for rule in like for m in catalogue.rule(rule)["page"]["message"][:1] if fold(m) != fold(sample)][:3]
    misses += ["TODO: a text that looks alike and is another error"] * (2 - len(misses))
    lines = ["match:"]
    lines += [f"  - {_text(sample)}", f"  - {_text(_as_a_log_has_it(sample))}", "no_match:"]
    lines += [f"  - {_text(miss)}" for miss in misses]
    if cases := list(_cases(rule_id, record, catalogue)):
        lines += ["diagnose:", *cases]
    return "\n".join(lines) + "\n"


def _as_a_log_has_it(sample: str) -> str:
    """The same error with a time before each line and wrapped at a console's width."""
    import textwrap

    lines = [part for line in sample.splitlines() for part in textwrap.wrap(line, 76) or [""]]
    return "\n".join(f"2026-11-25T02:00:01.000Z {line}" for line in lines)


def _cases(rule_id: str, record: Mapping[str, Any], catalogue: Catalogue) -> Iterator[str]:
    """Verdicts that lead to a cause, as the catalogue's own arithmetic has it; the author keeps those that are true."""
    known = {cause: {"prior": prior} for cause, prior in record["causes"].items() if cause in catalogue.cause_ids}
    if not known:
        return
    catalogue.put("rules", {"id": rule_id, "class": "", "title": "", "match": {}, "causes": known})
    unknown = ""
    for cause in known:
        for check, entry in catalogue.cause(cause).get("evidence", {}).items():
            state = entry.get("state", "").partition("|")[0]
            said = f"fail:{state}" if state else "fail"
            unknown = unknown or check
            if simulate(rule_id, {check: said}, catalogue) == cause:
                yield f'  - {{given: {{{check}: "{said}"}}, expect: {cause}}}'
                break
    if unknown and simulate(rule_id, {unknown: "unknown"}, catalogue) == "undecided":
        yield f'  - {{given: {{{unknown}: "unknown"}}, expect: undecided}}'


def _list(values: Sequence[str]) -> str:
    return "[" + ", ".join(map(_text, values)) + "]"


def _text(value: str) -> str:
    """A double-quoted YAML text; JSON's escapes are YAML's too."""
    return json.dumps(value, ensure_ascii=not value.isprintable() and "\n" not in value)
