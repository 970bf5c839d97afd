"""Does the proxy open a way?"""

import pytest
from checkkit import run_check

from agent.errors import CannotObserve
from agent.model import Status, UnknownReason
from agent.system.base import TunnelAnswer
from agent.system.fake import FakeSystem

CHECK = "net.proxy_usable"
HOST, PROXY = "login.contoso.test", "http://proxy.contoso.test:8080"


def ask(answer: object) -> FakeSystem:
    """A machine behind a proxy that gives this answer."""
    return FakeSystem(proxy_for=PROXY, proxy_tunnel=answer)


def test_direct_connection_passes() -> None:
    """Where no proxy applies there is nothing to be refused."""
    assert run_check(CHECK, FakeSystem(proxy_for=""), host=HOST).status is Status.PASS


def test_opened_way_passes() -> None:
    """200 to CONNECT passes."""
    assert run_check(CHECK, ask(TunnelAnswer(PROXY, 200, "")), host=HOST).status is Status.PASS


@pytest.mark.parametrize(
    ("status", "state"),
    [(407, "auth_required"), (403, "blocked"), (400, "blocked"), (502, "cannot_reach"), (504, "cannot_reach")],
)
def test_each_answer_has_its_state(status: int, state: str) -> None:
    """A login that is missing, a policy, and a proxy that cannot reach the host are told apart."""
    result = run_check(CHECK, ask(TunnelAnswer(PROXY, status, "", "words", ("Negotiate",))), host=HOST)
    found = (result.status, result.evidence["state"], result.evidence["http_status"])
    assert found == (Status.FAIL, state, status)


def test_kinds_of_login_are_named() -> None:
    """The kinds of login that the proxy offers are evidence."""
    result = run_check(CHECK, ask(TunnelAnswer(PROXY, 407, "", "", ("Negotiate", 'Basic realm="x"'))), host=HOST)
    assert "kind: Negotiate, Basic" in result.summary


@pytest.mark.parametrize("state", ["refused", "timeout", "closed", "no_name"])
def test_no_answer_keeps_its_state(state: str) -> None:
    """A proxy that is not there fails with how it is not there."""
    result = run_check(CHECK, ask(TunnelAnswer(PROXY, 0, state)), host=HOST)
    assert (result.status, result.evidence["state"]) == (Status.FAIL, state)


def test_socks_proxy_is_unknown() -> None:
    """A kind of proxy that is not asked is no verdict."""
    result = run_check(CHECK, ask(CannotObserve("not_supported", "a SOCKS proxy")), host=HOST)
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.NOT_SUPPORTED)
