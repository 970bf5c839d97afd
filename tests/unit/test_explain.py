"""Finding the page a person means, and the page itself."""

from __future__ import annotations

import pytest

from agent.catalogue.load import load
from agent.find import find
from agent.render.page import render
from agent.render.style import Style


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("AADSTS700024", "entra.aadsts700024"),
        ("aadsts700024", "entra.aadsts700024"),
        ("700024", "entra.aadsts700024"),
        ("entra.aadsts700024", "entra.aadsts700024"),
        ("401", "graph.unauthorized"),
        (
            "Certificate with thumbprint 'AB' was not found in certificate store or has expired.",
            "graphps.certificate-not-found",
        ),
    ],
)
def test_a_page_is_found_by_whatever_people_have(words, rule):
    """Id, code, bare number, HTTP status or the text itself."""
    assert find(words, load())[0][0] == rule


def test_nothing_found_gives_the_nearest():
    """A slip gives suggestions, not a wrong page."""
    meant, near = find("client secrt has expird", load())
    assert meant == []
    assert near


@pytest.mark.parametrize("rule", load().rule_ids)
def test_every_page_renders_within_the_width(rule):
    """All sections in order, no place-holder in braces, nothing wider than the terminal but commands and long words."""
    catalogue = load()
    page = render(catalogue.rule(rule), catalogue, Style(width=80))
    titles = [
        "Error message",
        "What it means",
        "Why it happens",
        "Quick fix for end users",
        "Step by step",
        "Questions and answers",
    ]
    places = [page.index(f"\n{title}\n") for title in titles]
    assert sorted(places) == places
    assert "{tenant}" not in page
    prose = [line for line in page.splitlines() if not line.startswith("       ") and len(line.split()) > 3]
    assert all(len(line) <= 80 for line in prose)
