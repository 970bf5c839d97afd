"""One PowerShell session in the lab: its own home, its own trust, its own clock, nothing of this account's settings."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.wrongclock import forget, moved

ROOT = Path(__file__).resolve().parents[2]
LAB_MODULES = Path(__file__).parent

#: Runs the scenario, then prints the record's form and the diagnosis as the last line, so that noise before it does no harm.
_SCRIPT = """\
$ProgressPreference = 'SilentlyContinue'
Import-Module {agent}
{prepare}
$out = @(try {{ Invoke-AgentCommand {{ {command} }} 2>$null 6>$null }} catch {{ $null = $_ }})
$record = if ($Error.Count) {{ $Error[0] }}
$chain = @(); $e = if ($record) {{ $record.Exception }}
while ($e) {{ $chain += @{{ type = $e.GetType().FullName; message = $e.Message }}; $e = $e.InnerException }}
$json = if ($record) {{ $record | Resolve-AgentError -AsJson -Budget 20 }}
'LAB-RESULT ' + (@{{
    output = ($out | ForEach-Object {{ if ($_ -is [Collections.IDictionary]) {{ $_ | ConvertTo-Json -Compress }} else {{ [string] $_ }} }})
    chain = $chain; diagnosis = $json; errors = $Error.Count
    id = [string] $record.FullyQualifiedErrorId; category = [string] $record.CategoryInfo.Category
    target = $(if ($record.TargetObject) {{ $record.TargetObject.GetType().FullName }}); details = [string] $record.ErrorDetails.Message
}} | ConvertTo-Json -Compress -Depth 6)
"""


@dataclass
class Outcome:
    """What came out: lines of output, the newest error's form, and the agent's diagnosis (None without an error)."""

    output: list[str]
    chain: list[dict[str, str]]
    error_id: str
    category: str
    target: str
    details: str
    diagnosis: dict[str, Any] | None
    noise: str = ""

    @property
    def types(self) -> list[str]:
        """Short names of the exceptions, outermost first."""
        return [e["type"].rpartition(".")[2] for e in self.chain]

    @property
    def text(self) -> str:
        """All messages."""
        return "\n".join(e["message"] for e in self.chain)


@dataclass
class Session:
    """How to start PowerShell. ``variables`` are added to a bare environment; ``preload`` runs a program in front of it."""

    pwsh: str
    home: Path
    variables: dict[str, str] = field(default_factory=dict)
    ahead_s: float = 0
    in_front: tuple[str, ...] = ()
    with_graph: bool = True

    def run(self, command: str, prepare: str = "", timeout_s: float = 120) -> Outcome:
        """Start, run the command under Invoke-AgentCommand, diagnose, end. Raises when the session itself fails."""
        script = self.home / "scenario.ps1"
        script.write_text(_SCRIPT.format(agent=ROOT / "ps-module/ErrorAgent", prepare=prepare, command=command))
        line = [*self.in_front, self.pwsh, "-NoProfile", "-NonInteractive", "-File", str(script)]
        process = subprocess.Popen(
            moved(line, self.ahead_s),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._environment(),
            cwd=self.home,
            start_new_session=True,
        )
        try:
            out, err = process.communicate(timeout=timeout_s)
        finally:
            if process.poll() is None:  # the whole group: PowerShell has children
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                forget(process.pid)
        return _outcome(out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))

    def _environment(self) -> dict[str, str]:
        path = os.pathsep.join(dict.fromkeys([str(Path(sys.executable).parent), "/usr/bin", "/bin"]))
        modules = [str(LAB_MODULES)] if self.with_graph else [str(self.home / "no-modules")]
        (self.home / ".local/share").mkdir(
            parents=True, exist_ok=True
        )  # without it .NET would write into the current folder
        return {
            "PATH": path,
            "HOME": str(self.home),
            "TMPDIR": str(self.home),
            "LANG": "C.UTF-8",
            "PSModulePath": os.pathsep.join(modules),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "AGENT_COMMAND": f"{sys.executable} -m agent",
            "POWERSHELL_TELEMETRY_OPTOUT": "1",
            **self.variables,
        }


def _outcome(out: str, err: str) -> Outcome:
    last = next((line for line in reversed(out.splitlines()) if line.startswith("LAB-RESULT ")), "")
    if not last:
        raise AssertionError(f"the session gave no result\n--- output\n{out[-3000:]}\n--- errors\n{err[-3000:]}")
    found = json.loads(last.removeprefix("LAB-RESULT "))
    output = found["output"]
    output = [] if output is None else output if isinstance(output, list) else [output]
    diagnosis = json.loads(found["diagnosis"]) if found["diagnosis"] else None
    return Outcome(
        [str(o) for o in output],
        found["chain"],
        found["id"],
        found["category"],
        found["target"] or "",
        found["details"],
        diagnosis,
        f"{out[: -len(last)] if last else out}\n{err}",
    )


def find_pwsh() -> str:
    """The PowerShell of the tests: AGENT_TEST_PWSH, then ``pwsh`` on the PATH; empty when there is none."""
    return os.environ.get("AGENT_TEST_PWSH") or shutil.which("pwsh") or ""
