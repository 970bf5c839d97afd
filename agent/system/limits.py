"""Hard time limits around calls that know none: name resolution, slow answers, external programs.

The operating system's resolver has no time limit of ours, and a socket's limit counts per read, so a server that sends one
byte a second never exceeds it. Such work runs in a daemon thread that is left behind when its time is over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from agent.errors import CannotObserve
from agent.model import UnknownReason

Answer = TypeVar("Answer")


def within(timeout_s: float, ask: Callable[[], Answer], give_up: Callable[[], object] | None = None) -> Answer:
    """What ``ask`` returns or raises, or ``TimeoutError`` after ``timeout_s``.

    ``give_up`` is called once when the time is over; it should end what ``ask`` waits for (close its socket).
    """
    box: list[tuple[bool, object]] = []
    done = threading.Event()

    def work() -> None:
        try:
            box.append((True, ask()))
        except BaseException as fault:  # noqa: BLE001 - carried over to the thread that asked
            box.append((False, fault))
        finally:
            done.set()

    threading.Thread(target=work, daemon=True, name="within").start()
    if not done.wait(max(timeout_s, 0.0)):
        if give_up is not None:
            give_up()
        raise TimeoutError(f"no answer in {timeout_s:.1f} s")
    fine, value = box[0]
    if fine:
        return value  # type: ignore[return-value]
    raise value  # type: ignore[misc]


def program_output(command: Sequence[str], timeout_s: float = 1.0, variables: Mapping[str, str] | None = None) -> str:
    """Standard output of a program of the operating system; absent or late programs raise ``CannotObserve``.

    ``variables`` are set in its environment besides those of this process.
    """
    import os
    import subprocess

    settings = {**os.environ, **variables} if variables else None

    try:
        done = subprocess.run(
            list(command),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            stdin=subprocess.DEVNULL,
            env=settings,
        )
    except FileNotFoundError as fault:
        raise CannotObserve(UnknownReason.NOT_INSTALLED, f"there is no {command[0]} here") from fault
    except subprocess.TimeoutExpired as fault:
        raise CannotObserve(UnknownReason.TIMEOUT, f"no answer from {command[0]} in {timeout_s:.1f} s") from fault
    except OSError as fault:
        raise CannotObserve(UnknownReason.NO_PERMISSION, f"{command[0]} could not be started: {fault}") from fault
    return done.stdout
