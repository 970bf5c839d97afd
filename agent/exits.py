"""Exit codes of every command, in one table. No number means both "the agent broke" and "the machine is unhealthy"."""

from __future__ import annotations

from agent.model import Status

OK = 0
BROKE = 1
USAGE = 2
PROBLEM = 3
WARNING = 4
UNDECIDED = 5

#: code -> what it says, for the documentation and ``agent --help``
MEANING = {
    OK: "nothing wrong, or the command did what it was asked",
    BROKE: "the agent itself failed",
    USAGE: "the call, its input or a catalogue file is wrong",
    PROBLEM: "a problem was found: a cause found or likely, or a check that fails",
    WARNING: "suspicious only: causes named but none proved, or a check that warns",
    UNDECIDED: "could not tell: the error is not in the catalogue, or no check could look",
}

OF_VERDICT = {"cause_found": PROBLEM, "likely": PROBLEM, "undecided": WARNING, "unknown_error": UNDECIDED}
OF_STATUS = {Status.PASS: OK, Status.WARN: WARNING, Status.FAIL: PROBLEM, Status.UNKNOWN: UNDECIDED}
