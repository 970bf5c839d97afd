"""Options and guards of all tests."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-golden`` rewrites the golden files instead of comparing with them."""
    parser.addoption("--update-golden", action="store_true", help="rewrite golden files")


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory, monkeypatch):
    """No test reads or writes the folder the agent keeps for the user who runs the tests."""
    monkeypatch.setenv("AGENT_HOME", str(tmp_path_factory.mktemp("agent-home")))
    monkeypatch.delenv("AGENT_RULES", raising=False)
