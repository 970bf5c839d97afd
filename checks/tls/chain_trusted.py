"""See ``chain_trusted``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

EVIDENCE = {"state": "text", "issuer": "text", "subject": "text", "root": "text", "not_after": "time"}

_WORDS = {
    "untrusted_root": "its root is not in the trust store of this computer",
    "self_signed": "it is signed by itself",
    "incomplete": "the host does not send the certificate of its issuer",
    "expired": "it has expired by the local clock",
    "not_yet_valid": "it is not valid yet by the local clock",
    "name_mismatch": "it was made for another name",
}


@check(cost=Cost.NETWORK, evidence=EVIDENCE, false_alarm="never")
def chain_trusted(system: System, *, host: str, port: int = 443) -> Verdict:
    """Does this computer trust the certificate that the host presents?

    The trust store is the one Python uses: system files on Linux, the Windows stores on Windows. A program with a trust store of
    its own may see it differently. Revocation is not asked.
    """
    answer = system.tls_handshake(host, port)
    if answer.state != "completed":
        reason = UnknownReason.TIMEOUT if answer.state == "timeout" else UnknownReason.UNREACHABLE
        raise CannotObserve(reason, f"no certificate to look at: {host}:{port} {answer.detail or answer.state}")
    found: dict[str, object] = {}
    if answer.chain:
        leaf, top = answer.chain[0], answer.chain[-1]
        # hosts usually leave the root out; then the last issuer names it
        found = {"issuer": leaf.issuer, "subject": leaf.subject, "root": top.issuer, "not_after": leaf.not_after}
    if answer.trusted:
        return passed(f"The certificate of {host} is trusted", **found)
    state = answer.problem if answer.problem in _WORDS else "other"
    words = _WORDS.get(state, answer.detail or "the trust store gives no reason")
    text = f"The certificate of {host} is not trusted: {words}"
    if answer.chain and state in ("untrusted_root", "incomplete"):
        text += f" (issuer {answer.chain[0].issuer})"
    return failed(text, state=state, **found)
