"""What a person looks for an entry by: topics to browse, and the words of every entry for the search.

Both become records of the compiled file (ids ``topics`` and ``search``), so a start that only recognises an error reads neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agent.model import NOTHING
from agent.words import COMMON, stem, surfaces

#: How much a word tells by where it stands (1 to 9); the order is the claim.
WEIGHTS = {
    "code": 9,
    "title": 7,
    "search": 5,
    "id": 5,
    "class": 4,
    "message": 4,
    "cause": 3,
    "summary": 3,
    "sample": 2,
    "page": 1,
}
_SEVERITY = {"high": 0, "medium": 1, "low": 2}
#: Kinds of entries, one letter each: among the first of a topic, named by a topic, full, reference.
FIRST, OFTEN, FULL, REFERENCE = "a", "o", "f", "r"
_FIRST = 6


def named(rules: list[dict[str, Any]], aliases: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """The rules, those of an alias's code with ``aliases``: other names of their codes."""
    names: dict[str, list[str]] = {}
    for name, codes in aliases.items():
        for code in codes:
            names.setdefault(code, []).append(name)
    found = []
    for rule in rules:
        own = [name for code in rule["match"].get("codes", ()) for name in names.get(code, ())]
        found.append({**rule, "aliases": own} if own else rule)
    return found


def alias_faults(found: Mapping[str, Any]) -> Iterator[str]:
    """Aliases of codes that no entry has."""
    entries = [value for kind in ("rules", "reference") for value, _, _ in found[kind].values()]
    codes = {code for rule in entries for code in rule.get("match", {}).get("codes", ())}
    for name, given in found["aliases"].items():
        for code in sorted(set(given) - codes):
            yield f"rules/aliases.yaml, line 1: {name}: no entry has the code {code}"


def resolve_topics(topics: Sequence[Mapping[str, Any]], rules: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each topic with all its entries: those it names, then full rules of its products and classes, the severe ones first.

    ``often`` counts those it names; ``reference`` holds the reference entries of the classes that its full entries have.
    """
    full = {rule["id"]: rule for rule in rules if rule["status"] != "reference"}
    homeless = {r for r, rule in full.items() if not any(r in t["entries"] or takes(t, rule) for t in topics)}
    resolved = []
    for topic in topics:
        named = [rule_id for rule_id in topic["entries"] if rule_id in full]
        left = {r for r in homeless if r.partition(".")[0] in topic.get("rest", ())}
        if "*" in topic.get("rest", ()):
            claimed = {product for other in topics for product in other.get("rest", ())}
            left |= {r for r in homeless if r.partition(".")[0] not in claimed}
        rest = [rule for r, rule in full.items() if r not in named and (r in left or takes(topic, rule))]
        rest.sort(key=lambda rule: (_SEVERITY.get(rule["severity"], 1), rule["id"]))
        entries = [*named, *(rule["id"] for rule in rest)]
        classes = {full[rule_id]["class"] for rule_id in entries}
        resolved.append(
            {
                **{name: topic[name] for name in ("id", "title", "description")},
                "entries": entries,
                "often": len(named),
                "reference": [r["id"] for r in rules if r["status"] == "reference" and r["class"] in classes],
            }
        )
    return resolved


def takes(topic: Mapping[str, Any], rule: Mapping[str, Any], rest: bool = False) -> bool:
    """Whether the topic takes the rule in by its product or class, without naming it; with ``rest`` also as what is left."""
    product = str(rule.get("id", "")).partition(".")[0]
    products = (*topic.get("products", ()), *(topic.get("rest", ()) if rest else ()))
    return product in products or "*" in products or rule.get("class") in topic.get("classes", ())


def topic_faults(found: Mapping[str, Any]) -> Iterator[str]:
    """Entries that do not exist or stand twice, and full rules that no topic takes in; each with file and line."""
    rules = {rule_id: value for rule_id, (value, _, _) in found["rules"].items() if value.get("status") != "retired"}
    taken: set[str] = set()
    for topic, shown, node in found["topics"].values():
        entries = topic.get("entries", [])
        lines = [item.line for item in node.value["entries"].value] if entries else []
        for at, (entry, line) in enumerate(zip(entries, lines, strict=True)):
            if entry not in rules:
                yield f"{shown}, line {line}: entries: rule {entry!r} does not exist"
            if entry in entries[:at]:
                yield f"{shown}, line {line}: entries: {entry!r} is there twice"
        taken.update(entries, (rule_id for rule_id, rule in rules.items() if takes(topic, rule, rest=True)))
    for rule_id in sorted(set(rules) - taken) if found["topics"] else ():
        _, shown, node = found["rules"][rule_id]
        yield f"{shown}, line {node.line}: id: no topic of rules/topics.yaml takes it in, by name, product or class"


def records(
    rules: list[dict[str, Any]],
    causes: list[dict[str, Any]],
    topics: list[dict[str, Any]],
    tests: Mapping[str, Any] = NOTHING,
) -> list[dict[str, Any]]:
    """The two records, in the order they are written. ``tests`` (as read) have texts that rules match: more words to find by."""
    samples = {rule_id: _sample(test) for rule_id, (test, _, _) in tests.items()}
    search = search_record(rules, {cause["id"]: cause for cause in causes}, topics, samples)
    return [{"id": "topics", "topics": topics}, search]


def _sample(value: Any) -> str:
    """All texts a rule must match as one, whether given as text or in the form of a report."""
    if isinstance(value, str):
        return value
    parts = value.get("match", value.values()) if isinstance(value, dict) else value
    return "\n".join(_sample(part) for part in parts)


def search_record(
    rules: list[dict[str, Any]],
    causes: Mapping[str, Mapping[str, Any]],
    topics: list[dict[str, Any]],
    samples: Mapping[str, str] = NOTHING,
) -> dict[str, Any]:
    """The words of all entries, as ``word -> "surface|number:weight ..."``, and who has which cause, class and HTTP status."""
    kind_of = {rule["id"]: REFERENCE if rule["status"] == "reference" else FULL for rule in rules}
    kind_of.update((rule_id, OFTEN) for topic in topics for rule_id in topic["entries"][: topic["often"]])
    kind_of.update((rule_id, FIRST) for topic in topics for rule_id in topic["entries"][: min(topic["often"], _FIRST)])
    postings: dict[str, dict[int, int]] = {}
    written: dict[str, Counter[str]] = {}
    tables: dict[str, dict[str, list[int]]] = {"causes": {}, "classes": {}, "status": {}, "aliases": {}}
    for number, rule in enumerate(rules):
        for place, text in (*_texts(rule, causes), ("sample", samples.get(rule["id"], ""))):
            for word in surfaces(text):
                if word in COMMON or len(word) < 2 or (place == "sample" and not word.isalpha()):
                    continue
                root = stem(word)
                heard = postings.setdefault(root, {})
                heard[number] = max(heard.get(number, 0), WEIGHTS[place])
                written.setdefault(root, Counter())[word] += 1
        for cause in rule["causes"]:
            tables["causes"].setdefault(cause, []).append(number)
        for name in rule.get("aliases", ()):
            tables["aliases"].setdefault(name.lower(), []).append(number)
        tables["classes"].setdefault(rule["class"], []).append(number)
        if status := rule["match"].get("http_status"):
            tables["status"].setdefault(status, []).append(number)
    for status, numbers in tables["status"].items():
        numbers.sort(key=lambda number: _about_status(rules[number], status))
    kinds = "".join(kind_of[rule["id"]] for rule in rules)
    words = {root: _posting(root, written[root], heard) for root, heard in sorted(postings.items())}
    return {"id": "search", "kinds": kinds, **tables, "words": words}


def _posting(root: str, written: Counter[str], heard: Mapping[int, int]) -> str:
    surface = written.most_common(1)[0][0]
    return (
        ("" if surface == root else surface) + "|" + " ".join(f"{number}:{weight}" for number, weight in heard.items())
    )


def _about_status(rule: Mapping[str, Any], status: str) -> tuple[bool, bool, int, str]:
    """The rule that speaks of the number itself leads, then those with fewer conditions beside it."""
    signals = rule["match"]
    words = " ".join((*signals.get("contains", ()), *signals.get("any", ())))
    return rule["status"] == "reference", status not in words, len(signals), rule["id"]


def _texts(rule: Mapping[str, Any], causes: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    signals = rule["match"]
    for name in ("codes", "graph_code", "error_id", "hresult", "symbol", "number", "exception", "command"):
        yield "code", " ".join(signals.get(name, ()))
    yield "code", " ".join(rule.get("aliases", ()))
    yield "title", rule["title"]
    yield "id", rule["id"].replace(".", " ").replace("-", " ")
    yield "class", rule["class"].replace("-", " ")
    yield "summary", rule["summary"]
    yield "message", " ".join((*signals.get("contains", ()), *signals.get("any", ())))
    for cause in rule["causes"]:
        yield "cause", causes.get(cause, {}).get("title", cause.replace("-", " "))
    if page := rule.get("page"):
        yield "search", " ".join(page["searches"])
        yield "message", " ".join(page["message"])
        for part in ("meaning", "why"):
            yield "page", page[part]
        for part in ("products", "variations"):
            yield "page", " ".join(page[part])
        yield "page", " ".join(item["q"] for item in page["faq"])
