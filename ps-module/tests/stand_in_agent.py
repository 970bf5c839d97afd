"""A stand-in for the agent: keeps what it was given, then answers, fails or hangs as STAND_IN says."""

import json
import os
import sys
import time

given = sys.stdin.buffer.read()
with open(os.environ["STAND_IN_LOG"], "ab") as log:
    log.write(given + b"\n")
with open(os.environ["STAND_IN_LOG"] + ".args", "a", encoding="utf-8") as log:
    log.write(json.dumps(sys.argv[1:]) + "\n")
mode = os.environ.get("STAND_IN", "")
if mode == "fail":
    print("catalogue is missing", file=sys.stderr)
    sys.exit(2)
if mode == "no-module":
    print("/usr/bin/python3: No module named agent", file=sys.stderr)
    sys.exit(1)
if mode == "hang":
    time.sleep(60)
if mode == "noise":
    print("not json")
    sys.exit(3)
known = mode != "undecided" and (mode != "known-only" or b"zap-known" in given)
json.dump(
    {
        "schema": 1,
        "verdict": "cause_found" if known else "undecided",
        "headline": "The certificate expired 3 days ago (M\u00fcnchen)",
        "causes": [
            {
                "id": "certificate-expired",
                "probability": 0.99,
                "because": [{"check": "certificate.not_expired", "params": {}}],
                "fix": [{"do": "Make a new certificate", "run": "New-SelfSignedCertificate"}, {"do": "Upload it"}],
                "look_up": None,
                "verify": {"check": "certificate.not_expired", "run": "agent check run certificate.not_expired"},
            }
        ],
        "ruled_out": [{"id": "clock-wrong", "short": "wrong clock", "by": []}],
        "results": [
            {"check": "certificate.not_expired", "status": "fail", "summary": "valid until 2026-11-21 23:59 UTC"},
            {"check": "time.clock_in_sync", "status": "unknown", "summary": "no answer in 1.0 s"},
        ],
        "matches": [{"rule": "entra.sample"}],
    },
    sys.stdout,
    ensure_ascii=os.environ.get("STAND_IN") != "utf8",
)
sys.exit(3)
