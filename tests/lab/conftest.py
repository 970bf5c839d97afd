"""The lab, started once per test session: sign-in service and Graph, NTP server, an inspecting device, applications."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lab import home, ntp, session, wrongclock
from lab.entra import App, Directory, Tenant
from lab.pki import Authority, Pair, issue
from lab.web import WebServer
from lab.world import CLIENT, HOUR, OLD_SECRET, SECRET, TENANT, Lab, need


@pytest.fixture(scope="session")
def lab_folder() -> Iterator[Path]:
    """A folder for keys and configuration, gone at the end."""
    path = Path(tempfile.mkdtemp(prefix="error-agent-lab-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def lab(lab_folder: Path) -> Iterator[Lab]:
    """The sign-in service and Graph, with tenant Contoso and one application."""
    authority = Authority("Lab")
    trust = lab_folder / "root.pem"
    trust.write_text(authority.root.pem())
    certificate = issue("graph-nightly", days=(-30, 365))
    directory = Directory()
    roles = ("User.Read.All",)
    secrets = {SECRET: time.time() + 90 * 24 * HOUR, OLD_SECRET: time.time() - 24 * HOUR}
    app = App(CLIENT, secrets, [certificate], roles)
    tenant = directory.add(Tenant(TENANT, "contoso.test", {CLIENT: app}))
    with WebServer(directory, authority.server(lab_folder, "localhost", "127.0.0.1")) as web:
        directory.authority = directory.graph = web.address
        yield Lab(lab_folder, authority, directory, tenant, app, certificate, web, trust)


@pytest.fixture(scope="session")
def ntp_server(lab_folder: Path) -> Iterator[ntp.NtpServer]:
    """A real NTP server that tells the true time."""
    need(ntp.CHRONYD, "chronyd (Debian package chrony)")
    folder = lab_folder / "ntp"
    folder.mkdir()
    with ntp.NtpServer(folder) as server:
        yield server


@pytest.fixture
def user_home() -> Iterator[Path]:
    """An empty home folder, gone afterwards."""
    path = Path(tempfile.mkdtemp(prefix="error-agent-home-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def start(lab: Lab, ntp_server: ntp.NtpServer, user_home: Path) -> Callable[..., session.Session]:
    """Make a PowerShell session that trusts the lab and has the application's certificate in its store."""
    pwsh = session.find_pwsh()
    libraries = os.environ.get("AGENT_TEST_DOTNET_LIBS", "")
    need(pwsh, "PowerShell (AGENT_TEST_PWSH or pwsh)")
    need(libraries and Path(libraries, "Azure.Identity.dll").exists(), "Azure.Identity (folder AGENT_TEST_DOTNET_LIBS)")

    def make(
        *, certificate: Pair | None = None, with_key: bool = True, installed: bool = True, ahead_s: float = 0,
        with_graph: bool = True, in_front: tuple[str, ...] = (), **variables: str,
    ) -> session.Session:  # fmt: skip
        need(not ahead_s or wrongclock.FAKETIME, "faketime")
        if installed:
            home.install(user_home, certificate or lab.certificate, with_key)
        settings = {
            "SSL_CERT_FILE": str(lab.trust),
            "SSL_CERT_DIR": str(lab.folder / "no-other-authorities"),
            "AGENT_TEST_DOTNET_LIBS": libraries,
            "AGENT_NTP_SERVERS": ntp_server.address,
            "LAB_AUTHORITY": lab.web.address,
            "LAB_GRAPH": lab.web.address,
            **variables,
        }
        return session.Session(pwsh, user_home, settings, ahead_s, in_front, with_graph)

    return make
