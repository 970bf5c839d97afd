"""What logs, mails, tables and consoles did to an error text on its way, undone: escapes, markup, quoting, wrong decoding.

A carrier changes characters, never the meaning; each step looks for its own unmistakable trace first and leaves other text alone, so
that a Windows path is not read as escapes and a type in angle brackets is no markup.
"""

from __future__ import annotations

import json
import re

from agent.patterns import compiled

#: A JSON string after a key, in a list or alone, with at least one escape in it; the last one may be cut off.
_JSON_STRING = r"(\"\s{0,4}:\s{0,4}|[\[,]\s{0,4}(?=\"[^:\n]*\\\\)|\A)\"((?:[^\"\\\n]|\\.)*)(?:\"|\\?\Z)"
#: A path whose backslashes are single: what looks like an escape in it is a letter.
_PATH = r"(?<![A-Za-z])[A-Za-z]:\\(?![\\\"/])"
#: A key whose quotes are escaped: an answer body inside another text.
_ESCAPED_KEY = r"\\+(?:\"|u0022)[\w.@\- ]{1,60}\\+(?:\"|u0022)\s*:"
_UNICODE = r"\\u00([0-7][0-9a-fA-F])"
#: Elements of a page or a mail that hold text; others, like ``<user>`` or ``List<String>``, are not markup.
_BREAK = r"<\s*(?:br|/p|/div|/tr|/li|/h[1-6]|/pre)\b[^<>]{0,300}>"
_INLINE = (
    r"</?\s*(?:span|font|strong|b|i|u|em|a|p|div|td|th|tr|table|tbody|li|ul|ol|pre|code|html|head|body|h[1-6]|blockquote|small|o:p|wbr)"
    r"(?:\s[^<>]{0,600})?/?>"
)
_ENTITY = r"&(?:(quot|apos|lt|gt|amp|nbsp)|#(\d{2,5})|#x([0-9a-fA-F]{2,4}));"
_NAMED = {"quot": '"', "apos": "'", "lt": "<", "gt": ">", "amp": "&", "nbsp": " "}
#: UTF-8 that was read as Windows-1252 (first letter Â, Ã or â) or by a console as code page 850 or 437 (Ô, Γ): what follows the first.
_MOJIBAKE = (
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014\u2018-\u201e\u2020-\u2022"
    "\u2026\u2030\u2039\u203a\u20ac\u2122]{1,3}"
)
_CONSOLE = "[\u00d4\u0393]\u00c7[^\\s\x00-\x7f]|[\u00d4\u0393]\u00c7\\S"


def unpack(text: str, notes: list[str]) -> str:
    """``text`` without what carriers added, and a line in ``notes`` for each kind that was there."""
    if not text.isascii():
        text = _noted(text, _decode_again(text), "letters that a wrong encoding had replaced were restored", notes)
    if "<" in text or "&" in text:
        text = _noted(text, _without_markup(text), "markup of a page or mail was removed", notes)
    if "\\" in text:
        text = _noted(text, _without_escapes(text), "escaped text (JSON) was decoded", notes)
    if '""' in text:
        text = compiled(r'""([^"\n]{1,300})""').sub(r'"\1"', text)
    return text


def _noted(before: str, after: str, note: str, notes: list[str]) -> str:
    if after != before:
        notes.append(note)
    return after


def _without_escapes(text: str) -> str:
    for _ in range(4):  # a log line inside a log line inside an alert
        before = text
        if compiled(_ESCAPED_KEY).search(text):
            text = _escaped_body(text)
        if '"' in text and "\\" in text:
            text = compiled(_JSON_STRING).sub(_json_string, text)
        if text == before:
            break
    if "\\u00" in text:  # what is left of a text that was cut out of a JSON string
        text = compiled(_UNICODE).sub(lambda found: chr(int(found.group(1), 16)), text)
    return text.replace("\\r\\n", "\n") if "\\r\\n" in text else text


def _json_string(found: re.Match[str]) -> str:
    inner = found.group(2)
    if "\\" not in inner or compiled(_PATH).search(inner):
        return found.group(0)
    try:
        return found.group(1) + '"' + str(json.loads(f'"{inner}"')) + '"'
    except ValueError:  # cut in an escape, or no JSON after all
        return found.group(0)


def _escaped_body(text: str) -> str:
    start = min(compiled(_ESCAPED_KEY).search(text).start(), len(text))  # type: ignore[union-attr]
    head, body = text[:start], text[start:]
    body = body.replace("\\u0022", '\\"') if "\\u0022" in body else body
    return head + compiled(r'\\(["\\/])').sub(r"\1", body)


def _without_markup(text: str) -> str:
    if compiled(_BREAK, re.IGNORECASE).search(text) or compiled(r"<(?:html|body|span|p|div)\b", re.IGNORECASE).search(
        text
    ):
        text = compiled(r"<(style|script)\b[^>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL).sub(" ", text)
        text = compiled(_BREAK, re.IGNORECASE).sub("\n", text)
        text = compiled(_INLINE, re.IGNORECASE).sub("", text)
    if "&" in text:
        for _ in range(2):  # a page inside a mail
            text = compiled(_ENTITY).sub(_entity, text)
    return text


def _entity(found: re.Match[str]) -> str:
    name, number, code = found.groups()
    if name:
        return _NAMED[name]
    value = int(number) if number else int(code, 16)
    return chr(value) if value >= 32 and not 0xD800 <= value < 0xE000 else " "


def _decode_again(text: str) -> str:
    if "\u00c7" in text:
        text = compiled(_CONSOLE).sub(_from_console, text)
    if any(mark in text for mark in ("\u00c2", "\u00c3", "\u00e2", "\u00ef\u00bb\u00bf")):
        text = compiled(_MOJIBAKE).sub(_from_windows, text)
    return text


def _from_windows(found: re.Match[str]) -> str:
    """The letter whose UTF-8 stands there; the first byte says how many belong to it."""
    data = b"".join(_byte(letter) for letter in found.group(0))
    length = 2 if data[0] < 0xE0 else 3 if data[0] < 0xF0 else 4
    again = data[:length].decode("utf-8", "replace")
    return found.group(0) if "\ufffd" in again else again + found.group(0)[length:]


def _byte(letter: str) -> bytes:
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:  # the five places that Windows-1252 leaves free keep their number
        return bytes([ord(letter) & 0xFF])


def _from_console(found: re.Match[str]) -> str:
    page = "cp850" if found.group(0)[0] == "\u00d4" else "cp437"
    again = found.group(0).encode(page, "replace").decode("utf-8", "replace")
    return found.group(0) if "\ufffd" in again or len(again) > 1 else again
