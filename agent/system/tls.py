"""TLS handshakes: what a host presents, and what this machine's trust store thinks of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system import net, proxy
from agent.system.base import CertificateFacts, TlsAnswer
from agent.system.limits import within

if TYPE_CHECKING:
    import ssl

#: OpenSSL's verification results (x509_vfy.h) -> problem. 2, 20 and 21 mean "issuer not found" and are told apart by the chain.
_PROBLEMS = {
    9: "not_yet_valid",
    10: "expired",
    18: "self_signed",
    19: "untrusted_root",
    23: "revoked",
    62: "name_mismatch",
    63: "name_mismatch",
    64: "name_mismatch",
}
_ISSUER_NOT_FOUND = (2, 20, 21)

#: Words of OpenSSL's reasons for bytes that are no TLS records.
_NOT_TLS = ("WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "PACKET_LENGTH", "RECORD_LAYER", "BAD_RECORD_TYPE", "HTTP")

#: Certificates looked at; longer chains are cut, since real ones have at most five.
CHAIN_LIMIT = 10


def tls_handshake(host: str, port: int, timeout_s: float = 2.0) -> TlsAnswer:
    """Two handshakes within ``timeout_s``: the first trusts anything and captures, the second asks the trust store.

    The first also accepts TLS 1.0 and 1.1, so that an old server is seen rather than guessed. The trust store is Python's
    default: OpenSSL's files (or ``SSL_CERT_FILE``) on Linux and macOS, the ROOT and CA stores on Windows. Two limits follow:
    a root that Windows would only fetch on first use looks untrusted here, and roots added to a macOS keychain are not seen by
    Pythons that bring their own bundle. Revocation is not asked.
    """
    deadline = time.monotonic() + timeout_s
    opened: list[Any] = []
    try:
        # the sockets have limits of their own; this one also covers a server that feeds one byte at a time
        return within(timeout_s + 0.1, lambda: _both(host, port, deadline, opened), lambda: _shut(opened))
    except TimeoutError:
        return TlsAnswer(host, port, "timeout", detail=f"no handshake in {timeout_s:.1f} s")


def _both(host: str, port: int, deadline: float, opened: list[Any]) -> TlsAnswer:
    chain: list[bytes] = []
    answer = _capture(host, port, deadline, opened, chain)
    if answer.state != "completed":
        return answer
    return _judged(answer, bool(chain) and _names_issuer_address(chain[0]), deadline, opened)


def _capture(host: str, port: int, deadline: float, opened: list[Any], chain: list[bytes]) -> TlsAnswer:
    from agent.system.x509 import from_der

    sock, problem = _way(host, port, deadline)
    if sock is None:
        return TlsAnswer(host, port, "unreachable", detail=problem)
    opened.append(sock)
    try:
        with _wrapped(_permissive(), sock, host, deadline) as secured:
            chain += presented(secured)[:CHAIN_LIMIT]
            cipher = (secured.cipher() or ("",))[0]
            shown = tuple(from_der(der, location="tls") for der in chain)
            return TlsAnswer(host, port, "completed", secured.version() or "", cipher, chain=shown)
    except TimeoutError:
        return TlsAnswer(host, port, "timeout", detail="connected, but the handshake got no answer")
    except OSError as fault:
        return TlsAnswer(host, port, *handshake_state(fault))
    finally:
        sock.close()


def _judged(answer: TlsAnswer, fetchable: bool, deadline: float, opened: list[Any]) -> TlsAnswer:
    """The answer with the trust store's verdict from a second connection."""
    import ssl

    host, port = answer.host, answer.port
    sock, problem = _way(host, port, deadline)
    if sock is None:
        raise CannotObserve(UnknownReason.UNREACHABLE, f"the second connection to {host} failed: {problem}")
    opened.append(sock)
    try:
        with _wrapped(ssl.create_default_context(), sock, host, deadline):
            return answer._replace(trusted=True)
    except ssl.SSLCertVerificationError as fault:
        found = problem_of(fault.verify_code, answer.chain, fetchable)
        return answer._replace(problem=found, detail=str(fault.verify_message).strip())
    except TimeoutError as fault:
        detail = f"{host} presented its certificate, but time was over before it could be judged"
        raise CannotObserve(UnknownReason.TIMEOUT, detail) from fault
    except OSError as fault:
        # completes with anything allowed, but not with this machine's settings: old version, weak key or cipher
        return answer._replace(problem="other", detail=handshake_state(fault)[-1])
    finally:
        sock.close()


def _way(host: str, port: int, deadline: float) -> tuple[Any, str]:
    """A connection to ``host``, through the proxy that applies, or None and why there is none."""
    through = proxy.proxy_for(f"https://{host}:{port}/" if ":" not in host else f"https://[{host}]:{port}/")
    if through:
        sock, said = proxy.open_tunnel(through, host, port, deadline, proxy.login_for(through))
        words = f"answered {said.status} {said.reason}".strip() if said.status else f"{said.state}: {said.reason}"
        return sock, f"the proxy {through} {words}"
    try:
        sock, reached = net.open_socket(host, port, deadline)
    except TimeoutError:
        return None, f"the name {host} was not resolved in time"
    except CannotObserve as fault:
        return None, fault.detail
    return sock, f"the connection to port {port} failed ({reached.state})"


def _permissive() -> ssl.SSLContext:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # level 0 is what lets OpenSSL 3 speak TLS 1.0 at all
    return context


def _wrapped(context: ssl.SSLContext, sock: Any, host: str, deadline: float) -> ssl.SSLSocket:
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        raise TimeoutError("time is over")
    sock.settimeout(left_s)
    return context.wrap_socket(sock, server_hostname=host)


def presented(secured: Any) -> list[bytes]:
    """The certificates a host presented, DER, leaf first.

    Python 3.13 says it publicly and 3.10 to 3.12 through the object underneath; where neither does, only the leaf is known.
    """
    if hasattr(secured, "get_unverified_chain"):
        return list(secured.get_unverified_chain() or ())
    inner: Any = getattr(secured, "_sslobj", None)
    if hasattr(inner, "get_unverified_chain"):
        return [_der(certificate) for certificate in inner.get_unverified_chain() or ()]
    leaf = secured.getpeercert(binary_form=True)
    return [leaf] if leaf else []


def _der(certificate: Any) -> bytes:
    import ssl

    return ssl.PEM_cert_to_DER_cert(certificate.public_bytes())


def _names_issuer_address(der: bytes) -> bool:
    from cryptography import x509
    from cryptography.x509.oid import AuthorityInformationAccessOID

    try:
        read = x509.load_der_x509_certificate(der)
        extension = read.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return any(entry.access_method == AuthorityInformationAccessOID.CA_ISSUERS for entry in extension.value)


def problem_of(code: int, chain: tuple[CertificateFacts, ...], fetchable: bool) -> str:
    """The problem behind OpenSSL's verification result.

    An issuer that was not found is a missing intermediate or an unknown root. Hosts need not send their root, so a chain that goes
    beyond the leaf ends at an unknown root. A lone leaf is ``incomplete`` when it is ``fetchable``: it names an address of
    its issuer's certificate, as public authorities' leaves do and those of inspecting devices do not.
    """
    if code not in _ISSUER_NOT_FOUND:
        return _PROBLEMS.get(code, "other")
    if not chain or any(later.subject == chain[0].issuer for later in chain[1:]):
        return "untrusted_root"
    return "incomplete" if fetchable else "untrusted_root"


def handshake_state(fault: OSError) -> tuple[str, str, str, bool, str, str]:
    """State and OpenSSL's words for a handshake that failed, as the third to eighth field of ``TlsAnswer``."""
    import ssl

    reason = str(getattr(fault, "reason", "") or "")
    words = reason.replace("_", " ").lower() or fault.strerror or type(fault).__name__
    state = "closed"
    if "ALERT" in reason:
        state, words = "refused", "alert " + words.rpartition("alert ")[2]
    elif any(sign in reason for sign in _NOT_TLS):
        state = "not_tls"
    elif (
        reason and isinstance(fault, ssl.SSLError) and not isinstance(fault, (ssl.SSLEOFError, ssl.SSLZeroReturnError))
    ):
        state = "refused" if "EOF" not in reason.upper() else "closed"
    return state, "", "", False, "", words


def _shut(opened: list[Any]) -> None:
    import socket

    for sock in opened:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:  # noqa: PERF203 - already closed
            continue
