"""The lab's inhabitants: tenant Contoso, its application, what it signs in with; and the rule about missing tools."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from lab.entra import App, Directory, Tenant
from lab.pki import Authority, Pair
from lab.web import WebServer

TENANT = "3c8a2f10-6b1d-4c53-9a7e-0f1e2d3c4b5a"
CLIENT = "5e0b1c64-9a7e-4f0d-8b21-3c4d5e6f7a80"
SECRET = "Lab8Q~only-a-lab-secret-000000000000000"
OLD_SECRET = "Lab8Q~the-expired-one-00000000000000000"
HOUR = 3600.0


@dataclass
class Lab:
    """What is running, and what the applications of Contoso are."""

    folder: Path
    authority: Authority
    directory: Directory
    tenant: Tenant
    app: App
    certificate: Pair
    web: WebServer
    trust: Path

    def token(self, **claims: object) -> str:
        """A token of Contoso's application."""
        return self.directory.access_token(self.tenant, self.app, **claims)  # type: ignore[arg-type]


def need(present: object, what: str) -> None:
    """Skip without the tool; where everything is promised to be there (CI), fail instead."""
    if not present:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{what} is not here")
