"""The machine itself: each question answered by one module of this package, asked once per diagnosis.

Modules are imported when their first question is asked, so a diagnosis that never touches TLS never loads OpenSSL.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from agent.system.base import QUESTIONS, System

#: question -> module of this package that has a function of the same name
ANSWERED_BY = {
    "ntp_servers": "clock",
    "ntp_query": "clock",
    "time_service": "clock",
    "http_get": "http",
    "resolve": "net",
    "connect": "net",
    "proxy_settings": "proxy",
    "proxy_for": "proxy",
    "proxy_tunnel": "proxy",
    "tls_handshake": "tls",
    "certificates": "certificates",
    "certificate_file": "certificates",
    "sign_with": "certificates",
    "key_provider": "certificates",
    "certificate_chain": "certchain",
    "certificate_revocation": "certchain",
    "file_info": "machine",
    "read_file": "machine",
    "list_folder": "machine",
    "folder": "machine",
    "environment": "machine",
    "account": "machine",
    "process_name": "machine",
    "registry_value": "machine",
    "module_folders": "psmodules",
    "installed_modules": "psmodules",
    "assembly_version": "assemblies",
    "time_sync": "timesync",
    "disk_space": "storage",
    "memory": "storage",
    "write_test": "storage",
    "find_program": "storage",
    "session": "session",
    "device_state": "device",
    "variable_shape": "credentials",
    "token_file": "credentials",
    "saved_sign_ins": "signins",
    "developer_tool": "devtools",
    "keyring": "keyring",
    "module_manifest": "psmanifest",
    "module_files": "psmanifest",
    "exported_commands": "psmanifest",
    "module_repositories": "psgallery",
    "new_session": "pshost",
    "script_faults": "pshost",
}


class LiveSystem(System):
    """Asks the machine, remembering answers and failures, so that twenty checks asking the same cost one question."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._memory: dict[Any, _Answer] = {}
        for question in ANSWERED_BY:
            setattr(self, question, _asker(self, question))

    def platform(self) -> str:
        """``linux``, ``windows`` or ``darwin``; other Unix systems count as ``linux``."""
        return {"win32": "windows", "darwin": "darwin"}.get(sys.platform, "linux")

    def now(self) -> float:
        """The local clock, never remembered."""
        return time.time()

    def once(self, key: Any, ask: Callable[[], Any]) -> Any:
        """The answer of ``ask`` for ``key``: asked by the first caller, shared with all others, failures included."""
        with self._lock:
            answer = self._memory.setdefault(key, _Answer())
        with answer.lock:
            if not answer.done:
                try:
                    answer.value = ask()
                except Exception as fault:
                    answer.fault = fault
                    raise
                finally:
                    answer.done = True
        if answer.fault:
            raise answer.fault
        return answer.value


class _Answer:
    __slots__ = ("done", "fault", "lock", "value")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.done = False
        self.value: Any = None
        self.fault: Exception | None = None


def _asker(system: LiveSystem, question: str) -> Callable[..., Any]:
    def ask(*args: Any, **kwargs: Any) -> Any:
        def now() -> Any:
            return getattr(import_module(f"agent.system.{ANSWERED_BY[question]}"), question)(*args, **kwargs)

        return system.once((question, args, tuple(sorted(kwargs.items()))), now)

    return ask


missing = set(QUESTIONS) - set(ANSWERED_BY) - {"platform", "now"}
if missing:  # a question without an answerer is a programming error, found at import
    raise TypeError(f"nobody answers {', '.join(sorted(missing))}")
