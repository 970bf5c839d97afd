"""Reference tables as a whole: every row is found by each of its own signals, and nothing that was once recognised is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.catalogue.load import load
from agent.catalogue.ruletest import matches_of
from agent.numbers import numbers_in

KNOWN = Path(__file__).with_name("known-codes.txt")
#: A title fits one line of a list beside its id; a meaning is one or two sentences: what happened, and where to look first.
TITLE, MEANING = (8, 70), (40, 200)
#: Where programs print the small numbers; the places themselves are tested with ``agent.numbers``.
CONTEXT = {
    "curl": "curl: ({}) the transfer failed",
    "winhttp": "WinHttpSendRequest of winhttp failed with {}",
    "openssl": "Verify return code: {} (see the list)",
    "kerberos": "Kerberos error code: {}",
    "tls-alert": "SSL alert number {}",
    "schannel-event": "Source Schannel, event {}",
    "applocker-event": "AppLocker wrote Event ID: {}",
    "keychain": "The keychain answered with OSStatus -{}",
    "win32": "System error {} has occurred.",
}
#: One number of each kind.
NUMBERS = {
    "curl": 60,
    "winhttp": 12029,
    "openssl": 20,
    "kerberos": 37,
    "tls-alert": 40,
    "schannel-event": 36887,
    "applocker-event": 8004,
    "keychain": 25300,
    "win32": 1326,
}
#: Signals that a row's literals narrow: alone they are not meant to suffice.
NARROWED = ("error_id", "graph_code", "symbol", "number", "hresult")


def rows() -> list[dict[str, Any]]:
    """Records of all reference tables."""
    return [rule for rule in load().rules() if rule["status"] == "reference"]


def spellings(signal: str, value: str) -> Iterator[str]:
    """Texts in which programs show one value of a signal."""
    if signal == "codes":
        yield f"The sign-in ended with {value}: more is in the log. Trace ID: 0"
    elif signal == "error_id":
        yield f"The command stopped.\n    + FullyQualifiedErrorId : {value},Contoso.Commands.TestCommand"
    elif signal == "graph_code":
        yield f'{{"error":{{"code":"{value}","message":"The call failed."}}}}'
    elif signal == "symbol":
        yield f"The call returned {value.upper()} to its caller."
        yield f"result={value.lower()}"
    elif signal == "number":
        kind, _, number = value.partition(":")
        yield CONTEXT[kind].format(number)
    elif signal == "hresult":
        number = int(value, 16)
        yield from (f"The call returned {text} to its caller." for text in (value.lower(), f"0x{number:08X}"))
        if number >> 28 in (0x8, 0xC):  # other decimals could be any count
            yield from (f"The call returned {n} to its caller." for n in (number - (1 << 32), number))


def samples(row: dict[str, Any]) -> Iterator[Any]:
    """Everything a row alone must recognise: each value of each signal, with the row's literals where it has any."""
    signals = row["match"]
    literals = "\n".join(signals.get("contains", ()))
    for signal, values in signals.items():
        for value in values:
            for text in spellings(signal, value):
                yield f"{text}\n{literals}" if literals and signal in NARROWED else text
    for kind in signals.get("exception", ()):
        yield {"schema": "1", "exceptions": [{"type": f"Contoso.{kind}", "message": literals or "The call failed."}]}
    if literals:
        yield literals


def test_every_row_wins_with_each_of_its_own_signals():
    """A code in a sentence, a name, a number where programs print it, an HRESULT in hex, signed and unsigned, the literals."""
    catalogue, lost = load(), []
    for row in rows():
        for sample in samples(row):
            found = matches_of(sample, catalogue)
            if not found or found[0].rule != row["id"]:
                lost.append(f"{row['id']} loses to {found[0].rule if found else 'nothing'}: {sample!r:.160}")
    assert [] == lost


@pytest.mark.parametrize(("key", "text"), [(f"{kind}:{n}", CONTEXT[kind].format(n)) for kind, n in NUMBERS.items()])
def test_numbers_are_written_where_they_are_read(key, text):
    """The sentences of this test put a small number where the agent looks for it."""
    assert key in numbers_in(text)


def test_every_row_has_a_sample():
    """No row consists only of signals this test does not know how to write down."""
    assert [] == [row["id"] for row in rows() if not any(True for _ in samples(row))]


@pytest.mark.parametrize("field", ["title", "summary"])
def test_no_two_rows_of_a_table_read_the_same(field):
    """A list of a product's errors tells each from the others, in title and in meaning."""
    seen = Counter((row["id"].partition(".")[0], row[field].lower()) for row in rows())
    assert [] == [place for place, count in seen.items() if count > 1]


@pytest.mark.parametrize(("field", "limits"), [("title", TITLE), ("summary", MEANING)])
def test_titles_and_meanings_have_sane_lengths(field, limits):
    """Long enough to say something, short enough for its place on the screen."""
    least, most = limits
    assert [] == [(row["id"], len(row[field])) for row in rows() if not least <= len(row[field]) <= most]


def test_meanings_are_whole_sentences():
    """A meaning begins with a capital, a digit or a name, and ends with a full stop."""
    wrong = [
        row["id"] for row in rows() if not row["summary"].endswith(".") or row["summary"] != row["summary"].strip()
    ]
    assert [] == wrong


def test_every_row_names_one_to_five_causes():
    """A class without a cause leaves a person alone; more than a family says nothing."""
    assert [] == [row["id"] for row in rows() if not 1 <= len(row["causes"]) <= 5]


def known_codes() -> list[str]:
    """Codes of the list, one a line; what follows a number sign is a remark."""
    lines = (line.partition("#")[0].strip() for line in KNOWN.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def test_known_codes_stay_recognised():
    """Each code of the list is found by an entry that names it; a code is never lost when an entry is rewritten."""
    catalogue, lost = load(), []
    for code in known_codes():
        found = matches_of(f"{code}: The request was refused. Trace ID: 0", catalogue)
        signals = catalogue.rule(found[0].rule)["match"] if found else {}
        named = {*signals.get("codes", ()), *signals.get("any", ()), *signals.get("contains", ())}
        if code not in named:
            lost.append(code)
    assert [] == lost


def test_list_of_known_codes_is_in_order():
    """Sorted by number and without repeats, so that two changes to it seldom touch the same line."""
    codes = known_codes()
    assert sorted(set(codes), key=lambda code: int(code.removeprefix("AADSTS"))) == codes
