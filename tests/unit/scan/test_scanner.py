"""Files of every encoding and kind, counted right, wherever blocks happen to end."""

from __future__ import annotations

import codecs
import gzip
import os
import random
import sys
from pathlib import Path

import pytest
import scanlogs

from agent.catalogue.load import Catalogue, load
from agent.scan import sources
from agent.scan.model import Outcome, by_class
from agent.scan.scanner import Scanner
from agent.scan.state import State
from agent.scan.tally import Tally

SECRET = "AADSTS7000222: The provided client secret keys for app 'x' are expired."
USER = "AADSTS50034: The user account does not exist in the directory."


@pytest.fixture(scope="module")
def store() -> Catalogue:
    """The whole catalogue."""
    return load()


def scan(store: Catalogue, *paths: Path | str) -> Outcome:
    """A scan without state."""
    return Scanner(store).scan(tuple(str(p) for p in paths))


def counts(outcome: Outcome) -> dict[str, int]:
    """Rule -> records."""
    found: dict[str, int] = {}
    for group in (*outcome.groups, *outcome.more.values()):
        found[group.rule] = found.get(group.rule, 0) + group.count
    return found


TEXT = f"first line\n2026-11-25T10:00:00Z Grüße {SECRET}\nTrace ID: x\n2026-11-25T11:00:00Z ok\n2026-11-26T10:00:00Z {USER}\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("cp1252"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.encode().replace(b"ok", b"o\xff\xfe\x80k"),
        TEXT.encode().replace(b"ok", b"o\x00\x00\x00k"),
        b"\x00" * 700 + b"\n" + TEXT.encode() * 1,
        TEXT.encode().replace(b"AADSTS", b"\x1b[31;1mAADSTS\x1b[0m"),
        TEXT.encode().rstrip(b"\n"),
        gzip.compress(TEXT.encode()),
        gzip.compress(codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le")),
    ],
)
def test_encodings(store: Catalogue, tmp_path: Path, data: bytes) -> None:
    """UTF-8 with and without mark, UTF-16 of both orders, Windows-1252, broken bytes, zeros, colours, CRLF, gzip: the same answer."""
    log = tmp_path / "a.log"
    log.write_bytes(data)
    found = scan(store, log)
    assert counts(found) == {"entra.aadsts7000222": 1, "entra.aadsts50034": 1}
    assert not found.left
    shift = 1 if data.startswith(b"\x00" * 700) else 0
    assert sorted(p.line for g in found.groups for p in g.places) == [2 + shift, 5 + shift]
    group = next(g for g in found.groups if g.rule == "entra.aadsts7000222")
    assert (group.first, group.last) == (1795600800.0, 1795600800.0)


def test_what_a_folder_holds(store: Catalogue, tmp_path: Path) -> None:
    """Logs by their names, at any depth, also packed and rotated; other files only when named."""
    taken = ["a.log", "b.TXT", "c.jsonl", "d.csv", "e.log.gz", "deep/er/f.log", "g.log.1", "h.log-20261125"]
    for name in [*taken, "i.dll", "j.md", "k.yaml"]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(USER.encode()) if name.endswith(".gz") else USER.encode())
    assert scan(store, tmp_path).files == len(taken)
    assert scan(store, tmp_path / "j.md").errors == 1
    assert scan(store, tmp_path / "a.log", tmp_path, tmp_path / "a.log").errors == len(taken)


@pytest.mark.parametrize(
    "data", [b"MZ\x90\x00\x03" + bytes(500), b"\x7fELF" + bytes(range(256)), bytes(range(256)) * 20, b"%PDF-1.7\n"]
)
def test_binaries_are_left_out(store: Catalogue, tmp_path: Path, data: bytes) -> None:
    """A program or picture called .log is left out with a note; that is no failure."""
    (tmp_path / "a.log").write_bytes(data + SECRET.encode())
    (tmp_path / "b.log").write_text(SECRET)
    found = scan(store, tmp_path)
    assert (found.files, found.errors) == (1, 1)
    assert [(x.reason, x.failed) for x in found.left] == [("not a text", False)]


def test_what_cannot_be_read_is_counted(store: Catalogue, tmp_path: Path) -> None:
    """A missing file, a damaged and a cut archive: reported, and the others are read."""
    (tmp_path / "a.log").write_text(SECRET)
    packed = gzip.compress("\n".join(f"{i} {USER}" for i in range(20_000)).encode())
    (tmp_path / "cut.log.gz").write_bytes(packed[: len(packed) // 2])
    (tmp_path / "bad.log.gz").write_bytes(packed[:200] + bytes(100) + packed[300:])
    found = scan(store, tmp_path / "none.log", tmp_path)
    assert {Path(x.file).name for x in found.left if x.failed} == {"none.log", "cut.log.gz", "bad.log.gz"}
    assert counts(found)["entra.aadsts7000222"] == 1


@pytest.mark.skipif(
    sys.platform == "win32" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything"
)
def test_no_right_to_read(store: Catalogue, tmp_path: Path) -> None:
    """A file we may not read is reported."""
    log = tmp_path / "a.log"
    log.write_text(SECRET)
    log.chmod(0)
    assert [x.failed for x in scan(store, log).left] == [True]


def test_blocks_may_end_anywhere(store: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size of a block changes no count, no place and no time."""
    rng = random.Random(5)
    parts = []
    for line, is_error in scanlogs.lines(900, seed=5, rate=0.1):
        parts.append(line)
        if is_error and rng.random() < 0.5:
            parts += ["Trace ID: x", " ---> System.Exception: y", "", "   at z()"]
        if rng.random() < 0.1:
            parts += [
                "",
                f"Connect-MgGraph : {USER}",
                "At line:1 char:1",
                "+ Connect-MgGraph",
                "    + CategoryInfo : x",
                "",
            ]
    log = tmp_path / "a.log"
    for encoding in ("utf-8", "utf-16"):
        log.write_bytes("\n".join(parts).encode(encoding))
        answers = set()
        for size in (1 << 20, 50_001, 4_099, 777):
            monkeypatch.setattr(sources, "BLOCK", size)
            found = scan(store, log)
            answers.add(
                (found.lines, *((g.rule, g.hash, g.count, g.first, g.last, tuple(g.places)) for g in found.groups))
            )
        assert len(answers) == 1


def test_one_endless_line(store: Catalogue, tmp_path: Path) -> None:
    """Megabytes without a line end are read piece by piece; what is in them is found."""
    filler = "the quick brown fox jumps over it " * 30_000
    log = tmp_path / "a.log"
    log.write_text(f"{filler}{SECRET} {filler}{filler}\n2026-11-25T10:00:00Z {USER}\n")
    found = scan(store, log)
    assert set(counts(found)) == {"entra.aadsts7000222", "entra.aadsts50034"}
    assert {p.line for g in found.groups for p in g.places} == {1, 2}


def test_json_and_csv_records(store: Catalogue, tmp_path: Path) -> None:
    """JSON lines are read by their texts (escapes, error reports), quoted CSV cells as they are."""
    (tmp_path / "a.jsonl").write_text(
        '{"ts":"2026-11-25T10:00:00Z","level":"error","message":"AADSTS50034: The user account\\nTrace ID: 1"}\n'
        '{"schema":"1","exceptions":[{"type":"A.B","message":"AADSTS7000222: expired"}]}\n'
        '{"schema":1}\n{broken AADSTS50034: x\n{"n": [1, {"deep": {"error": "AADSTS50034: x"}}]}\n'
    )
    (tmp_path / "b.csv").write_text(
        'time,text\n2026-11-25 10:00:00,"AADSTS50034: The user, ""x"""\n2026-11-25 10:00:01,"fine"\n'
    )
    assert counts(scan(store, tmp_path)) == {"entra.aadsts50034": 4, "entra.aadsts7000222": 1}


def test_one_class_several_shapes(store: Catalogue, tmp_path: Path) -> None:
    """Ids and times make no new shape; another text does. Classes come by frequency, places are few."""
    log = tmp_path / "a.log"
    rng = random.Random(2)
    log.write_text(
        "\n".join(
            f"2026-11-25T10:{i:02}:00Z ERROR [part{i % 3}] AADSTS700016: Application '{scanlogs.new_id(rng)}' was not found in "
            f"the directory '{'Contoso' if i % 2 else 'Fabrikam'}'."
            for i in range(40)
        )
        + f"\n2026-11-25T11:00:00Z {USER}\n"
    )
    first, second = by_class(scan(store, log))
    assert (first.errors, len(first.groups), second.errors) == (40, 2, 1)
    assert all(len(g.places) == 5 for g in first.groups)


def test_groups_are_bounded(store: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit records are counted by rule, and the total says so."""
    log = tmp_path / "a.log"
    log.write_text(
        "\n".join(
            f"2026-11-25T10:00:00Z AADSTS50034: The user account of {'abcdefghij'[i]} does not exist."
            for i in range(10)
        )
    )
    scanner = Scanner(store, State("", None, Tally(most=3)))
    found = scanner.scan((str(log),))
    total = by_class(found)[0]
    assert (len(found.groups), found.errors, total.more) == (3, 10, 7)


def test_no_secret_in_a_sample(store: Catalogue, tmp_path: Path) -> None:
    """What is shown of a record went through the redaction."""
    log = tmp_path / "a.log"
    log.write_text(f"2026-11-25T10:00:00Z {SECRET} client_secret=Zq8~hunter2hunter2 for alex@contoso.test\n")
    sample = scan(store, log).groups[0].sample
    assert "hunter2" not in sample
    assert "alex@" not in sample
