"""How text output looks: width, colour only where a terminal is, plain ASCII where nothing better is sure to show."""

from __future__ import annotations

import os
import textwrap
from typing import NamedTuple, TextIO

_ANSI = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}
_ASCII = str.maketrans(
    {
        "…": "...",
        "·": "-",
        "—": "-",
        "–": "-",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "≥": ">=",
        "≤": "<=",
        "→": "->",
        "×": "x",
    }
)


class Style(NamedTuple):
    """``width`` in columns; ``colour`` and ``unicode`` say what the reader's side can show."""

    width: int = 80
    colour: bool = False
    unicode: bool = True

    def paint(self, text: str, *looks: str) -> str:
        """``text`` in the given looks, or as it is without colour."""
        if not self.colour or not text:
            return text
        return f"\x1b[{';'.join(_ANSI[look] for look in looks)}m{text}\x1b[0m"

    def safe(self, text: str) -> str:
        """``text`` with nothing the terminal would obey, in ASCII when the console's code page is old."""
        text = "".join(c if c.isprintable() or c == "\n" else "?" for c in text)
        if self.unicode:
            return text
        return text.translate(_ASCII).encode("ascii", "replace").decode("ascii")

    def wrap(self, text: str, indent: str = "", first: str | None = None) -> list[str]:
        """Lines of ``text`` within the width; long words (paths, thumbprints) are not cut."""
        return textwrap.wrap(
            self.safe(text),
            self.width,
            initial_indent=indent if first is None else first,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [indent if first is None else first]

    def beside(self, left: str, right: str) -> str:
        """``left`` and ``right`` at the two edges of one line, or on two lines when they do not fit."""
        gap = self.width - len(left) - len(right)
        return f"{left}{' ' * gap}{right}" if gap >= 2 else f"{left}\n{' ' * max(self.width - len(right), 0)}{right}"


def style_for(stream: TextIO) -> Style:
    """The style that fits ``stream``: 80 columns, no colour and ASCII-safe when it is not a terminal that says more.

    ``NO_COLOR`` turns colour off, ``FORCE_COLOR`` on (for pictures and CI), ``COLUMNS`` sets the width.
    """
    terminal = bool(getattr(stream, "isatty", lambda: False)())
    columns = _columns() if terminal or os.environ.get("COLUMNS") else 80
    encoding = (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "")
    colour = terminal and os.environ.get("TERM") != "dumb"
    if os.environ.get("FORCE_COLOR"):
        colour = True
    if os.environ.get("NO_COLOR"):
        colour = False
    return Style(min(max(columns, 40), 100), colour, encoding.startswith("utf"))


def _columns() -> int:
    import shutil  # loads the libraries of archives, which text in a pipe need not wait for

    return shutil.get_terminal_size((80, 24)).columns
