"""The scan's speed as a contract: ratios within one run, since absolute times say more about the machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_scan_speed() -> None:
    """At least five times as fast as Drain3 on the same log, and no slower to notice with ten times the rules (best of three runs)."""
    pytest.importorskip("drain3")
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, str(ROOT / "tests" / "bench" / "scan.py"), "--lines", "20000", "-n", "3"],
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=400,
            check=True,
        )
        rows = {
            line[:40].strip(): float(line[40:].split()[0].replace(",", "")) for line in done.stdout.splitlines()[1:]
        }
        assert rows["agent scan"] >= 5 * rows["Drain3"], done.stdout
        if rows["reading only, catalogue x 10"] >= 0.75 * rows["reading only"]:
            return
    pytest.fail(done.stdout)
