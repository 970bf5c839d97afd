"""What a scan found, as text within the width of the reader."""

from __future__ import annotations

import os
from collections.abc import Iterator

from agent.render.style import Style
from agent.scan.model import ClassTotal, Group, Now, Outcome, Place, by_class
from agent.times import show_time

#: Columns of the count and the blanks around it.
_INDENT = " " * 10
_FIRST_PLACES = 3


def render(outcome: Outcome, style: Style) -> str:
    """The whole answer: totals, a paragraph for each class, what was left out, and what to do next."""
    totals = by_class(outcome)
    lines = [*style.wrap(headline(outcome, len(totals)))]
    if outcome.partial:
        lines += ["", *style.wrap("Stopped before the end: what was found so far is shown.")]
    for total in totals:
        lines += ["", *_class(total, style)]
    lines += _left(outcome, style)
    if totals:
        lines += ["", *style.wrap(f"What one means and how to fix it: agent explain {totals[0].rules[0]}")]
    return "\n".join(lines) + "\n"


def headline(outcome: Outcome, classes: int) -> str:
    """One sentence: how much was read, how long it took, what was found."""
    found = f"{_count(outcome.errors, 'error')} of {classes} {'class' if classes == 1 else 'classes'}"
    return (
        f"{found if outcome.errors else 'No catalogued error'} in {_count(outcome.files, 'file')}, "
        f"{_count(outcome.lines, 'line')} ({size(outcome.bytes)}) read in {outcome.seconds:,.1f} s"
    )


def _class(total: ClassTotal, style: Style) -> Iterator[str]:
    title = style.safe(total.title)
    room = style.width - len(_INDENT)
    first, *rest = style.wrap(title, "", "")[:1] if len(title) <= room else _fit(title, room, style)
    yield f"{total.errors:>8,}  {style.paint(first, 'bold')}"
    for line in rest:
        yield _INDENT + style.paint(line, "bold")
    about = ", ".join(total.rules[:3]) + (" ..." if len(total.rules) > 3 else "")
    shapes = len(total.groups)
    if total.more:
        about += f" · {shapes} shapes, and {total.more:,} records of more shapes"
    elif shapes > 1:
        about += f" · {shapes} shapes"
    yield from style.wrap(about, _INDENT)
    if when := span(total.first, total.last):
        yield from style.wrap(when, _INDENT)
    group = total.groups[0] if total.groups else None
    if group:
        yield from _sample(group, style)
        yield from style.wrap(where(group.places[:_FIRST_PLACES], total.errors), _INDENT)


def _fit(title: str, room: int, style: Style) -> list[str]:
    return Style(room, style.colour, style.unicode).wrap(title)


def _sample(group: Group, style: Style) -> Iterator[str]:
    text = " ".join(group.sample.split())
    room = 2 * (style.width - len(_INDENT)) - 8
    shown = text if len(text) <= room else text[:room].rpartition(" ")[0] + " ..."
    for line in style.wrap(shown, _INDENT):
        yield style.paint(line[: style.width], "dim")


def where(places: list[Place], count: int) -> str:
    """The first places as ``file:line``; long paths keep their end."""
    names = [f"{_short(p.file)}:{p.line}" for p in places]
    return "  ".join(names) + (" ..." if count > len(names) else "")


def _short(path: str) -> str:
    if len(path) <= 48:
        return path
    return "..." + os.sep + os.path.basename(path)[-44:]


def span(first: float | None, last: float | None) -> str:
    """First and last moment, or nothing."""
    if first is None or last is None:
        return ""
    start, end = show_time(first), show_time(last)
    return start if start == end else f"{start.removesuffix(' UTC')} to {end}"


def _left(outcome: Outcome, style: Style) -> list[str]:
    failed = [left for left in outcome.left if left.failed]
    others = [left for left in outcome.left if not left.failed]
    lines: list[str] = []
    for title, rows in (("Not read", failed), ("Left out", others)):
        if rows:
            lines += ["", f"{title}: {_count(len(rows), 'file')}"]
            for row in rows[:10]:
                lines += style.wrap(f"{row.file}: {row.reason}", "    ", "  ")
            if len(rows) > 10:
                lines.append(f"  and {len(rows) - 10:,} more")
    if outcome.notes:
        lines.append("")
        for note in outcome.notes[:10]:
            lines += style.wrap(f"Note: {note}", "  ", "")
    return lines


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def size(number: int) -> str:
    """Bytes in the unit a person would say."""
    value = float(number)
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            break
        value /= 1000
    return f"{value:,.0f} {unit}" if unit == "B" else f"{value:,.1f} {unit}"


def progress(now: Now, total: int, elapsed: float) -> str:
    """One line: bytes done, lines per second, errors, time left."""
    rate = now.bytes / elapsed if elapsed else 0
    line = f"{size(now.bytes)}"
    if total:
        line += f" of {size(total)}"
    line += f" · {now.lines / elapsed if elapsed else 0:,.0f} lines/s · {_count(now.errors, 'error')}"
    if total > now.bytes and rate:
        left = (total - now.bytes) / rate
        line += f" · {left:,.0f} s left" if left < 120 else f" · {left / 60:,.0f} min left"
    return line
