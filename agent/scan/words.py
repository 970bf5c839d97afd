"""The cheap filter: which lines of a block can hold something the catalogue knows.

From every signal of every rule one *anchor* is taken, a run of letters that a text with the signal must hold; of literals that must all
occur, the rarest. A block of lines is turned into words once (``bytes.translate`` and ``split``); a word is looked at letter by letter
only the first time it is ever seen, so that the number of rules hardly matters. Signals without letters (numbers, other scripts) are
looked for in the block itself. A kind of signal this module does not know is anchored by every text it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from agent.catalogue.load import Catalogue
from agent.fingerprint import squeeze
from agent.numbers import numbers_in, triggers

#: Letters in lower case stay, everything else but the line's end parts words.
_TABLE = bytes(
    c + 32 if 65 <= c <= 90 else c if 97 <= c <= 122 or c in (0x5F, 0x0A) else 0x20 for c in range(256)
)  # fmt: skip
_DIGITS = bytes(c if 48 <= c <= 57 or c == 0x0A else 0x20 for c in range(256))
_GRAM = 3
#: Words known to hold no anchor; beyond this many the table starts anew, which bounds memory.
_KNOWN = 60_000
#: Taken out before words are cut: terminal sequences, soft hyphens, zero-width and bidirectional marks, as ``intake`` does.
_INVISIBLE = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|\x1b[@-_]"
    rb"|\xc2\xad|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0-\xa4\xa6-\xa9]|\xef\xbb\xbf|\xef\xbf[\xb9-\xbb]"
)
_HEX = re.compile(rb"0x0*([0-9a-f]{3,8})\b")
_HEX_IN = re.compile(r"0x[0-9a-f]{8}", re.IGNORECASE)
#: How many lines away from its anchor a literal may begin or end that a console wrapped.
_AROUND = 4
#: A common word is taken before a rare one only when it is so much longer.
_COMMON_COSTS = 8
#: Words of ordinary logs: an anchor is one of these only when a signal offers nothing else.
_COMMON = frozenset(
    b"access account action address agent allow allowed application archive argument authentication available because been before "
    b"cache call cannot certificate change check client close closed code command complete completed config configuration connect "
    b"connected connection contain context could create created data date default delete device directory disabled does done enabled "
    b"endpoint error event exception exist exists expired failed failure file files find first for found from get grant handler has "
    b"have header host http https identity info information input instance internal invalid issue item job key level line list load "
    b"loaded local log login machine message method microsoft missing module more must name network not null object occurred only "
    b"open opened operation option output parameter password path permission policy port process property provider proxy query "
    b"queue read received record refused remote request required resource response result return returned role run running script "
    b"secret security server service session set setting sign source specified start started state status step stop stopped store "
    b"stream string subject success successful system target task tenant that the this time timeout timestamp token trace trust type "
    b"unable unknown update url user using valid value version view was while window windows with within without work worker write "
    b"account's attempt attempted completed copied could during established expected finished following handle invoke microsoft "
    b"api app apps applied auth bytes can cli clientid cloud cmd command core down due existing format group header html int least mailbox "
    b"make may need needs new next now number old one packet page please policies policy post provide provided redirect rejected renew "
    b"retry same see sent size supplied temporary times used verify wait "
    b"powershell graph azure office online users entity than being used which when your you are supported unexpected".split()
)


class Test(NamedTuple):
    """What a text with the anchor must hold, squeezed: all of ``needed`` and one of ``options`` when there are any.

    ``letters`` are those of the literal the anchor is from; they stand on the anchor's line or the lines around it.
    ``row`` is the place of the literals in the index, for signals that are words.
    """

    needed: tuple[str, ...]
    options: tuple[str, ...]
    letters: bytes = b""
    is_number: bool = False
    row: int = -1

    def holds(self, squeezed: str) -> bool:
        """Whether a rule with this test can match the text."""
        return all(w in squeezed for w in self.needed) and (
            not self.options or any(w in squeezed for w in self.options)
        )


#: An exact signal: whether it is there only the matcher can tell.
ALWAYS = Test((), ())


class Hits(NamedTuple):
    """Candidate lines by number within the block, and what each has to be tested for."""

    lines: list[int]
    tests: dict[int, list[Test]]


class Words:
    """The filter of one catalogue. Keeps what it learnt about words from block to block."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._inside: dict[bytes, list[Test]] = {}  # anchor that may be part of a word -> tests
        self._whole: dict[bytes, list[Test]] = {}  # anchor that is a whole word -> tests
        self._grams: dict[bytes, list[bytes]] = {}  # first letters -> anchors
        self._numbers: dict[bytes, list[Test]] = {}  # digits -> tests
        self._hex: dict[bytes, list[Test]] = {}
        self._raw: dict[bytes, list[Test]] = {}
        self._cut: dict[bytes, list[Test]] = {}  # words of what is left of a literal that is cut off
        self._signs: dict[str, list[Test]] = {}  # literals of figures and signs only
        for literals, test in dict.fromkeys(_signals(catalogue)):
            self._add(literals, test)
        for anchor in self._inside:
            self._grams.setdefault(anchor[:_GRAM], []).append(anchor)
        self._patterns = list(self._sign_patterns())
        self._clean: set[bytes] = set()
        self._dirty: dict[bytes, list[tuple[bytes, list[Test]]]] = {}  # word -> (letters of a literal, tests)

    @property
    def anchors(self) -> frozenset[bytes]:
        """The words looked for, for tests and curiosity."""
        return frozenset((*self._inside, *self._whole))

    def _add(self, literals: tuple[str, ...], test: Test) -> None:
        """Look for the rarest of ``literals``, all of which a matching text holds."""
        if not any(literals):
            return
        literal, word = max(
            ((text, w) for text in literals for w in letters(text)),
            key=lambda item: _rarity(item[1]),
            default=("", b""),
        )
        early = _early(literal)
        if early and word not in early:
            self._cut.setdefault(max(early, key=_rarity), []).append(_with(test, literal))
        code = next(filter(None, map(_HEX_IN.search, literals)), None)
        if code and (code.group() == literals[0] or len(word) < _GRAM or word in _COMMON):
            self._add_code(code.group(), code.group() == literals[0], test)
        elif len(word) >= _GRAM and _rarity(word)[1] > 0:
            words = letters(f"x{literal}x")
            place = self._whole if word in words[1:-1] else self._inside
            place.setdefault(word, []).append(_with(test, literal))
        elif found := max(
            ((n, text) for text in literals for n in re.findall(r"[0-9]{3,}", text)), key=_length, default=None
        ):
            digits, literal = found
            if not letters(literal) and not literal.strip().isdigit():
                self._signs.setdefault("".join(literal.lower().split()), []).append(test)
                return
            self._numbers.setdefault(digits.encode(), []).append(_with(test, literal))
        elif len(word) >= _GRAM:
            self._inside.setdefault(word, []).append(_with(test, literal))
        else:
            text = max(literals, key=len)
            for form in {text, text.lower(), text.upper(), text.capitalize(), text.title()}:
                part = max(form.split(), key=len)
                self._raw.setdefault(part.encode("utf-8").lower(), []).append(test)

    def _add_code(self, code: str, is_alone: bool, test: Test) -> None:
        """Look for a hexadecimal code; where the signal is nothing else, also written as a signed or unsigned number."""
        self._hex.setdefault(code[2:].lower().lstrip("0").encode(), []).append(test)
        number = int(code, 16)
        for spelt in {number, abs(number - (1 << 32))} if is_alone else ():
            self._numbers.setdefault(str(spelt).encode(), []).append(test)

    def _sign_patterns(self) -> Iterator[re.Pattern[bytes]]:
        """One pattern for all literals of signs that begin alike; blanks do not matter."""
        starts: dict[str, list[str]] = {}
        for text in sorted(self._signs, key=len, reverse=True):
            starts.setdefault(text[0], []).append(r"\s*".join(map(re.escape, re.findall(r"\d+|\S", text))))
        for same in starts.values():
            yield re.compile("|".join(same).encode())

    def look(self, block: bytes) -> Hits:
        """The candidate lines of ``block``."""
        if b"\x1b" in block or b"\xe2\x80" in block or b"\xc2\xad" in block or b"\xe2\x81" in block:
            block = _INVISIBLE.sub(b"", block)
        letters_only = block.translate(_TABLE)
        tests: dict[int, list[Test]] = {}
        self._word_lines(letters_only, block, tests)
        self._other_lines(letters_only, block, tests)
        self._cut_lines(letters_only, block, tests)
        return Hits(sorted(tests), tests)

    def _word_lines(self, letters_only: bytes, block: bytes, tests: dict[int, list[Test]]) -> None:
        """The lines with an anchor around which the whole literal stands."""
        lines = letters_only.split(b"\n")
        if len(self._clean) > _KNOWN or len(self._dirty) > _KNOWN:
            self._clean.clear()
            self._dirty.clear()
        is_clean, clean, dirty = self._clean.issuperset, self._clean, self._dirty
        rows: list[bytes] = []
        raw: list[bytes] = []
        for i, line in enumerate(lines):
            words = line.split()
            if is_clean(words):
                continue
            for word in words:
                if word not in clean and word not in dirty:
                    self._learn(word)
            present = [word for word in words if word in dirty]
            if not present:
                continue
            rows = rows or letters_only.translate(None, b" ").split(b"\n")
            around = b"".join(rows[max(i - _AROUND, 0) : i + _AROUND + 1])
            raw = raw or block.split(b"\n")
            is_cut = b"..." in raw[i] or b"\xe2\x80\xa6" in raw[i]
            here = self._tests_of(present, None if is_cut else around)
            if here and all(test.is_number for test in here):
                here = here if numbers_in(b"\n".join(raw[i : i + 3]).decode("utf-8", "replace")) else []
            if here:
                tests[i] = here

    def _cut_lines(self, letters_only: bytes, block: bytes, tests: dict[int, list[Test]]) -> None:
        """Lines whose end is points: of a literal only the first part need be there."""
        lines: list[bytes] = []
        for mark in (b"...", b"\xe2\x80\xa6"):
            line = last = 0
            for at in _finds(block, mark):
                line += block.count(b"\n", last, at)
                last = at
                lines = lines or letters_only.split(b"\n")
                for word in self._cut.keys() & lines[line].split():
                    tests.setdefault(line, []).extend(self._cut[word])

    def _tests_of(self, present: list[bytes], around: bytes | None) -> list[Test]:
        return [
            test
            for word in present
            for row, of_row in self._dirty[word]
            if around is None or row in around
            for test in of_row
        ]

    def _learn(self, word: bytes) -> None:
        """Sort a word never seen before: with an anchor inside, or without."""
        grams = self._grams
        inside = {a for i in range(len(word) - _GRAM + 1) for a in grams.get(word[i : i + _GRAM], ()) if a in word}
        tests = [*self._whole.get(word, ()), *(test for anchor in inside for test in self._inside[anchor])]
        if not tests:
            self._clean.add(word)
            return
        rows: dict[bytes, list[Test]] = {}
        for test in dict.fromkeys(tests):
            rows.setdefault(test.letters, []).append(test)
        self._dirty[word] = list(rows.items())

    def _other_lines(self, letters_only: bytes, block: bytes, tests: dict[int, list[Test]]) -> None:
        """Numbers, hexadecimal codes and other scripts, found in the block itself."""
        rows: list[bytes] = []

        def add(line: int, more: list[Test]) -> None:
            nonlocal rows
            rows = rows or letters_only.translate(None, b" ").split(b"\n")
            around = b"".join(rows[max(line - _AROUND, 0) : line + _AROUND + 1])
            if here := [test for test in more if test.letters in around]:
                tests.setdefault(line, []).extend(here)

        if self._numbers:
            numbers, disjoint = self._numbers, self._numbers.keys().isdisjoint
            for i, figures in enumerate(block.translate(_DIGITS).split(b"\n")):
                if not disjoint(words := figures.split()):
                    add(i, [test for word in words if word in numbers for test in numbers[word]])
        line = last = 0
        for at, more in sorted(self._places(block), key=_place):
            line += block.count(b"\n", last, at)
            last = at
            add(line, more)

    def _places(self, block: bytes) -> Iterator[tuple[int, list[Test]]]:
        low = block.lower()
        if self._hex:
            yield from ((h.start(), self._hex[h.group(1)]) for h in _HEX.finditer(low) if h.group(1) in self._hex)
        for pattern in self._patterns:
            for hit in pattern.finditer(low):
                shown = b"".join(hit.group().split()).decode()
                yield from ((hit.start(), tests) for text, tests in self._signs.items() if shown.startswith(text))
        for part, tests in self._raw.items():
            yield from ((at, tests) for at in _finds(low, part))


def _finds(text: bytes, part: bytes) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + len(part))


def letters(text: str) -> list[bytes]:
    """The words of a text as the filter cuts them."""
    return text.encode("utf-8").translate(_TABLE).split()


def _early(text: str) -> list[bytes]:
    """The words of the first part of a literal: the matcher takes one that is cut off behind it."""
    return letters(text[: len(text) * 6 // 10].rpartition(" ")[0])


def _with(test: Test, literal: str) -> Test:
    """The test with the letters of the literal its anchor is from."""
    return test if test.letters else test._replace(letters=b"".join(letters(literal)))


def _place(item: tuple[int, list[Test]]) -> int:
    return item[0]


def _length(item: tuple[str, str]) -> int:
    return len(item[0])


def _rarity(word: bytes) -> tuple[bool, int]:
    return (len(word) >= _GRAM, len(word) - (_COMMON_COSTS if word in _COMMON else 0))


def _signals(catalogue: Catalogue) -> Iterator[tuple[tuple[str, ...], Test]]:
    """(texts that all occur where the signal does, test) of every signal the catalogue's index has."""
    for kind, table in catalogue.index["signals"].items():
        if kind == "words":
            for place, row in enumerate(table):
                yield from _word_row(place, row, catalogue)
        elif kind == "http_status":
            for status in table:
                yield from _status(status)
        elif kind == "number":
            for key in table:
                yield from _number(*key.partition(":")[::2])
        else:
            for text in table if isinstance(table, Mapping) else _texts(table):
                yield (text,), ALWAYS
        if kind == "codes" and any(text.startswith("aadsts") for text in table):
            # The service's own answers carry a code without its prefix.
            yield ("error_codes",), ALWAYS
            yield ("/error?code=",), Test(("/error?code=",), ())


def _number(kind: str, value: str) -> Iterator[tuple[tuple[str, ...], Test]]:
    """A number of a kind: as a status or HRESULT that carries it, and after the words that say what it counts."""
    if value.startswith("0x"):
        yield (value,), ALWAYS
        if kind == "ntstatus":
            yield (f"0x{int(value, 16) | 0x10000000:08x}",), ALWAYS
        return
    facility = {"win32": 0x8007, "winhttp": 0x8007, "http": 0x8019}.get(kind)
    if facility and value.isdigit():
        yield (f"0x{facility:04x}{int(value):04x}",), ALWAYS
    words = triggers(kind)
    for word in words:
        test = Test((squeeze(word),), (), is_number=True)
        if word.encode() in _COMMON and len(value) >= 4:  # the number is rarer than its word
            beside = test._replace(letters=word.encode())
            yield (value,), beside
            yield (f"0x{int(value):08x}",), beside
        else:
            yield (word,), test
    if not words and not facility:
        yield (f"{kind}:{value}",), ALWAYS


def _status(status: str) -> Iterator[tuple[tuple[str, ...], Test]]:
    """A status alone: its number, and the name that .NET writes in its place."""
    from http import HTTPStatus

    yield (status,), ALWAYS
    if status.isdigit() and int(status) in HTTPStatus._value2member_map_:
        yield (squeeze(HTTPStatus(int(status)).phrase),), ALWAYS


def _word_row(place: int, row: Any, catalogue: Catalogue) -> Iterator[tuple[tuple[str, ...], Test]]:
    """The literals of a rule, in the words of its record: the index has lost where words end."""
    written: dict[str, list[str]] = {}
    for text in _texts(catalogue.rule(catalogue.rule_ids[row[0]])["match"]):
        written.setdefault(squeeze(text), []).append(text)
    if len(row) != 3:  # a shape of a later index: whatever it says, its texts are looked for
        for text in _texts(row):
            yield from (((way,), Test((), (), row=place)) for way in written.get(text, [text]))
        return
    needed, options = tuple(row[1]), tuple(row[2])
    test = Test(needed, options, row=place)
    if all(len(set(written.get(text, ()))) <= 1 for text in needed) and needed:
        yield tuple(written.get(text, [text])[0] for text in needed), test
        return
    for text in options or needed[:1]:  # written apart and in one word: both ways
        yield from (((way,), test) for way in written.get(text, [text]))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
