"""A home folder as .NET and MSAL leave it: the certificate store and token caches."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from lab.pki import Pair


def install(home: Path, pair: Pair, with_key: bool = True) -> Path:
    """Put a certificate into CurrentUser\\My of this home, in the form .NET on Linux keeps it; the file's path."""
    folder = home / ".dotnet/corefx/cryptography/x509stores/my"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{pair.thumbprint}.pfx"
    path.write_bytes(pair.pfx(with_key))
    path.chmod(0o600)
    return path


def cache_token(
    home: Path, token: str, *, client_id: str, tenant: str, target: str, age_s: float, life_s: float
) -> Path:
    """Write MSAL's cache as an application sign-in ``age_s`` seconds ago left it (unencrypted layout); the file's path."""
    folder = home / ".local/share/.IdentityService"
    folder.mkdir(parents=True, exist_ok=True)
    made = int(time.time() - age_s)
    entry: dict[str, Any] = {
        "credential_type": "AccessToken",
        "secret": token,
        "environment": "login.windows.net",
        "client_id": client_id,
        "realm": tenant,
        "target": target,
        "cached_at": str(made),
        "expires_on": str(int(made + life_s)),
        "extended_expires_on": str(int(made + life_s)),
        "ext_expires_on": str(int(made + life_s)),
    }
    key = f"-login.windows.net-accesstoken-{client_id}-{tenant}-{target}".lower()
    owner = f"appmetadata-login.windows.net-{client_id}"
    application = {"environment": "login.windows.net", "client_id": client_id}
    cache = {
        "AccessToken": {key: entry},
        "RefreshToken": {},
        "IdToken": {},
        "Account": {},
        "AppMetadata": {owner: application},
    }
    path = folder / "mg.msal.cache.cae"
    path.write_text(json.dumps(cache, separators=(",", ":")))
    path.chmod(0o600)
    return path
