"""A catalogue of two rules and four causes for tests of the engine, made by the real compiler."""

from __future__ import annotations

from typing import Any

from agent.catalogue.compile import render
from agent.catalogue.load import Catalogue

PAGE = {
    "message": ["m"],
    "meaning": "m",
    "why": "w",
    "quick_fix": ["q"],
    "admin_fix": [{"do": "d"}],
    "steps": ["s"],
    "products": ["p"],
    "variations": ["v"],
    "still_broken": ["s"],
    "related": [],
    "searches": ["s"],
    "faq": [{"q": "q", "a": "a"}],
}
SCALES = {
    "prior": {"common": 10.0, "plausible": 4.0, "rare": 1.0},
    "other": 0.08,
    "likelihood": {"always": 0.98, "usually": 0.9, "sometimes": 0.5, "rarely": 0.05, "never": 0.002},
    "clamp": 0.995,
    "context": 3.0,
}


def check(cost: str = "instant", group: str = "", required: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """A check's declaration."""
    params = {name: {"type": "str", "required": True} for name in required}
    return {
        "title": "Is it well?",
        "params": params,
        "cost": cost,
        "timeout_s": 1.0,
        "evidence": {"state": "text", "offset_s": "seconds"},
        "platforms": ["linux", "windows", "darwin"],
        "needs": [],
        "group": group,
        "false_alarm": "never",
        **more,
    }


def rule(rule_id: str, causes: dict[str, str], **match: Any) -> dict[str, Any]:
    """A rule with these causes (id -> prior word) and match signals."""
    return {
        "id": rule_id,
        "class": rule_id.replace(".", "-"),
        "title": f"Title of {rule_id}",
        "status": "tested",
        "severity": "high",
        "summary": "s",
        "match": match,
        "causes": {cause: {"prior": prior} for cause, prior in causes.items()},
        "page": PAGE,
        "references": ["r"],
        "reviewed": "2026-11-25",
    }


def cause(
    cause_id: str, evidence: dict[str, Any] | None = None, decided_by: str = "machine", **more: Any
) -> dict[str, Any]:
    """A cause with this evidence."""
    return {
        "id": cause_id,
        "title": f"It is {cause_id}",
        "short": cause_id,
        "decided_by": decided_by,
        "explanation": "e",
        "evidence": evidence or {},
        "fix": [{"do": "Mend it", "run": "mend {thumbprint}"}],
        "reviewed": "2026-11-25",
        **more,
    }


def catalogue(rules: list[dict[str, Any]], causes: list[dict[str, Any]], checks: dict[str, Any]) -> Catalogue:
    """The compiled and loaded catalogue."""
    found = {
        "rules": {r["id"]: (r, "", None) for r in rules},
        "causes": {c["id"]: (c, "", None) for c in causes},
        "scales": SCALES,
        "facts": {
            name: {"title": "t", "from": "f"} for name in ("thumbprint", "host", "tenant", "token", "worked_before")
        },
    }
    return Catalogue(render(found, checks, "stamp").encode())


def standard() -> Catalogue:
    """Two rules, four causes: a clock, an expired certificate, a closed port, and a missing permission in the directory."""
    return catalogue(
        [
            rule("entra.first", {"clock": "common", "expired": "plausible", "closed": "rare"}, codes=["AADSTS700024"]),
            rule(
                "graph.second",
                {"permission": "common", "clock": "rare"},
                http_status="403",
                contains=["insufficient", "privileges"],
            ),
        ],
        [
            cause(
                "clock",
                {"time.sync": {"fail": "always"}, "time.date": {"fail": "usually"}},
                headline="Off by {offset_s:duration}",
                verify="time.sync",
            ),
            cause("expired", {"certificate.valid": {"fail": "always", "state": "expired"}}),
            cause("closed", {"net.tcp": {"fail": "always", "state": "refused|timeout"}}),
            cause("permission", {}, decided_by="directory", look_up="the consents of the app"),
        ],
        {
            "time.sync": check("network", group="clock"),
            "time.date": check("network", group="clock"),
            "certificate.valid": check("local", required=("thumbprint",)),
            "net.tcp": check("network", required=("host",)),
        },
    )
