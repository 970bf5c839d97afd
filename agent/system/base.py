"""The typed questions a check may ask, and the shapes of the answers.

Rules of the seam: an expected negative (a refused port, a missing file) is a value; being unable to look raises
``CannotObserve`` with a reason. Times are UTC epoch seconds; hosts are names without port; ``timeout_s`` bounds the call.
Equal questions within one diagnosis are asked once (``LiveSystem`` remembers), so answers must not depend on the asker.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from agent.errors import CannotObserve
from agent.model import UnknownReason


class NtpAnswer(NamedTuple):
    """``offset_s`` is what must be added to the local clock; positive means that the local clock is behind."""

    server: str
    offset_s: float
    delay_s: float
    stratum: int
    root_distance_s: float
    leap: int


class ServiceState(NamedTuple):
    """``state`` is ``running``, ``stopped`` or ``absent``; ``detail`` says more in a clause."""

    name: str
    state: str
    detail: str = ""


class HttpAnswer(NamedTuple):
    """An answer to one GET, redirects not followed; ``body`` holds at most 64 KiB; header names are lower case."""

    url: str
    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes
    sent_at: float
    received_at: float
    proxy: str = ""


class DnsAnswer(NamedTuple):
    """``state``: ``found``, ``not_found``, ``no_address``, ``server_failure`` or ``no_server``."""

    host: str
    state: str
    addresses: tuple[str, ...] = ()
    detail: str = ""


class TcpAnswer(NamedTuple):
    """``state``: ``open``, ``refused``, ``timeout``, ``unreachable`` or ``blocked`` (by a local firewall)."""

    host: str
    port: int
    state: str
    elapsed_ms: float
    address: str = ""
    detail: str = ""


class ProxySetting(NamedTuple):
    """One configured proxy. ``source``: ``environment``, ``wininet``, ``winhttp``, ``macos``, ``pac``; ``url`` without login."""

    source: str
    scheme: str
    url: str
    bypass: tuple[str, ...] = ()
    has_login: bool = False


class TunnelAnswer(NamedTuple):
    """What a proxy says to CONNECT: HTTP ``status``, or 0 and ``state`` ``refused``/``timeout``/``closed``/``no_name``."""

    proxy: str
    status: int
    state: str
    reason: str = ""
    authenticate: tuple[str, ...] = ()


class CertificateFacts(NamedTuple):
    """A certificate. ``thumbprint`` is SHA-1 in upper-case hex; ``location`` is ``CurrentUser``, ``LocalMachine`` or ``file``.

    ``has_private_key`` is None where it cannot be told; ``problem`` says why a file in a store could not be read.
    """

    thumbprint: str
    subject: str
    issuer: str
    not_before: float
    not_after: float
    key_kind: str = ""
    key_bits: int = 0
    has_private_key: bool | None = None
    location: str = "file"
    store: str = ""
    path: str = ""
    problem: str = ""


class SignAnswer(NamedTuple):
    """``state``: ``signed``, ``no_key``, ``denied``, ``not_found`` or ``failed``; ``detail`` is the system's own words."""

    state: str
    detail: str = ""


class TlsAnswer(NamedTuple):
    """Outcome of a handshake that first trusts nothing and then asks the platform's trust store.

    ``state``: ``completed``, ``refused`` (alert), ``closed``, ``timeout``, ``not_tls`` or ``unreachable``. ``trusted`` is the trust
    store's verdict; ``problem`` is ``""``, ``untrusted_root``, ``self_signed``, ``incomplete``, ``expired``, ``not_yet_valid``,
    ``name_mismatch``, ``revoked`` or ``other``; ``chain`` is as presented, leaf first.
    """

    host: str
    port: int
    state: str
    version: str = ""
    cipher: str = ""
    trusted: bool = False
    problem: str = ""
    detail: str = ""
    chain: tuple[CertificateFacts, ...] = ()


class FileInfo(NamedTuple):
    """A file or folder. Absent is ``exists`` False, not an error. ``mode`` is the permission bits, 0 where unknown."""

    path: str
    exists: bool
    is_folder: bool = False
    size_bytes: int = 0
    modified_at: float = 0.0
    readable: bool = False
    mine: bool | None = None
    mode: int = 0


class Account(NamedTuple):
    """Who runs this process. ``elevated`` is root or an elevated token."""

    name: str
    elevated: bool
    interactive: bool


class InstalledModule(NamedTuple):
    """A PowerShell module on disk. ``edition`` lists ``CompatiblePSEditions`` of its manifest, comma-joined; ``problem`` as above."""

    name: str
    version: str
    path: str
    edition: str = ""
    problem: str = ""


class System:
    """The questions. This class answers none of them: live, recorded and fake systems do."""

    # --- time
    def platform(self) -> str:
        """``linux``, ``windows`` or ``darwin``."""
        raise _unanswered("platform")

    def now(self) -> float:
        """The local clock."""
        raise _unanswered("now")

    def ntp_servers(self) -> tuple[str, ...]:
        """Servers this machine is configured to ask (``host`` or ``host:port``), ``AGENT_NTP_SERVERS`` first; may be empty."""
        raise _unanswered("ntp_servers")

    def ntp_query(self, server: str, timeout_s: float = 1.0) -> NtpAnswer:
        """One NTP exchange with ``host`` or ``host:port``; no answer raises ``CannotObserve('unreachable')``."""
        raise _unanswered("ntp_query")

    def time_service(self) -> ServiceState:
        """The service that keeps the clock (W32Time, chronyd, systemd-timesyncd, ntpd, timed)."""
        raise _unanswered("time_service")

    # --- network
    def http_get(self, url: str, timeout_s: float = 2.0, verify: bool = True) -> HttpAnswer:
        """One GET through the proxy this account would use. No answer raises ``CannotObserve``."""
        raise _unanswered("http_get")

    def resolve(self, host: str) -> DnsAnswer:
        """The addresses the operating system's resolver gives for ``host``."""
        raise _unanswered("resolve")

    def connect(self, host: str, port: int, timeout_s: float = 2.0) -> TcpAnswer:
        """One TCP connection, directly (no proxy)."""
        raise _unanswered("connect")

    def proxy_settings(self) -> tuple[ProxySetting, ...]:
        """Every proxy configured for this account and for the system, in no order."""
        raise _unanswered("proxy_settings")

    def proxy_for(self, url: str) -> str:
        """The proxy address (without login) this account uses for ``url``, or an empty text for a direct connection."""
        raise _unanswered("proxy_for")

    def proxy_tunnel(self, proxy: str, host: str, port: int, timeout_s: float = 2.0) -> TunnelAnswer:
        """CONNECT ``host:port`` at ``proxy`` without any login; nothing is sent through the tunnel."""
        raise _unanswered("proxy_tunnel")

    def tls_handshake(self, host: str, port: int, timeout_s: float = 2.0) -> TlsAnswer:
        """A TLS handshake as a client of ``host`` (through the proxy that applies), and the trust store's verdict."""
        raise _unanswered("tls_handshake")

    # --- certificates
    def certificates(self, location: str, store: str = "My") -> tuple[CertificateFacts, ...]:
        """All certificates of a store; ``location`` is ``CurrentUser`` or ``LocalMachine``. No such store on this system raises
        ``CannotObserve('not_supported')``; a store that is merely empty is an empty tuple."""
        raise _unanswered("certificates")

    def certificate_file(self, path: str, password: str = "") -> tuple[CertificateFacts, ...]:
        """The certificates in a PFX, PEM or DER file, the one with the key first. A missing file raises ``CannotObserve``."""
        raise _unanswered("certificate_file")

    def sign_with(self, certificate: CertificateFacts) -> SignAnswer:
        """Sign a test buffer with the certificate's key (SHA-256, nothing kept)."""
        raise _unanswered("sign_with")

    # --- files, account, settings
    def file_info(self, path: str) -> FileInfo:
        """Facts of a path, links followed. ``~`` and environment variables are not expanded."""
        raise _unanswered("file_info")

    def read_file(self, path: str, limit_bytes: int = 1_048_576) -> bytes:
        """At most ``limit_bytes`` of a file; unreadable raises ``CannotObserve``."""
        raise _unanswered("read_file")

    def list_folder(self, path: str) -> tuple[str, ...]:
        """Names in a folder, sorted; a missing folder is an empty tuple."""
        raise _unanswered("list_folder")

    def folder(self, name: str) -> str:
        """A known folder: ``home``, ``local_data`` (%LOCALAPPDATA%, .NET's LocalApplicationData), ``config``."""
        raise _unanswered("folder")

    def environment(self, name: str) -> str | None:
        """An environment variable of this process."""
        raise _unanswered("environment")

    def account(self) -> Account:
        """Who runs this process."""
        raise _unanswered("account")

    def process_name(self, pid: int) -> str:
        """Name of a running process, or an empty text when no such process runs."""
        raise _unanswered("process_name")

    def registry_value(self, hive: str, key: str, name: str) -> str | int | None:
        """A registry value (``HKCU``/``HKLM``), or None when absent. Off Windows raises ``CannotObserve('not_supported')``."""
        raise _unanswered("registry_value")

    # --- PowerShell
    def module_folders(self, edition: str = "Core") -> tuple[str, ...]:
        """PSModulePath as a ``Core`` or ``Desktop`` PowerShell of this account has it (environment and defaults)."""
        raise _unanswered("module_folders")

    def installed_modules(self, name: str, edition: str = "Core") -> tuple[InstalledModule, ...]:
        """Modules of that name (``*`` at the end allowed) in the module folders, read from the manifests themselves."""
        raise _unanswered("installed_modules")

    def assembly_version(self, path: str) -> str:
        """Assembly version of a .NET DLL on disk, read from its metadata."""
        raise _unanswered("assembly_version")


#: Names of all questions, for recording, replay and the completeness tests.
QUESTIONS = tuple(n for n, v in vars(System).items() if callable(v) and not n.startswith("_"))


def _unanswered(name: str) -> CannotObserve:
    return CannotObserve(UnknownReason.NOT_RECORDED, f"no answer to {name} here")
