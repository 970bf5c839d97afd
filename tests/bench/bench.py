"""How long things take, as multiples of starting Python in the same run: absolute times say more about the machine than about us.

Prints one row per job: median milliseconds and the ratio to ``python -c pass``. The jobs take turns, so that a busy moment hits all.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from agent.catalogue import compile as compiler
from agent.catalogue.load import COMPILED, load

ERROR = "AADSTS7000222: The provided client secret keys for app 'Contoso Nightly' are expired."
TIMES = 10
#: Compiled modules are kept, as in any installation.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

#: What the installed ``agent`` script does.
SCRIPT = "from agent.__main__ import main; main()"
#: Runs the agent with the catalogue of another file; what is measured is the same code as ever.
DRIVER = """
import sys
from pathlib import Path
from agent.catalogue import load
load.COMPILED, load.source_folder = Path(sys.argv.pop(1)), lambda: None
from agent.__main__ import main
main()
"""


def larger(folder: Path, times: int = TIMES) -> Path:
    """A catalogue of ``times`` as many rules and causes, with ids, codes and literals of their own."""
    issues: list[str] = []
    found = compiler.read_sources(Path(__file__).resolve().parents[2] / "rules", issues)
    if issues:
        raise SystemExit("\n".join(issues))
    for n in range(1, times):
        for kind in ("rules", "causes"):
            for key, (value, shown, node) in list(found[kind].items()):
                if "~" not in key:
                    found[kind][f"{key}~{n}"] = (_renamed(value, n), shown, node)
    target = folder / "larger.json"
    target.write_text(compiler.render(found, compiler.check_specs(), "larger"), "ascii", newline="\n")
    return target


def _renamed(value: dict[str, Any], n: int) -> dict[str, Any]:
    copy = {**value, "id": f"{value['id']}~{n}"}
    if "causes" in copy:
        copy["causes"] = {f"{cause}~{n}": given for cause, given in copy["causes"].items()}
    if "match" in copy:
        copy["match"] = {
            signal: [f"{word}~{n}" for word in words] if signal in ("codes", "contains", "any", "error_id") else words
            for signal, words in copy["match"].items()
        }
    return copy


def jobs(folder: Path) -> dict[str, tuple[list[str], bytes]]:
    """Name -> (command, standard input); the first is the unit."""
    load()  # compiles the catalogue of a checkout, which is not part of any job
    agent = [sys.executable, "-c", SCRIPT]
    driven = [sys.executable, "-c", DRIVER, str(larger(folder))]
    installed = [*driven[:-1], str(COMPILED)]
    recognise = ["diagnose", "--no-checks"]
    line = b"2026-11-25T10:00:00Z worker 7 copied 12 files to the archive\n"
    half = line * (5_000_000 // len(line))
    return {
        "python -c pass": ([sys.executable, "-c", "pass"], b""),
        "agent --version": ([*agent, "--version"], b""),
        "agent diagnose --no-checks": ([*agent, *recognise], ERROR.encode()),
        "the same, installed": ([*installed, *recognise], ERROR.encode()),
        f"installed, catalogue x {TIMES}": ([*driven, *recognise], ERROR.encode()),
        f"unknown error, catalogue x {TIMES}": ([*driven, *recognise], b"nothing that any rule knows"),
        "agent explain AADSTS700024": ([*agent, "explain", "AADSTS700024", "--no-pager"], b""),
        "agent explain, installed": ([*installed, "explain", "AADSTS700024", "--no-pager"], b""),
        "agent search, two words misspelt": ([*installed, "search", "clint", "secrt"], b""),
        "10 MB of log with the error inside": ([*agent, *recognise], half + ERROR.encode() + b"\n" + half),
    }


def measure(table: dict[str, tuple[list[str], bytes]], rounds: int) -> dict[str, float]:
    """Median seconds of each job."""
    taken: dict[str, list[float]] = {name: [] for name in table}
    for _ in range(rounds):
        for name, (command, data) in table.items():
            started = time.perf_counter()
            done = subprocess.run(command, input=data, capture_output=True, env=ENVIRONMENT, check=False)
            taken[name].append(time.perf_counter() - started)
            if done.returncode not in (0, 3, 4, 5):
                raise SystemExit(f"{name}: exit {done.returncode}: {done.stderr.decode(errors='replace')}")
    return {name: statistics.median(times) for name, times in taken.items()}


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("-n", "--rounds", type=int, default=15)
    rounds = options.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        medians = measure(jobs(Path(folder)), rounds)
    unit = next(iter(medians.values()))
    print(f"{'median of ' + str(rounds):<40} {'ms':>8} {'ratio':>7}")
    for name, seconds in medians.items():
        print(f"{name:<40} {seconds * 1000:>8.1f} {seconds / unit:>7.1f}")


if __name__ == "__main__":
    main()
