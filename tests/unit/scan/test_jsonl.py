"""Records of JSONL files, answered one by one."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from agent.catalogue.load import Catalogue, load
from agent.diagnose import Options, diagnose
from agent.intake import from_text
from agent.scan.jsonl import Fields, answers
from agent.scan.sources import Source
from agent.system.fake import FakeSystem

SECRET = "AADSTS7000222: The provided client secret keys for app 'x' are expired."


@pytest.fixture(scope="module")
def store() -> Catalogue:
    """The whole catalogue."""
    return load()


def ask(
    store: Catalogue, path: Path, *rows: Any, fields: tuple[str, ...] = ("text",), id_: str = "id"
) -> list[dict[str, Any]]:
    """The answers to rows (texts as they are, other values as JSON)."""
    data = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows).encode("utf-8", "surrogatepass")
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    source = Source(str(path))
    try:
        return list(answers(source, Fields(fields, id_), store))
    finally:
        source.close()


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_answers(store: Catalogue, tmp_path: Path, name: str) -> None:
    """One answer a record, in order: with its id or line, null when nothing matches."""
    first, second, third = ask(
        store,
        tmp_path / name,
        {"id": "e1", "text": SECRET},
        "",
        {"text": "all is well"},
        {"id": 7, "text": [SECRET, "x"]},
    )
    assert (first["id"], first["rule"]) == ("e1", "entra.aadsts7000222")
    assert first["confidence"] > 0.9
    assert first["causes"]
    assert second == {"id": 3, "rule": None, "class": None, "confidence": 0, "causes": []}
    assert (third["id"], third["rule"]) == (7, "entra.aadsts7000222")


@pytest.mark.parametrize(
    ("fields", "row"),
    [
        (("error.message",), {"error": {"message": SECRET}}),
        (("error.message",), {"error.message": SECRET}),
        (("errors.0",), {"errors": [SECRET, "x"]}),
        (("head", "body"), {"head": "AADSTS7000222", "body": ["The provided client secret keys are expired."]}),
        (("head", "body"), {"body": SECRET}),
        (("report",), {"report": {"schema": "1", "exceptions": [{"type": "A.B", "message": SECRET}]}}),
    ],
)
def test_fields(store: Catalogue, tmp_path: Path, fields: tuple[str, ...], row: Any) -> None:
    """Dotted paths, several fields, lists, error reports."""
    assert ask(store, tmp_path / "a", row, fields=fields)[0]["rule"] == "entra.aadsts7000222"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("{broken", "not valid JSON"),
        ("[1]", "no object"),
        ({"id": 1}, "no field text"),
        ({"text": {"a": 1}}, "without schema"),
        ({"text": {"schema": "9"}}, "schema"),
        ("[" * 100_000, "nested"),
    ],
)
def test_broken_records(store: Catalogue, tmp_path: Path, row: Any, says: str) -> None:
    """A record that cannot be used is answered with what is wrong; its neighbours are answered as ever."""
    before, broken, after = ask(store, tmp_path / "a", {"text": SECRET}, row, {"text": SECRET})
    assert before["rule"] == after["rule"] == "entra.aadsts7000222"
    assert says in broken["error"]
    assert broken["id"] in (1, 2)


def test_other_id_field(store: Catalogue, tmp_path: Path) -> None:
    """The id may stand anywhere."""
    assert ask(store, tmp_path / "a", {"meta": {"key": "k"}, "text": "x"}, id_="meta.key")[0]["id"] == "k"


def test_same_as_a_diagnosis_without_checks(store: Catalogue, tmp_path: Path) -> None:
    """Rule, class, confidence and causes, in their order, are those of ``agent diagnose --no-checks``."""
    texts = [m for rule in store.rules() for m in rule.get("page", {}).get("message", ())[:1]][::7]
    texts.append("Connect-MgGraph -Scopes User.Read : AADSTS50076: you must use multi-factor authentication")
    for text, got in zip(texts, ask(store, tmp_path / "a", *({"text": t} for t in texts)), strict=True):
        answer = diagnose(from_text(text), store, FakeSystem(), Options(checks=False))
        best = answer.matches[0] if answer.matches else None
        assert got["rule"] == (best.rule if best else None), text
        assert got["causes"] == [c["id"] for c in answer.causes], text
        assert got["confidence"] == (best.confidence if best else 0)
