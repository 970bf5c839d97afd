"""The diagnosis as one JSON object, ``schema: 1``; within a version fields are only added (``agent schema diagnosis``)."""

from __future__ import annotations

import json
from typing import Any

from agent.compose import call_json, plain
from agent.model import Diagnosis, Result
from agent.redact import scrub


def document(diagnosis: Diagnosis, explain: bool = False) -> dict[str, Any]:
    """The object, every text scrubbed once more before it leaves."""
    report, print_ = diagnosis.report, diagnosis.fingerprint
    body: dict[str, Any] = {
        "schema": 1,
        "verdict": diagnosis.verdict,
        "headline": diagnosis.headline,
        "error": {
            "text": report.text,
            "exceptions": [{"type": e.type, "message": e.message, "hresult": e.hresult} for e in report.exceptions],
            "error_id": print_.error_id,
            "command": print_.command,
            "module": report.module,
            "http_status": print_.http_status,
            "codes": list(print_.codes),
            "notes": list(report.notes),
            "fingerprint": {"hash": print_.hash, "template": print_.template},
        },
        "matches": [
            {"rule": m.rule, "class": m.class_, "title": m.title, "confidence": m.confidence, "why": m.why}
            for m in diagnosis.matches
        ],
        "causes": list(diagnosis.causes),
        "ruled_out": list(diagnosis.ruled_out),
        "results": [result(r) for r in diagnosis.results],
        "skipped": [{"check": s.check, "reason": s.reason} for s in diagnosis.skipped],
        "facts": {name: plain(value) for name, value in diagnosis.facts.items()},
        "suggestions": list(diagnosis.suggestions),
        "elapsed_ms": diagnosis.elapsed_ms,
    }
    if explain:
        body["explain"] = {
            "steps": [
                {
                    **call_json(s.call),
                    "wave": s.wave,
                    "separates": list(s.separates),
                    "cost_s": s.cost_s,
                    "gain_bits": s.gain_bits,
                }
                for s in diagnosis.steps
            ],
            "ranking": [
                {
                    "cause": r.cause,
                    "prior": round(r.prior, 4),
                    "probability": round(r.probability, 4),
                    "history": [[what, round(p, 4)] for what, p in r.history],
                }
                for r in diagnosis.ranking
            ],
        }
    scrubbed: dict[str, Any] = scrub(body)
    return scrubbed


def result(answer: Result) -> dict[str, Any]:
    """The answer of a check."""
    return {
        **call_json(answer.call),
        "status": answer.status.name.lower(),
        "summary": answer.summary,
        "evidence": {k: plain(v) for k, v in answer.evidence.items()},
        "reason": answer.reason.value if answer.reason else None,
        "elapsed_ms": answer.elapsed_ms,
    }


def render(diagnosis: Diagnosis, explain: bool = False) -> str:
    """One line of ASCII-safe JSON, so that no console code page can damage it."""
    return json.dumps(document(diagnosis, explain), ensure_ascii=True) + "\n"
