"""What is asked next, with which parameters, and what is left out and why."""

from __future__ import annotations

from smallcatalogue import standard

from agent.infer import Model
from agent.model import CheckCall, Match, Result, Status
from agent.plan import GENERAL, Limits, bind, coerce, next_steps

MATCH = (Match("entra.first", "c", "t", 0.98, "why"),)
FACTS = {"thumbprint": "AB" * 20, "host": "login.contoso.test"}


def plan(results=(), facts=FACTS, limits=Limits(), matches=MATCH):  # noqa: B008 - Limits is immutable
    """The next wave of the small catalogue."""
    catalogue = standard()
    return next_steps(Model(matches, catalogue), matches, results, facts, catalogue, limits, 1)


def asked(steps) -> list[str]:
    """Ids of the planned checks."""
    return [step.call.check for step in steps]


def test_local_checks_come_before_the_network():
    """The first wave is cheap and stays on the machine."""
    assert asked(plan().steps) == ["certificate.valid"]


def test_the_network_is_asked_when_it_can_still_change_the_answer():
    """After a passing local check the clock and the port are still open questions."""
    passed = Result(CheckCall("certificate.valid"), Status.PASS, "ok")
    assert set(asked(plan([passed]).steps)) == {"time.sync", "time.date", "net.tcp"}


def test_nothing_is_asked_twice():
    """All answered: the plan is empty."""
    results = [
        Result(CheckCall(c), Status.PASS, "ok") for c in ("certificate.valid", "time.sync", "time.date", "net.tcp")
    ]
    assert plan(results).steps == ()


def test_offline_skips_the_network_and_says_so():
    """What was not asked is listed with the reason."""
    found = plan(limits=Limits(offline=True))
    assert {"time.sync": "--offline", "time.date": "--offline", "net.tcp": "--offline"} == {
        s.check: s.reason for s in found.skipped
    }


def test_no_checks_asks_nothing():
    """--no-checks is recognition only."""
    assert plan(limits=Limits(checks=False)).steps == ()


def test_a_missing_fact_is_named():
    """A check that needs what the error does not tell is skipped, and the option that would tell it is shown."""
    skipped = {s.check: s.reason for s in plan(facts={}).skipped}
    assert "--fact thumbprint=" in skipped["certificate.valid"]


def test_parameters_come_from_the_rule_then_from_facts():
    """``with`` wins over a fact of the same name; a place-holder takes the fact it names."""
    spec = {
        "params": {
            "host": {"type": "str", "required": True},
            "port": {"type": "int", "required": False, "default": 443},
        }
    }
    assert bind("net.tcp", spec, {"host": "a.test"}, {"host": "b.test", "port": "8443"})[0].params == (
        ("host", "a.test"),
        ("port", 8443),
    )
    assert bind("net.tcp", spec, {"host": "{tenant}"}, {"tenant": "c.test"})[0].params == (("host", "c.test"),)
    assert bind("net.tcp", spec, {}, {})[1] == "host"


def test_values_take_the_declared_type():
    """Texts of YAML and of the command line become numbers and booleans where declared."""
    assert (1.5, 3, True, "x", ("a", "b")) == (
        coerce("1.5", "float"),
        coerce("3", "int"),
        coerce("true", "bool"),
        coerce("x", "str"),
        coerce("a,b", "tuple"),
    )


def test_an_unknown_error_still_gets_the_general_checks():
    """That the path to the service is healthy is worth knowing."""
    assert set(asked(plan(matches=()).steps)) <= set(GENERAL)


def test_a_check_of_another_platform_is_skipped():
    """Off-platform is said, not failed."""
    catalogue = standard()
    catalogue.index["checks"]["certificate.valid"]["platforms"] = ["windows"]
    found = next_steps(Model(MATCH, catalogue), MATCH, (), FACTS, catalogue, Limits(), 1)
    assert ("certificate.valid", "does not apply to linux") in [(s.check, s.reason) for s in found.skipped]
