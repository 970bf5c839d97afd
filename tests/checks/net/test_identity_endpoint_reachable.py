"""Can the managed-identity address be reached?"""

import pytest
from checkkit import run_check

from agent.errors import CannotObserve
from agent.model import Status, UnknownReason
from agent.system.base import TcpAnswer
from agent.system.fake import FakeSystem

CHECK = "net.identity_endpoint_reachable"
METADATA = "169.254.169.254"


def system(state: str, proxy: object = "", **variables: str) -> FakeSystem:
    """A machine with these variables, this proxy, and this outcome of every connection."""

    def connect(host: str, port: int, timeout_s: float) -> TcpAnswer:
        return TcpAnswer(host, port, state, 1.0)

    return FakeSystem(environment=variables.get, proxy_for=proxy, connect=connect)


def test_open_metadata_address_passes() -> None:
    """A virtual machine's fixed address is asked where no variable names another."""
    result = run_check(CHECK, system("open"))
    assert (result.status, result.evidence["address"]) == (Status.PASS, f"{METADATA}:80")


def test_variable_wins_over_the_fixed_address() -> None:
    """App Service and Arc name their own address."""
    result = run_check(CHECK, system("open", IDENTITY_ENDPOINT="http://127.0.0.1:41741/msi/token"))
    assert (result.evidence["address"], result.evidence["source"]) == ("127.0.0.1:41741", "IDENTITY_ENDPOINT")


@pytest.mark.parametrize(
    ("tcp", "state"), [("refused", "refused"), ("timeout", "no_endpoint"), ("unreachable", "no_endpoint")]
)
def test_closed_address_fails(tcp: str, state: str) -> None:
    """Silence means no such endpoint; a refusal means one that does not run."""
    result = run_check(CHECK, system(tcp))
    assert (result.status, result.evidence["state"]) == (Status.FAIL, state)


def test_proxy_in_between_fails() -> None:
    """A request that would leave through a proxy never reaches a local address."""
    result = run_check(CHECK, system("open", "http://proxy.contoso.test:8080"))
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "behind_proxy")


@pytest.mark.parametrize("value", ["not an address", "http://127.0.0.1:port/"])
def test_damaged_variable_fails(value: str) -> None:
    """A variable without an address leads nowhere."""
    assert run_check(CHECK, system("open", MSI_ENDPOINT=value)).evidence["state"] == "no_endpoint"


def test_undecided_proxy_is_unknown() -> None:
    """Where a script decides over the proxy, the way is not known."""
    result = run_check(CHECK, system("open", CannotObserve("not_supported", "a script decides")))
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.NOT_SUPPORTED)
