"""Reference tables: one row, one record; faults name file, line and column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agent.catalogue.reference import give_families, read_tables

HEADER = "codes,symbol,hresult,contains,class,causes,title,meaning,source,reviewed\n"
ROW = "AADSTS16001,,,,interaction-required,,Chosen account refused,Choose again.,entra-docs,2026-11-25\n"


def tables(folder: Path, text: str) -> tuple[dict[str, Any], list[str]]:
    """(records by id, faults) of one table named ``entra``."""
    (folder / "reference").mkdir()
    (folder / "reference" / "entra.csv").write_text(text, encoding="utf-8")
    issues: list[str] = []
    found = read_tables(folder / "reference", issues, folder)
    return {key: entry[0] for key, entry in found.items()}, issues


def test_row_becomes_a_record_without_a_page(tmp_path: Path) -> None:
    """A row is a rule of status reference: id of its table and code, meaning as summary, no page."""
    found, issues = tables(tmp_path, HEADER + ROW)
    assert [] == issues
    record = found["entra.aadsts16001"]
    assert ("reference", "Choose again.", {"codes": ["AADSTS16001"]}) == (
        record["status"],
        record["summary"],
        record["match"],
    )
    assert "page" not in record


def test_cell_holds_several_values(tmp_path: Path) -> None:
    """Values stand between bars; commas and semicolons belong to the text."""
    found, issues = tables(
        tmp_path,
        HEADER
        + ',SEC_E_NO_CREDENTIALS,0x8009030E,"no, credentials; here | in the package",x,cause-a | cause-b,T,M,s,2026-11-25\n',
    )
    record = found["entra.sec-e-no-credentials"]
    assert [] == issues
    assert ["no, credentials; here", "in the package"] == record["match"]["contains"]
    assert ["cause-a", "cause-b"] == list(record["causes"])


def test_faults_name_line_and_column(tmp_path: Path) -> None:
    """Every wrong cell is reported with its line; the sound rows are kept."""
    found, issues = tables(tmp_path, HEADER + ROW + ",,,,x,,T.,M,s,25.11.2026\n" + "a,b\n")
    assert ["entra.aadsts16001"] == list(found)
    assert [
        "rules/reference/entra.csv, line 3: recognises nothing: every signal column is empty",
        "rules/reference/entra.csv, line 3: title: 'T.' is not a single line without a full stop",
        "rules/reference/entra.csv, line 3: reviewed: '25.11.2026' is not a date like 2026-11-25",
    ] == issues[:3]
    assert "rules/reference/entra.csv, line 4: has 2 cells, the header 10" == issues[-1]


def test_unknown_column_is_a_fault(tmp_path: Path) -> None:
    """A misspelt column is never read as if it were not there."""
    found, issues = tables(tmp_path, "code,class,title,meaning,source,reviewed\nA1,x,T,M,s,2026-11-25\n")
    assert {} == found
    assert "rules/reference/entra.csv, line 1: unknown column 'code'" == issues[0].partition(";")[0]


def test_second_row_of_an_id_is_a_fault(tmp_path: Path) -> None:
    """Two rows for one thing are refused and both places are named."""
    _, issues = tables(tmp_path, HEADER + ROW + ROW)
    assert (
        "rules/reference/entra.csv, line 3: id 'entra.aadsts16001' stands in rules/reference/entra.csv, line 2 too;"
        " give one a slug"
    ) == issues[0]


def test_family_gives_causes() -> None:
    """A row without causes takes those that full rules of its class name most; without such rules it must name some."""
    rule = {"class": "x", "causes": {"rare-one": {"prior": "rare"}, "first": {"prior": "common"}}}
    row = {"class": "x", "causes": {}}
    lone = {"class": "y", "causes": {}}
    issues: list[str] = []
    node = type("N", (), {"line": 7})()
    give_families(
        {"rules": {"r": (rule, "", None)}, "reference": {"a": (row, "t", node), "b": (lone, "t", node)}}, issues
    )
    assert ["first", "rare-one"] == list(row["causes"])
    assert 1 == len(issues)
    assert issues[0].startswith("t, line 7: causes: no full rule has the class 'y'")
