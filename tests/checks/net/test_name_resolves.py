"""Does a name resolve?"""

import pytest
from checkkit import run_check

from agent.errors import CannotObserve
from agent.model import Status, UnknownReason
from agent.system.base import DnsAnswer
from agent.system.fake import FakeSystem

CHECK = "net.name_resolves"
HOST = "login.contoso.test"


def test_found_passes() -> None:
    """An address passes and is evidence."""
    result = run_check(CHECK, FakeSystem(resolve={HOST: DnsAnswer(HOST, "found", ("192.0.2.7",))}), host=HOST)
    assert (result.status, result.evidence["addresses"]) == (Status.PASS, "192.0.2.7")


@pytest.mark.parametrize("state", ["not_found", "no_address", "server_failure", "no_server"])
def test_each_failure_keeps_its_state(state: str) -> None:
    """The four ways a name can fail are told apart."""
    result = run_check(CHECK, FakeSystem(resolve=DnsAnswer(HOST, state)), host=HOST)
    assert (result.status, result.evidence["state"]) == (Status.FAIL, state)


def test_unanswered_is_unknown() -> None:
    """A resolver that could not be asked is no verdict."""
    result = run_check(CHECK, FakeSystem(resolve=CannotObserve("timeout", "no answer")), host=HOST)
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.TIMEOUT)


def test_every_platform_is_asked() -> None:
    """The question applies everywhere."""
    system = FakeSystem(platform="windows", resolve=DnsAnswer(HOST, "found", ("192.0.2.7",)))
    assert run_check(CHECK, system, host=HOST).status is Status.PASS
