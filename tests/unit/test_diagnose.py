"""The whole pipeline on a fake machine and a small catalogue: verdict, proof, what is ruled out, words."""

from __future__ import annotations

import sys
import types

import pytest
from smallcatalogue import catalogue, cause, check, rule, standard

from agent.check import Cost, failed, passed
from agent.check import check as declare
from agent.diagnose import Options, diagnose
from agent.errors import CannotObserve
from agent.intake import from_mapping, from_text
from agent.model import Diagnosis
from agent.render import jsonout
from agent.render import text as text_
from agent.render.style import Style
from agent.system.fake import FakeSystem

TEXT = "AADSTS700024: Client assertion. thumbprint 'AAAAAAAAAABBBBBBBBBBCCCCCCCCCCDDDDDDDDDD'"


@pytest.fixture
def machine(monkeypatch):
    """Answers of the small catalogue's checks: each a verdict or an exception."""
    answers = {
        "time.sync": passed("0.2 s off", offset_s=0.2),
        "time.date": passed("same second"),
        "certificate.valid": passed("valid"),
        "net.tcp": passed("open"),
    }

    def answer(check_id):
        def function(system, **params):
            said = answers[check_id]
            if isinstance(said, Exception):
                raise said
            return said

        return function

    for check_id in answers:
        module = types.ModuleType(f"checks.{check_id}")
        name = check_id.rpartition(".")[2]
        setattr(
            module,
            name,
            declare(cost=Cost.INSTANT, evidence={"state": "text", "offset_s": "seconds"})(answer(check_id)),
        )
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return answers


def run(text=TEXT, **options) -> Diagnosis:
    """The diagnosis of a text."""
    report = from_text(text) if isinstance(text, str) else from_mapping({"schema": 1, **text})
    return diagnose(report, standard(), FakeSystem(), Options(**options))


def test_a_proved_cause_is_found(machine):
    """One failing check proves the cause; the headline carries the measured value; the others are ruled out by checks."""
    machine["time.sync"] = failed("420 s ahead", offset_s=420.0)
    found = run()
    assert ("cause_found", "Off by 7 minutes") == (found.verdict, found.headline)
    assert ["time.sync"] == [c["check"] for c in found.causes[0]["because"]]
    assert {"expired", "closed"} == {r["id"] for r in found.ruled_out}


def test_the_fix_carries_the_readers_own_values(machine):
    """Known values are filled in; unknown ones stay as place-holders."""
    machine["certificate.valid"] = failed("expired", state="expired")
    assert run().causes[0]["fix"][0]["run"] == "mend AAAAAAAAAABBBBBBBBBBCCCCCCCCCCDDDDDDDDDD"
    assert run("AADSTS700024").causes[0]["fix"][0]["run"] == "mend <thumbprint>"


def test_without_checks_nothing_is_certain(machine):
    """--no-checks recognises and ranks, and claims no more."""
    found = run(checks=False)
    assert ("undecided", ()) == (found.verdict, found.results)
    assert found.causes[0]["id"] == "clock"


def test_what_could_not_look_rules_nothing_out(machine):
    """Unknown is listed with its reason and moves nothing."""
    machine["time.sync"] = machine["time.date"] = CannotObserve("unreachable", "no answer in 1.0 s")
    machine["certificate.valid"] = machine["net.tcp"] = CannotObserve("no_permission", "closed")
    found = run()
    assert ("undecided", ()) == (found.verdict, found.ruled_out)
    assert "no answer in 1.0 s" in text_.render(found, Style())


def test_a_sound_machine_says_so(machine):
    """When only a directory-side cause is left and the machine's were ruled out, the first sentence says that."""
    found = run({"exceptions": [{"type": "X", "message": "insufficient privileges"}], "http": {"status": 403}})
    assert found.headline == "This machine is fine: it is permission"
    assert found.causes[0]["look_up"] == "the consents of the app"
    assert {"clock"} == {r["id"] for r in found.ruled_out}


def test_an_unknown_error_is_not_dressed_as_an_answer(machine):
    """No match: suggestions, no causes, the verdict says it."""
    found = run("Frobnicator blew up near AADSTS")
    assert ("unknown_error", ()) == (found.verdict, found.causes)


def test_facts_given_by_the_user_win(machine):
    """--fact overrides what the text says."""
    assert run(facts={"thumbprint": "EE" * 20}).facts["thumbprint"] == "EE" * 20


def test_the_budget_is_kept(machine, monkeypatch):
    """A check that hangs costs the budget at most."""
    import threading
    import time

    module = sys.modules["checks.time.sync"]
    hanging = declare(cost=Cost.INSTANT)(lambda system, **params: threading.Event().wait(30))
    monkeypatch.setattr(module, "sync", hanging)
    started = time.monotonic()
    found = run(budget_s=0.4)
    assert time.monotonic() - started < 1.2
    assert "timeout" in {r.reason.value for r in found.results if r.reason}


def test_every_word_of_the_output_is_redacted(machine):
    """A secret in a check's answer does not leave either."""
    secret = "abc8Q~" + "dEf_-.0123456789abcdefghijklmnopq"
    machine["time.sync"] = failed(f"server said {secret}", offset_s=400.0)
    found = run()
    assert secret not in jsonout.render(found, True) + text_.render(found, Style()) + text_.explain(found, Style())


@pytest.mark.parametrize("width", [40, 80, 100])
def test_text_fits_the_width(machine, width):
    """No line is wider than the terminal, except one that is a command to paste."""
    machine["time.sync"] = failed(
        "The clock is 420.0 s ahead of the median of four servers that were asked", offset_s=420.0
    )
    lines = text_.render(run(), Style(width=width)).splitlines()
    assert all(len(line) <= width for line in lines if "mend" not in line and "agent check run" not in line)


def test_plain_ascii_where_the_console_is_old(machine):
    """An old code page gets ASCII and no colour codes."""
    machine["time.sync"] = failed("off \u2026 by \u2265 7 min", offset_s=420.0)
    out = text_.render(run(), Style(unicode=False))
    assert out.isascii()
    assert "\x1b" not in out


def test_colour_never_carries_meaning_alone(machine):
    """With and without colour the words are the same."""
    import re

    machine["time.sync"] = failed("420 s ahead", offset_s=420.0)
    found = run()
    coloured = text_.render(found, Style(colour=True))
    assert "\x1b[31;1m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == text_.render(found, Style())


def test_explain_shows_the_arithmetic(machine):
    """Why each check was asked and how the probability moved."""
    machine["time.sync"] = failed("420 s ahead", offset_s=420.0)
    out = text_.explain(run(), Style())
    assert "expected gain" in out
    assert "0.613 before any check" in out


def test_terminal_codes_in_an_answer_are_disarmed():
    """What a server says cannot drive the terminal."""
    assert Style().safe("a\x1b[2Jb\u202ec") == "a?[2Jb?c"


def test_two_causes_left_are_both_named(machine):
    """An honest either-or, when nothing tells them apart."""
    small = catalogue(
        [rule("a.b", {"one": "common", "two": "common"}, codes=["AADSTS1234567"])],
        [cause("one", {"time.sync": {"fail": "always"}}), cause("two", {"time.sync": {"fail": "always"}})],
        {"time.sync": check()},
    )
    found = diagnose(from_text("AADSTS1234567"), small, FakeSystem(), Options(checks=False))
    assert ("undecided", "Either it is one, or it is two") == (found.verdict, found.headline)


def test_sound_is_said_only_when_checks_really_passed(machine):
    """A machine that could not be looked at is not a sound one."""
    machine["time.sync"] = machine["time.date"] = CannotObserve("unreachable", "no answer in 1.0 s")
    found = run({"exceptions": [{"type": "X", "message": "insufficient privileges"}], "http": {"status": 403}})
    assert "This machine is fine" not in found.headline


def test_a_verifying_command_that_cannot_run_is_not_offered(machine):
    """A check that needs what no command line carries verifies nothing; one with its parameters is offered with them."""
    machine["time.sync"] = failed("420 s ahead", offset_s=420.0)
    assert run().causes[0]["verify"]["run"] == "agent check run time.sync"
    small = standard()
    small.cause("clock")["verify"] = "net.tcp"
    unable = diagnose(from_text("AADSTS700024"), small, FakeSystem(), Options(checks=False))
    assert unable.causes[0]["verify"] is None
