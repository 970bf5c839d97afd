"""Questions only PowerShell itself can answer: one short start each, without profile, telemetry or look for updates.

The command is a constant of this module; what varies goes through an environment variable, so that no text is ever run.
"""

from __future__ import annotations

import os
import sys

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.base import NewSession
from agent.system.limits import program_output

#: A cold start on a busy machine takes three seconds; a warm one half of one.
START_S = 6.0

_QUIET = {"POWERSHELL_TELEMETRY_OPTOUT": "1", "POWERSHELL_UPDATECHECK": "Off", "NO_COLOR": "1"}
_OPTIONS = ("-NoLogo", "-NoProfile", "-NonInteractive", "-Command")
#: Works in constrained language too: properties are read and texts joined, no method is called.
_TELL = (
    "'edition=' + $PSVersionTable.PSEdition; 'version=' + $PSVersionTable.PSVersion; "
    "'language_mode=' + $ExecutionContext.SessionState.LanguageMode; 'function_limit=' + $MaximumFunctionCount"
)
_PARSE = (
    "$tokens = $null; $faults = $null; "
    "[void][System.Management.Automation.Language.Parser]::ParseFile($env:ERROR_AGENT_SCRIPT, [ref]$tokens, [ref]$faults); "
    "foreach ($fault in $faults) { '' + $fault.Extent.StartLineNumber + ': ' + $fault.Message }; 'all read'"
)


def new_session(edition: str = "Core") -> NewSession:
    """Edition, version, language mode and function limit of a session started now."""
    program = powershell(edition)
    shown = program_output([program, *_OPTIONS, _TELL], START_S, _QUIET)
    told = dict(line.strip().split("=", 1) for line in shown.splitlines() if "=" in line)
    if not told.get("language_mode"):
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, f"{program} started and told nothing")
    limit = told.get("function_limit", "")
    return NewSession(
        program,
        told.get("edition", ""),
        told.get("version", ""),
        told["language_mode"],
        int(limit) if limit.isdigit() else 0,
    )


def script_faults(path: str, edition: str = "Core") -> tuple[str, ...]:
    """Syntax errors of a script; the parser reads the file, nothing of it is run."""
    shown = program_output([powershell(edition), *_OPTIONS, _PARSE], START_S, {**_QUIET, "ERROR_AGENT_SCRIPT": path})
    lines = [line.strip() for line in shown.splitlines() if line.strip()]
    if lines[-1:] != ["all read"]:  # constrained language allows no parser
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, "PowerShell could not read the script here")
    return tuple(lines[:-1])


def powershell(edition: str) -> str:
    """The program of an edition."""
    if edition == "Desktop":
        root = os.environ.get("SYSTEMROOT", r"C:\Windows")
        path = os.path.join(root, "System32", "WindowsPowerShell", "v1.0", "powershell.exe")
        found = path if sys.platform == "win32" and os.path.exists(path) else ""
    else:
        from agent.system.storage import find_program

        found = find_program("pwsh")
    if not found:
        name = "Windows PowerShell" if edition == "Desktop" else "PowerShell 7 (pwsh)"
        raise CannotObserve(UnknownReason.NOT_INSTALLED, f"{name} was not found on this computer")
    return found
