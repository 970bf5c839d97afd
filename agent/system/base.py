"""The typed questions a check may ask, and the shapes of the answers.

Rules of the seam: an expected negative (a refused port, a missing file) is a value; being unable to look raises
``CannotObserve`` with a reason. Times are UTC epoch seconds; hosts are names without port; ``timeout_s`` bounds the call.
Equal questions within one diagnosis are asked once (``LiveSystem`` remembers), so answers must not depend on the asker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.errors import CannotObserve
from agent.model import UnknownReason

if TYPE_CHECKING:
    from agent.system.answers import (
        Account,
        CertificateChain,
        CertificateFacts,
        DeviceState,
        DiskSpace,
        DnsAnswer,
        FileInfo,
        HttpAnswer,
        InstalledModule,
        KeyringAnswer,
        Manifest,
        Memory,
        ModuleFile,
        NewSession,
        NtpAnswer,
        ProxySetting,
        Repository,
        Revocation,
        ServiceState,
        Session,
        SignAnswer,
        SignIn,
        TcpAnswer,
        TimeSync,
        TlsAnswer,
        TokenFile,
        ToolAnswer,
        TunnelAnswer,
        WriteAnswer,
    )

__all__ = [
    "QUESTIONS",
    "Account",
    "CertificateChain",
    "CertificateFacts",
    "DeviceState",
    "DiskSpace",
    "DnsAnswer",
    "FileInfo",
    "HttpAnswer",
    "InstalledModule",
    "KeyringAnswer",
    "Manifest",
    "Memory",
    "ModuleFile",
    "NewSession",
    "NtpAnswer",
    "ProxySetting",
    "Repository",
    "Revocation",
    "ServiceState",
    "Session",
    "SignAnswer",
    "SignIn",
    "System",
    "TcpAnswer",
    "TimeSync",
    "TlsAnswer",
    "TokenFile",
    "ToolAnswer",
    "TunnelAnswer",
    "WriteAnswer",
]


def __getattr__(name: str) -> Any:
    """The shape of an answer, made when first named: a start that asks nothing does not wait for thirty of them."""
    from agent.system import answers

    if name in __all__:
        return getattr(answers, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


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

    def time_sync(self) -> TimeSync:
        """What that service follows, how far from the true source it is, and when it last heard of it."""
        raise _unanswered("time_sync")

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

    def certificate_chain(self, certificate: CertificateFacts) -> CertificateChain:
        """The chain of a certificate from its file, the stores of this account and the roots of the system."""
        raise _unanswered("certificate_chain")

    def certificate_revocation(self, certificate: CertificateFacts) -> Revocation:
        """The list named in the certificate, fetched by plain http, and whether the certificate is on it."""
        raise _unanswered("certificate_revocation")

    def key_provider(self, certificate: CertificateFacts) -> str:
        """The provider that keeps the key (Windows only), ``CNG: <name>`` for the newer kind, ``CSP: <name>`` for the older one."""
        raise _unanswered("key_provider")

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

    def disk_space(self, path: str) -> DiskSpace:
        """Room on the volume of ``path``, or of its nearest parent that exists."""
        raise _unanswered("disk_space")

    def memory(self) -> Memory:
        """Memory a new process could get, container limits included."""
        raise _unanswered("memory")

    def write_test(self, folder: str) -> WriteAnswer:
        """Whether this account can make a file in ``folder`` and write some kilobytes; the file has no name or goes at once."""
        raise _unanswered("write_test")

    def find_program(self, name: str) -> str:
        """The path of a program on this account's search path, or an empty text."""
        raise _unanswered("find_program")

    def session(self) -> Session:
        """The session this process runs in: as whom, on whose behalf, and whether a window can be shown."""
        raise _unanswered("session")

    def device_state(self) -> DeviceState:
        """The registration of this computer (``dsregcmd``). Off Windows raises ``CannotObserve('not_supported')``."""
        raise _unanswered("device_state")

    # --- saved sign-ins and credentials
    def variable_shape(self, name: str, kind: str = "secret") -> str:
        """The shape of a secret or token in an environment variable (``agent.secretshape``), ``absent`` where it is not set."""
        raise _unanswered("variable_shape")

    def token_file(self, path: str) -> TokenFile:
        """A file that holds a federated token, without the token."""
        raise _unanswered("token_file")

    def saved_sign_ins(self, program: str) -> tuple[SignIn, ...]:
        """Sign-ins that ``graph``, ``az`` (Az PowerShell) or ``azure-cli`` has saved, readable as plain text, the chosen one first.

        Nobody signed in is an empty tuple, a damaged file one entry of that kind; a file that may not be read raises ``CannotObserve``.
        """
        raise _unanswered("saved_sign_ins")

    def developer_tool(self, name: str) -> ToolAnswer:
        """``az`` or ``azd``, asked who is signed in (nothing is sent to a service by ``az``)."""
        raise _unanswered("developer_tool")

    def keyring(self) -> KeyringAnswer:
        """Whether this session can keep secrets: libsecret and the secret service of the session bus, or macOS's login keychain."""
        raise _unanswered("keyring")

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

    def module_manifest(self, path: str) -> Manifest:
        """The manifest at ``path`` (a ``.psd1``), read as text; a missing file raises ``CannotObserve``."""
        raise _unanswered("module_manifest")

    def module_files(self, manifest: str) -> tuple[ModuleFile, ...]:
        """The files that the manifest at this path names, and how they are found."""
        raise _unanswered("module_files")

    def exported_commands(self, edition: str = "Core") -> tuple[tuple[str, str], ...]:
        """(command, module) of all commands that manifests of installed modules list by name."""
        raise _unanswered("exported_commands")

    def module_repositories(self, edition: str = "Core") -> tuple[Repository, ...]:
        """Registered repositories of this account; no list on disk yet raises ``CannotObserve('not_installed')``."""
        raise _unanswered("module_repositories")

    def new_session(self, edition: str = "Core") -> NewSession:
        """What a PowerShell started now, without profile, says of itself."""
        raise _unanswered("new_session")

    def script_faults(self, path: str, edition: str = "Core") -> tuple[str, ...]:
        """Syntax errors PowerShell finds in a script (``line: message``); the script is read, never run."""
        raise _unanswered("script_faults")


#: Names of all questions, for recording, replay and the completeness tests.
QUESTIONS = tuple(n for n, v in vars(System).items() if callable(v) and not n.startswith("_"))


def _unanswered(name: str) -> CannotObserve:
    return CannotObserve(UnknownReason.NOT_RECORDED, f"no answer to {name} here")
