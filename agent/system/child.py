"""A Python program of ours in a process of its own, which can be stopped where a thread could not: inside a regular expression."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO


def lines_of(program: Path, data: bytes, silence_s: float) -> Iterator[str]:
    """The lines that ``program`` prints, as they come; ends when it does, or, with the process killed, after ``silence_s`` without one.

    The program is run isolated (``-I``: neither the current folder nor the environment decides what it imports), reads ``data``
    from standard input and is not left behind, whatever happens here.
    """
    import subprocess

    said: queue.Queue[str | None] = queue.Queue()
    with subprocess.Popen(
        [sys.executable, "-I", str(program)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None  # noqa: S101 - asked for above
        assert process.stdout is not None  # noqa: S101
        readers = (
            threading.Thread(target=_listen, args=(process.stdout, said), daemon=True),
            threading.Thread(target=_tell, args=(process.stdin, data), daemon=True),
        )
        for reader in readers:
            reader.start()
        try:
            while (line := said.get(timeout=silence_s)) is not None:
                yield line
        except queue.Empty:
            return
        finally:
            process.kill()
            for reader in readers:
                reader.join()


def _listen(stream: IO[bytes], said: queue.Queue[str | None]) -> None:
    for line in stream:
        said.put(line.decode("utf-8", "replace").rstrip("\r\n"))
    said.put(None)


def _tell(stream: IO[bytes], data: bytes) -> None:
    try:
        with stream:
            stream.write(data)
    except OSError:
        pass  # it ended early; its lines, or their absence, say so
