"""Is the presented certificate trusted?"""

import pytest
from checkkit import run_check

from agent.errors import CannotObserve
from agent.model import Status, UnknownReason
from agent.system.base import CertificateFacts, TlsAnswer
from agent.system.fake import FakeSystem

CHECK = "tls.chain_trusted"
HOST = "login.contoso.test"
LEAF = CertificateFacts("AA", f"CN={HOST}", "CN=Contoso Issuing CA", 1.0e9, 1.8e9)
ISSUER = CertificateFacts("BB", "CN=Contoso Issuing CA", "CN=Contoso Root", 1.0e9, 1.9e9)


def ask(state: str = "completed", trusted: bool = False, problem: str = "", detail: str = "") -> FakeSystem:
    """A host with this outcome of the handshake."""
    chain = (LEAF, ISSUER) if state == "completed" else ()
    return FakeSystem(
        tls_handshake=TlsAnswer(HOST, 443, state, trusted=trusted, problem=problem, detail=detail, chain=chain)
    )


def test_trusted_passes() -> None:
    """The trust store's yes passes, with who issued and until when."""
    result = run_check(CHECK, ask(trusted=True), host=HOST)
    found = (result.status, result.evidence["issuer"], result.evidence["root"], result.evidence["not_after"])
    assert found == (Status.PASS, "CN=Contoso Issuing CA", "CN=Contoso Root", 1.8e9)


@pytest.mark.parametrize(
    "problem", ["untrusted_root", "self_signed", "incomplete", "expired", "not_yet_valid", "name_mismatch", "other"]
)
def test_each_problem_is_the_state(problem: str) -> None:
    """Why it is not trusted is told apart."""
    result = run_check(CHECK, ask(problem=problem), host=HOST)
    assert (result.status, result.evidence["state"]) == (Status.FAIL, problem)


def test_unlisted_problem_is_other() -> None:
    """A revoked certificate, which is not asked for on purpose, still fails in the system's words."""
    result = run_check(CHECK, ask(problem="revoked", detail="certificate revoked"), host=HOST)
    assert (result.evidence["state"], "certificate revoked" in result.summary) == ("other", True)


@pytest.mark.parametrize(
    ("state", "reason"), [("timeout", UnknownReason.TIMEOUT), ("closed", UnknownReason.UNREACHABLE)]
)
def test_no_certificate_is_unknown(state: str, reason: UnknownReason) -> None:
    """A handshake that did not complete shows no certificate to judge."""
    assert run_check(CHECK, ask(state), host=HOST).reason is reason


def test_undecided_proxy_is_unknown() -> None:
    """Where a script decides over the proxy, the way is not known; so on every platform."""
    system = FakeSystem(platform="darwin", tls_handshake=CannotObserve("not_supported", "a script decides"))
    assert run_check(CHECK, system, host=HOST).reason is UnknownReason.NOT_SUPPORTED
