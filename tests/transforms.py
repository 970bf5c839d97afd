"""What consoles, logs, mails and files do to an error text on its way to a person who asks about it.

Each transformation takes the text as the failing program wrote it and gives text or bytes as they arrive. They are deterministic: what is
random in life (where a colour starts) follows from the text's length.
"""

from __future__ import annotations

import html
import json
import re
import textwrap
from collections.abc import Callable

Transform = Callable[[str], str | bytes]

#: U+0027 and U+0022 as word processors, chats and translated programs write them, and the hyphen that does not break.
_TYPOGRAPHIC = str.maketrans({"'": "\u2019", '"': "\u201d", "-": "\u2011", " ": "\u00a0"})


def _lines(text: str, change: Callable[[str], str]) -> str:
    return "\n".join(change(line) for line in text.splitlines())


def _words(text: str, width: int) -> str:
    """Wrapped between words, as PowerShell's concise view and mail programs do; words longer than a line are cut."""
    return "\n".join(
        part for line in text.splitlines() for part in (textwrap.wrap(line, width, break_on_hyphens=False) or [""])
    )


def _hard(text: str, width: int) -> str:
    """Cut at the width, in the middle of a word if need be, as a console does."""
    return "\n".join(line[i : i + width] for line in text.splitlines() for i in range(0, max(len(line), 1), width))


def _concise(text: str, width: int) -> str:
    """PowerShell's concise view: a head, the line of the script, then the message behind bars."""
    body = _words(text, width - 7).splitlines()
    return "\n".join(
        ["Line |", "   1 |  Connect-Something -Verbose", "     |  ~~~~~~~~~", *(f"     | {b}" for b in body)]
    )


def _coloured(text: str) -> str:
    """A colour begins and ends inside every seventh word."""
    words = re.split(r"(\s+)", text)
    return "".join(
        f"{w[: len(w) // 2]}\x1b[31;1m{w[len(w) // 2 :]}\x1b[0m" if i % 14 == 0 and len(w) > 3 else w
        for i, w in enumerate(words)
    )


def _html(text: str) -> str:
    """A mail program's page: entities, breaks, fixed blanks, a coloured word."""
    body = html.escape(text).replace("&#x27;", "&#39;").replace("\n", "<br>\r\n").replace("  ", "&nbsp; ")
    words = body.split(" ")
    words = [f'<span style="color:red">{w}</span>' if i == 3 and w.isalpha() else w for i, w in enumerate(words)]
    return f'<html><body><p class="MsoNormal">{" ".join(words)}</p></body></html>'


def _log(text: str) -> str:
    """A structured logger's line: the text is one field, apostrophes and signs are numbers."""
    inner = (
        json.dumps(text.replace("\n", "\r\n")).replace("'", "\\u0027").replace("<", "\\u003C").replace("+", "\\u002B")
    )
    return f'{{"timestamp":"2026-11-25T02:00:01.5Z","level":"Error","properties":{{"host":"ci-07"}},"message":{inner}}}'


TRANSFORMS: dict[str, Transform] = {
    "wrapped at 40": lambda t: _words(t, 40),
    "wrapped at 80": lambda t: _words(t, 80),
    "wrapped at 120": lambda t: _words(t, 120),
    "cut at 40": lambda t: _hard(t, 40),
    "cut at 80": lambda t: _hard(t, 80),
    "cut at 120": lambda t: _hard(t, 120),
    "concise view 80": lambda t: _concise(t, 80),
    "concise view 120": lambda t: _concise(t, 120),
    "transcript": lambda t: _lines(t, lambda line: f"[2026-11-25 10:00:01] {line}"),
    "transcript, 12 hours": lambda t: _lines(t, lambda line: f"11/25/2026 10:00:01 AM {line}"),
    "GitHub log": lambda t: _lines(t, lambda line: f"2026-01-01T00:00:00.0000000Z {line}"),
    "GitHub error": lambda t: "\n".join(
        f"2026-01-01T00:00:00.0000000Z {'##[error]' if i == 0 else ''}{line}" for i, line in enumerate(t.splitlines())
    ),
    "Azure DevOps, wrapped": lambda t: _lines(
        _words(t, 100), lambda line: f"2026-01-01T00:00:00.0000000Z ##[error]{line}"
    ),
    "JSON log": _log,
    "JSON in JSON": lambda t: json.dumps({"time": "2026-11-25T02:00:01Z", "payload": _log(t)}),
    "JSON lines": lambda t: f'{{"time":"2026-11-25T02:00:00Z","message":"started"}}\n{_log(t)}\n{{"message":"done"}}\n',
    "HTML mail": _html,
    "quoted mail": lambda t: _lines(_words(t, 72), lambda line: f"> {line}"),
    "quoted twice": lambda t: _lines(_words(t, 72), lambda line: f">> {line}"),
    "CSV": lambda t: 'Time,Level,Message\n2026-11-25,Error,"' + t.replace('"', '""') + '"\n',
    "UTF-16": lambda t: t.encode("utf-16"),
    "UTF-16 without mark": lambda t: t.encode("utf-16-le"),
    "colours": _coloured,
    "typographic": lambda t: t.translate(_TYPOGRAPHIC),
    "upper case": str.upper,
    "lower case": str.lower,
    "end cut": lambda t: t.rstrip()[:-4] + "\u2026",
    "quoted in another": lambda t: (
        f"The runbook step 'Nightly' ended early: Exception calling \"Invoke\" with \"1\" argument(s): \"{t}\"\n"
        "   at Contoso.Jobs.Runner.Step(String name)\nJob 4711 was marked for another try."
    ),
    "mojibake": lambda t: (
        t.translate({0x27: "\u2019"}).encode().decode("cp1252", "replace")
        if "\u2019" not in t
        else t.encode().decode("cp1252", "replace")
    ),
    "exception of .NET": lambda t: _lines(
        f"Unhandled exception. System.InvalidOperationException: step failed\n ---> {t}\n"
        "   at Contoso.Jobs.Runner.Main(String[] args)\n   --- End of inner exception stack trace ---",
        str.rstrip,
    ),
}  # fmt: skip
