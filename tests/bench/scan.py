"""How fast ``agent scan`` reads an ordinary log with 1 % errors, beside a log parser others use (Drain3), on the same file in one run.

CPU seconds of one core, the best of several rounds; the log comes from a seed. "agent scan" builds its filter within the measured time;
"reading only" leaves that out, to compare catalogues of different size. Loading the catalogue is in neither.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from agent.catalogue.load import Catalogue, load
from agent.scan.scanner import Scanner

LINES = 100_000
TESTS = Path(__file__).resolve().parents[1]


def seconds(prepare: Callable[[], Callable[[], int]], rounds: int) -> tuple[float, int]:
    """(least CPU seconds of the job that ``prepare`` makes, what the job returned)."""
    best, answer = float("inf"), 0
    for _ in range(rounds):
        job = prepare()
        gc.collect()
        started = time.process_time()
        answer = job()
        best = min(best, time.process_time() - started)
    return best, answer


def drain(log: Path) -> int:
    """Clusters that Drain3, as it comes, finds."""
    from drain3 import TemplateMiner
    from drain3.template_miner_config import TemplateMinerConfig

    miner = TemplateMiner(config=TemplateMinerConfig())
    with log.open(encoding="utf-8") as file:
        for line in file:
            miner.add_log_message(line.rstrip("\n"))
    return len(miner.drain.clusters)


def whole(catalogue: Catalogue, log: Path) -> int:
    """Errors found by a scan, the filter built anew."""
    return Scanner(catalogue).scan((str(log),)).errors


def reading(catalogue: Catalogue, log: Path) -> Callable[[], int]:
    """A scan whose filter is ready."""
    scanner = Scanner(catalogue)
    return lambda: scanner.scan((str(log),)).errors


def measure(lines: int, rounds: int) -> dict[str, float]:
    """Lines per CPU second of each job. Fails when a scan does not find what is there."""
    sys.path[:0] = [str(TESTS), str(TESTS / "bench")]
    import scanlogs
    from bench import TIMES, larger

    speeds = {}
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "app.log"
        errors = scanlogs.write(log, lines)
        store = load()
        with larger(Path(folder)).open("rb") as file:
            many = Catalogue(file)
            jobs = {
                "agent scan": lambda: lambda: whole(store, log),
                "reading only": lambda: reading(store, log),
                f"reading only, catalogue x {TIMES}": lambda: reading(many, log),
            }
            for name, prepare in jobs.items():
                spent, found = seconds(prepare, rounds)
                if found != errors:
                    raise SystemExit(f"{name}: {found} of {errors} errors found")
                speeds[name] = lines / spent
        speeds["Drain3"] = lines / seconds(lambda: lambda: drain(log), 1)[0]
    return speeds


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("-n", "--rounds", type=int, default=3)
    options.add_argument("--lines", type=int, default=LINES)
    given = options.parse_args()
    speeds = measure(given.lines, given.rounds)
    print(f"{f'{given.lines:,} lines, 1 % errors':<40} {'lines/s':>10} {'ratio':>7}")
    for name, speed in speeds.items():
        print(f"{name:<40} {speed:>10,.0f} {speed / speeds['Drain3']:>7.1f}")


if __name__ == "__main__":
    main()
