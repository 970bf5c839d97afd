"""Can a connection be opened?"""

import pytest
from checkkit import run_check

from agent.errors import CannotObserve
from agent.model import Status, UnknownReason
from agent.system.base import TcpAnswer
from agent.system.fake import FakeSystem

CHECK = "net.tcp_reachable"
HOST = "login.contoso.test"


def test_open_port_passes() -> None:
    """An accepted connection passes with its time."""
    system = FakeSystem(proxy_for="", connect=TcpAnswer(HOST, 443, "open", 12.5, "192.0.2.7"))
    result = run_check(CHECK, system, host=HOST)
    assert (result.status, result.evidence["elapsed_ms"], result.evidence["address"]) == (
        Status.PASS,
        12.5,
        "192.0.2.7",
    )


@pytest.mark.parametrize("state", ["refused", "timeout", "unreachable", "blocked"])
def test_each_failure_keeps_its_state(state: str) -> None:
    """The four ways a connection can fail are told apart."""
    system = FakeSystem(proxy_for="", connect=TcpAnswer(HOST, 443, state, 3.0))
    result = run_check(CHECK, system, host=HOST)
    assert (result.status, result.evidence["state"]) == (Status.FAIL, state)


def test_proxy_is_tested_in_place_of_the_host() -> None:
    """Where a proxy applies, its address is connected to, and the sentence says so."""
    system = FakeSystem(
        proxy_for="http://proxy.contoso.test:8080",
        connect={"proxy.contoso.test": TcpAnswer("proxy.contoso.test", 8080, "refused", 1.0)},
    )
    result = run_check(CHECK, system, host=HOST)
    assert (result.status, "proxy proxy.contoso.test:8080" in result.summary) == (Status.FAIL, True)


def test_unresolved_name_is_unknown() -> None:
    """Without an address there was no connection to judge."""
    system = FakeSystem(proxy_for="", connect=CannotObserve("unreachable", "no address"))
    result = run_check(CHECK, system, host=HOST)
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.UNREACHABLE)


def test_undecided_proxy_script_is_unknown() -> None:
    """Where a script decides over the proxy, a direct connection would test the wrong thing."""
    system = FakeSystem(platform="darwin", proxy_for=CannotObserve("not_supported", "a script decides"))
    assert run_check(CHECK, system, host=HOST).reason is UnknownReason.NOT_SUPPORTED
