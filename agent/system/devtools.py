"""Developer tools whose sign-in credentials use: asked the way the credentials ask them. Tried with stand-in programs only.

``az account show`` reads the tool's own files; ``azd auth login --check-status`` may renew its sign-in at the service.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.base import ToolAnswer

#: Azure.Identity waits this long for a tool by default (CredentialOptions of Azure.Identity: ProcessTimeout).
WAIT_S = 13.0


class _Tool(NamedTuple):
    arguments: tuple[str, ...]
    places: tuple[str, ...]
    signed_out: tuple[str, ...]


_TOOLS = {
    "az": _Tool(
        ("account", "show", "--output", "json", "--only-show-errors"),
        (
            "/usr/bin/az",
            "/usr/local/bin/az",
            "/opt/homebrew/bin/az",
            "/opt/az/bin/az",
            r"C:\Program Files\Microsoft SDKs\Azure\CLI2\wbin\az.cmd",
            r"C:\Program Files (x86)\Microsoft SDKs\Azure\CLI2\wbin\az.cmd",
        ),
        ("az login", "az account set"),
    ),
    "azd": _Tool(
        ("auth", "login", "--check-status", "--output", "json"),
        ("/usr/local/bin/azd", "/opt/microsoft/azd/azd", r"C:\Program Files\Azure Dev CLI\azd.exe"),
        ("azd auth login", "not logged in"),
    ),
}


def developer_tool(name: str) -> ToolAnswer:
    """The tool's answer within the time a credential waits."""
    if name not in _TOOLS:
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, f"no developer tool is known as {name}")
    tool = _TOOLS[name]
    if not (path := shutil.which(name) or ""):
        aside = next((place for place in tool.places if Path(place).is_file()), "")
        return ToolAnswer(name, "not_on_path" if aside else "absent", aside)
    started = time.monotonic()
    try:
        code, out, err = _run([path, *tool.arguments])
    except TimeoutError:
        return ToolAnswer(name, "timeout", path, elapsed_s=WAIT_S)
    return judge(ToolAnswer(name, "failed", path, elapsed_s=round(time.monotonic() - started, 1)), code, out, err)


def judge(answer: ToolAnswer, code: int, out: str, err: str) -> ToolAnswer:
    """The state that exit code and output show."""
    said = f"{out}\n{err}".lower()
    if any(sign in said for sign in _TOOLS[answer.name].signed_out) and (code or answer.name == "azd"):
        return answer._replace(state="not_signed_in")
    if code:
        return answer._replace(detail=f"exit code {code}")
    try:
        whole: Any = json.loads(out)
    except ValueError:
        return answer._replace(state="polluted", detail=_around(out))
    if not isinstance(whole, dict):
        return answer._replace(detail="its answer is no JSON object")
    if answer.name == "azd" and whole.get("status", "success") not in ("success", "authenticated"):
        return answer._replace(state="not_signed_in")
    tenant, number = str(whole.get("tenantId") or "").lower(), str(whole.get("id") or "").lower()
    return answer._replace(state="signed_in", tenant=tenant, subscription="" if number == tenant else number)


def _around(out: str) -> str:
    begin, end = out.find("{"), out.rfind("}")
    if begin < 0:
        return "no JSON in its answer" if out.strip() else "its answer is empty"
    where = [word for word, text in (("before", out[:begin]), ("behind", out[end + 1 :])) if text.strip()]
    return f"text {' and '.join(where)} its JSON" if where else "its JSON is cut off"


def _run(command: list[str]) -> tuple[int, str, str]:
    import signal
    import subprocess

    settings = {**os.environ, "AZURE_CORE_NO_COLOR": "true", "AZURE_CORE_COLLECT_TELEMETRY": "false"}
    own: dict[str, Any] = {} if sys.platform == "win32" else {"start_new_session": True}
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            errors="replace", env=settings, **own,
        )  # fmt: skip
    except OSError as fault:
        raise CannotObserve(
            UnknownReason.NO_PERMISSION, f"{command[0]} could not be started: {fault.strerror}"
        ) from fault
    try:
        out, err = process.communicate(timeout=WAIT_S)
    except subprocess.TimeoutExpired as fault:
        if own:
            os.killpg(process.pid, signal.SIGKILL)  # the tool's wrapper is a shell; its child would hold the pipe
        process.kill()
        process.communicate()
        raise TimeoutError from fault
    return process.returncode, out, err
