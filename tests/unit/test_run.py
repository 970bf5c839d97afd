"""The runner: deadlines hold, faults become unknown, one question is asked once."""

from __future__ import annotations

import sys
import threading
import time
import types

import pytest

from agent.check import Cost, check, failed, passed
from agent.errors import CannotObserve
from agent.model import CheckCall, Status, UnknownReason
from agent.run import run
from agent.system.fake import FakeSystem
from agent.system.live import LiveSystem


@pytest.fixture
def made(monkeypatch):
    """Registers functions as checks of the area ``probe``."""

    def register(function):
        module = types.ModuleType(f"checks.probe.{function.__name__}")
        setattr(module, function.__name__, check(cost=Cost.INSTANT, evidence={"n": "count"})(function))
        monkeypatch.setitem(sys.modules, module.__name__, module)
        return CheckCall(f"probe.{function.__name__}")

    return register


def ask(*calls, timeout=1.0, budget=5.0):
    """Results of calls on a fake Linux."""
    limits = {c.check: timeout for c in calls}
    return run(calls, FakeSystem(), timeouts_s=limits, deadline=time.monotonic() + budget)


def test_answers_come_in_the_order_of_the_calls(made):
    """Whoever is faster, results stand where their calls stand."""

    def slow(system):
        time.sleep(0.1)
        return passed("slow", n=1)

    def fast(system):
        return failed("fast", n=2)

    results = ask(made(slow), made(fast))
    assert [(Status.PASS, 1), (Status.FAIL, 2)] == [(r.status, r.evidence["n"]) for r in results]


def test_a_hanging_check_is_unknown_at_its_limit(made):
    """A check that never answers costs its limit, not more, and never holds the process."""

    def hangs(system):
        threading.Event().wait(30)

    started = time.monotonic()
    result = ask(made(hangs), timeout=0.2)[0]
    assert time.monotonic() - started < 1.0
    assert (Status.UNKNOWN, UnknownReason.TIMEOUT) == (result.status, result.reason)


def test_the_budget_bounds_all_together(made):
    """The deadline wins over a check's own limit."""

    def hangs(system):
        threading.Event().wait(30)

    started = time.monotonic()
    ask(made(hangs), timeout=20, budget=0.2)
    assert time.monotonic() - started < 1.0


def test_a_crash_is_unknown_with_what_happened(made):
    """A fault in a check says nothing about the machine."""

    def breaks(system):
        raise ZeroDivisionError("oops")

    result = ask(made(breaks))[0]
    assert UnknownReason.CRASHED is result.reason
    assert "ZeroDivisionError: oops" in result.summary


def test_being_unable_to_look_keeps_its_reason(made):
    """CannotObserve is unknown with the reason given."""

    def blind(system):
        raise CannotObserve("no_permission", "the store is closed to this account")

    result = ask(made(blind))[0]
    assert (UnknownReason.NO_PERMISSION, "the store is closed to this account") == (result.reason, result.summary)


def test_a_check_that_does_not_exist_is_unknown():
    """A catalogue newer than the checks does not break the run."""
    assert ask(CheckCall("nowhere.to_be_found"))[0].reason is UnknownReason.CRASHED


def test_progress_counts_up_to_all(made):
    """Every answer is told once."""

    def quick(system):
        return passed("ok")

    told = []
    run(
        [made(quick)],
        FakeSystem(),
        timeouts_s={},
        deadline=time.monotonic() + 5,
        progress=lambda *args: told.append(args),
    )
    assert told == [(1, 1, "probe.quick")]


def test_twenty_askers_ask_the_machine_once():
    """Equal questions share one answer, and one failure."""
    system, count = LiveSystem(), []

    def ask_machine():
        count.append(1)
        time.sleep(0.05)
        raise CannotObserve("timeout")

    def asker(faults):
        try:
            system.once("question", ask_machine)
        except CannotObserve as fault:
            faults.append(fault.reason)

    faults: list[UnknownReason] = []
    threads = [threading.Thread(target=asker, args=(faults,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ([1], [UnknownReason.TIMEOUT] * 20) == (count, faults)
