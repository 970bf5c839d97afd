"""The certificate store of .NET on Linux: a folder of PFX files below the home of the account.

Measured with .NET 10: every file whose name ends in ``.pfx`` (lower case) is read with an empty password; files that are not
PFX, want a password or may not be read are skipped without a word, which is why they are reported here with ``problem``. A missing
folder is an empty store. LocalMachine has no ``My``: .NET refuses to open it. A folder that may not be listed makes .NET fail too.
"""

from __future__ import annotations

import os
from pathlib import Path

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system import x509
from agent.system.base import CertificateFacts


def store_folder(store: str) -> Path:
    """Where .NET keeps CurrentUser's ``store``; without HOME, below the home that the account database names."""
    home = os.environ.get("HOME") or os.path.expanduser(f"~{_account()}")
    return Path(home, ".dotnet/corefx/cryptography/x509stores", store.lower())


def certificates(location: str, store: str = "My") -> tuple[CertificateFacts, ...]:
    """Every ``*.pfx`` of the store in order of name, unreadable ones with ``problem`` and nothing else."""
    if location != "CurrentUser":
        raise CannotObserve(
            UnknownReason.NOT_SUPPORTED,
            f"{location}\\{store} does not exist here: .NET on Linux keeps only CurrentUser\\My",
        )
    folder = store_folder(store)
    try:
        names = sorted(n for n in os.listdir(folder) if n.endswith(".pfx"))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as fault:
        raise CannotObserve(
            UnknownReason.NO_PERMISSION, f"the folder of {location}\\{store} may not be read"
        ) from fault
    return tuple(_read(folder / name, location, store) for name in names)


def _read(path: Path, location: str, store: str) -> CertificateFacts:
    where = {"location": location, "store": store, "path": str(path)}
    try:
        loaded = x509.load_pfx(path.read_bytes())
    except PermissionError:
        return x509.unreadable("denied: this account may not read the file", **where)
    except OSError as fault:
        return x509.unreadable(f"damaged: {fault.strerror}", **where)
    if not loaded.certificates:
        return x509.unreadable(loaded.problem, **where)
    return x509.facts(loaded.certificates[0], has_private_key=loaded.key is not None, problem=loaded.problem, **where)


def _account() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a container's number without an account: expanduser then leaves the path as it is
        return ""
