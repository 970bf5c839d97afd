"""Negative knowledge: what healthy machines, other trades and people write all day is nobody's error here."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.catalogue.load import load
from agent.catalogue.ruletest import matches_of

CORPUS = Path(__file__).parent / "corpus"
FILES = sorted(path for path in CORPUS.iterdir() if path.name.endswith((".log", ".log.gz")))
#: Distinct lines the corpus must hold, so that it cannot shrink until it passes.
LEAST = 5_000


def lines(path: Path) -> list[str]:
    """The lines of a file of the corpus."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file if line.strip()]


def claimed(path: Path) -> Iterator[tuple[str, float, str, str]]:
    """(rule, confidence, why, line) of every line that a rule takes for its error."""
    catalogue = load()
    for line in lines(path):
        for found in matches_of(line, catalogue)[:1]:
            yield found.rule, found.confidence, found.why, line[:200]


def test_the_corpus_is_large_and_varied():
    """At least the stated number of different lines, of at least a dozen kinds of programs."""
    assert len({line for path in FILES for line in lines(path)}) >= LEAST
    assert len(FILES) >= 12


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_clean_lines_match_nothing(path):
    """No rule recognises any line of the corpus."""
    assert [] == list(claimed(path))
