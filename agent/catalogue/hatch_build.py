"""Build hook: the wheel carries the compiled catalogue."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface[Any]):
    """Compiles ``rules/`` into ``agent/catalogue.json`` before a wheel is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile; a fault in a rule stops the build with file and line."""
        root = Path(self.root)
        sys.path.insert(0, str(root))
        from agent.catalogue.compile import write

        write(root / "rules", root / "agent" / "catalogue.json")
