"""The filter loses nothing that the matcher would find."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from smallcatalogue import catalogue, cause, rule

from agent.catalogue import compile as compiler
from agent.catalogue.load import load, source_folder
from agent.catalogue.ruletest import matches_of
from agent.scan.scanner import Scanner
from agent.scan.words import Words

NOISE = "2026-11-25T10:00:{:02}Z INFO worker {} copied {} files to the archive."


def small(**match: Any) -> Any:
    """A catalogue of one rule."""
    return catalogue([rule("a.b", {"c": "common"}, **match)], [cause("c")], {})


@pytest.mark.parametrize(
    ("signals", "line"),
    [
        ({"codes": ["AADSTS50034"]}, "x aadsts50034: y"),
        ({"codes": ["AADSTS50034"]}, '"error_codes":[50034]'),
        ({"error_id": ["FunctionOverflow"]}, "FullyQualifiedErrorId : FunctionOverflow"),
        ({"graph_code": ["Authorization_RequestDenied"]}, '{"code":"Authorization_RequestDenied"}'),
        ({"graph_code": ["20108"]}, '{"code":"20108"}'),
        ({"hresult": ["0x80090016"]}, "HRESULT: 0x80090016"),
        ({"hresult": ["0x80090016"]}, "error 0X80090016"),
        ({"hresult": ["0x80090016"]}, "returned -2146893802."),
        ({"hresult": ["0x80090016"]}, "returned 2148073494."),
        ({"exception": ["MsalUiRequiredException"]}, "Microsoft.Identity.Client.MsalUiRequiredException: x"),
        ({"http_status": "407"}, "The remote server returned an error: (407) Proxy"),
        ({"http_status": "407"}, "does not indicate success: ProxyAuthenticationRequired"),
        ({"contains": ["not within its valid time range"]}, "is NOT within its valid time range!"),
        ({"contains": ["certific"]}, "all Certificates"),
        ({"any": ["(403)", "zzz"]}, "failed: (403) no"),
        ({"any": ["413 ("]}, "status 413 (Too large)"),
        ({"any": ["无法识别"]}, "命令 无法识别 为"),
        ({"any": ["Доступ запрещён"]}, "ОШИБКА: доступ запрещён"),
        ({"any": ["Zugriff auf den Pfad wurde verweigert"]}, "Der Zugriff auf den Pfad wurde verweigert."),
        ({"contains": ["error"]}, "an Error occurred"),
        ({"any": ["Request Entity Too Large", "RequestEntityTooLarge"]}, "Request Entity Too Large"),
        ({"any": ["Request Entity Too Large", "RequestEntityTooLarge"]}, "RequestEntityTooLarge"),
        ({"contains": ["Bad Request", "BadRequest"]}, "a Bad Request"),
        ({"number": ["win32:1326"]}, "System error 1326 has occurred."),
        ({"number": ["win32:1326"]}, "failed with 0x8007052E"),
        ({"number": ["win32:1326"]}, "Windows error 1326"),
        ({"number": ["win32:1326"]}, "Windows error code: 0x52e"),
        ({"hresult": ["0xEFFE0001"]}, "code 0xeffe0001"),
        ({"number": ["curl:60"]}, "curl: (60) SSL certificate problem"),
        ({"number": ["winhttp:12029"]}, "WinHttpSendRequest: error 12029"),
        ({"number": ["ntstatus:0xC000006D"]}, "Status: 0xc000006d"),
        ({"symbol": ["SEC_E_NO_CREDENTIALS"]}, "sec_e_no_credentials (x)"),
        ({"contains": ["e: 5"]}, "e: 5"),
        (
            {"contains": ["The remote certificate is invalid according to the validation procedure"]},
            "The remote certificate is invalid according to the validati...",
        ),
    ],
)
def test_every_kind_of_signal_is_found(signals: dict[str, Any], line: str) -> None:
    """A line with the signal, in any spelling the matcher takes, is a candidate."""
    assert Words(small(**signals)).look(f"first\n{line}\nlast\n".encode()).lines == [1]


def test_unknown_signals_are_not_ignored() -> None:
    """A kind of signal, or a shape of the index, that this version does not know is found by its texts."""
    store = small(codes=["AADSTS1"])
    store.index["signals"]["flavour"] = {"strawberry": [0]}
    store.index["signals"]["shape"] = [[0, {"needs": ["blueberry pie"]}]]
    store.index["signals"]["words"] = [[0, ["raspberry"], [], ["new", "fields"]]]
    words = Words(store)
    for text in ("Strawberry", "a blueberry pie", "raspberry"):
        assert words.look(text.encode()).lines == [0], text


def test_colours_and_invisible_marks_hide_nothing() -> None:
    """Terminal sequences, soft hyphens and zero-width blanks inside words do not matter."""
    words = Words(small(contains=["thumbprint mismatch"]))
    for line in ("\x1b[31mthumb\x1b[0mprint mismatch", "thumb\u00adprint mis\u200bmatch", "\ufeffthumbprint mismatch"):
        assert words.look(line.encode()).lines == [0], line


def test_words_learnt_are_forgotten_in_time() -> None:
    """Memory is bounded however many different words come, and nothing is lost when the table starts anew."""
    words = Words(small(contains=["thumbprint mismatch"]))
    rng = random.Random(3)
    for _ in range(12):
        block = "\n".join("".join(rng.choice("abcdefghij") for _ in range(12)) for _ in range(20_000))
        assert words.look(f"{block}\nthumbprint mismatch\n".encode()).lines == [20_000]
    assert len(words._clean) < 100_000


def _texts() -> list[tuple[str, str]]:
    rules = source_folder()
    assert rules is not None
    issues: list[str] = []
    found = compiler.read_sources(rules, issues)
    return [
        (rule_id, text)
        for rule_id, (test, _, _) in found["tests"].items()
        for text in test.get("match", ())
        if isinstance(text, str)
    ]


@pytest.mark.slow
def test_whatever_match_finds_scan_finds(tmp_path: Path) -> None:
    """Every text that a rule's own test gives, between lines of a log, is one record with the answer of the matcher."""
    store = load()
    rng = random.Random(1)
    expected: dict[int, str] = {}
    lines: list[str] = []
    for _, text in _texts():
        whole = matches_of(text, store)
        if not whole:
            continue
        lines += [NOISE.format(rng.randrange(60), rng.randrange(9), rng.randrange(99)) for _ in range(3)]
        expected[len(lines) + 1] = whole[0].rule
        lines += text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    log = tmp_path / "all.log"
    log.write_text("\n".join(lines), "utf-8")
    scanner = Scanner(store)
    got: dict[int, str] = {}
    tally = scanner._state.tally

    def add(seen: Any, place: Any, when: Any, sample: Any) -> None:
        got[place.line] = seen.rule

    tally.add = add  # type: ignore[method-assign]
    scanner.scan((str(log),))
    starts = sorted(expected)
    lost = []
    for i, line in enumerate(starts):
        end = starts[i + 1] if i + 1 < len(starts) else len(lines) + 2
        # The record may begin in the line before (which an unmarked text continues) or in a line of the text.
        if expected[line] not in {got[n] for n in range(line - 1, end - 2) if n in got}:
            lost.append(f"line {line}: {expected[line]}: {lines[line - 1][:100]}")
    assert not lost, f"{len(lost)} of {len(starts)}\n" + "\n".join(lost)
