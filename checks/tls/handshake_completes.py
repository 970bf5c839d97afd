"""See ``handshake_completes``."""

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

#: limits.csv: entra_tls_min_version is 1.2.
OLD_VERSIONS = ("SSLv3", "TLSv1", "TLSv1.1")

_WORDS = {
    "refused": "refused the TLS handshake",
    "closed": "closed the connection during the TLS handshake",
    "timeout": "did not answer the TLS handshake in time",
    "not_tls": "answered with something that is not TLS",
}


@check(cost=Cost.NETWORK, evidence={"state": "text", "version": "version", "cipher": "text"})
def handshake_completes(system: System, *, host: str, port: int = 443) -> Verdict:
    """Does a TLS handshake with the host complete, in a version that is still accepted?

    The certificate is not judged here; ``tls.chain_trusted`` does that.
    """
    answer = system.tls_handshake(host, port)
    if answer.state == "unreachable":
        raise CannotObserve(UnknownReason.UNREACHABLE, answer.detail or f"{host}:{port} was not reached")
    found = {"version": answer.version, "cipher": answer.cipher}
    if answer.version in OLD_VERSIONS or (answer.state == "refused" and "protocol version" in answer.detail):
        spoken = answer.version or "no version this computer speaks"
        return failed(f"{host} speaks {spoken}; TLS 1.2 is the oldest accepted", state="old_version", **found)
    if answer.state == "completed":
        return passed(f"{host} completes a TLS handshake ({answer.version})", **found)
    detail = f" ({answer.detail})" if answer.detail else ""
    return failed(f"{host} {_WORDS.get(answer.state, answer.state)}{detail}", state=answer.state, **found)
