"""Lists of entries in the terminal: topics, finds, the meanings of a number, the entries of a class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agent.catalogue.load import Catalogue
from agent.find import Reading
from agent.render.style import Style

#: Below this width an id stands on a line of its own.
BESIDE = 72


def rows(pairs: Iterable[tuple[str, str]], style: Style, margin: str = "  ") -> list[str]:
    """(name, text) in two columns, or one under the other where the terminal is narrow."""
    pairs = list(pairs)
    names = max((len(name) for name, _ in pairs), default=0)
    column = min(names, style.width // 2 - len(margin))
    lines: list[str] = []
    for name, text in pairs:
        if style.width < BESIDE or len(name) > column:
            lines += [style.safe(f"{margin}{name}"), *style.wrap(text, margin + "    ")]
        else:
            lines += style.wrap(text, margin + " " * (column + 3), f"{margin}{name:<{column}}   ")
    return lines


def _bold(text: str, style: Style) -> list[str]:
    return [style.paint(line, "bold") for line in style.wrap(text)]


def entries(ids: Sequence[str], catalogue: Catalogue, style: Style, margin: str = "  ") -> list[str]:
    """Entries with what is typed to read them (the code, else the id) and their titles."""
    return rows(((handle(catalogue.rule(i)), catalogue.rule(i)["title"]) for i in ids), style, margin)


def handle(rule: Mapping[str, Any]) -> str:
    """What a person types to read an entry: the code it is named after, or its id."""
    slug = rule["id"].partition(".")[2]
    return next((code for code in rule["match"].get("codes", ()) if code.lower() == slug), str(rule["id"]))


def brief(rule: Mapping[str, Any]) -> dict[str, Any]:
    """An entry in a list of a JSON answer."""
    return {
        **{name: rule[name] for name in ("id", "title", "class", "severity", "status", "summary")},
        "codes": rule["match"].get("codes", []),
    }


def readings(word: str, found: Sequence[Reading], catalogue: Catalogue, style: Style) -> str:
    """All meanings of a number, each with its entries and their summaries."""
    lines = _bold(f"{word} has {len(found)} meanings", style)
    for reading in found:
        lines += ["", *_bold(reading.called, style)]
        for rule_id in reading.rules[:5]:
            rule = catalogue.rule(rule_id)
            lines += [*style.wrap(rule["title"], "    ", "  "), *style.wrap(rule["summary"], "    ")]
            lines += [style.paint(style.safe(f"    agent explain {rule_id}"), "dim")]
        if len(reading.rules) > 5:
            lines += style.wrap(f"and {len(reading.rules) - 5} more: {', '.join(reading.rules[5:12])}", "    ", "  ")
    return "\n".join(lines) + "\n"


def several(asked: str, ids: Sequence[str], read_as: Mapping[str, str], catalogue: Catalogue, style: Style) -> str:
    """Entries that fit what was asked about equally, for the person to choose from."""
    lines = [*_bold(f"Entries that mention {asked}", style), *heard(read_as, style), ""]
    lines += entries(ids, catalogue, style)
    lines += ["", *(style.paint(line, "dim") for line in style.wrap("Read one: agent explain NAME"))]
    return "\n".join(lines) + "\n"


def heard(read_as: Mapping[str, str], style: Style) -> list[str]:
    """Which typed words were read as others."""
    if not read_as:
        return []
    words = ", ".join(f"{typed!r} as {known!r}" for typed, known in read_as.items())
    return [style.paint(line, "dim") for line in style.wrap(f"Read {words}")]


def of_class(name: str, ids: Sequence[str], catalogue: Catalogue, style: Style) -> str:
    """A class of errors: what it means and its entries, full ones first."""
    lines = [*_bold(name, style), *style.wrap(catalogue.classes.get(name, ""))]
    full = [i for i in ids if catalogue.rule(i)["status"] != "reference"]
    known = [i for i in ids if i not in full]
    lines += ["", style.paint("Entries", "bold"), *entries(full, catalogue, style)] if full else []
    lines += ["", style.paint("Reference entries", "bold"), *entries(known, catalogue, style)] if known else []
    return "\n".join(lines) + "\n"


def topics(catalogue: Catalogue, style: Style) -> str:
    """All topics that have entries."""
    found = [topic for topic in catalogue.topics if topic["entries"]]
    pairs = [(t["id"], f"{t['title']} ({len(t['entries'])}). {t['description']}") for t in found]
    return "\n".join([*rows(pairs, style, ""), "", style.paint("agent browse TOPIC lists its entries", "dim")]) + "\n"


def topic(record: Mapping[str, Any], catalogue: Catalogue, style: Style, everything: bool) -> str:
    """A topic's entries, those met most often first; reference entries only when asked for."""
    lines = [*_bold(record["title"], style), *style.wrap(record["description"]), ""]
    lines += entries(record["entries"], catalogue, style)
    known = record["reference"]
    if known and everything:
        lines += ["", style.paint("Reference entries", "bold"), *entries(known, catalogue, style)]
    last = "agent explain NAME shows one"
    if known and not everything:
        last += f"; --all also lists {len(known)} reference entr{'y' if len(known) == 1 else 'ies'}"
    lines += ["", *(style.paint(line, "dim") for line in style.wrap(last))]
    return "\n".join(lines) + "\n"
