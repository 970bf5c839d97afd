"""Where the agent keeps what it keeps, and where a user's own rules are: folders where the platform wants them.

``AGENT_HOME`` moves both; ``AGENT_RULES`` names more folders of rules.
"""

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


def rule_folders() -> tuple[Path, ...]:
    """Folders of rules that go over the built-in ones, the strongest last: the user's own, then those of ``AGENT_RULES`` in order.

    The user's own is ``rules`` under ``AGENT_HOME``, else under %APPDATA%, ~/Library/Application Support or XDG_CONFIG_HOME; it
    counts when it is there. A folder that ``AGENT_RULES`` names counts in any case, so that a wrong name is told.
    """
    own = own_rules()
    named = [Path(part).expanduser() for part in os.environ.get("AGENT_RULES", "").split(os.pathsep) if part.strip()]
    return tuple(dict.fromkeys([*([own] if own.is_dir() else []), *named]))


def own_rules() -> Path:
    """The folder of the user's own rules, which need not exist."""
    if moved := os.environ.get("AGENT_HOME"):
        return Path(moved) / "rules"
    if sys.platform == "win32":
        base = os.environ.get("APPDATA") or str(Path.home() / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Application Support")
    else:
        base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / NAME / "rules"
