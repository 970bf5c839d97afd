"""What a scan found as CSV, one row for each fingerprint of a rule."""

from __future__ import annotations

import csv
import io

from agent.render.scan_json import iso
from agent.scan.model import Group, Outcome, by_class

HEADER = ("class", "rule", "title", "count", "first_seen", "last_seen", "fingerprint", "places", "sample")


def render(outcome: Outcome) -> str:
    """Header and rows, most frequent class first; a cell that a spreadsheet would take for a formula is quoted."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    for total in by_class(outcome):
        for group in total.groups:
            writer.writerow(_row(group))
        for group in sorted(outcome.more.values(), key=lambda g: g.rule):
            if group.class_ == total.class_:
                writer.writerow(_row(group))
    return out.getvalue()


def _row(group: Group) -> list[str]:
    cells = (
        group.class_,
        group.rule,
        group.title,
        str(group.count),
        iso(group.first) or "",
        iso(group.last) or "",
        group.hash or "further shapes",
        " ".join(f"{p.file}:{p.line}" for p in group.places),
        group.sample,
    )
    return [f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in cells]
