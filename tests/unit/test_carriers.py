"""What carriers did to a text is undone, and text that only looks so is left alone."""

from __future__ import annotations

import json
import time

import pytest

from agent.carriers import unpack

MESSAGE = "AADSTS50034: The user account {EmailHidden} doesn't exist in the 'Contoso' directory.\nTrace ID: 1"


def un(text: str) -> str:
    """The unpacked text."""
    return unpack(text, [])


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_escaped_text_is_decoded_at_any_depth(depth):
    """A log line in a log line in an alert gives the message as it was."""
    text = MESSAGE
    for _ in range(depth):
        text = json.dumps({"level": "Error", "message": text}).replace("'", "\\u0027")
    assert MESSAGE in un(text)


def test_an_escaped_answer_inside_a_sentence_is_decoded():
    """Programs print answer bodies with escaped quotes."""
    assert '{"error":{"code":"Request_BadRequest"}}' in un(
        'call failed: {\\"error\\":{\\"code\\":\\"Request_BadRequest\\"}}'
    )


def test_markup_of_mail_is_removed():
    """Entities, breaks, fixed blanks and coloured words vanish."""
    mail = (
        "<html><head><style>p{color:red}</style></head><body><p>The user doesn&#39;t <b>exist</b>&nbsp;in "
        "&quot;Contoso&quot;<br>\r\nTrace</p></body></html>"
    )
    assert 'The user doesn\'t exist in "Contoso"\n\r\nTrace' in un(mail)


@pytest.mark.parametrize("wrong", ["cp1252", "cp850", "cp437"])
def test_wrongly_decoded_apostrophes_come_back(wrong):
    """UTF-8 read as Windows-1252 or as a console's code page is read again."""
    assert "user\u2019s" in un("user\u2019s".encode().decode(wrong))


def test_letters_of_other_languages_come_back():
    """Accents too."""
    assert un("Échec à l\u2019étape".encode().decode("cp1252", "replace")).endswith("étape")


def test_doubled_quotes_of_tables_become_single():
    """A field of a CSV file holds its quotes twice."""
    assert un('1,"property ""name"" is missing"') == '1,"property "name" is missing"'


@pytest.mark.parametrize(
    "text",
    [
        r'Cannot find path "C:\new\temp\users.csv" because it does not exist.',
        r'{"path": "C:\new\temp"}',
        "List<String> of <user> & <host>",
        "5 < 6 && 7 > 6",
        r"\\server\share\new",
        "Müller isst â la carte, Ãrzte",
        "Größe, naïve, façade, Ça va",
    ],
)
def test_what_only_looks_carried_stays(text):
    """Windows paths, types in angle brackets and accents are not touched."""
    assert text == un(text)


def test_each_repair_is_said():
    """The notes tell what was undone."""
    notes: list[str] = []
    unpack('<p>a&lt;b</p> {"message":"x\\ny"} user\u00e2\u20ac\u2122s', notes)
    assert len(notes) == 3


def test_hostile_text_costs_little():
    """Megabytes of half-open quotes, tags and escapes are read in well under two seconds."""
    for unit in ('"a":"\\', "<p ", "&#1", '\\"a\\":', "\u00e2\u20ac", '""a', '["', '":"'):
        started = time.perf_counter()
        un(unit * (200_000 // len(unit)))
        assert time.perf_counter() - started < 2, unit
