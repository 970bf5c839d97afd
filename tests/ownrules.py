"""A user's own folder of rules for tests: one rule, its test and one cause, sound until a test breaks them."""

from __future__ import annotations

from pathlib import Path

RULE = """\
id: own.quota
class: graph-throttled
title: "Quota of the Contoso gateway is used up"
status: tested
severity: low
summary: "The gateway counts calls per day and refuses further ones."
match:
  contains: ["daily quota of the Contoso gateway"]
causes:
  own-quota-used-up: {prior: common}
page:
  message: ["GATE4711: the daily quota of the Contoso gateway is used up"]
  meaning: "No further call is let through today."
  why: "A script calls in a loop."
  quick_fix: ["Wait until midnight."]
  admin_fix:
    - {do: "Show who calls", run: "Get-GateUsage -Top 5"}
  steps: ["Look who calls most."]
  products: ["Contoso gateway"]
  variations: ["GATE4712 warns before."]
  still_broken: ["Ask the gateway's owner."]
  related: ["graph.throttled"]
  searches: ["gate4711"]
  faq:
    - {q: "Can the quota be raised?", a: "Yes, by the gateway's owner."}
references: ["Contoso handbook, gateway"]
reviewed: "2026-11-25"
"""

TEST = """\
match:
  - "GATE4711: the daily quota of the Contoso gateway is used up"
  - "Get-Report: the daily quota of the Contoso\\n gateway is used up"
no_match:
  - "GATE4712: the daily quota is nearly used up"
  - "Too Many Requests"
"""

CAUSE = """\
id: own-quota-used-up
title: "A script has used up the quota of the day"
short: "quota used up"
decided_by: service
explanation: "The gateway counts calls."
look_up: "The usage page of the gateway."
fix:
  - {do: "Stop the script"}
reviewed: "2026-11-25"
"""

TABLE = """\
slug,contains,class,causes,title,meaning,source,reviewed
gate4713,GATE4713: closed for maintenance,graph-throttled,own-quota-used-up,Gateway is closed,Wait for the end.,Handbook,2026-11-25
"""


def write(folder: Path, **files: str) -> Path:
    """The folder with the sound files; ``files`` (rule, test, cause, table) replace or add one, an empty text leaves it out."""
    texts = {"rule": RULE, "test": TEST, "cause": CAUSE, **files}
    places = {
        "rule": "errors/own/quota.yaml",
        "test": "errors/own/quota.test.yaml",
        "cause": "causes/own-quota-used-up.yaml",
        "table": "reference/own.csv",
    }
    for name, text in texts.items():
        if text:
            path = folder / places[name]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return folder
