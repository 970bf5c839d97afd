"""Options and guards of all tests."""

from __future__ import annotations

import os
import sys

import pytest

#: What may be skipped in CI on Linux: what needs another system, or what root or a container's kernel cannot show. Anything else that is
#: missing there (PowerShell, a package, captured errors) is a failure, because the gate would prove too little.
MAY_SKIP = (
    "root ",
    "windows",
    "w32tm",
    "dsregcmd",
    "winhttp.dll",
    "registry",
    "mount namespaces are not allowed",
    "no ipv6 on loopback",
    "this openssl was built without",
)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """In CI on Linux a skip for any reason outside ``MAY_SKIP`` becomes a failure."""
    report = (yield).get_result()
    if report.skipped and os.environ.get("CI") and sys.platform == "linux" and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[-1]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not any(word in reason.lower() for word in MAY_SKIP):
            report.outcome = "failed"
            report.longrepr = f"skipped in CI, which must run it: {reason}"


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-golden`` rewrites the golden files instead of comparing with them."""
    parser.addoption("--update-golden", action="store_true", help="rewrite golden files")


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory, monkeypatch):
    """No test reads or writes the folder the agent keeps for the user who runs the tests."""
    monkeypatch.setenv("AGENT_HOME", str(tmp_path_factory.mktemp("agent-home")))
    monkeypatch.delenv("AGENT_RULES", raising=False)
