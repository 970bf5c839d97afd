"""Run planned calls: daemon threads, a deadline each and one for all, and the engine's one broad ``except``.

A thread pool would join its workers at exit, so a check that hangs would hold the process; daemon threads do not.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

from agent.errors import CannotObserve
from agent.model import CheckCall, Result, Status, UnknownReason
from agent.system.base import System

#: Called with (done, total, check id) whenever an answer came in.
Progress = Callable[[int, int, str], None]


def run(
    calls: Iterable[CheckCall],
    system: System,
    *,
    timeouts_s: Mapping[str, float],
    deadline: float,
    progress: Progress | None = None,
) -> tuple[Result, ...]:
    """Answers of all ``calls``, in their order, by ``deadline`` (``time.monotonic``) at the latest.

    Each call runs in its own daemon thread and has ``timeouts_s[check]`` seconds; whoever is late is ``unknown: timeout``.
    Nothing raises out of here.
    """
    calls = list(calls)
    inbox: queue.SimpleQueue[tuple[int, Result]] = queue.SimpleQueue()
    started = time.monotonic()
    limits = [min(started + timeouts_s.get(c.check, 1.0), deadline) for c in calls]
    for index, call in enumerate(calls):
        threading.Thread(target=_work, args=(index, call, system, inbox), daemon=True, name=call.check).start()
    results: dict[int, Result] = {}
    while len(results) < len(calls):
        wait = max(limits[i] for i in range(len(calls)) if i not in results) - time.monotonic()
        try:
            index, result = inbox.get(timeout=max(wait, 0.0)) if wait > 0 else inbox.get_nowait()
        except queue.Empty:
            break
        if index not in results:
            results[index] = result
            if progress:
                progress(len(results), len(calls), result.call.check)
    return tuple(results.get(i) or _late(call, limits[i] - started) for i, call in enumerate(calls))


def _work(index: int, call: CheckCall, system: System, inbox: queue.SimpleQueue[tuple[int, Result]]) -> None:
    inbox.put((index, answer(call, system)))


def answer(call: CheckCall, system: System) -> Result:
    """The answer to one call. Whatever goes wrong becomes ``unknown`` with a reason."""
    started = time.perf_counter()
    try:
        function = load(call.check)
        if (here := system.platform()) not in function.spec.platforms:
            raise CannotObserve(UnknownReason.NOT_SUPPORTED, f"this check does not apply to {here}")
        verdict = function(system, **dict(call.params))
        status, summary, evidence, reason = verdict.status, verdict.summary, verdict.evidence, None
    except CannotObserve as fault:
        status, summary, evidence, reason = Status.UNKNOWN, fault.detail or fault.reason.value, {}, fault.reason
    except Exception as fault:
        status, evidence, reason = Status.UNKNOWN, {}, UnknownReason.CRASHED
        summary = f"the check itself failed: {type(fault).__name__}: {fault}"
    elapsed_ms = (time.perf_counter() - started) * 1000
    return Result(call, status, summary, dict(evidence), reason, round(elapsed_ms, 1))


def load(check: str) -> Any:
    """The function of a check, imported by name: ``area.name`` is ``checks/<area>/<name>.py``."""
    module = import_module(f"checks.{check}")
    return getattr(module, check.rpartition(".")[2])


def _late(call: CheckCall, waited_s: float) -> Result:
    summary = f"no answer within {max(waited_s, 0.0):.1f} s"
    return Result(call, Status.UNKNOWN, summary, {}, UnknownReason.TIMEOUT, round(max(waited_s, 0.0) * 1000, 1))
