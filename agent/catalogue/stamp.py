"""Whether a source changed since the catalogue was compiled; apart from the compiler, because every start asks this."""

from __future__ import annotations

import os
from pathlib import Path


def stamp(rules: Path) -> str:
    """A word that changes whenever a file the catalogue is made of changes."""
    # How literals are squeezed is part of what is compiled.
    info = (
        os.stat(rules.parent / "agent" / "fingerprint.py")
        if (rules.parent / "agent" / "fingerprint.py").exists()
        else None
    )
    newest, count, size = (info.st_mtime_ns, 1, info.st_size) if info else (0, 0, 0)
    for root in (rules, rules.parent / "checks", rules.parent / "agent" / "catalogue"):
        stack = [str(root)]
        while stack:
            with os.scandir(stack.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name != "__pycache__":
                            stack.append(entry.path)
                    elif entry.name.endswith((".yaml", ".csv", ".py")):
                        info = entry.stat()
                        newest, count, size = max(newest, info.st_mtime_ns), count + 1, size + info.st_size
    return f"{count}-{size}-{newest}"
