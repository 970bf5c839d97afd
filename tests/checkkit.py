"""What tests of checks share: run one check against a system the way the runner does."""

from __future__ import annotations

from typing import Any

from agent.model import CheckCall, Result
from agent.run import answer
from agent.system.base import System


def run_check(check: str, system: System, **params: Any) -> Result:
    """The runner's answer for one call; never raises."""
    return answer(CheckCall(check, tuple(sorted(params.items()))), system)
