"""The shapes of the answers: small named tuples, one per kind of answer, imported by everyone through ``agent.system.base``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


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


class TimeSync(NamedTuple):
    """What the time service says of itself. ``state``: ``synchronised``, ``unsynchronised``, ``local_clock`` or ``none`` (no source).

    ``age_s`` is the time since the source was last heard, None where it is not told; ``root_distance_s`` likewise.
    """

    service: str
    state: str
    source: str = ""
    stratum: int = 0
    age_s: float | None = None
    root_distance_s: float | None = None


class DiskSpace(NamedTuple):
    """Room for this account on the volume of ``path``; ``free_files`` is -1 where files are not counted."""

    path: str
    total_bytes: int
    free_bytes: int
    free_files: int = -1


class Memory(NamedTuple):
    """Memory that a new process could get. ``limit`` says what ends it: ``machine`` or ``container``."""

    total_bytes: int
    free_bytes: int
    limit: str = "machine"


class WriteAnswer(NamedTuple):
    """``state``: ``writable``, ``read_only``, ``missing``, ``denied``, ``full`` or ``failed``; ``detail`` is the system's own words."""

    path: str
    state: str
    detail: str = ""


class Session(NamedTuple):
    """The session this process runs in.

    ``kind``: ``person``, ``root``, ``system`` or ``service``. ``behind`` is the account that started it by sudo, or that is signed in to
    the desktop of this session, when it is another one. ``seat``: ``desktop``, ``ssh``, ``console``, ``session0`` or ``none``; ``display``
    says whether a window could be shown, None where that cannot be told.
    """

    user: str
    kind: str
    elevated: bool
    seat: str
    behind: str = ""
    sudo: bool = False
    display: bool | None = None


class DeviceState(NamedTuple):
    """What Windows knows of its registration. ``auth`` is ``success``, ``refused`` (disabled or deleted), ``failed`` or
    empty (not told), ``key_test`` ``success``, ``failed`` or empty;
    ``prt`` is None where the tool ran for no user; ``prt_updated_at`` 0 where unknown; ``attempt`` is the status of the last try."""

    joined: bool
    domain_joined: bool
    registered: bool
    auth: str = ""
    key_test: str = ""
    prt: bool | None = None
    prt_updated_at: float = 0.0
    attempt: str = ""


class Manifest(NamedTuple):
    """A module manifest: the files it names, as written, and what it needs. ``functions`` is -1 where it does not list them.

    ``problem`` says why it could not be read as a manifest.
    """

    path: str
    root: str = ""
    nested: tuple[str, ...] = ()
    assemblies: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    powershell: str = ""
    dotnet: str = ""
    functions: int = -1
    problem: str = ""


class ModuleFile(NamedTuple):
    """A file that a manifest names. ``kind``: ``root``, ``nested``, ``assembly`` or ``other``; ``size_bytes`` is -1 where it is missing.

    ``sound`` is False for an empty file, one of zero bytes, and a library that is none.
    """

    name: str
    path: str
    kind: str
    size_bytes: int
    sound: bool


class Repository(NamedTuple):
    """A registered module repository. ``store``: ``PSResourceGet`` or ``PowerShellGet``."""

    name: str
    url: str
    trusted: bool
    store: str


class NewSession(NamedTuple):
    """What a new PowerShell of this account says of itself, started without profile. ``function_limit`` is 0 where there is none."""

    program: str
    edition: str
    version: str
    language_mode: str
    function_limit: int = 0


class SignIn(NamedTuple):
    """A sign-in that a program saved. ``kind``: ``user``, ``application``, ``identity`` or ``damaged`` (the file has another form).

    ``domain`` is that of the account, never its name;
    ``tenant`` and ``client_id`` are ids in lower case, ``cloud`` the sign-in host, ``subscription`` the id of the selected subscription;
    whatever a program does not save is empty. ``chosen`` says that the program would use this one.
    """

    program: str
    kind: str
    domain: str = ""
    tenant: str = ""
    client_id: str = ""
    cloud: str = ""
    subscription: str = ""
    chosen: bool = True


class TokenFile(NamedTuple):
    """A file that holds a token. ``state``: ``token``, ``missing``, ``empty``, ``denied``, ``folder`` or ``not_jwt``.

    ``claims`` are (name, value) pairs of aud, exp, iss and nbf; subject and token stay where they are.
    """

    path: str
    state: str
    claims: tuple[tuple[str, str | int | float], ...] = ()


class ToolAnswer(NamedTuple):
    """A developer tool asked who is signed in.

    ``state``: ``signed_in``, ``not_signed_in``, ``absent``, ``not_on_path``, ``polluted`` (text around its JSON), ``failed`` or
    ``timeout``; ``detail`` is a clause without names of accounts.
    """

    name: str
    state: str
    path: str = ""
    tenant: str = ""
    subscription: str = ""
    elapsed_s: float = 0.0
    detail: str = ""


class KeyringAnswer(NamedTuple):
    """The keyring or keychain of this session. ``state``: ``available``, ``no_library``, ``no_bus``, ``absent`` or ``locked``."""

    state: str
    detail: str = ""


class CertificateChain(NamedTuple):
    """The chain of a client certificate as this computer can build it, each link proved by its signature.

    ``state``: ``self_signed``, ``complete`` (up to a root), ``rootless`` (only the root is missing, which services know themselves),
    ``incomplete`` (the issuer of the certificate itself is not here) or ``expired`` (an issuer is over). ``length`` counts the
    certificate; ``missing`` is the issuer that was not found.
    """

    state: str
    length: int
    missing: str = ""


class Revocation(NamedTuple):
    """What the revocation list named in a certificate says.

    ``state``: ``good``, ``revoked``, ``unreachable``, ``outdated`` (the list's own date is past), ``damaged`` or ``no_address``.
    """

    state: str
    url: str = ""
    detail: str = ""
