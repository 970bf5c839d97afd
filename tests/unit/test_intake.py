"""What comes in is decoded, repaired, bounded and validated."""

from __future__ import annotations

import json
import time

import pytest

from agent.errors import UsageError
from agent.intake import KEEP_CHARS, MAX_BYTES, from_mapping, read_report

MESSAGE = "AADSTS700024: Client assertion is not within its valid time range."


@pytest.mark.parametrize(
    "encode",
    [
        lambda t: t.encode(),
        lambda t: b"\xef\xbb\xbf" + t.encode(),
        lambda t: t.encode("utf-16"),
        lambda t: t.encode("utf-16-le"),
        lambda t: t.encode("utf-16-be"),
        lambda t: b"\xfe\xff" + t.encode("utf-16-be"),
        lambda t: t.encode("utf-32"),
    ],
    ids=["utf-8", "utf-8 mark", "utf-16", "utf-16-le bare", "utf-16-be bare", "utf-16-be mark", "utf-32"],
)
def test_any_encoding_gives_the_same_text(encode):
    """Windows writes UTF-16 with and without mark, PowerShell UTF-8 with one; the text is the same."""
    assert read_report(encode(MESSAGE)).text == MESSAGE


def test_windows_1252_is_read_with_a_note():
    """Bytes that are not UTF-8 are read as Windows-1252 and the note says so."""
    report = read_report("Le nom n\u2019est pas reconnu: caf\xe9".encode("cp1252"))
    assert report.text == "Le nom n\u2019est pas reconnu: caf\xe9"
    assert "Windows-1252" in report.notes[0]


@pytest.mark.parametrize("empty", [b"", b"  \n\t ", b"\xef\xbb\xbf"])
def test_empty_input_says_what_to_do(empty):
    """Nothing to diagnose is a usage error that names the three ways to give an error."""
    with pytest.raises(UsageError, match="--file"):
        read_report(empty)


def test_too_large_input_is_refused_with_its_size():
    """More than the limit is refused before it costs time."""
    with pytest.raises(UsageError, match="64 MiB"):
        read_report(b"x" * (MAX_BYTES + 1))


def test_colours_titles_and_bidirectional_marks_vanish():
    """Nothing a terminal would obey and nothing that reorders text survives."""
    dirty = "\x1b[31;1mConnect-MgGraph:\x1b[0m \x1b]0;evil\x07AADSTS\u202e700024\u202c: x\x00"
    assert read_report(dirty.encode()).text == "Connect-MgGraph: AADSTS700024: x"


def test_prefixes_of_logs_and_of_the_concise_view_vanish():
    """A CI log's time stamps and PowerShell's line prefixes are not part of the error."""
    log = (
        "2026-11-25T02:00:01.1234567Z ##[error]Connect-MgGraph: /home/x/n.ps1:1\n"
        "2026-11-25T02:00:01.1234567Z Line |\n"
        "2026-11-25T02:00:01.1234567Z    1 |  Connect-MgGraph\n"
        "2026-11-25T02:00:01.1234567Z      | ClientCertificateCredential authentication\n"
        "2026-11-25T02:00:01.1234567Z      | failed: AADSTS700024"
    )
    assert "ClientCertificateCredential authentication\nfailed: AADSTS700024" in read_report(log.encode()).text


def test_a_huge_log_keeps_its_errors_and_stays_small():
    """Of a 10 MB log the part around the error is kept, within two seconds, and the note tells."""
    filler = b"all is well in this line of a log\n" * 160_000
    started = time.perf_counter()
    report = read_report(filler + MESSAGE.encode() + b"\n" + filler)
    assert MESSAGE in report.text
    assert len(report.text) < KEEP_CHARS * 1.2
    assert time.perf_counter() - started < 2
    assert "characters" in report.notes[0]


def test_binary_input_is_survived_with_a_note():
    """Bytes of a program are no error text, but no crash either."""
    report = read_report(b"AADSTS50034\n" + bytes(range(1, 256)) * 40)
    assert "AADSTS50034" in report.text
    assert report.notes


def test_lone_surrogates_of_json_are_replaced():
    """JSON may carry half a character; everything after intake can be encoded."""
    report = read_report(b'{"schema": 1, "exceptions": [{"type": "X", "message": "bad \\ud83d half"}]}')
    assert report.text.encode()


def test_broken_report_names_line_and_column():
    """A report cut short says where."""
    with pytest.raises(UsageError, match=r"not valid JSON, line 1 column \d+"):
        read_report(b'{"schema": 1, "exceptions": [')


def test_unknown_schema_says_what_to_update():
    """A newer report is refused, not half understood."""
    with pytest.raises(UsageError, match="schema is 2"):
        read_report(b'{"schema": 2, "text": "x"}')


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"exceptions": "boom"}, "exceptions"),
        ({"exceptions": [{"type": "X", "message": {"a": 1}}]}, r"exceptions\[0\].message"),
        ({"http": {"status": "many"}, "text": "x"}, "http.status"),
        ({"http": [], "text": "x"}, "http"),
        ({"time": "yesterday", "text": "x"}, "time"),
        ({"host": "pc", "text": "x"}, "host"),
        ({"modules": ["a"], "text": "x"}, r"modules\[0\]"),
        ({}, "none of exceptions"),
    ],
)
def test_a_wrongly_typed_field_is_named(document, field):
    """Bad input gets an error that names the field."""
    with pytest.raises(UsageError, match=field):
        from_mapping({"schema": 1, **document})


def test_deep_nesting_is_no_crash():
    """A bomb of brackets is refused, or read as text, without a traceback."""
    bomb = b'{"schema": 1, "text": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    with pytest.raises(UsageError):
        read_report(bomb)


def test_a_report_of_windows_powershell_with_an_unrolled_list_is_read():
    """Windows PowerShell turns a list of one into the thing itself."""
    report = from_mapping({"schema": 1, "exceptions": {"type": "X", "message": "m"}})
    assert [("X", "m")] == [(e.type, e.message) for e in report.exceptions]


def test_json_that_is_no_report_is_text():
    """An answer body of Graph is JSON too; it is read as the text it is."""
    body = json.dumps({"error": {"code": "InvalidAuthenticationToken", "message": "Access token is empty."}})
    assert body == read_report(body.encode()).text
