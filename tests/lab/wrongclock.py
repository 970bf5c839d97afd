"""A command with a moved clock (Debian's faketime): the program and all it starts; elapsed time stays true."""

from __future__ import annotations

import shutil
from pathlib import Path

FAKETIME = shutil.which("faketime") or ""

#: Elapsed time stays true, and waits with a deadline are left alone: with only the first, every timed wait of .NET ends at once,
#: and without it those of Python never end. What faketime 0.9.10 cannot do this way is ``time.sleep``, which the agent never uses.
_TRUE_WAITS = ("FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_FORCE_MONOTONIC_FIX=0")


def moved(command: list[str], ahead_s: float) -> list[str]:
    """The command, its clock ``ahead_s`` seconds ahead (negative: behind)."""
    return ["env", *_TRUE_WAITS, FAKETIME, "-f", f"{ahead_s:+.0f}s", *command] if ahead_s else command


def forget(pid: int) -> None:
    """Remove the shared memory that faketime, killed as process ``pid``, could not remove itself."""
    for name in (f"faketime_shm_{pid}", f"sem.faketime_sem_{pid}"):
        Path("/dev/shm", name).unlink(missing_ok=True)
