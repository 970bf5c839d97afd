"""How well errors are recognised: captures in both forms, transformed texts, clean text, what a confidence is worth, and how long it takes.

Captures are the errors of the folder that ``AGENT_TEST_CAPTURES`` names. A claim is a first match of at least ``CLAIM``; it is wrong when
its class is not the labelled one. Where the labels give one root cause several classes, by what the text shows, each of them counts.
The captures are halved by a checksum of their ids: trust was set on one half, the table shows both.
"""

from __future__ import annotations

import csv
import os
import statistics
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

# Run as a script: this checkout and the helpers of the tests.
sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parents[1])]

from captures import Capture, captures, folder  # noqa: E402
from transforms import TRANSFORMS  # noqa: E402

from agent.catalogue import compile as compiler  # noqa: E402
from agent.catalogue.load import Catalogue, load  # noqa: E402
from agent.fingerprint import fingerprint  # noqa: E402
from agent.intake import from_mapping, from_text, read_report  # noqa: E402
from agent.match import match  # noqa: E402
from agent.model import ErrorReport, Match  # noqa: E402
from agent.redact import redact  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
#: From this confidence on, the agent speaks as if it knew.
CLAIM = 0.7
BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 1.01)


class Outcome(NamedTuple):
    """A text with the class it should get and the match that came first."""

    id: str
    classes: tuple[str, ...]
    causes: tuple[str, ...]
    first: Match | None
    rule_causes: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether the first match has a labelled class."""
        return self.first is not None and self.first.class_ in self.classes

    @property
    def right_rule(self) -> bool:
        """Whether the first rule also lists a labelled cause."""
        return self.right and bool(set(self.rule_causes) & set(self.causes))

    @property
    def wrong_claim(self) -> bool:
        """Confident and wrong."""
        return self.first is not None and not self.right and self.first.confidence >= CLAIM


def matches(report: ErrorReport, catalogue: Catalogue) -> tuple[Match, ...]:
    """What the pipeline's first stages say."""
    report = redact(report)
    return match(fingerprint(report), report.text, catalogue)


def of_bytes(data: str | bytes, catalogue: Catalogue) -> tuple[Match, ...]:
    """The same for what comes in on standard input."""
    return matches(read_report(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")), catalogue)


def _classes() -> dict[str, tuple[str, ...]]:
    classes: dict[str, tuple[str, ...]] = {}
    with open(folder() / "labels.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            classes[row["rootCause"]] = (*classes.get(row["rootCause"], ()), row["class"])
    return classes


def labelled() -> list[tuple[Capture, tuple[str, ...]]]:
    """Captures with a label, and the classes that are right for each."""
    also = _classes()
    return [(c, (c.class_, *also.get(c.raw.get("rootCause", ""), ()))) for c in captures() if c.class_]


def outcomes(catalogue: Catalogue, report_of: Callable[[Capture], ErrorReport | None]) -> list[Outcome]:
    """What comes first for every labelled capture in one form."""
    found = []
    for capture, classes in labelled():
        report = report_of(capture)
        if report is None:
            continue
        first = next(iter(matches(report, catalogue)), None)
        causes = tuple(catalogue.rule(first.rule)["causes"]) if first else ()
        found.append(Outcome(capture.id, classes, capture.causes, first, causes))
    return found


def as_report(capture: Capture) -> ErrorReport:
    """What the PowerShell module sends."""
    return from_mapping(capture.report)


def as_text(capture: Capture) -> ErrorReport | None:
    """What a person copies from the console."""
    return from_text(capture.text) if capture.text else None


#: Azure.Identity from 1.14 on ends its message after these words; the cause stands in the inner exception, which a console does not show.
SILENT = "authentication failed:"


def says_nothing(capture: Capture) -> bool:
    """Whether the copied text ends before the cause: a console that shows no inner exception."""
    text = " ".join(capture.text.split())
    head = text.partition(" At /")[0].rstrip()
    return head.endswith(SILENT) and "rendered" in capture.raw


def rule_texts(catalogue: Catalogue) -> list[tuple[str, str]]:
    """(rule, text) of every text that a rule's test says it must match, and does."""
    issues: list[str] = []
    found = compiler.read_sources(ROOT / "rules", issues)
    rows = [(rule, sample) for rule, (test, _, _) in found["tests"].items() for sample in test["match"]]
    return [
        (rule, sample)
        for rule, sample in rows
        if isinstance(sample, str) and [m.rule for m in of_bytes(sample, catalogue)[:1]] == [rule]
    ]


def samples(catalogue: Catalogue) -> list[tuple[str, str]]:
    """(rule that is right, text) of rules' own texts and of captures in text form that are recognised as they are."""
    texts = rule_texts(catalogue)
    if os.environ.get("AGENT_TEST_CAPTURES"):
        for capture, classes in labelled():
            first = next(iter(of_bytes(capture.text, catalogue)), None) if capture.text else None
            if first and first.class_ in classes:
                texts.append((first.rule, capture.text))
    return list(dict.fromkeys(texts))


def transformed(
    name: str, texts: Iterable[tuple[str, str]], catalogue: Catalogue
) -> Iterator[tuple[str, Match | None]]:
    """(right rule, first match) of each text after one transformation."""
    for rule, text in texts:
        yield rule, next(iter(of_bytes(TRANSFORMS[name](text), catalogue)), None)


def clean_lines() -> list[str]:
    """The lines of the clean corpus."""
    return [
        line
        for path in sorted((ROOT / "tests" / "clean" / "corpus").glob("*.log"))
        for line in path.read_text("utf-8").splitlines()
        if line.strip()
    ]


def held_out(name: str) -> bool:
    """Half of the captures, by their ids: variants of one error (``-az112``) fall into the same half."""
    return zlib.crc32(name.partition("-az")[0].removeprefix("mg-").encode()) % 2 == 1


def reliability(found: list[Outcome]) -> list[str]:
    """Rows of the table: what was claimed with which confidence, and how often it was right."""
    rows = []
    for low, high in pairwise(BINS):
        here = [o for o in found if o.first and low <= o.first.confidence < high]
        if here:
            mean = statistics.mean(o.first.confidence for o in here if o.first)
            right = statistics.mean(o.right for o in here)
            rows.append(f"  {low:.2f} to {min(high, 1.0):.2f} {len(here):>7} {mean:>9.3f} {right:>8.3f}")
    return rows


def show_captures(catalogue: Catalogue) -> None:
    """Accuracy and reliability of the captures, both forms."""
    every: list[Outcome] = []
    silent = {c.id for c, _ in labelled() if says_nothing(c)}
    for name, report_of in (("report", as_report), ("text", as_text)):
        found = outcomes(catalogue, report_of)
        every += found
        print(_line(f"captures, {name}", found))
        if name == "text":
            print(_line("  of those whose text says why", [o for o in found if o.id not in silent]))
            quiet = [o for o in found if o.id in silent]
            print(f"  of {len(quiet)} whose text ends at '{SILENT}': {sum(o.wrong_claim for o in quiet)} wrong claims")
    print(_line("held-out half, both forms", [o for o in every if held_out(o.id)]))
    for title, part in (("fitted half", False), ("held-out half", True)):
        print(f"\n{title}: confidence, texts, mean confidence, right")
        print("\n".join(reliability([o for o in every if held_out(o.id) is part])))
    print("\nby signal: texts, mean confidence, right")
    for signal, many in Counter(_signal(o) for o in every if o.first).most_common():
        here = [o for o in every if o.first and _signal(o) == signal]
        mean = statistics.mean(o.first.confidence for o in here if o.first)
        print(f"  {signal:<14} {many:>6} {mean:>9.3f} {statistics.mean(o.right for o in here):>8.3f}")


def _signal(found: Outcome) -> str:
    why = found.first.why if found.first else ""
    return next(
        (
            s
            for s in ("code", "error id", "Graph code", "HRESULT", "symbol", "number", "exception")
            if why.startswith(s)
        ),
        "words",
    )


def _line(name: str, found: list[Outcome]) -> str:
    total = max(len(found), 1)
    right, rule, wrong = (sum(getattr(o, k) for o in found) for k in ("right", "right_rule", "wrong_claim"))
    return f"{name:<34} {len(found):>5} right class {right / total:.1%}, right rule {rule / total:.1%}, wrong claims {wrong / total:.2%}"


def show_transformed(catalogue: Catalogue) -> None:
    """The share of texts whose right rule stays first, for each transformation."""
    texts = samples(catalogue)
    print(f"\n{len(texts)} texts transformed: the right rule stays first")
    for name in TRANSFORMS:
        kept = [first is not None and first.rule == rule for rule, first in transformed(name, texts, catalogue)]
        print(f"  {name:<26} {statistics.mean(kept):.2%}")


def show_times(catalogue: Catalogue) -> None:
    """How long recognising takes once the agent runs: ordinary errors, and one in 10 MB."""
    times = []
    for _, text in rule_texts(catalogue):
        started = time.perf_counter()
        of_bytes(text, catalogue)
        times.append(time.perf_counter() - started)
    times.sort()
    half = b"2026-11-25T10:00:00Z worker 7 copied 12 files to the archive\n" * 80_000
    started = time.perf_counter()
    of_bytes(half + b"AADSTS50034: The user account does not exist\n" + half, catalogue)
    taken = time.perf_counter() - started
    print(
        f"\nintake to match, {len(times)} texts: median {statistics.median(times) * 1000:.2f} ms, "
        f"99 % {times[int(len(times) * 0.99)] * 1000:.2f} ms; {2 * len(half) / 1e6:.0f} MB of log {taken * 1000:.0f} ms"
    )


def main() -> None:
    """Measure and print."""
    catalogue = load()
    print(f"{len(catalogue.rule_ids)} entries\n")
    if os.environ.get("AGENT_TEST_CAPTURES"):
        show_captures(catalogue)
    else:
        print("AGENT_TEST_CAPTURES names no folder: no captures")
    lines = clean_lines()
    hit = sum(bool(matches(from_text(line), catalogue)) for line in lines)
    print(f"\nclean corpus: {hit} of {len(lines)} lines match")
    if "--quick" not in sys.argv:
        show_transformed(catalogue)
    show_times(catalogue)


if __name__ == "__main__":
    main()
