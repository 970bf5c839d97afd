"""Sign-ins that programs have saved as plain text: whose domain, which tenant, which application. Never a name, never a token.

Places, measured or read in the programs' sources: the Graph module's ``.mg/mg.authrecord.json`` and, where its cache is not encrypted, the
cache; Az PowerShell's ``.Azure/AzureRmContext.json``; the Azure CLI's ``.azure/azureProfile.json`` (``AZURE_CONFIG_DIR`` moves it).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system.base import SignIn
from agent.system.machine import folder

#: Names that Azure tools give the clouds -> the sign-in host.
CLOUDS = {
    "azurecloud": "login.microsoftonline.com",
    "azureusgovernment": "login.microsoftonline.us",
    "azurechinacloud": "login.chinacloudapi.cn",
}
#: Older host names that caches and records still carry for the public cloud.
_ALIASES = {"login.windows.net": "login.microsoftonline.com", "sts.windows.net": "login.microsoftonline.com"}
#: Files of these tools are some KiB; a thousand subscriptions make a megabyte.
LIMIT_BYTES = 16_777_216
_KINDS = {
    "user": "user",
    "serviceprincipal": "application",
    "managedservice": "identity",
    "clientassertion": "application",
}


def saved_sign_ins(program: str) -> tuple[SignIn, ...]:
    """The saved sign-ins of a program, the chosen ones first."""
    readers = {"graph": _graph, "az": _az, "azure-cli": _azure_cli}
    if program not in readers:
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, f"no saved sign-ins are known of {program}")
    try:
        found = tuple(readers[program]())
    except ValueError:
        return (SignIn(program, "damaged"),)
    except (AttributeError, TypeError, KeyError) as fault:
        raise CannotObserve(UnknownReason.UNREACHABLE, f"the saved sign-ins of {program} have another form") from fault
    return tuple(sorted(dict.fromkeys(found), key=lambda s: not s.chosen))


def _graph() -> Iterator[SignIn]:
    record = _document(Path(folder("home"), ".mg", "mg.authrecord.json"))
    if record:
        yield SignIn(
            "graph", "user", _domain(record.get("username")), _id(record.get("tenantId")), _id(record.get("clientId")),
            _host(record.get("authority")),
        )  # fmt: skip
    for name in ("mg.msal.cache.cae", "mg.msal.cache.nocae"):
        cache = _document(Path(folder("local_data") or ".", ".IdentityService", name), encrypted=True) or {}
        for entry in (cache.get("Account") or {}).values():
            home = str(entry.get("home_account_id") or "").rpartition(".")[2]
            cloud = _host(entry.get("environment"))
            yield SignIn(
                "graph",
                "user",
                _domain(entry.get("username")),
                _id(home or entry.get("realm")),
                "",
                cloud,
                chosen=not record,
            )
        for entry in (cache.get("AccessToken") or {}).values():
            if not entry.get("home_account_id"):
                ids = _id(entry.get("realm")), _id(entry.get("client_id"))
                yield SignIn("graph", "application", "", *ids, _host(entry.get("environment")), chosen=False)


def _az() -> Iterator[SignIn]:
    whole = _document(Path(folder("home"), ".Azure", "AzureRmContext.json")) or {}
    default = whole.get("DefaultContextKey") or "Default"
    for key, context in (whole.get("Contexts") or {}).items():
        account = context.get("Account")
        if not account:
            continue
        kind = _KINDS.get(str(account.get("Type") or "user").lower(), "user")
        name = str(account.get("Id") or "")
        yield SignIn(
            "az", kind, _domain(name), _id((context.get("Tenant") or {}).get("Id")), _id(name) if kind == "application" else "",
            CLOUDS.get(str((context.get("Environment") or {}).get("Name") or "").lower(), ""),
            _id((context.get("Subscription") or {}).get("Id")), key == default,
        )  # fmt: skip


def _azure_cli() -> Iterator[SignIn]:
    place = os.environ.get("AZURE_CONFIG_DIR") or str(Path(folder("home"), ".azure"))
    for entry in (_document(Path(place, "azureProfile.json")) or {}).get("subscriptions") or ():
        user = entry.get("user") or {}
        name, said = str(user.get("name") or ""), str(user.get("type") or "user").lower()
        identity = name in ("systemAssignedIdentity", "userAssignedIdentity")
        kind = "identity" if identity else _KINDS.get(said, "user")
        tenant, number = _id(entry.get("tenantId")), _id(entry.get("id"))
        yield SignIn(
            "azure-cli", kind, _domain(name), tenant, _id(name) if kind == "application" else "",
            CLOUDS.get(str(entry.get("environmentName") or "").lower(), ""),
            "" if number == tenant else number, bool(entry.get("isDefault")),
        )  # fmt: skip


def _document(path: Path, encrypted: bool = False) -> dict[str, Any] | None:
    """The JSON object in a file, None where there is no file (or, with ``encrypted``, where its contents cannot be read).

    Other contents than the program's raise ``ValueError``.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as fault:
        if encrypted:
            return None
        raise CannotObserve(UnknownReason.NO_PERMISSION, f"{path.name} may not be read: {fault.strerror}") from fault
    try:
        whole = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as fault:
        if encrypted:
            return None
        raise ValueError(f"{path.name} is not the JSON that was written") from fault
    if not isinstance(whole, dict):
        raise ValueError(f"{path.name} holds no object")
    return whole


def _domain(name: Any) -> str:
    return str(name or "").rpartition("@")[2].lower() if "@" in str(name or "") else ""


def _id(value: Any) -> str:
    return str(value or "").strip().lower()


def _host(value: Any) -> str:
    host = str(value or "").lower().removeprefix("https://").partition("/")[0]
    return _ALIASES.get(host, host)
