"""Does a handshake complete?"""

import pytest
from checkkit import run_check

from agent.errors import CannotObserve
from agent.model import Status, UnknownReason
from agent.system.base import TlsAnswer
from agent.system.fake import FakeSystem

CHECK = "tls.handshake_completes"
HOST = "login.contoso.test"


def ask(*answer: str) -> FakeSystem:
    """A host with this state, version and cipher."""
    return FakeSystem(tls_handshake=TlsAnswer(HOST, 443, *answer))


def test_current_version_passes() -> None:
    """TLS 1.3 passes, trusted or not."""
    result = run_check(CHECK, ask("completed", "TLSv1.3", "TLS_AES_256_GCM_SHA384"), host=HOST)
    assert (result.status, result.evidence["version"]) == (Status.PASS, "TLSv1.3")


def test_old_version_fails() -> None:
    """A handshake that completes in TLS 1.1 is too old for the sign-in service."""
    result = run_check(CHECK, ask("completed", "TLSv1.1"), host=HOST)
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "old_version")


def test_version_alert_is_an_old_version() -> None:
    """A host that answers with the alert about versions is named so."""
    answer = TlsAnswer(HOST, 443, "refused", detail="alert protocol version")
    assert run_check(CHECK, FakeSystem(tls_handshake=answer), host=HOST).evidence["state"] == "old_version"


@pytest.mark.parametrize("state", ["refused", "closed", "timeout", "not_tls"])
def test_each_failure_keeps_its_state(state: str) -> None:
    """The ways a handshake can fail are told apart."""
    result = run_check(CHECK, ask(state), host=HOST)
    assert (result.status, result.evidence["state"]) == (Status.FAIL, state)


def test_unreached_host_is_unknown() -> None:
    """Without a connection there was no handshake to judge."""
    result = run_check(CHECK, ask("unreachable"), host=HOST)
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.UNREACHABLE)


def test_undecided_proxy_is_unknown() -> None:
    """Where a script decides over the proxy, the way is not known; so on every platform."""
    system = FakeSystem(platform="darwin", tls_handshake=CannotObserve("not_supported", "a script decides"))
    assert run_check(CHECK, system, host=HOST).reason is UnknownReason.NOT_SUPPORTED
