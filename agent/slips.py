"""Codes that are one slip away from a known one: misread by OCR, or typed with a digit missing, doubled or swapped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from agent.catalogue.load import Catalogue

#: What a reader of pictures takes a digit for.
LOOKS = str.maketrans("oOQDiIlL|!zZsSbBgGqA", "00001111112255886694")
#: Digits that look alike in a bad picture.
ALIKE = {"0": "8", "8": "036", "3": "8", "6": "58", "5": "6", "1": "7", "7": "1", "9": "4", "4": "9"}
#: ``AADSTS`` as people and scanners spell it up to its T, then the rest; a 5 after it can be the S or the first digit.
_SIGN_IN = re.compile(
    r"(?<![A-Za-z0-9])(?=[A4D0OS5T7]{4})[A4]{1,3}[D0O]{0,2}[S5]{0,2}[T7]([S5]?[\s:#-]{0,2}[0-9OoQDIil|!ZzSsBbGg]{4,11})(?![A-Za-z0-9])"
)
_HEX = re.compile(r"(?<![A-Za-z0-9])[0Oo][xX×]([0-9A-Fa-fOoIilSsZz]{7,9})(?![A-Za-z0-9])")
_NAME = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![A-Za-z0-9])")
#: What is this much less alike than the best is not worth naming.
NEXT = 8
#: Least likeness of two symbolic names.
NAMES_ALIKE = 88


class Slip(NamedTuple):
    """What was read, the known code it may stand for, why in one clause, how alike (0..100), and the entries of that code."""

    read: str
    code: str
    why: str
    alike: int
    rules: tuple[str, ...]


def near_codes(text: str, catalogue: Catalogue, limit: int = 3) -> list[Slip]:
    """Known codes near an unknown one in ``text``, the likeliest slip first. A suggestion: the true code may be new."""
    signals = catalogue.index["signals"]
    found: dict[str, Slip] = {}
    for read, code, alike, why, numbers in (*_sign_in(text, signals), *_hex(text, signals), *_names(text, signals)):
        rules = tuple(catalogue.rule_ids[number] for number in numbers)
        if code not in found or found[code].alike < alike:
            found[code] = Slip(read, code, f"{read} may be {code}: {why}", alike, rules)
    best = max((slip.alike for slip in found.values()), default=0)
    likely = [slip for slip in found.values() if slip.alike >= best - NEXT]
    return sorted(likely, key=lambda slip: -slip.alike)[:limit]


Candidate = tuple[str, str, int, str, list[int]]


def _sign_in(text: str, signals: Mapping[str, Mapping[str, list[int]]]) -> Iterator[Candidate]:
    known = signals["codes"]
    words = [
        (found.group(0), digits) for found in _SIGN_IN.finditer(text[:20_000]) for digits in _tails(found.group(1))
    ]
    if re.fullmatch(r"\s*[0-9OoIlZzSsBb]{5,9}\s*", text):
        words.append((text.strip(), text.strip()))
    for read, digits in words[:8]:
        plain = digits.translate(LOOKS)
        exact = known.get(f"aadsts{plain}")
        if not plain.isdigit() or (exact and read.upper() in (plain, f"AADSTS{plain}")):
            continue
        if exact:
            why = "letters that look like digits" if plain != digits else "the name is misspelt"
            yield read, f"AADSTS{plain}", 97, why, exact
            continue
        for near, alike, why in edits(plain):
            if numbers := known.get(f"aadsts{near}"):
                yield read, f"AADSTS{near}", alike, why, numbers


def _tails(rest: str) -> list[str]:
    """The digits after ``AADST``, whose last S may be missing or read as 5."""
    if rest[0] in "Ss" or not rest[1].isalnum():
        return [rest[1:].lstrip(" :#-")]
    return [rest[1:], rest] if rest[0] == "5" else [rest]


def edits(digits: str) -> Iterator[tuple[str, int, str]]:
    """Numbers one slip away: (number, likeness, what happened to the digits)."""
    for at in range(len(digits)):
        before, after = digits[:at], digits[at + 1 :]
        if at + 1 < len(digits) and digits[at] != digits[at + 1]:
            yield before + digits[at + 1] + digits[at] + digits[at + 2 :], 90, "two digits are swapped"
        doubled = at and digits[at] == digits[at - 1]
        yield before + after, 92 if doubled else 80, "a digit is doubled" if doubled else "a digit is too many"
        for digit in ALIKE.get(digits[at], ""):
            yield before + digit + after, 78, f"a {digits[at]} that looks like a {digit}"
    for at in range(len(digits) + 1):
        for digit in "0123456789":
            again = digit in digits[max(at - 1, 0) : at + 1]
            yield digits[:at] + digit + digits[at:], 91 if again else 82, "a digit is missing"


def _hex(text: str, signals: Mapping[str, Mapping[str, list[int]]]) -> Iterator[Candidate]:
    known = signals["hresult"]
    for found in list(_HEX.finditer(text[:20_000]))[:5]:
        digits = found.group(1).translate(str.maketrans("oOiIlLsSzZ", "0011115522")).lower()
        if f"0x{found.group(1).lower()}" in known:
            continue
        for near in (digits, *_one_less(digits), *_swapped(digits)):
            if numbers := known.get(f"0x{near}"):
                why = "letters that look like digits" if near == digits else "a digit is missing, doubled or swapped"
                yield found.group(0), f"0x{near.upper()}", 95 if near == digits else 85, why, numbers


def _one_less(digits: str) -> Iterator[str]:
    if len(digits) > 8:
        yield from (digits[:at] + digits[at + 1 :] for at in range(len(digits)))
    elif len(digits) < 8:
        yield from (digits[:at] + digit + digits[at:] for at in range(len(digits) + 1) for digit in "0123456789abcdef")


def _swapped(digits: str) -> Iterator[str]:
    yield from (digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :] for at in range(len(digits) - 1))


def _names(text: str, signals: Mapping[str, Mapping[str, list[int]]]) -> Iterator[Candidate]:
    known = signals.get("symbol", {})
    words = [w for w in dict.fromkeys(_NAME.findall(text[:20_000])) if len(w) >= 8 and w.lower() not in known][:5]
    if not words or not known:
        return
    from rapidfuzz import fuzz, process

    for word in words:
        for near, alike, _ in process.extract(
            word.lower(), known.keys(), scorer=fuzz.ratio, score_cutoff=NAMES_ALIKE, limit=2
        ):
            yield word, near.upper(), min(round(alike), 95), "the names differ by a letter or two", known[near]
