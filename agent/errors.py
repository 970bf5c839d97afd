"""Exceptions of the agent.

::

    AgentError              exit 1   something of ours broke
    +-- UsageError          exit 2   the call's words or its input are off
    +-- CatalogueError      exit 2   a rule, cause or profile is wrong; names every file and line
    +-- CannotObserve       (none)   the machine could not be asked; becomes ``unknown`` with a reason
"""

from __future__ import annotations

from agent.model import UnknownReason


class AgentError(Exception):
    """Something of the agent itself failed; ``exit_code`` is what the process returns."""

    exit_code = 1


class UsageError(AgentError):
    """The call or its input cannot be used; the message says what, where and what to do."""

    exit_code = 2


class CatalogueError(UsageError):
    """Catalogue files are wrong. ``issues`` holds one line per fault, each naming file and line."""

    def __init__(self, issues: tuple[str, ...]) -> None:
        super().__init__("\n".join(issues))
        self.issues = issues


class CannotObserve(AgentError):
    """The machine could not be asked: never a verdict, always ``unknown`` with ``reason``.

    ``detail`` is one clause for people, without a full stop ("no answer from pool.ntp.org in 1.0 s").
    """

    def __init__(self, reason: UnknownReason | str, detail: str = "") -> None:
        self.reason = UnknownReason(reason)
        self.detail = detail
        super().__init__(f"{self.reason.value}: {detail}" if detail else self.reason.value)
