"""The catalogue as a whole: no faults, every sibling test holds, texts of one rule belong to it, clean text belongs to none."""

from __future__ import annotations

import json

import pytest
from captures import captures

from agent.authoring.crossmatch import faults
from agent.catalogue.compile import read_sources
from agent.catalogue.lint import lint
from agent.catalogue.load import load, source_folder
from agent.catalogue.ruletest import matches_of, run_tests
from agent.diagnose import Options, diagnose
from agent.intake import from_mapping, from_text
from agent.render import jsonout
from agent.render import text as text_
from agent.render.style import Style
from agent.system.fake import FakeSystem

#: Share of labelled captures whose class must come out right (the report form that the PowerShell module sends).
RIGHT_CLASS = 0.80

CLEAN = """\
added 214 packages, and audited 215 packages in 4s
found 0 vulnerabilities
Successfully installed click-8.1.7 pyyaml-6.0.1
[main 1a2b3c4] Fix the build
 3 files changed, 12 insertions(+), 4 deletions(-)
Everything up-to-date
127.0.0.1 - - [25/Nov/2026:02:00:01 +0000] "GET /index.html HTTP/1.1" 200 612
127.0.0.1 - - [25/Nov/2026:02:00:02 +0000] "GET /favicon.ico HTTP/1.1" 404 153
systemd[1]: Started Daily apt download activities.
The Windows Update service entered the running state.
The system time has changed to 2026-11-25T02:00:00.500Z from 2026-11-25T02:00:00.499Z.
===== 401 passed, 3 skipped in 12.03s =====
BUILD SUCCESSFUL in 403ms
Compiling 407 files
Welcome To Microsoft Graph!
Connected via delegated access using 14d82eec-204b-4c2f-b7e8-296a70dab67e
The command completed successfully.
Traceback (most recent call last):
  File "app.py", line 12, in <module>
ValueError: invalid literal for int() with base 10: 'abc'
java.lang.NullPointerException: Cannot invoke "String.length()" because "s" is null
System.NullReferenceException: Object reference not set to an instance of an object.
warning CS0168: The variable 'e' is declared but never used
Get-ChildItem: Cannot find path '/home/x/none' because it does not exist.
fatal: not a git repository (or any of the parent directories): .git
E: Unable to locate package foobar
No such file or directory
Permission denied
"""


def test_no_faults():
    """Every file of the catalogue is sound by itself and together with the others."""
    assert [] == lint(source_folder())


def test_all_sibling_tests_hold():
    """Texts that must match do, near misses do not, and verdicts lead to the expected causes."""
    assert [] == run_tests(source_folder(), load())


def test_every_text_belongs_to_its_rule():
    """Cross-match: each must-match text, and one made of each reference entry, leads to its owner; who claims it too is declared."""
    found = read_sources(source_folder(), [])
    catalogue = load()
    tests = {rule_id: test for rule_id, (test, _, _) in found["tests"].items()}
    assert [] == faults(source_folder(), catalogue, tests, catalogue.rule_ids)


@pytest.mark.parametrize("line", CLEAN.splitlines())
def test_ordinary_output_matches_nothing(line):
    """Logs and console output of healthy machines, and errors of other trades, are nobody's error."""
    assert () == matches_of(line, load())


def test_the_first_sixty_rules_are_there_with_full_pages():
    """At least sixty full rules, every one with its page, its causes and a review date."""
    full = [rule for rule in load().rules() if rule["status"] != "reference"]
    assert len(full) >= 60
    for rule in full:
        assert all(rule["page"][name] or name == "related" for name in rule["page"]), rule["id"]
        assert rule["causes"], rule["id"]


def test_real_captures_get_the_right_class(capsys):
    """Of the errors really thrown by the libraries, at least the stated share is recognised as what it is."""
    catalogue = load()
    total = right = 0
    missed: dict[tuple[str, str], int] = {}
    for capture in captures():
        if not capture.class_:
            continue
        found = diagnose(from_mapping(capture.report), catalogue, FakeSystem(), Options(checks=False))
        got = found.matches[0].class_ if found.matches else "(none)"
        total, right = total + 1, right + (got == capture.class_)
        if got != capture.class_:
            missed[capture.class_, got] = missed.get((capture.class_, got), 0) + 1
    with capsys.disabled():
        print(f"\ncaptures: {right} of {total} labelled errors get the right class ({right / total:.1%})")
    assert right / total >= RIGHT_CLASS, sorted(missed.items(), key=lambda item: -item[1])[:20]


def test_no_seeded_secret_leaves_in_any_output():
    """Secrets planted in every capture, and those the captures carry, appear in no output."""
    catalogue = load()
    token = (
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwczovL2dyYXBoIiwiZXhwIjoxNzkwMDAwMDAwfQ." + "s1gNatur3" * 9
    )
    seeds = {
        "jwt": (f"Authorization: Bearer {token}", token[40:]),
        "client secret": ("client_secret=xyz8Q~Seeded0123456789abcdefghijklmnop_.", "Seeded0123456789"),
        "password": ("-Password 'Seeded Pa55 word'", "Seeded Pa55 word"),
        "refresh token": ('"refresh_token":"0.AXoASeededRefresh0123456789012345678901234567890"', "SeededRefresh"),
    }
    leaks = []
    for capture in captures():
        for kind, (line, secret) in seeds.items():
            document = {**capture.report, "details": {"message": f"{capture.report['details']['message']}\n{line}"}}
            found = diagnose(from_mapping(document), catalogue, FakeSystem(), Options(checks=False))
            if secret in jsonout.render(found, True) + text_.render(found, Style()) + text_.explain(found, Style()):
                leaks.append((capture.id, kind))
        planted = [p if isinstance(p, str) else p.get("value", "") for p in capture.raw.get("plantedSecrets") or ()]
        if planted and capture.text:
            found = diagnose(from_text(capture.text), catalogue, FakeSystem(), Options(checks=False))
            out = jsonout.render(found)
            leaks += [(capture.id, "planted") for value in planted if value and json.dumps(value)[1:-1] in out]
    assert [] == leaks
