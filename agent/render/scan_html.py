"""What a scan found as one HTML page that needs nothing else, in light and dark."""

from __future__ import annotations

from html import escape

from agent.render.scan import headline, span
from agent.scan.model import ClassTotal, Group, Outcome, by_class

_STYLE = """
:root{color-scheme:light dark;--line:#d0d7de;--soft:#57606a;--back:#fff;--text:#1f2328;--code:#f6f8fa}
@media(prefers-color-scheme:dark){:root{--line:#3d444d;--soft:#9198a1;--back:#0d1117;--text:#f0f6fc;--code:#151b23}}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;background:var(--back);color:var(--text)}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}small,.soft{color:var(--soft)}
pre{background:var(--code);padding:.6rem;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}summary{cursor:pointer}
"""


def render(outcome: Outcome) -> str:
    """The page. Every text of a log is escaped; there is no script and no address to load."""
    totals = by_class(outcome)
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>Errors found by agent scan</title><style>{_STYLE}</style></head><body>",
        "<h1>Errors found</h1>",
        f"<p>{escape(headline(outcome, len(totals)))}</p>",
    ]
    if outcome.partial:
        parts.append("<p><strong>Stopped before the end: what was found so far is shown.</strong></p>")
    if totals:
        parts.append(
            '<table><thead><tr><th class="n">Count</th><th>Error</th><th>First and last seen</th></tr></thead><tbody>'
        )
        parts += [_row(total) for total in totals]
        parts.append("</tbody></table>")
        parts += [_section(total) for total in totals]
    for title, failed in (("Not read", True), ("Left out", False)):
        rows = [f"<li>{_text(x.file)}: {_text(x.reason)}</li>" for x in outcome.left if x.failed is failed]
        if rows:
            parts.append(f"<h2>{title}</h2><ul>{''.join(rows)}</ul>")
    if outcome.notes:
        parts.append(f"<h2>Notes</h2><ul>{''.join(f'<li>{_text(note)}</li>' for note in outcome.notes)}</ul>")
    return "\n".join([*parts, "</body></html>"]) + "\n"


def _row(total: ClassTotal) -> str:
    return (
        f'<tr><td class="n">{total.errors:,}</td><td><a href="#{_text(total.class_)}">{_text(total.title)}</a>'
        f"<br><small>{_text(', '.join(total.rules))}</small></td><td>{_text(span(total.first, total.last))}</td></tr>"
    )


def _section(total: ClassTotal) -> str:
    groups = "".join(_group(group) for group in total.groups)
    more = f"<p>And {total.more:,} records of more shapes.</p>" if total.more else ""
    return f'<section><h2 id="{_text(total.class_)}">{_text(total.title)}</h2>{groups}{more}</section>'


def _group(group: Group) -> str:
    places = " · ".join(f"{_text(p.file)}:{p.line}" for p in group.places)
    return (
        f"<details open><summary>{group.count:,} × <code>{_text(group.hash)}</code> {_text(span(group.first, group.last))}</summary>"
        f'<p class="soft">{places}{" …" if group.count > len(group.places) else ""}</p>'
        f"<pre>{_text(group.sample)}</pre></details>"
    )


def _text(text: str) -> str:
    return escape("".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text))
