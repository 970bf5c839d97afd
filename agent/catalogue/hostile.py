"""Patterns on hostile input: texts made to exhaust a regular expression, tried in a process that a deadline ends.

Python's engine backtracks. A pattern that can read one text in many ways tries them all before it gives up: quadratic ones need
seconds for a long log, exponential ones centuries for thirty characters. This file is also the program of that process, so it imports
nothing of ours at the top.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

#: Processor time a pattern may need for one text: a diagnosis tries dozens, and 20,000 characters are a long error.
SLOW_S = 0.25
#: Seconds without a word after which the process counts as hanging. A busy machine may need one for an honest trial.
HANGS_S = 5.0
#: An exponential pattern is slow at two dozen characters, a quadratic one at thousands.
SIZES = (18, 25, 32, 2_000, 20_000)
#: More repetitions of one part than this count as "any number".
_MANY = 12
_UNITS = ("a", "0", " ", "' ", "a ", "a.", "=", '"')


class Trial(NamedTuple):
    """A pattern under a name, and the literals that stand beside it."""

    name: str
    pattern: str
    literals: Sequence[str]


def try_all(trials: Sequence[Trial]) -> dict[str, str]:
    """What is wrong with each pattern that is slow or hangs, by name; no pattern can hold this up longer than ``HANGS_S``."""
    from agent.system.child import lines_of

    faults: dict[str, str] = {}
    left = list(trials)
    while left:
        begun = ""
        for line in lines_of(Path(__file__), json.dumps(left).encode(), HANGS_S):
            word, _, rest = line.partition(" ")
            if word == "begin":
                begun = rest
            elif word == "slow":
                faults[begun] = rest
            elif word == "end":
                return faults
        if not begun:
            faults[left[0].name] = "could not be tried: the process that tries patterns did not start"
            return faults
        faults[begun] = f"hangs on a hostile text; it was stopped after {HANGS_S:g} s"
        left = left[[trial.name for trial in left].index(begun) + 1 :]
    return faults


def try_one(trial: Trial) -> str:
    """What is wrong with the pattern, or an empty text. Can take for ever: call it where that does no harm."""
    regex = re.compile(trial.pattern, re.IGNORECASE)
    for size in SIZES:
        for text in probes(trial, size):
            started = time.process_time()
            regex.search(text)
            if time.process_time() - started > SLOW_S:
                return f"takes over {SLOW_S} s on a hostile text of {len(text)} characters that begins {text[:30]!r}"
    return ""


def probes(trial: Trial, size: int) -> Iterator[str]:
    """Hostile texts of about ``size`` characters: repeated units, near misses of each literal, and each repetition of the pattern fed."""
    units = [*_UNITS, *trial.literals, " ".join(trial.literals) or "error "]
    units += [literal[:-1] for literal in trial.literals if len(literal) > 1]
    for unit in dict.fromkeys(units):
        yield (unit * (size // len(unit) + 1))[:size] + "\x00"
    tree = _parse(trial.pattern)
    for choice in range(3):
        once = _Feeder(-1, choice, 0).text(tree)
        yield once[:-1] * (size // (len(once) or 1) + 1) + "\x00"
        for number in range(_repeats(tree)):
            feeder = _Feeder(number, choice, size)
            whole = feeder.text(tree)
            yield whole + "\x00"
            yield whole[: feeder.fed] + "\x00"


def nested_repeat(pattern: str) -> bool:
    """Whether something that can be read in several ways is repeated any number of times: (a+)+, (a|ab)*, (a?){30}.

    Errs on the side of refusing: (\\w+\\.)+ is harmless and counts too. Unsound patterns are not judged.
    """
    try:
        return _nested(_parse(pattern), False)
    except (re.error, OverflowError, RecursionError):
        return False


def _parse(pattern: str) -> Any:
    """The syntax tree of the standard library's own parser, which moved and is the same."""
    parser = import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")
    return parser.parse(pattern, re.IGNORECASE)


def _parts(op: str, argument: Any) -> list[Any]:
    """Trees inside an item, by the name of its kind."""
    if op.endswith("REPEAT"):
        return [argument[2]]
    if op == "SUBPATTERN":
        return [argument[-1]]
    if op == "BRANCH":
        return list(argument[1])
    if op in ("ASSERT", "ASSERT_NOT"):
        return [argument[1]]
    if op == "GROUPREF_EXISTS":
        return [tree for tree in argument[1:] if tree is not None]
    return [argument] if op == "ATOMIC_GROUP" else []


def _nested(tree: Any, inside: bool) -> bool:
    for op, argument in tree:
        name = str(op)
        repeat = name.endswith("REPEAT")
        if inside and (name == "BRANCH" or (repeat and argument[0] != argument[1])):
            return True
        many = repeat and argument[1] > _MANY
        if any(_nested(part, inside or many) for part in _parts(name, argument)):
            return True
    return False


def _repeats(tree: Any) -> int:
    return sum(
        str(op).endswith("REPEAT") + sum(_repeats(part) for part in _parts(str(op), argument)) for op, argument in tree
    )


class _Feeder:
    """A text that a tree reads, with one of its repetitions fed ``size`` characters; ``fed`` is where those end."""

    def __init__(self, number: int, choice: int, size: int) -> None:
        self._number, self._choice, self._size = number, choice, size
        self._seen = -1
        self.fed = 0

    def text(self, tree: Any, before: int = 0) -> str:
        """The text for ``tree``, which begins ``before`` characters into the whole."""
        out = ""
        for op, argument in tree:
            out += self._item(str(op), argument, before + len(out))
        return out

    def _item(self, op: str, argument: Any, before: int) -> str:
        if op == "LITERAL":
            return chr(argument)
        if op in ("NOT_LITERAL", "ANY", "IN"):
            return _letter(op, argument, self._choice)
        if op.endswith("REPEAT"):
            return self._repeat(int(argument[0]), int(argument[1]), argument[2], before)
        if op in ("ASSERT", "ASSERT_NOT"):
            return ""
        parts = _parts(op, argument)
        texts = [self.text(part, before) for part in parts]  # every branch is walked, so that numbers stay the same
        return texts[self._choice % len(texts)] if texts else ""

    def _repeat(self, least: int, most: int, tree: Any, before: int) -> str:
        self._seen += 1
        mine = self._seen == self._number
        one = self.text(tree, before)
        if not mine:
            return one * max(min(least, 40), 1 if one else 0)
        out = one * min(most, self._size // (len(one) or 1) + 1)
        self.fed = before + len(out)
        return out


def _letter(op: str, argument: Any, choice: int) -> str:
    """A character that the item reads, another one for each ``choice`` where it can."""
    fitting = [c for c in "a1 .-x_/:'\"Z=,;é" if _reads(op, argument, c)]
    if not fitting and op == "IN":
        fitting = [chr(value if str(kind) == "LITERAL" else value[0]) for kind, value in argument
                   if str(kind) in ("LITERAL", "RANGE")]  # fmt: skip
    return fitting[choice % len(fitting)] if fitting else "~"


_CATEGORY: dict[str, re.Pattern[str]] = {
    "DIGIT": re.compile(r"\d"),
    "SPACE": re.compile(r"\s"),
    "WORD": re.compile(r"\w"),
}


def _reads(op: str, argument: Any, letter: str) -> bool:
    if op == "ANY":
        return True
    if op == "NOT_LITERAL":
        return chr(argument) != letter
    negated, found = False, False
    for kind, value in argument:
        name = str(kind)
        if name == "NEGATE":
            negated = True
        elif name == "LITERAL":
            found |= chr(value) == letter
        elif name == "RANGE":
            found |= value[0] <= ord(letter) <= value[1]
        elif name == "CATEGORY":
            word = str(value).removeprefix("CATEGORY_")
            found |= bool(_CATEGORY[word.removeprefix("NOT_")].match(letter)) != word.startswith("NOT_")
    return found != negated


def _main() -> None:
    """Try the patterns of standard input: ``begin NAME``, then ``slow WHY`` where it is; ``end`` at last."""
    trials: list[Mapping[str, Any]] = json.loads(sys.stdin.buffer.read())
    for trial in (Trial(*given) for given in trials):
        print("begin", trial.name, flush=True)
        if why := try_one(trial):
            print("slow", why, flush=True)
    print("end", flush=True)


if __name__ == "__main__":
    _main()
