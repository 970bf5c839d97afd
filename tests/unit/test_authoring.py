"""What authors of rules are given: a draft, why a text matches, what is due, who claims a text too, causes to choose from."""

from __future__ import annotations

import json
import traceback
from datetime import date
from pathlib import Path
from typing import Any

import ownrules
import pytest
import smallcatalogue
from click.testing import CliRunner, Result

from agent.authoring.crossmatch import NEAR, Claim, claims, faults, sample_of
from agent.authoring.draft import draft
from agent.authoring.due import due
from agent.authoring.nearmiss import why
from agent.catalogue.lint import lint_own
from agent.catalogue.load import Catalogue, built_in
from agent.catalogue.overlay import lay_over
from agent.catalogue.ruletest import matches_of
from agent.cli import cli
from agent.intake import from_mapping, from_text
from agent.match import match

GATE = """\
Get-Report: The gate of Fabrikam refuses reports after 18 hours for kim@fabrikam.com.
Status: 422 (UnprocessableEntity)
ErrorCode: Gate_ClosedForReports
FullyQualifiedErrorId : Gate_ClosedForReports,Fabrikam.Gate.GetReport
client_secret=Zk48Q~abcDEF0123456789ghiJKLmnop_qrStUv-w
"""


def agent(*args: str, data: str | None = None) -> Result:
    """The command line in this process; the exit code is ``return_value``."""
    ran = CliRunner().invoke(cli, ["rules", *args], input=data, standalone_mode=False)
    if ran.exception and ran.exc_info and not isinstance(ran.exception, SystemExit):
        traceback.clear_frames(ran.exc_info[2])  # they hold an open catalogue
        raise type(ran.exception)(*ran.exception.args)
    return ran


# --- new ---------------------------------------------------------------------------------------------------------------


def test_draft_takes_what_the_text_tells():
    """Exact values that nobody else has, words that do not vary, the most alike rule's class and causes; no secret, no name."""
    made = draft("gate.closed", from_text(GATE), built_in(), "2026-11-25")
    assert 'error_id: ["Gate_ClosedForReports"]' in made.rule
    assert 'contains: ["The gate of Fabrikam refuses reports after", "hours for"]' in made.rule or (
        'contains: ["The gate of Fabrikam refuses reports after"]' in made.rule
    )
    for private in ("Zk48Q", "kim@"):
        assert private not in made.rule + made.test
    assert made.like
    like = built_in().rule(made.like[0])
    assert f"class: {like['class']}\n" in made.rule
    assert next(iter(like["causes"])) in made.rule


def test_draft_is_sound_but_for_what_is_marked(tmp_path):
    """Written to a folder, the draft has no fault but its placeholders, and its own test holds."""
    assert agent("new", "gate.closed", "--from", "-", "--to", str(tmp_path), data=GATE).return_value == 0
    found = lint_own(tmp_path, built_in())
    assert found
    assert all("a placeholder is left" in fault for fault in found), found
    assert agent("test", "--rules", str(tmp_path)).output == "1 rules, all expectations hold\n"


def test_draft_leaves_taken_codes_alone():
    """A code that another rule has is not claimed again; that this rule knows the text is said."""
    text = "AADSTS700024: Client assertion is not within its valid time range, says the gate of Fabrikam."
    made = draft("gate.time", from_text(text), built_in(), "2026-11-25")
    assert "codes:" not in made.rule
    assert made.recognised[0].rule == "entra.aadsts700024"


def test_draft_of_a_text_without_words():
    """A text with nothing to go by gives a rule that asks for words."""
    made = draft("gate.none", from_text("12345 999"), built_in(), "2026-11-25")
    assert 'contains: ["TODO: words of the message that never change"]' in made.rule


def test_draft_of_a_report_takes_the_innermost_message():
    """From a report of the PowerShell module the message of the root exception is read."""
    report = {
        "schema": "1",
        "exceptions": [
            {"type": "Fabrikam.OuterException", "message": "Something failed around it."},
            {"type": "Fabrikam.GateException", "message": "The inner gate of Fabrikam is shut for maintenance."},
        ],
    }
    made = draft("gate.inner", from_mapping(report), built_in(), "2026-11-25")
    assert 'contains: ["The inner gate of Fabrikam is shut for maintenance"]' in made.rule


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("Gate Closed", "--from", "-"), "is no id"),
        (("closed", "--from", "-"), "is no id"),
        (("entra.aadsts700024", "--from", "-"), "is there already"),
        (("gate.closed", "--from", "/nowhere/error.txt"), "cannot be read"),
        (("gate.closed", "--class", "Über", "--from", "-"), "--class"),
    ],
)
def test_mistakes_are_told(tmp_path, args, said):
    """What cannot be done is said with the way out, and nothing is written."""
    from agent.errors import UsageError

    with pytest.raises(UsageError, match=said):
        agent("new", *args, "--to", str(tmp_path), data=GATE)
    assert [] == list(tmp_path.iterdir())


def test_nothing_is_overwritten(tmp_path):
    """A file that is there stays as it is, be it the rule or only its test."""
    from agent.errors import UsageError

    there = tmp_path / "errors" / "gate" / "closed.test.yaml"
    there.parent.mkdir(parents=True)
    there.write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="is not overwritten"):
        agent("new", "closed", "--product", "gate", "--from", "-", "--to", str(tmp_path), data=GATE)
    assert ["mine"] == [path.read_text("utf-8") for path in tmp_path.rglob("*.yaml")]


def test_a_new_rule_goes_where_its_author_can_write(tmp_path, monkeypatch):
    """An installed agent writes to the last folder of AGENT_RULES, else to the user's own, and uses what it wrote at once."""
    from agent.commands import rules

    monkeypatch.setattr(rules, "source_folder", lambda: None)
    monkeypatch.setenv("AGENT_HOME", str(tmp_path / "home"))
    ran = agent("new", "gate.closed", "--from", "-", data=GATE)
    assert (tmp_path / "home" / "rules" / "errors" / "gate" / "closed.yaml").is_file()
    assert "AGENT_RULES" not in ran.output
    assert "gate.closed" in agent("why", "--file", "-", data=GATE).output
    monkeypatch.setenv("AGENT_RULES", str(tmp_path / "team"))
    agent("new", "gate.shut", "--from", "-", data=GATE)
    assert (tmp_path / "team" / "errors" / "gate" / "shut.yaml").is_file()


def test_next_steps_are_printed(tmp_path):
    """The answer names both files, the commands to go on with, and the folder to use."""
    out = agent("new", "gate.closed", "--from", "-", "--to", str(tmp_path), data=GATE).output
    assert f"agent rules lint --rules {tmp_path}" in out
    assert f"agent rules test gate.closed --rules {tmp_path}" in out
    assert "AGENT_RULES" in out


# --- why ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rule", "missing"),
    [
        ("It was insufficient", "graph.second", 'the words "privileges" are not there'),
        (
            "Status: 401 (Unauthorized) insufficient privileges",
            "graph.second",
            "the HTTP status is 401; the rule wants 403",
        ),
        (
            "Connect-MgGraph: the moon is full tonight",
            "own.command",
            "the command is Connect-MgGraph; the rule wants Get-Moon",
        ),
        ("the moon is full tonight", "own.command", "no command is named; the rule wants Get-Moon"),
        (
            "The clock of the towr strikes thirteen",
            "own.slip",
            'the words "clock of the tower strikes" are not there; the text has "clock of the towr strikes"',
        ),
        ("the sun is out of order today, 12", "own.pattern", "its pattern does not match"),
    ],
    ids=["literal", "status", "command", "no command", "slip", "pattern"],
)
def test_what_a_near_miss_lacks_is_said(text, rule, missing):
    """A rule that nearly matches is named with what of it is there and what is not."""
    catalogue = small()
    found = why(from_text(text), catalogue)
    assert rule not in [m.rule for m in found.matches]
    near = next(n for n in found.near if n.rule == rule)
    assert near.present
    assert any(
        clause.strip().startswith(missing.split(";")[0]) and missing.split(";")[-1].strip() in clause
        for clause in near.missing
    ), near


def small() -> Catalogue:
    """Rules with each kind of condition."""
    causes = [smallcatalogue.cause("clock", {"time.sync": {"fail": "always"}})]
    rules = [
        smallcatalogue.rule(
            "graph.second", {"clock": "common"}, http_status="403", contains=["insufficient", "privileges"]
        ),
        smallcatalogue.rule("own.command", {"clock": "common"}, command=["Get-Moon"], contains=["the moon is full"]),
        smallcatalogue.rule("own.slip", {"clock": "common"}, contains=["clock of the tower strikes"]),
        smallcatalogue.rule("own.pattern", {"clock": "common"}, contains=["the sun is out of order"], pattern=r"\d{3}"),
    ]
    return smallcatalogue.catalogue(rules, causes, {"time.sync": smallcatalogue.check()})


def test_why_shows_what_is_read_and_matched():
    """The answer holds the fingerprint, each match with its reason, and the near misses; text without a match ends with 5."""
    ran = agent("why", "Connect-MgGraph: AADSTS700024: Client assertion is not within its valid time range.")
    assert ran.return_value == 0
    for part in ("codes        AADSTS700024", "command      Connect-MgGraph", "code AADSTS700024"):
        assert part in ran.output
    nothing = agent("why", "The cat sat on the mat", "--format", "json")
    answer = json.loads(nothing.output)
    assert (5, []) == (nothing.return_value, answer["matches"])
    assert {"schema", "fingerprint", "matches", "near"} == set(answer)


def test_why_reads_a_file_and_shows_no_secret(tmp_path):
    """The error may stand in a file; a secret in it is not shown."""
    (tmp_path / "error.txt").write_text(GATE, encoding="utf-8")
    ran = agent("why", "--file", str(tmp_path / "error.txt"))
    assert "Gate_ClosedForReports" in ran.output
    assert "Zk48Q" not in ran.output


# --- stale -------------------------------------------------------------------------------------------------------------


def dated() -> Catalogue:
    """A rule and a cause of different ages, with statements that go stale at different times."""
    statement = {"says": "It is so", "source": "Contoso handbook", "checked": "2026-10-01", "recheck_days": "30"}
    rule = {**smallcatalogue.rule("own.old", {"clock": "common"}, codes=["AADSTS700024"]), "reviewed": "2026-01-01"}
    cause = smallcatalogue.cause("clock", dated=[statement], reviewed="2026-11-20")
    return smallcatalogue.catalogue([rule], [cause], {})


def test_old_entries_and_statements_are_due():
    """An entry is due after its days, a statement after its own, the longest overdue first; a new one is not."""
    rows = due(dated(), date(2026, 11, 25))
    assert [("rule", "own.old", 328, 180), ("statement", "clock", 55, 30)] == [
        (row.kind, row.id, row.age_days, row.limit) for row in rows
    ]
    assert rows[1].source == "Contoso handbook"
    assert [] == due(dated(), date(2026, 10, 15), days=400)


def test_the_last_good_day_is_good():
    """After exactly its days an entry is still good; a day later it is due."""
    assert [] == [row for row in due(dated(), date(2026, 6, 30)) if row.kind == "rule"]
    assert ["own.old"] == [row.id for row in due(dated(), date(2026, 7, 1)) if row.kind == "rule"]


def test_stale_tells_by_its_exit_code():
    """Nothing due ends with 0, something due with 4, a date that is none with 2."""
    from agent.errors import UsageError

    assert agent("stale", "--on", "2026-11-26").return_value == 0
    later = agent("stale", "--on", "2029-01-01", "--format", "json")
    rows = json.loads(later.output)
    assert later.return_value == 4
    assert {"rule", "cause", "statement"} <= {row["kind"] for row in rows}
    assert {"kind", "id", "what", "checked", "age_days", "limit", "source"} == set(rows[0])
    with pytest.raises(UsageError, match="is not a date"):
        agent("stale", "--on", "tomorrow")


def test_statements_that_may_change_are_dated():
    """Entries about retired modules, mandatory second factors and withdrawn ids say who says so and when that was looked up."""
    catalogue = built_in()
    for record in (
        catalogue.rule("powershell.retired-module"),
        catalogue.rule("powershell.retired-module-command"),
        catalogue.cause("mfa-enforced-for-unattended-account"),
        catalogue.cause("mfa-enforced-for-silent-flow"),
    ):
        assert all(row["source"] and int(row["recheck_days"]) <= 365 for row in record["dated"]), record["id"]


# --- examples against all rules ----------------------------------------------------------------------------------------


def two(**second: Any) -> Catalogue:
    """Two rules that may claim one text."""
    rules = [
        smallcatalogue.rule("own.a", {"clock": "common"}, contains=["the gate of Fabrikam is shut"]),
        smallcatalogue.rule("own.b", {"clock": "common"}, **second),
    ]
    return smallcatalogue.catalogue(rules, [smallcatalogue.cause("clock")], {})


TESTS = {"own.a": {"match": ["Gate: the gate of Fabrikam is shut, says AADSTS700024"]}}


def test_a_rule_that_is_beaten_on_its_own_text_is_told(tmp_path):
    """Who loses an example of its own to another rule is a fault, whatever is listed."""
    catalogue = two(codes=["AADSTS700024"])
    assert [("own.a", "own.b", True)] == [c[:3] for c in claims(catalogue, TESTS)]
    assert "must match, but own.b does" in faults(tmp_path, catalogue, TESTS, catalogue.rule_ids)[0][1]


def test_two_that_claim_one_text_must_know_of_each_other(tmp_path):
    """A claim nearly as strong is a fault until the pair is listed; a line that nothing needs is one too."""
    catalogue = two(contains=["gate of Fabrikam is shut"])
    assert [Claim("own.a", "own.b", False, repr(TESTS["own.a"]["match"][0]))] == list(claims(catalogue, TESTS))
    assert "own.b claims nearly as strongly" in faults(tmp_path, catalogue, TESTS, catalogue.rule_ids)[0][1]
    lines = [
        '- {owner: own.b, also: own.a, why: "Both are about the gate"}\n',
        '- {owner: own.b, also: own.c, why: "x"}\n',
    ]
    (tmp_path / "overlaps.yaml").write_text(lines[0], encoding="utf-8")
    assert [] == faults(tmp_path, catalogue, TESTS, catalogue.rule_ids)
    (tmp_path / "overlaps.yaml").write_text("".join(lines), encoding="utf-8")
    assert [("", "rules/overlaps.yaml, line 2: no text needs this pair any more")] == faults(
        tmp_path, catalogue, TESTS, catalogue.rule_ids
    )
    assert NEAR < 0.1


def test_the_order_of_matches_does_not_depend_on_the_order_of_rules():
    """Equally sure rules come in one order however the catalogue numbers them: more words first, then by id."""
    names = ["own.b", "own.a", "own.c"]
    texts = {"own.a": "the gate is shut", "own.b": "the gate is shut", "own.c": "the gate is shut now"}
    orders = []
    for turned in (names, names[::-1], sorted(names)):
        rules = [smallcatalogue.rule(name, {"clock": "common"}, contains=[texts[name]]) for name in turned]
        catalogue = smallcatalogue.catalogue(rules, [smallcatalogue.cause("clock")], {})
        orders.append([m.rule for m in matches_of("the gate is shut now", catalogue)])
    assert [["own.c", "own.a", "own.b"]] * 3 == orders


def test_each_reference_row_wins_its_own_text():
    """A text made of a reference entry's own signals is led by that entry."""
    catalogue = built_in()
    rows = [rule for rule in catalogue.rules() if rule["status"] == "reference"]
    lost = [(row["id"], [m.rule for m in found[:1]]) for row in rows
            if (found := matches_of(sample_of(row), catalogue))[:1] == () or found[0].rule != row["id"]]  # fmt: skip
    assert rows
    assert [] == lost


def test_own_rules_are_tried_against_the_built_in_ones(tmp_path):
    """An own rule that takes the text of a built-in reference entry is told, though the built-in one cannot be changed."""
    row = next(r for r in built_in().rules() if r["status"] == "reference" and "codes" in r["match"])
    code = row["match"]["codes"][0]
    rule = ownrules.RULE.replace("contains:", f'codes: ["{code}"]\n  contains:', 1)
    ownrules.write(tmp_path, rule=rule)
    catalogue = built_in()
    layer = lay_over(catalogue, [tmp_path])[0]
    told = faults(tmp_path, catalogue, {}, layer.rules)
    assert any("own.quota" in message for _, message in told), told


# --- causes ------------------------------------------------------------------------------------------------------------


def test_causes_are_found_by_word_and_check():
    """Authors find a cause by words of its title or by the check that sees it."""
    assert "clock-wrong" in agent("causes", "clock", "computer").output
    rows = json.loads(agent("causes", "time.clock_in_sync", "--format", "json").output)
    assert "clock-wrong" in [row["id"] for row in rows]
    assert {"id", "title", "decided_by", "checks"} == set(rows[0])


def test_a_drafted_rule_is_recognised(tmp_path: Path):
    """The draft alone, before anything is filled in, leads its own error."""
    agent("new", "gate.closed", "--from", "-", "--to", str(tmp_path), data=GATE)
    catalogue = built_in()
    lay_over(catalogue, [tmp_path])
    from agent.fingerprint import fingerprint

    report = from_text(GATE)
    assert match(fingerprint(report), report.text, catalogue)[0].rule == "gate.closed"
