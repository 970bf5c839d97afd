"""Values that flow through the pipeline: immutable, small, and importing nothing of ours.

Named tuples where it can be: defining one costs a tenth of a data class, and every start pays for all of them.

All times are seconds since 1970 in UTC unless a name says otherwise.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

#: A parameter or fact value: text, number, bool, or (nested) tuples of them, so that calls are hashable.
Value = Any


class Status(enum.IntEnum):
    """Verdict of a check; the numbers are those of monitoring plugins."""

    PASS = 0
    WARN = 1
    FAIL = 2
    UNKNOWN = 3


class UnknownReason(str, enum.Enum):
    """Why a check could not look. Closed list."""

    TIMEOUT = "timeout"
    NO_PERMISSION = "no_permission"
    NOT_SUPPORTED = "not_supported"
    NOT_INSTALLED = "not_installed"
    UNREACHABLE = "unreachable"
    MISSING_FACT = "missing_fact"
    NOT_RECORDED = "not_recorded"
    SKIPPED = "skipped"
    CRASHED = "crashed"


class Cost(str, enum.Enum):
    """What asking costs; the planner's table turns the word into seconds."""

    INSTANT = "instant"
    LOCAL = "local"
    NETWORK = "network"
    SLOW = "slow"
    ASKS_USER = "asks_user"


class ExceptionInfo(NamedTuple):
    """One exception of a chain, outermost first. ``hresult`` is ``0x`` and eight hex digits, or empty."""

    type: str
    message: str
    hresult: str = ""


class Assembly(NamedTuple):
    """A .NET assembly loaded in the failing session."""

    name: str
    version: str
    location: str = ""
    context: str = ""


class Module(NamedTuple):
    """A PowerShell module; ``state`` is ``loaded`` or ``available``."""

    name: str
    version: str
    path: str = ""
    state: str = "loaded"


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """What came in, repaired; after ``redact`` it holds no secret.

    ``text`` is the whole error as one text (messages outer to inner, details, native output), the only thing
    that text signals are matched against. ``notes`` says what intake repaired or left out.
    """

    text: str
    exceptions: tuple[ExceptionInfo, ...] = ()
    error_id: str = ""
    category: Mapping[str, str] = field(default_factory=dict)
    command: str = ""
    module: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    position: Mapping[str, str] = field(default_factory=dict)
    http_status: int | None = None
    http_headers: Mapping[str, str] = field(default_factory=dict)
    host: Mapping[str, str] = field(default_factory=dict)
    modules: tuple[Module, ...] = ()
    assemblies: tuple[Assembly, ...] = ()
    claims: Mapping[str, Value] = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)
    failed_at: float | None = None
    notes: tuple[str, ...] = ()


#: Facts lifted from a report (and given by ``--fact``): names from ``rules/facts.yaml`` to values.
Facts = Mapping[str, Value]

#: What a named tuple without facts or evidence shares; read only.
NOTHING: Mapping[str, Value] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Comparable form of a report. ``codes`` are in order of appearance, root cause first where known."""

    codes: tuple[str, ...]
    exception_types: tuple[str, ...]
    error_id: str
    hresults: tuple[str, ...]
    http_status: int | None
    graph_codes: tuple[str, ...]
    command: str
    text: str
    template: str
    hash: str
    #: Names of failures in upper case (``SEC_E_NO_CREDENTIALS``), and numbers with their kind (``curl:60``).
    symbols: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    #: Codes that the text only speaks of: in a link, after "see also".
    mentioned: tuple[str, ...] = ()


class Match(NamedTuple):
    """A rule that recognises the report. ``confidence`` is 0..1; ``why`` is one line for people."""

    rule: str
    class_: str
    title: str
    confidence: float
    why: str
    facts: Facts = NOTHING


class CheckCall(NamedTuple):
    """One question: a check with its parameters. Equal calls are asked once."""

    check: str
    params: tuple[tuple[str, Value], ...] = ()


class Step(NamedTuple):
    """A planned call: why it is worth asking, what it costs, what it is expected to tell."""

    call: CheckCall
    separates: tuple[str, ...]
    cost_s: float
    gain_bits: float
    wave: int = 0


class Result(NamedTuple):
    """Answer of one call. ``reason`` is set exactly when ``status`` is UNKNOWN; evidence has declared names only."""

    call: CheckCall
    status: Status
    summary: str
    evidence: Mapping[str, Value] = NOTHING
    reason: UnknownReason | None = None
    elapsed_ms: float = 0.0


class Skipped(NamedTuple):
    """A check that was not run, and why, in one clause."""

    check: str
    reason: str


class RankedCause(NamedTuple):
    """A cause with its posterior. ``because`` are the calls that raised it, ``against`` those that lowered it.

    ``history`` is the arithmetic: (what was learnt, probability after it), the prior first.
    """

    cause: str
    probability: float
    prior: float
    because: tuple[CheckCall, ...] = ()
    against: tuple[CheckCall, ...] = ()
    history: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The final document; the only thing a renderer sees.

    ``verdict`` is ``cause_found`` (>= 0.95 and proved by an executed check), ``likely`` (>= 0.7), ``undecided``
    or ``unknown_error``. ``causes`` carry texts and fixes with the reader's own values filled in.
    """

    verdict: str
    headline: str
    report: ErrorReport
    fingerprint: Fingerprint
    matches: tuple[Match, ...]
    causes: tuple[Mapping[str, Any], ...]
    ruled_out: tuple[Mapping[str, Any], ...]
    results: tuple[Result, ...]
    skipped: tuple[Skipped, ...]
    facts: Facts
    ranking: tuple[RankedCause, ...]
    steps: tuple[Step, ...]
    suggestions: tuple[Mapping[str, Any], ...]
    elapsed_ms: float
