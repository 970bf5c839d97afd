"""A diagnosis with checks never takes longer than its budget, whatever the network swallows."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Starting Python, reading the catalogue and printing; generous, because test machines are busy.
START_S = 1.5


@pytest.fixture
def black_holes():
    """A UDP port that never answers, and a TCP port that accepts and stays silent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
        udp.bind(("127.0.0.1", 0))
        tcp.bind(("127.0.0.1", 0))
        tcp.listen(50)
        yield udp.getsockname()[1], tcp.getsockname()[1]


def test_silent_servers_cost_the_budget_at_most(black_holes):
    """A dead NTP server and a black-holed sign-in host: unknown with the reason, within the budget."""
    ntp, https = black_holes
    text = "AADSTS700024: Client assertion is not within its valid time range."
    command = [sys.executable, "-m", "agent", "diagnose", "--format", "json", "--budget", "1.5"]
    command += ["--fact", f"authority=https://127.0.0.1:{https}", "--fact", f"ntp_server=127.0.0.1:{ntp}", text]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "AGENT_NTP_SERVERS": f"127.0.0.1:{ntp}"}
    started = time.monotonic()
    done = subprocess.run(command, env=environment, capture_output=True, timeout=30, check=False)
    elapsed = time.monotonic() - started
    answer = json.loads(done.stdout)
    assert elapsed < 1.5 + START_S
    assert answer["elapsed_ms"] < 1_800
    silent = {r["check"]: r["reason"] for r in answer["results"] if r["status"] == "unknown"}
    assert {"time.clock_in_sync", "time.clock_matches_service"} <= set(silent)
    assert answer["verdict"] == "undecided"
