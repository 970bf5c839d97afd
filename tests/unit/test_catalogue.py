"""Catalogue files: strict, located faults, one seekable JSON, recompiled only when something changed."""

from __future__ import annotations

import json
import shutil

import pytest

from agent.catalogue import load as loader
from agent.catalogue.compile import compile_catalogue, read_sources
from agent.catalogue.lint import lint
from agent.catalogue.load import Catalogue, source_folder
from agent.catalogue.stamp import stamp
from agent.catalogue.yamltext import parse, plain
from agent.errors import AgentError, CatalogueError

RULE = "errors/entra/aadsts700024.yaml"


@pytest.fixture
def rules(tmp_path):
    """A copy of the real rules folder, free to break."""
    target = tmp_path / "rules"
    shutil.copytree(source_folder(), target)
    return target


def faults(rules) -> list[str]:
    """What reading the folder complains about."""
    issues: list[str] = []
    read_sources(rules, issues)
    return issues


def edit(rules, old: str, new: str, path: str = RULE) -> None:
    """Replace text in a file; the text must be there."""
    file = rules / path
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("causes:\n", "cause:\n", "unknown key 'cause' (did you mean 'causes'?)"),
        ("severity: high", "severity: dreadful", "severity: 'dreadful' is not known"),
        ("severity: high\n", "", "missing key 'severity'"),
        ("severity: high\n", "severity: high\nseverity: low\n", "duplicate key 'severity'"),
        ("{prior: common}", "{prior: comon}", "'comon' is not known (did you mean 'common'?)"),
        ("id: entra.aadsts700024", "id: entra.other", "the file's place says 'entra.aadsts700024'"),
        ('reviewed: "2', 'reviewed: "x2', "is not a date like"),
        ("match:\n", "match: [\n", "not YAML"),
    ],
    ids=["unknown", "word", "missing", "duplicate", "prior", "id", "date", "yaml"],
)
def test_a_fault_names_file_line_and_field(rules, old, new, complaint):
    """Whoever wrote the file finds the place at once."""
    edit(rules, old, new)
    found = [i for i in faults(rules) if i.startswith(f"rules/{RULE}, line ")]
    assert any(complaint in issue for issue in found), found


def test_all_faults_are_collected(rules):
    """Two broken files give two complaints in one run."""
    edit(rules, "severity: high", "severity: x")
    edit(rules, "short: ", "shrt: ", "causes/clock-wrong.yaml")
    with pytest.raises(CatalogueError) as caught:
        compile_catalogue(rules)
    assert {"aadsts700024.yaml", "clock-wrong.yaml"} <= {
        i.split(",")[0].rpartition("/")[2] for i in caught.value.issues
    }


@pytest.mark.parametrize(
    ("path", "old", "new", "complaint"),
    [
        (RULE, "clock-wrong: {prior: common}", "clock-wrongg: {prior: common}", "has no file in rules/causes"),
        (
            RULE,
            "clock-wrong: {prior: common}",
            'clock-wrong: {prior: common, with: {time.nothing: {a: "b"}}}',
            "check 'time.nothing' does not exist",
        ),
        (
            RULE,
            "clock-wrong: {prior: common}",
            'clock-wrong: {prior: common, with: {time.clock_in_sync: {a: "b"}}}',
            "no parameter 'a'",
        ),
        (
            RULE,
            'codes: ["AADSTS700024"]',
            'codes: ["AADSTS700024", "AADSTS90002"]',
            "AADSTS90002 of entra.aadsts90002 is claimed by",
        ),
        (RULE, "  contains:", "  pattern: '(a+)+b'\n  contains:", "on a hostile text"),
        (RULE, "  contains:", "  pattern: '(?P<nofact>x)'\n  contains:", "group 'nofact' is no fact"),
        (
            "causes/clock-wrong.yaml",
            "time.clock_in_sync: {fail",
            "time.clock_in_sink: {fail",
            "check 'time.clock_in_sink' does not exist",
        ),
        (
            "causes/clock-wrong.yaml",
            "{offset_s:duration}",
            "{offsets:duration}",
            "'offsets' is neither a fact nor evidence",
        ),
    ],
    ids=["cause", "check", "param", "code", "slow", "group", "evidence", "headline"],
)
def test_lint_sees_what_one_file_cannot_show(rules, path, old, new, complaint):
    """References, duplicates and slow patterns are faults with file and line."""
    edit(rules, old, new, path)
    found = lint(rules)
    assert any(complaint in issue and ", line " in issue for issue in found), found


def test_the_compiled_file_is_one_json_with_records_found_by_offset():
    """A reader that knows no offsets sees the same records as one that seeks."""
    text = compile_catalogue(source_folder())
    seeking = Catalogue(text.encode("ascii"))
    whole = json.loads(text)
    rules, causes = set(seeking.rule_ids), set(seeking.cause_ids)
    extras = {row[0]: seeking._record("extras", row[0]) for row in seeking.index["extras"]}
    assert {r["id"] for r in whole["records"]} == rules | causes | set(extras)
    for record in whole["records"]:
        key = record["id"]
        found = extras[key] if key in extras else seeking.rule(key) if key in rules else seeking.cause(key)
        assert record == found


def test_yaml_scalars_stay_text():
    """Numbers, dates and yes/no keep their letters."""
    node = parse("a: 0x80070005\nb: 010\nc: no\nd: 2026-08-01\ne: 1.10\n", [], "x")
    assert {"a": "0x80070005", "b": "010", "c": "no", "d": "2026-08-01", "e": "1.10"} == plain(node)


def test_a_damaged_compiled_file_is_told():
    """Half a file is not half a catalogue."""
    with pytest.raises(AgentError, match="damaged"):
        Catalogue(b'{"index": {}')


def test_a_source_checkout_recompiles_only_after_a_change(rules, monkeypatch, tmp_path):
    """An unchanged folder is not compiled again; a changed one is."""
    for part in ("checks", "agent/catalogue"):
        (tmp_path / part).mkdir(parents=True)
    monkeypatch.setattr(loader, "COMPILED", tmp_path / "catalogue.json")
    loader._load_source(rules)
    first = (tmp_path / "catalogue.json").stat().st_mtime_ns
    loader._load_source(rules)
    assert first == (tmp_path / "catalogue.json").stat().st_mtime_ns
    before = stamp(rules)
    edit(rules, "severity: high", "severity: low")
    assert before != stamp(rules)
    assert loader._load_source(rules).rule("entra.aadsts700024")["severity"] == "low"


def test_an_unreadable_installation_says_what_to_do(monkeypatch, tmp_path):
    """No catalogue: the message names the way out."""
    monkeypatch.setattr(loader, "source_folder", lambda: None)
    monkeypatch.setattr(loader, "COMPILED", tmp_path / "none.json")
    with pytest.raises(AgentError, match="reinstall"):
        loader.load()
