"""Where the agent keeps what it keeps: one folder per user, where the platform wants it; ``AGENT_HOME`` moves it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

NAME = "it-error-agent"


def home() -> Path:
    """The folder, which need not exist yet: ``AGENT_HOME``, else %LOCALAPPDATA%, ~/Library/Application Support, or XDG_STATE_HOME."""
    if moved := os.environ.get("AGENT_HOME"):
        return Path(moved)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Application Support")
    else:
        base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / NAME
