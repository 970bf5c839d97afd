"""What a person means: an entry by id, code, number in any spelling, symbolic name or text; a cause; a class; or words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from agent.catalogue.load import Catalogue

#: Signals that find an entry by one exact value, in the order in which a word is tried.
_EXACT = ("codes", "graph_code", "error_id", "symbol")
#: Signals that narrow a name down to special cases of it.
_NARROWING = ("command", "contains", "http_status", "exception")
#: Kind of a number -> how it is called in front of people.
_CALLED = {
    "hresult": "HRESULT",
    "ntstatus": "NTSTATUS",
    "win32": "Windows error",
    "winhttp": "WinHTTP error",
    "curl": "curl error",
    "openssl": "OpenSSL verify error",
    "kerberos": "Kerberos error",
    "tls-alert": "TLS alert",
    "schannel-event": "Schannel event",
    "applocker-event": "AppLocker event",
    "keychain": "Keychain result",
    "http": "HTTP status",
    "aadsts": "AADSTS",
}
#: Words find a page when the first entry has this much of them, and is this much ahead of the second.
_SHARE, _AHEAD = 0.75, 1.15
_LISTED = 8


class Reading(NamedTuple):
    """One meaning of what was asked: how it is called, and its entries, the most fitting first."""

    called: str
    rules: tuple[str, ...]


class Found(NamedTuple):
    """What is meant. ``how``: id, code, alias, cause, class, text, words (one entry leads), several (entries to choose from), or nothing.

    ``readings`` has more than one item when a number means several things. ``read_as`` tells which typed words were read as others.
    """

    how: str = ""
    rules: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()
    named: str = ""
    read_as: Mapping[str, str] = {}


def find(words: str, catalogue: Catalogue) -> Found:
    """What ``words`` mean; ``how`` is empty when the catalogue has nothing like them."""
    wanted = " ".join(words.split())
    if not wanted:
        return Found()
    for name in (wanted.lower(), re.sub(r"[\s:/]+", ".", wanted.lower())):  # ``OneNote:10001`` is ``onenote.10001``
        if name in catalogue.rule_ids:
            return Found("id", (name,))
    return _by_code(wanted, catalogue) or _by_name(wanted, catalogue) or _by_text(words, catalogue) or Found()


def _by_code(wanted: str, catalogue: Catalogue) -> Found | None:
    """Entries of a code, symbolic name or number; of a number all meanings that the catalogue knows."""
    signals = catalogue.index["signals"]
    joined = re.sub(r"^([A-Za-z]+)[\s:#-]+(\d+)$", r"\1\2", wanted)
    for word in dict.fromkeys((wanted, joined)):
        for name in _EXACT:
            if numbers := signals.get(name, {}).get(word.lower()):
                rules = _general_first(_ids(numbers, catalogue), catalogue)
                return _also_named(word, rules, catalogue) if name != "codes" else Found("code", rules)
    if len(wanted) > 40 or not any(c.isdigit() for c in wanted):
        return None
    readings = _readings(wanted, catalogue)
    if not readings:
        numbers = signals["hresult"].get(wanted.lower())
        return Found("code", _ids(numbers, catalogue)) if numbers else None
    rules = tuple(dict.fromkeys(rule for reading in readings for rule in reading.rules))
    return Found("code", rules, readings)


def _also_named(name: str, rules: tuple[str, ...], catalogue: Catalogue) -> Found:
    """Entries of a name, those of a sign-in code that goes by the same one, and of a number what else it counts."""
    others = _ids(catalogue.search.get("aliases", {}).get(name.lower(), ()), catalogue)
    readings = [Reading(f"{name}, the name of a sign-in code", others)] if others else []
    readings += _readings(name, catalogue) if name.isdigit() else ()
    readings = [reading for reading in readings if set(reading.rules) - set(rules)]
    if not readings:
        return Found("code", rules)
    readings.insert(0, Reading(f"{name}, a code of its own", rules))
    return Found("code", tuple(dict.fromkeys(rule for reading in readings for rule in reading.rules)), tuple(readings))


def _readings(wanted: str, catalogue: Catalogue) -> tuple[Reading, ...]:
    called: dict[tuple[str, ...], list[str]] = {}
    for kind, value in _meanings(wanted):
        if rules := _entries(kind, value, catalogue):
            called.setdefault(rules, []).append(_name(kind, value))
    return tuple(Reading(", ".join(names), rules) for rules, names in called.items())


def _meanings(wanted: str) -> list[tuple[str, str]]:
    from agent.numbers import readings

    word = re.sub(r"(?i)^(?:error|code|status|exit code|event(?: id)?)[\s:#=]+(?=\S+$)", "", wanted)
    word = re.sub(r"(?i)^http[/\s]*(?:\d\.\d\s+)?(?=\d{3}$)", "http ", word)
    return [(kind, value) for kind, _, value in (key.partition(":") for key in readings(word))]


def _name(kind: str, value: str) -> str:
    return f"{_CALLED.get(kind, kind)}{'' if kind == 'aadsts' else ' -' if kind == 'keychain' else ' '}{value}"


def called(key: str) -> str:
    """A signal in front of people: ``applocker-event:8004`` as "AppLocker event 8004", codes and names as they are."""
    kind, colon, value = key.partition(":")
    return _name(kind, value) if colon and kind in _CALLED else key


def meanings(wanted: str) -> list[str]:
    """What a number can mean, known to the catalogue or not, as people call it."""
    return [_name(kind, value) for kind, value in _meanings(wanted)] if len(wanted) <= 40 else []


def _entries(kind: str, value: str, catalogue: Catalogue) -> tuple[str, ...]:
    signals = catalogue.index["signals"]
    if kind == "http":
        return _ids(catalogue.search["status"].get(value, ()), catalogue) or _titled(value, catalogue)
    if kind == "aadsts":
        known = _ids(signals["codes"].get(f"aadsts{value}", ()), catalogue)
        return known or _recognised(f"AADSTS{value}", catalogue)
    if kind in ("hresult", "ntstatus"):
        return _ids(signals["hresult"].get(value.lower(), ()), catalogue)
    return _ids(signals.get("number", {}).get(f"{kind}:{value}", ()), catalogue)


def _titled(word: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Entries with the word in their titles."""
    from agent.search import search

    hits = search(word, catalogue, _LISTED, forgive=False).hits
    return tuple(hit.rule for hit in hits if word in catalogue.rule(hit.rule)["title"])


def _ids(numbers: Iterable[int], catalogue: Catalogue) -> tuple[str, ...]:
    return tuple(dict.fromkeys(catalogue.rule_ids[number] for number in numbers))


def _general_first(rules: tuple[str, ...], catalogue: Catalogue) -> tuple[str, ...]:
    """Of entries that share a name, full ones and those that ask for least beside it lead."""
    if len(rules) < 2:
        return rules
    return tuple(r["id"] for r in sorted(map(catalogue.rule, rules), key=_demands))


def _demands(rule: Mapping[str, Any]) -> tuple[bool, int, int, float]:
    """Reference entries last; then by what an error must also have, by how many names it goes, and how long its literals are."""
    signals = rule["match"]
    literals = [len(word) for name in ("contains", "any") for word in signals.get(name, ())]
    names = sum(len(signals.get(name, ())) for name in _EXACT)
    narrowing = sum(name in signals for name in _NARROWING)
    return rule["status"] == "reference", narrowing, -names, sum(literals) / max(len(literals), 1)


def _by_name(wanted: str, catalogue: Catalogue) -> Found | None:
    """The end of an id, a cause or a class; all of them stand in answers, so people ask for them."""
    name = wanted.lower().replace(" ", "-")
    if name in catalogue.cause_ids:
        return Found("cause", _ids(catalogue.search["causes"].get(name, ()), catalogue), named=name)
    if ended := tuple(rule for rule in catalogue.rule_ids if rule.partition(".")[2] == name):
        return Found("id", ended)
    if numbers := catalogue.search.get("aliases", {}).get(wanted.lower()):
        return Found("alias", _ids(numbers, catalogue), named=wanted)
    if numbers := catalogue.search["classes"].get(name):
        return Found("class", _ids(numbers, catalogue), named=name)
    return None


def _by_text(words: str, catalogue: Catalogue) -> Found | None:
    """Entries that recognise the text, else those that have its words. A code that no entry has is never read as another."""
    from agent.words import stem

    if rules := _recognised(words, catalogue):
        return Found("text", rules)
    wanted = " ".join(words.split())
    if re.fullmatch(r"[A-Za-z_]\w*(?:\.\w+)+", wanted):  # a type with its name space: only the type tells
        wanted = wanted.rpartition(".")[2]
    if not _is_name(wanted):
        return _by_words(wanted, catalogue)
    if stem(wanted.lower()) not in catalogue.search["words"] or re.fullmatch(r"\d{1,4}", wanted):
        return None  # a code is not another one, and a small number is anything
    found = _by_words(wanted, catalogue)
    return found and found._replace(how="several")  # entries that mention a code are not the page of it


def _recognised(text: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Entries that recognise the text as ``diagnose`` does, the surest first."""
    from agent.fingerprint import fingerprint
    from agent.intake import from_text
    from agent.match import match
    from agent.redact import redact

    report = redact(from_text(text))
    return tuple(found.rule for found in match(fingerprint(report), report.text, catalogue))


def _is_name(wanted: str) -> bool:
    """Whether it is a code, or one name of several words, such as ``FileLoadException``."""
    from agent.words import surfaces

    return " " not in wanted and (any(c.isdigit() for c in wanted) or surfaces(wanted).get(wanted.lower(), False))


def _by_words(wanted: str, catalogue: Catalogue) -> Found | None:
    from agent.search import search

    found = search(wanted, catalogue, _LISTED)
    hits = [hit for hit in found.hits if hit.share >= _SHARE]
    if not hits:
        return None
    leads = len(hits) == 1 or hits[0].score >= _AHEAD * hits[1].score
    return Found("words" if leads else "several", tuple(hit.rule for hit in hits), read_as=found.read_as)


def nearest(words: str, catalogue: Catalogue, limit: int = 3) -> list[Mapping[str, Any]]:
    """For words that mean nothing here: the nearest entries as {rule, title, alike, why}; offers, not claims."""
    from agent.search import search, suggest

    if re.fullmatch(r"\s*\d{1,4}\s*", words):  # near to everything
        return []
    near: list[Mapping[str, Any]] = list(suggest(words, catalogue, limit))
    if near and "why" in near[0] and len(words) < 60:
        return near
    seen = {row["rule"] for row in near}
    hits = [hit for hit in search(words, catalogue, limit * 2).hits if hit.rule not in seen and hit.share >= 0.3]
    near += [{"rule": h.rule, "title": catalogue.rule(h.rule)["title"], "alike": round(h.share * 60)} for h in hits]
    return near[:limit]
