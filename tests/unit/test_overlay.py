"""A user's own rules: they work like built-in ones, can run nothing, and never take the built-in ones away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import ownrules
import pytest

from agent.catalogue import load as loader
from agent.catalogue import overlay
from agent.catalogue.compile import read_sources, render
from agent.catalogue.lint import lint_own
from agent.catalogue.load import Catalogue, built_in, load, source_folder
from agent.catalogue.overlay import lay_over
from agent.catalogue.ruletest import matches_of
from agent.home import own_rules, rule_folders
from agent.search import search

TEXT = "GATE4711: the daily quota of the Contoso gateway is used up"
BUILT_IN = "AADSTS7000222: The provided client secret keys for app 'Contoso Nightly' are expired."


def laid(folder: Path) -> Catalogue:
    """The built-in catalogue with the folder over it."""
    catalogue = built_in()
    catalogue.layers = lay_over(catalogue, [folder])
    return catalogue


def first(catalogue: Catalogue, text: str) -> str:
    """The leading rule of a text, or an empty one."""
    found = matches_of(text, catalogue)
    return found[0].rule if found else ""


def test_own_rule_matches_and_has_its_causes(tmp_path):
    """A rule, a cause and a reference row of an own folder are found like built-in ones, which work on."""
    catalogue = laid(ownrules.write(tmp_path, table=ownrules.TABLE))
    assert () == catalogue.layers[0].issues
    assert first(catalogue, TEXT) == "own.quota"
    assert first(catalogue, "GATE4713: closed for maintenance") == "own.gate4713"
    assert first(catalogue, BUILT_IN) == "entra.aadsts7000222"
    assert catalogue.cause("own-quota-used-up")["short"] == "quota used up"
    assert {"own.quota", "own.gate4713"} <= set(catalogue.rule_ids)


def test_a_faulty_row_costs_itself_only(tmp_path):
    """Of a table the sound rows are used; the faulty one is named by file, line and column, and a table too large is refused."""
    table = ownrules.TABLE + "x,,graph-throttled,own-quota-used-up,T,M,s,2026-11-25\n"
    catalogue = laid(ownrules.write(tmp_path, table=table))
    assert [f"{tmp_path}/reference/own.csv, line 3: recognises nothing: every signal column is empty"] == [
        issue.replace("\\", "/") for issue in catalogue.layers[0].issues
    ]
    assert "own.gate4713" in catalogue.rule_ids
    ownrules.write(tmp_path, table=table + "#" * overlay.MAX_TABLE)
    assert "2048 KiB are read" in laid(tmp_path).layers[0].issues[0]


def test_own_rules_are_searched_and_browsed(tmp_path):
    """Search finds own entries by their words, topics show them in one of their own, and built-in entries stay findable."""
    catalogue = laid(ownrules.write(tmp_path, table=ownrules.TABLE))
    assert search("contoso gateway quota", catalogue).hits[0].rule == "own.quota"
    assert (
        search("expired client secret", catalogue).hits[0].rule
        == search("expired client secret", built_in()).hits[0].rule
    )
    own = catalogue.topics[-1]
    assert ("own", ["own.quota"], ["own.gate4713"]) == (own["id"], own["entries"], own["reference"])


def test_merged_index_is_the_compiled_one(tmp_path):
    """Signals merged at start are those the compiler makes of both folders together, so no reader of the index can tell."""
    folder = ownrules.write(tmp_path, table=ownrules.TABLE)
    merged = laid(folder)
    found = read_sources(source_folder(), [])
    base = built_in()
    own = overlay.read_folder(folder, base)
    whole = {**found, "causes": {**found["causes"], **own.causes}}
    whole["reference"] = {**found["reference"], **own.rules, **own.reference}  # behind the built-in ones, as merged
    compiled = Catalogue(render(whole, base.checks, "").encode("ascii"))
    assert compiled.rule_ids == merged.rule_ids
    assert compiled.index["signals"] == merged.index["signals"]


@pytest.mark.parametrize(
    ("part", "text", "complaint"),
    [
        ("rule", ownrules.RULE.replace("severity: low", "severity: !!python/object/apply:os.system [touch pwned]"), "line 5: tag"),
        ("rule", ownrules.RULE.replace("severity: low", "severity: !own low"), "line 5: tag"),
        ("rule", ownrules.RULE.replace("severity: low", "severity: &a low").replace('["gate4711"]', "[*a]"), "line 23: alias"),
        (
            "rule",
            "a: &a [x, x]\n" + "\n".join(f"a{n}: &a{n} [*a{n - 1 or ''}, *a{n - 1 or ''}]" for n in range(1, 60)),
            "line 2: alias",
        ),
        ("rule", "[" * 50_000, "line 1: not YAML"),
        ("rule", "- " * 500 + "x", "line 1: nested deeper"),
        ("rule", ownrules.RULE + "---\nid: own.other\n", "a second document"),
        ("rule", ownrules.RULE + "#" * overlay.MAX_FILE, "line 1: 129 KiB; at most 128"),
        ("rule", ownrules.RULE.replace("severity: low", "severity: low\nrun_python: import os"), "line 6: unknown key 'run_python'"),
        ("rule", ownrules.RULE.replace("own-quota-used-up", "no-such-cause"), "line 10: cause 'no-such-cause' has no file"),
        ("rule", ownrules.RULE.replace("graph.throttled", "graph.no-such"), "line 22: related rule 'graph.no-such'"),
        ("rule", ownrules.RULE.replace("causes:\n", "  pattern: '(a+)+b'\ncauses:\n"), "line 9: repeats what already repeats"),
        ("rule", ownrules.RULE.replace("causes:\n", "  pattern: '(a'\ncauses:\n"), "line 9: not a regular expression"),
        ("cause", ownrules.CAUSE.replace("look_up", "evidence: {os.system: {fail: always}}\nlook_up"),
         "check 'os.system' does not exist"),
        ("rule", ownrules.RULE.replace("id: own.quota", "id: own.other"), "line 1: id: 'own.other', the file's place says 'own.quota'"),
    ],
    ids=["python", "tag", "alias", "laughs", "brackets", "deep", "documents", "huge", "key", "cause", "related", "nested",
         "regex", "check", "id"],
)  # fmt: skip
def test_what_is_wrong_is_left_out_with_file_and_line(tmp_path, monkeypatch, part, text, complaint):
    """A hostile or faulty file runs nothing and is refused by name, line and reason; the built-in catalogue answers as ever."""
    monkeypatch.chdir(tmp_path)
    catalogue = laid(ownrules.write(tmp_path / "own", **{part: text}))
    issues = catalogue.layers[0].issues
    file = "own-quota-used-up.yaml" if part == "cause" else "quota.yaml"
    assert any(file in issue and complaint in issue for issue in issues), issues
    assert "own.quota" not in catalogue.rule_ids
    assert first(catalogue, BUILT_IN) == "entra.aadsts7000222"
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    "data", [bytes(range(256)), b"\xff\xfe" + "id: x".encode("utf-16-le"), b"id: \x00"], ids=["all", "utf-16", "nul"]
)
def test_binary_files_are_left_out(tmp_path, data):
    """What is no UTF-8 text is refused, and nothing else with it."""
    folder = ownrules.write(tmp_path)
    (folder / "errors" / "own" / "binary.yaml").write_bytes(data)
    catalogue = laid(folder)
    assert len(catalogue.layers[0].issues) == 1
    assert "binary.yaml" in catalogue.layers[0].issues[0]
    assert first(catalogue, TEXT) == "own.quota"


def test_unknown_file_kinds_are_not_read(tmp_path):
    """Python files and notes may lie about; they are neither imported nor complained about."""
    folder = ownrules.write(tmp_path)
    for name in ("errors/own/evil.py", "causes/README.md", "conftest.py", "errors/own/.hidden.yaml"):
        (folder / name).write_text("raise SystemExit('run')", encoding="utf-8")
    assert () == laid(folder).layers[0].issues


@pytest.mark.skipif(os.name != "posix", reason="links need no right on POSIX only")
def test_links_out_of_the_folder_are_not_followed(tmp_path):
    """A linked file or folder outside is refused, a link inside works, and a pipe does not hang the start."""
    outside = tmp_path / "outside.yaml"
    outside.write_text(ownrules.RULE.replace("own.quota", "own.out"), encoding="utf-8")
    folder = ownrules.write(tmp_path / "own")
    place = folder / "errors" / "own"
    (place / "out.yaml").symlink_to(outside)
    (folder / "errors" / "loop").symlink_to(folder, target_is_directory=True)
    os.mkfifo(place / "pipe.yaml")
    (place / "quota.yaml").rename(place / "real.txt")
    (place / "quota.yaml").symlink_to(place / "real.txt")
    (tmp_path / "secret.csv").write_text(ownrules.TABLE, encoding="utf-8")
    (folder / "reference").mkdir()
    for name in ("out.csv", ".hidden.csv"):
        (folder / "reference" / name).symlink_to(tmp_path / "secret.csv")
    catalogue = laid(folder)
    said = "\n".join(catalogue.layers[0].issues)
    assert f"out.yaml, line 1: a link that leads out of the folder, to {outside}" in said
    assert "loop, line 1: a link" in said
    assert "out.csv, line 1: a link that leads out" in said
    assert "pipe.yaml, line 1: no plain file" in said
    assert ("own.quota",) == catalogue.layers[0].rules


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps rights in lists of its own")
def test_what_everybody_may_write_is_not_read(tmp_path):
    """Words that any account of the computer may change do not reach a diagnosis."""
    folder = ownrules.write(tmp_path / "own")
    (folder / "errors" / "own" / "quota.yaml").chmod(0o666)
    assert "every account may write it" in laid(folder).layers[0].issues[0]
    folder.chmod(0o777)
    assert "every account may write here" in laid(folder).layers[0].issues[0]


def test_taking_a_built_in_s_place_is_said(tmp_path):
    """An id that is taken is a fault unless the entry says overrides: true; and saying so without need is one too."""
    rule = ownrules.RULE.replace("id: own.quota", "id: graph.throttled").replace('["graph.throttled"]', "[]")
    folder = tmp_path / "own"
    place = folder / "errors" / "graph" / "throttled.yaml"
    place.parent.mkdir(parents=True)
    ownrules.write(folder, rule="", test="")
    place.write_text(rule, encoding="utf-8")
    refused = laid(folder)
    assert "line 1: id: 'graph.throttled' is taken; add overrides: true" in refused.layers[0].issues[0]
    assert refused.rule("graph.throttled")["title"] == built_in().rule("graph.throttled")["title"]

    place.write_text(rule.replace("throttled\n", "throttled\noverrides: true\n", 1), encoding="utf-8")
    replaced = laid(folder)
    assert ("graph.throttled",) == replaced.layers[0].replaced
    assert first(replaced, TEXT) == "graph.throttled"
    old = "Status: 429 (TooManyRequests) ErrorCode: TooManyRequests"
    assert first(built_in(), old) == "graph.throttled"
    assert first(replaced, old) != "graph.throttled"
    assert len(replaced.rule_ids) == len(set(replaced.rule_ids)) == len(built_in().rule_ids)

    own = ownrules.RULE.replace("id: own.quota\n", "id: own.quota\noverrides: true\n")
    lost = laid(ownrules.write(tmp_path / "lost", rule=own)).layers[0]
    assert "line 2: overrides: there is no 'own.quota' to replace" in lost.issues[0]


def test_a_row_without_causes_takes_those_of_its_family(tmp_path):
    """Own reference rows know their class's causes, as built-in ones do."""
    table = ownrules.TABLE.replace("own-quota-used-up", "").replace("graph-throttled", "client-secret-expired")
    catalogue = laid(ownrules.write(tmp_path, table=table))
    assert () == catalogue.layers[0].issues
    assert next(iter(catalogue.rule("own.gate4713")["causes"])) in catalogue.rule("entra.aadsts7000222")["causes"]


def test_folders_come_from_the_environment_and_the_user_s_own_place(tmp_path, monkeypatch):
    """AGENT_RULES names folders in order over the user's own one, which counts when it is there."""
    monkeypatch.setenv("AGENT_HOME", str(tmp_path))
    monkeypatch.setenv("AGENT_RULES", os.pathsep.join([str(tmp_path / "a"), "", str(tmp_path / "b")]))
    assert (tmp_path / "a", tmp_path / "b") == rule_folders()
    own_rules().mkdir()
    assert (tmp_path / "rules", tmp_path / "a", tmp_path / "b") == rule_folders()


@pytest.mark.parametrize(
    ("platform", "variable", "place"),
    [("linux", "XDG_CONFIG_HOME", "it-error-agent/rules"), ("win32", "APPDATA", "it-error-agent/rules"),
     ("darwin", "HOME", "Library/Application Support/it-error-agent/rules")],
)  # fmt: skip
def test_own_folder_is_where_the_platform_keeps_settings(tmp_path, monkeypatch, platform, variable, place):
    """Without AGENT_HOME the user's own folder stands where settings stand."""
    monkeypatch.delenv("AGENT_HOME")
    monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setattr(sys, "platform", platform)
    if platform == "darwin":
        monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert tmp_path / place == own_rules()


def test_one_line_warns_and_the_answer_comes(tmp_path, monkeypatch, capsys):
    """load() tells what it left out in one line on standard error, once, with the command that shows all."""
    folder = ownrules.write(tmp_path / "own", rule=ownrules.RULE.replace("severity", "severety"))
    monkeypatch.setenv("AGENT_RULES", str(folder))
    monkeypatch.setattr(loader, "_warned", set())
    assert first(load(), BUILT_IN) == "entra.aadsts7000222"
    load()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "quota.yaml, line 5: unknown key 'severety' (did you mean 'severity'?) (and 1 more)" in said
    assert f"agent rules lint --rules {folder} shows all" in said


def test_a_folder_that_cannot_be_used_at_all_is_told(tmp_path, monkeypatch):
    """Whatever goes wrong inside, the built-in catalogue stays."""

    def broken(folder: Path, base: Any) -> Any:
        raise RuntimeError("no luck")

    monkeypatch.setattr(overlay, "read_folder", broken)
    catalogue = laid(tmp_path)
    assert "cannot be used: RuntimeError: no luck" in catalogue.layers[0].warning
    assert first(catalogue, BUILT_IN) == "entra.aadsts7000222"


def agent(*args: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "agent", *args],
        capture_output=True, text=True, encoding="utf-8", timeout=60, env={**os.environ, **variables}, check=False,
    )  # fmt: skip


def test_commands_use_own_rules(tmp_path):
    """diagnose, explain, rules list and doctor know the folder of AGENT_RULES."""
    folder = str(ownrules.write(tmp_path))
    answer = json.loads(agent("diagnose", "--no-checks", "--format", "json", TEXT, AGENT_RULES=folder).stdout)
    assert answer["matches"][0]["rule"] == "own.quota"
    assert "No further call is let through today." in agent("explain", "own.quota", AGENT_RULES=folder).stdout
    assert "own.quota" in agent("rules", "list", "gateway", AGENT_RULES=folder).stdout
    assert f"1 rules, 1 causes from {folder}" in agent("doctor", AGENT_RULES=folder).stdout


def test_lint_and_test_know_own_folders(tmp_path):
    """An own folder is linted and tested over the built-in catalogue; a fault in it ends with 2."""
    folder = ownrules.write(tmp_path)
    assert [] == lint_own(folder, built_in())
    tested = agent("rules", "test", "--rules", str(folder))
    assert (0, "1 rules, all expectations hold\n") == (tested.returncode, tested.stdout)
    ownrules.write(tmp_path, test=ownrules.TEST.replace("Too Many Requests", TEXT))
    assert "must not match, but does" in agent("rules", "test", "own.quota", "--rules", str(folder)).stderr
    ownrules.write(tmp_path, rule=ownrules.RULE.replace("A script calls", "TODO"))
    linted = agent("rules", "lint", "--rules", str(folder))
    assert linted.returncode == 2
    assert "quota.yaml, line 14: page.why: a placeholder is left" in linted.stderr


def test_without_own_rules_nothing_more_is_imported():
    """A start without own folders imports neither the reader of YAML nor the overlay."""
    built_in()  # a checkout compiles on its first start
    code = "import sys; from agent.catalogue.load import load; load(); print({'yaml', 'agent.catalogue.overlay'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.slow
def test_twenty_own_rules_cost_little(tmp_path):
    """A start with twenty own rules takes at most twice as long as one without, both at their best of several."""
    for number in range(20):
        place = tmp_path / "errors" / "own" / f"quota{number}.yaml"
        place.parent.mkdir(parents=True, exist_ok=True)
        rule = ownrules.RULE.replace("own.quota", f"own.quota{number}").replace("daily quota", f"daily quota {number}")
        place.write_text(rule.replace("gateway is used up", f"gateway {number}"), encoding="utf-8")
    ownrules.write(tmp_path, rule="", test="")
    best = {str(tmp_path): 9.0, "": 9.0}
    for _ in range(12):
        for folder in best:
            started = time.perf_counter()
            assert agent("diagnose", "--no-checks", BUILT_IN, AGENT_RULES=folder).returncode in (3, 4)
            best[folder] = min(best[folder], time.perf_counter() - started)
    assert best[str(tmp_path)] <= 2 * best[""], best
