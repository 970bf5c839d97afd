"""What the linter sees in words, dates and neighbours, each with file and line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import ownrules
import pytest

from agent.catalogue.entrylint import Known, Place
from agent.catalogue.lint import _lint_doubles, in_order, lint_own
from agent.catalogue.load import built_in
from agent.catalogue.schema import RULE
from agent.catalogue.yamltext import parse

TODAY = date(2026, 11, 25)
SECRET = "client_secret=Zk48Q~abcDEF0123456789ghiJKLmnop_qrStUv-w"


def faults(folder: Path, **files: str) -> list[str]:
    """Faults of an own folder with these files, shown from the folder on."""
    ownrules.write(folder, **files)
    return [issue.replace(f"{folder}/", "").replace(f"{folder}\\", "") for issue in lint_own(folder, built_in(), TODAY)]


def test_a_sound_folder_has_no_fault(tmp_path):
    """Nothing is complained about where nothing is wrong."""
    assert [] == faults(tmp_path, table=ownrules.TABLE)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("Ask the gateway's owner.", "FIXME", "page.still_broken.0: a placeholder is left: 'FIXME'"),
        ("daily quota of the Contoso gateway", "TODO: words", "match.contains.0: a placeholder is left"),
        ("A script calls in a loop.", "x" * 701, "page.why: 701 characters; at most 700"),
        ('title: "Quota', 'title: "' + "Quota " * 20, "title: 1"),
        ("Wait until midnight.", f"Use {SECRET}", "page.quick_fix.0: holds what looks like a real secret"),
        ("Look who calls most.", "Ask kim@adventure-works.co.uk", "page.steps.0: adventure-works.co.uk may be somebody's"),
        ("Get-GateUsage -Top 5", "Get-GateUsage -For {gate_id}", "page.admin_fix.0.run: {gate_id} is no fact"),
        ('reviewed: "2026-11-25"', 'reviewed: "2026-11-27"', "reviewed: 2026-11-27 is in the future"),
        ('reviewed: "2026-11-25"', 'reviewed: "2026-02-30"', "reviewed: '2026-02-30' is no day of the calendar"),
        (
            "references:",
            'dated:\n  - {says: "s", source: "o", checked: "2027-01-01", recheck_days: "90"}\nreferences:',
            "dated.0.checked: 2027-01-01 is in the future",
        ),
        ("references:", 'dated:\n  - {says: "s", checked: "2026-01-01", recheck_days: "0"}\nreferences:', "missing key 'dated[0].source'"),
        ("GATE4711: the daily quota of the Contoso gateway is used up\"]", 'The gate is closed"]', "page.message[0] is not recognised"),
        ("contains:", 'codes: ["GATE4711"]\n  contains:', "GATE4711: codes of this family are not read from texts"),
    ],
    ids=["placeholder", "literal", "long", "title", "secret", "mail", "fact", "future", "calendar", "dated", "source", "message", "code"],
)  # fmt: skip
def test_words_and_dates(tmp_path, old, new, complaint):
    """Each kind of fault is seen at its line."""
    assert old in ownrules.RULE
    found = faults(tmp_path, rule=ownrules.RULE.replace(old, new, 1))
    line = ownrules.RULE[: ownrules.RULE.index(old)].count("\n") + 1 + ("dated" in complaint)
    place = "errors/own/quota.yaml, line " + (str(line) if "missing" not in complaint else "")
    assert any(fault.startswith(place) and complaint in fault for fault in found), found


@pytest.mark.parametrize("text", ["kim@contoso.com", "alex@fabrikam.onmicrosoft.com", "kim@mail.example", "a@b.test"])
def test_examples_may_name_examples(tmp_path, text):
    """Addresses of nobody's domains are what examples are for."""
    assert [] == faults(tmp_path, rule=ownrules.RULE.replace("Look who calls most.", f"Ask {text}"))


def test_a_slow_pattern_is_found_by_trying(tmp_path):
    """A pattern that only trying shows to be slow is named at its line."""
    slow = ownrules.RULE.replace("causes:\n", "  pattern: 'gateway\\s*[^x]*\\s*used\\s*x'\ncauses:\n", 1)
    assert any("quota.yaml, line 9: " in fault and "hostile text" in fault for fault in faults(tmp_path, rule=slow))


def test_a_code_of_a_built_in_rule_is_claimed_in_its_place_only(tmp_path):
    """Two rules that are equally sure of a code would leave it to their ids; the owner is named with the way out."""
    rule = ownrules.RULE.replace("contains:", 'codes: ["AADSTS700024"]\n  contains:', 1)
    assert [
        "errors/own/quota.yaml, line 8: AADSTS700024 is claimed by entra.aadsts700024 too; take its id and say overrides: true,"
        " or leave the code away"
    ] == faults(tmp_path, rule=rule)


def test_missing_and_stray_tests(tmp_path):
    """A rule without a test and a test without a rule are faults."""
    found = faults(tmp_path, test="")
    assert ["errors/own/quota.yaml, line 1: no test file quota.test.yaml beside it"] == found
    (tmp_path / "errors" / "own" / "other.test.yaml").write_text(ownrules.TEST, encoding="utf-8")
    assert "errors/own/other.test.yaml, line 1: tests a rule that is not there" in faults(tmp_path)


def test_two_rules_for_one_thing_are_seen():
    """Rules of one class with the same causes, conditions and words are one rule; another status makes them two."""
    issues: list[str] = []

    def entry(rule_id: str, match: str) -> tuple[object, str, object]:
        text = ownrules.RULE.replace("own.quota", rule_id).replace(
            'contains: ["daily quota of the Contoso gateway"]', match
        )
        node = parse(text, issues, rule_id)
        assert node is not None
        return RULE(node, "", lambda line, message: issues.append(message)), rule_id, node

    rules = {
        "own.a": entry("own.a", 'any: ["the gate is shut", "other"]'),
        "own.b": entry("own.b", 'any: ["something", "The gate\\n is shut"]'),
        "own.c": entry("own.c", 'http_status: "503"\n  any: ["the gate is shut"]'),
    }
    place = Place(Known((), (), (), {}), issues)
    _lint_doubles(place, rules)
    assert ["own.b, line 8: the same class, causes and words as own.a: make it one rule"] == issues


def test_faults_stand_in_the_order_of_lines():
    """Line 9 comes before line 10, and a fault is said once."""
    assert ["a, line 9: x", "a, line 10: x", "b, line 1: y"] == in_order(
        ["b, line 1: y", "a, line 10: x", "a, line 9: x", "a, line 10: x"]
    )


def test_json_faults_have_place_and_message(tmp_path):
    """Programs get each fault as its place and its message."""
    from click.testing import CliRunner

    from agent.cli import cli

    folder = str(ownrules.write(tmp_path, rule=ownrules.RULE.replace("A script calls in a loop.", "TODO")))
    ran = CliRunner().invoke(cli, ["rules", "lint", "--rules", folder, "--format", "json"], standalone_mode=False)
    rows = json.loads(ran.output)
    assert (2, ["id", "message"]) == (ran.return_value, list(rows[0]))
    assert rows[0]["id"].endswith("quota.yaml, line 14")
