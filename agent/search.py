"""Entries by words, most fitting first; typing errors are forgiven. A find is an offer to read on, never a claim about an error."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from agent.catalogue.load import Catalogue
from agent.words import COMMON, SAME, stem, surfaces

#: A word that is in no entry is compared with all words from this length on; shorter ones are like too many.
FORGIVEN = 4
#: Least likeness (share of letters that stay, OSA) at which a word counts as a slip of another.
ALIKE = 0.72
#: The same for a name of several words: its parts alone are like many.
ALIKE_NAME = 0.87
#: How much the beginning of a word, or another word for it, counts against the word itself.
BEGINNING, ANOTHER_WORD = 0.5, 0.9
#: Factor of an entry by its kind: among the first of a topic, named by a topic, full, reference (``finding``).
KIND = {"a": 1.1, "o": 1.05, "f": 1.0, "r": 0.7}


class Hit(NamedTuple):
    """An entry; ``score`` orders hits of one query, ``share`` (0..1) is how much of the query it has."""

    rule: str
    score: float
    share: float


class Found(NamedTuple):
    """Hits, most fitting first, and the words that were read as others: as typed -> as understood."""

    hits: tuple[Hit, ...]
    read_as: Mapping[str, str]


def search(query: str, catalogue: Catalogue, limit: int = 10, forgive: bool = True) -> Found:
    """Entries that have words of ``query``; ``forgive`` looks for slips where a word is in no entry."""
    kinds: str = catalogue.search["kinds"]
    scores: dict[int, float] = {}
    shares: dict[int, float] = {}
    read_as: dict[str, str] = {}
    total = 0.0
    for word, several in _asked(query).items():
        heard, weight = _heard(word, several, catalogue, forgive, read_as)
        if several and not heard:  # its parts are asked too
            continue
        total += weight
        for number, strength in heard.items():
            scores[number] = scores.get(number, 0.0) + strength * weight
            shares[number] = shares.get(number, 0.0) + weight * min(strength / 3, 1.0)
    ranked = []
    for number, score in scores.items():
        share = shares[number] / total if total else 0.0
        ranked.append((-score * share * share * KIND[kinds[number]], number, share))
    ranked.sort()
    hits = (
        Hit(catalogue.rule_ids[number], round(-score, 2), round(share, 3)) for score, number, share in ranked[:limit]
    )
    return Found(tuple(hits), read_as)


def _asked(query: str) -> dict[str, bool]:
    """The telling words of the query, or all of them when none is telling -> whether it is a name of several words."""
    typed = dict(list(surfaces(query[:2_000]).items())[:80])
    return {word: several for word, several in typed.items() if word not in COMMON and len(word) > 1} or typed


def _heard(
    word: str, several: bool, catalogue: Catalogue, forgive: bool, read_as: dict[str, str]
) -> tuple[dict[int, float], float]:
    """(entry -> strength 0..9, weight of the word: the rarer the heavier)."""
    vocabulary: Mapping[str, str] = catalogue.search["words"]
    entries = len(catalogue.rule_ids)
    heard: dict[int, float] = {}
    understood = _exact(word, vocabulary)
    if not understood and forgive:
        slips = _slips(word, vocabulary, ALIKE_NAME if several else ALIKE)
        if slips is None:
            return {}, 0.0
        understood = slips
        if understood:
            first = understood[0][0]
            read_as[word] = vocabulary[first].partition("|")[0] or first
        elif any(c.isdigit() for c in word):
            return _misread(word, catalogue, read_as), math.log(1 + entries / 2)
    for root, factor in understood:
        for number, strength in _posting(vocabulary[root]):
            heard[number] = max(heard.get(number, 0.0), strength * factor)
    return heard, math.log(1 + entries / (1 + len(heard)))


def _exact(word: str, vocabulary: Mapping[str, str]) -> list[tuple[str, float]]:
    root = stem(word)
    understood = [(root, 1.0)] if root in vocabulary else []
    if word in SAME and (other := stem(SAME[word])) in vocabulary:
        understood.append((other, ANOTHER_WORD))
    if len(root) >= 3:
        factor = BEGINNING if understood else BEGINNING + 0.3
        longer = [known for known in vocabulary if known.startswith(root) and known != root]
        understood += [(known, factor) for known in longer[:40]]
    return understood


def _slips(word: str, vocabulary: Mapping[str, str], least: float) -> list[tuple[str, float]] | None:
    """Words of the catalogue that ``word`` is a slip of, with how alike they are; None for a slip of a word that tells nothing."""
    if len(word) < FORGIVEN or not word.isalpha():  # in numbers and codes a letter is no slip: see agent.slips
        return []
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    roots = [known for known in vocabulary if known.isalpha()]
    written = [vocabulary[known].partition("|")[0] or known for known in roots]
    found: dict[str, float] = {}
    for typed, choices in ((word, written), (stem(word), roots)):
        near = process.extract(typed, choices, scorer=OSA.normalized_similarity, score_cutoff=least, limit=6)
        for _, alike, at in near:
            found[roots[at]] = max(found.get(roots[at], 0.0), alike)
    best = max(found.values(), default=0.0)
    if process.extractOne(word, COMMON, scorer=OSA.normalized_similarity, score_cutoff=max(least, best)):
        return None
    ranked = sorted(found.items(), key=lambda item: -item[1])
    return [(known, alike) for known, alike in ranked[:6] if alike >= best - 0.08]


def _misread(word: str, catalogue: Catalogue, read_as: dict[str, str]) -> dict[int, float]:
    """Entries of codes that are one slip away from ``word``."""
    from agent.slips import near_codes

    near = near_codes(word.upper(), catalogue)
    if near:
        read_as[word] = near[0].code
    numbers = {rule: number for number, rule in enumerate(catalogue.rule_ids)} if near else {}
    return {numbers[rule]: slip.alike / 12 for slip in near for rule in slip.rules}


def _posting(text: str) -> Iterator[tuple[int, int]]:
    for pair in text.partition("|")[2].split():
        number, _, weight = pair.partition(":")
        yield int(number), int(weight)


def suggest(text: str, catalogue: Catalogue, limit: int = 3) -> tuple[dict[str, Any], ...]:
    """The nearest entries for a text that nothing recognises: {rule, title, alike 0..100, why}. Never a claim.

    Codes that are one slip away from a known one lead; then likeness of words.
    """
    from agent.slips import near_codes

    near = [
        {"rule": rule, "title": catalogue.rule(rule)["title"], "alike": slip.alike, "why": slip.why}
        for slip in near_codes(text, catalogue)
        for rule in slip.rules[:1]
    ]
    one_word = len(text.split()) == 1 and any(c.isdigit() for c in text)
    if one_word or (near and len(text) < 60):  # the code is all there is; other words would be like it by chance
        return tuple(near[:limit])
    seen = {row["rule"] for row in near}
    near += [row for row in _alike(text, catalogue, limit) if row["rule"] not in seen]
    return tuple(near[:limit])


def _alike(text: str, catalogue: Catalogue, limit: int) -> list[dict[str, Any]]:
    from rapidfuzz import fuzz, process

    query = " ".join(text.split())[:600].lower()
    found = search(query, catalogue, limit=30, forgive=len(query) < 120)
    choices = {hit.rule: _shape(catalogue.rule(hit.rule)) for hit in found.hits}
    ranked = process.extract(query, choices, scorer=fuzz.token_set_ratio, limit=limit, score_cutoff=35)
    # A few words are like many titles by chance: the shorter the text, the less its likeness says.
    weight = min(len(query) / 40, 1.0)
    return [
        {"rule": rule, "title": catalogue.rule(rule)["title"], "alike": round(score * weight)}
        for _, score, rule in ranked
        if score * weight >= 35
    ]


def _shape(rule: Mapping[str, Any]) -> str:
    """The words an entry is compared by: its title, literals and codes."""
    signals = rule["match"]
    words: Sequence[str] = (
        rule["title"],
        *signals.get("contains", ()),
        *signals.get("any", ())[:3],
        *signals.get("codes", ()),
        *signals.get("symbol", ()),
    )
    return " ".join(words).lower()
