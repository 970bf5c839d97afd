"""``agent scan`` as people and programs call it."""

from __future__ import annotations

import csv
import html.parser
import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import scanlogs

ROOT = Path(__file__).resolve().parents[2]
USER = "AADSTS50034: The user account does not exist in the directory."
SECRET = "AADSTS7000222: The provided client secret keys for app 'x' are expired."
LOG = f"""2026-11-24T10:00:00Z {USER} client_secret=hunter2hunter2
2026-11-25T10:00:00Z fine
2026-11-25T11:00:00Z {USER}
2026-11-25T12:00:00Z {SECRET} <script>alert(1)</script>
"""


def command(*args: str | Path) -> list[str]:
    """The command line of a scan."""
    return [sys.executable, "-X", "utf8", "-m", "agent", "scan", *map(str, args)]


def environment() -> dict[str, str]:
    """Without what would change the output's looks."""
    kept = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "NO_COLOR", "COLUMNS")}
    return {**kept, "PYTHONPATH": str(ROOT)}


def agent(*args: str | Path, data: bytes = b"") -> tuple[int, str, str]:
    """(exit code, standard output, standard error)."""
    done = subprocess.run(command(*args), input=data, capture_output=True, timeout=120, env=environment(), check=False)
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in out + err, err
    return done.returncode, out, err


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A small log."""
    path = tmp_path / "app.log"
    path.write_text(LOG)
    return path


def test_text(log: Path) -> None:
    """Counts, times, places, a redacted sample and the next step, in 80 columns; code 3."""
    code, out, err = agent(log)
    assert (code, err) == (3, "")
    assert max(map(len, out.splitlines())) <= 80 or str(log) in out
    assert all(len(line) <= 80 for line in out.splitlines() if "app.log" not in line)
    assert "3 errors of 2 classes in 1 file, 4 lines" in out
    assert "2026-11-24 10:00 to 2026-11-25 11:00 UTC" in out
    assert (
        f"{log}:1  {log}:3" in out.replace("\n          ", " ").replace("  ", " ").replace(" ", "  ")
        or "app.log:1" in out
    )
    assert "agent explain entra.aadsts50034" in out
    assert "hunter2" not in out


def test_json(log: Path) -> None:
    """One object with classes, groups, counts, ISO times, places."""
    code, out, _ = agent(log, "--format", "json")
    found = json.loads(out)
    assert (code, found["schema"], found["errors"], found["files"], found["lines"], found["partial"]) == (
        3,
        1,
        3,
        1,
        4,
        False,
    )
    first = found["classes"][0]
    assert (first["count"], first["first_seen"], first["last_seen"]) == (
        2,
        "2026-11-24T10:00:00Z",
        "2026-11-25T11:00:00Z",
    )
    assert sum(g["count"] for g in first["groups"]) == 2
    assert {"file": str(log), "line": 1} in [p for g in first["groups"] for p in g["places"]]
    assert "hunter2" not in out


def test_csv(log: Path, tmp_path: Path) -> None:
    """One row a group, formulas made harmless, written to a file."""
    log.write_text(f'{LOG}"2026-11-25T13:00:00Z","=cmd|x {USER}"\n')
    target = tmp_path / "out.csv"
    code, out, _ = agent(log, "--format", "csv", "--output", target)
    assert (code, out) == (3, "")
    rows = list(csv.DictReader(io.StringIO(target.read_bytes().decode(), newline="")))
    assert sum(int(r["count"]) for r in rows) == 4
    assert all(cell[:1] not in ("=", "+", "-", "@") for row in rows for cell in row.values())


class Page(html.parser.HTMLParser):
    """Checks that tags are closed, and collects them and the text."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html(log: Path) -> None:
    """A whole page that loads nothing and runs nothing, in light and dark; texts of the log are only text."""
    code, out, _ = agent(log, "--format", "html")
    page = Page(out)
    assert code == 3
    assert "script" not in page.tags
    assert all(link.startswith("#") for link in page.links)
    assert "prefers-color-scheme" in out
    assert "hunter2" not in out
    assert f"{log}:1" in page.text


@pytest.mark.parametrize("format_", ["text", "json", "csv", "html"])
def test_nothing_found(tmp_path: Path, format_: str) -> None:
    """A healthy log gives 0 and an answer that says so."""
    log = tmp_path / "a.log"
    log.write_text("2026-11-25T10:00:00Z fine\n")
    code, out, err = agent(log, "--format", format_)
    assert (code, err) == (0, "")
    assert out


def test_exit_code_tells_of_files_not_read(log: Path) -> None:
    """What was found is shown, the file that failed is named, the code is 5."""
    code, out, err = agent(log.parent / "none.log", log)
    assert code == 5
    assert "none.log: there is no such file" in err
    assert "3 errors" in out
    assert "Not read: 1 file" in out


def test_standard_input(log: Path) -> None:
    """- is standard input, in any encoding."""
    code, out, _ = agent("-", data=LOG.encode("utf-16"))
    assert code == 3
    assert "-:1" in out
    assert agent("-", "--state", "x")[0] == 2


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--records", "x"), "--field"),
        (("--field", "a", "x"), "--records"),
        (("--records", "--field", "a", "--state", "s", "x"), "do not go"),
        (("--output", "no/such/folder/x", os.devnull), "cannot be written"),
        ((), "PATH"),
    ],
)
def test_wrong_calls(args: tuple[str, ...], says: str) -> None:
    """A wrong call ends with 2 and says what to do."""
    code, _, err = agent(*args)
    assert code == 2
    assert says in err


def test_records(tmp_path: Path) -> None:
    """One JSON answer a line, each sent at once; a broken line is answered too and makes the code 2."""
    lines = [json.dumps({"id": "a", "text": USER}), json.dumps({"text": "fine"}), "{broken"]
    code, out, err = agent("-", "--records", "--field", "text", data="\n".join(lines).encode())
    first, second, third = map(json.loads, out.splitlines())
    assert (code, err) == (2, "")
    assert set(first) == {"id", "rule", "class", "confidence", "causes"}
    assert (first["id"], first["rule"], second["id"], second["rule"]) == ("a", "entra.aadsts50034", 2, None)
    assert set(third) == {"id", "error"}
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(lines[:2]))
    assert agent(path, "--records", "--field", "text")[0] == 0


def test_records_are_sent_at_once() -> None:
    """A program that asks record by record gets each answer before it sends the next."""
    process = subprocess.Popen(
        command("-", "--records", "--field", "text"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        for text in (USER, "fine", SECRET):
            process.stdin.write(json.dumps({"text": text}).encode() + b"\n")
            process.stdin.flush()
            assert "rule" in json.loads(process.stdout.readline())
        process.stdin.close()
        assert process.wait(30) == 0


def test_help_imports_little() -> None:
    """``agent scan --help`` loads click and the command, nothing of the pipeline."""
    code = (
        "import sys\nbefore = set(sys.modules)\nfrom agent.__main__ import main\n"
        "try:\n    main(['scan', '--help'])\nexcept SystemExit: pass\n"
        "print('\\n'.join(sorted(set(sys.modules) - before)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), timeout=60, check=True
    )
    loaded = set(done.stderr.split())
    assert {m for m in loaded if m.startswith("agent")} <= {
        *(
            "agent",
            "agent.__main__",
            "agent.cli",
            "agent.errors",
            "agent.exits",
            "agent.model",
            "agent.commands",
            "agent.commands.scan",
        )
    }
    assert not loaded & {"rapidfuzz", "html", "csv", "yaml", "gzip", "evtx"}


def _facts(text: str) -> Any:
    found = json.loads(text)
    return [
        (
            c["class"],
            c["count"],
            c["first_seen"],
            c["last_seen"],
            [(g["fingerprint"], g["count"], g["places"]) for g in c["groups"]],
        )
        for c in found["classes"]
    ]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C reaches a whole console there")
def test_ctrl_c_at_any_moment(tmp_path: Path) -> None:
    """Interrupted again and again, the calls together give the answer of one call; the code is 130 and the output says partial."""
    logs = [tmp_path / f"{n}.log" for n in range(3)]
    for n, path in enumerate(logs):
        scanlogs.write(path, 60_000, seed=n)
    whole = agent(*logs, "--format", "json", "--state", tmp_path / "whole")
    args = (*logs, "--format", "json", "--state", tmp_path / "parts")
    rng = random.Random(7)
    stopped = 0
    for _ in range(15):
        with subprocess.Popen(
            command(*args), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
        ) as process:
            time.sleep(rng.uniform(0.3, 0.9))
            process.send_signal(signal.SIGINT)
            out, told = process.communicate(timeout=60)
        assert b"Traceback" not in told or not out
        # A signal that comes before our code runs, or after its work is done, ends the program as any other.
        assert process.returncode in (130, 3, -signal.SIGINT)
        if process.returncode == 130 and out:
            assert json.loads(out)["partial"] is True
            stopped += 1
    assert stopped >= 2
    code, last, err = agent(*args)
    assert (code, err) == (3, "")
    assert _facts(last) == _facts(whole[1])


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C reaches a whole console there")
def test_ctrl_c_while_waiting_for_input() -> None:
    """A scan that waits for standard input ends at once and shows what it has seen."""
    with subprocess.Popen(
        command("-"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdin is not None
        process.stdin.write(LOG.encode())
        process.stdin.flush()
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"3 errors" in out
    assert b"Stopped before the end" in out


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_memory_is_flat(tmp_path: Path) -> None:
    """Scanning 200 MB needs at most 30 MB more than scanning 2 MB."""
    driver = (
        "import sys\nfrom agent.__main__ import main\ntry:\n    main(['scan', sys.argv[1], '--format', 'json'])\nexcept SystemExit: pass\n"
        "print(next(l.split()[1] for l in open('/proc/self/status') if l.startswith('VmHWM')), file=sys.stderr)"
    )
    peaks = []
    small, large = tmp_path / "small.log", tmp_path / "large.log"
    scanlogs.write(small, 20_000)
    with large.open("wb") as file:
        for seed in range(10):  # ten parts that differ, each ten times
            scanlogs.write(small if seed == 0 else tmp_path / "part", 20_000, seed)
            data = (small if seed == 0 else tmp_path / "part").read_bytes()
            for n in range(10):
                file.write(re.sub(rb"(?m)^2026-11", b"2026-%02d" % (n + 1), data))
    assert large.stat().st_size > 200_000_000
    for log in (small, large):
        done = subprocess.run(
            [sys.executable, "-c", driver, str(log)], capture_output=True, env=environment(), timeout=600, check=True
        )
        peaks.append(int(done.stderr.split()[-1]))
    assert peaks[1] - peaks[0] < 30_000, peaks
