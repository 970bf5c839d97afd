"""The Pester files of the PowerShell module, run in one PowerShell and reported test by test."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "ps-module"

RUN = """
$env:PSModulePath = (Join-Path $PSHOME 'Modules') + [IO.Path]::PathSeparator + $env:PSModulePath
Import-Module Pester -MinimumVersion 5.0
$c = New-PesterConfiguration
$c.Run.Path = $env:AGENT_TEST_FOLDER
$c.Run.Exit = $false
$c.Output.Verbosity = 'None'
$c.TestResult.Enabled = $true
$c.TestResult.OutputFormat = 'JUnitXml'
$c.TestResult.OutputPath = $env:AGENT_TEST_RESULT
$c.Run.PassThru = $true
$r = Invoke-Pester -Configuration $c
"containers=$($r.Containers.Count) broken=$($r.FailedContainersCount)"
"""


def _pwsh() -> str:
    found = os.environ.get("AGENT_TEST_PWSH") or shutil.which("pwsh")
    if found:
        return found
    reason = "no PowerShell: set AGENT_TEST_PWSH to a pwsh that has Pester, or put pwsh on the PATH"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.mark.slow
def test_pester_files_pass(tmp_path: Path) -> None:
    """Every Pester file is discovered, and every test in it passes."""
    result = tmp_path / "result.xml"
    env = {
        **os.environ,
        "AGENT_TEST_FOLDER": str(FOLDER / "tests"),
        "AGENT_TEST_RESULT": str(result),
        "AGENT_TEST_PYTHON": sys.executable,
    }
    done = subprocess.run(
        [_pwsh(), "-NoProfile", "-NonInteractive", "-Command", RUN],
        env=env,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=300,
        check=False,
    )
    assert result.exists(), done.stdout + done.stderr
    files = sorted((FOLDER / "tests").glob("*.Tests.ps1"))
    assert f"containers={len(files)} broken=0" in done.stdout, done.stdout + done.stderr
    cases = list(ET.parse(result).getroot().iter("testcase"))
    bad = [f"{c.get('name')}: {f.get('message')}" for c in cases for f in [*c.findall("failure"), *c.findall("error")]]
    assert cases
    assert not bad, "\n".join(bad)
