"""The catalogue at run time: the index in memory, records read when asked for.

An installed agent reads ``agent/catalogue.json``, which inherits the protection of the installation (a cache in a user's folder,
read by a task running as SYSTEM, would be a way to gain rights). A source checkout recompiles that file when a source changed.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from agent.errors import AgentError
from agent.home import rule_folders

PACKAGE = Path(__file__).resolve().parent.parent
COMPILED = PACKAGE / "catalogue.json"
INDEX_END = b',"records":[\n'


class Catalogue:
    """Rules, causes, check declarations and scales. Records are plain dicts in the shape of ``schema.py``."""

    def __init__(self, source: bytes | BinaryIO) -> None:
        """The catalogue in ``source``, which stays open: records are read from it when asked for."""
        self._source = io.BytesIO(source) if isinstance(source, bytes) else source
        head = self._source.readline()
        if not head.endswith(INDEX_END):
            raise AgentError("the compiled catalogue is damaged; reinstall it-error-agent")
        self._start = len(head)
        self.index: dict[str, Any] = json.loads(head[: -len(INDEX_END)] + b"}")["index"]
        self._cache: dict[tuple[str, str], dict[str, Any]] = {}
        #: What folders of a user's own brought, in the shape of ``overlay.Layer``; empty without such folders.
        self.layers: tuple[Any, ...] = ()

    def close(self) -> None:
        """Give the file back; records that were not read yet cannot be any more."""
        self._source.close()

    def __del__(self) -> None:
        """The file is given back with the catalogue."""
        if hasattr(self, "_source"):
            self.close()

    @property
    def checks(self) -> Mapping[str, Any]:
        """Declarations of all checks by id."""
        specs: Mapping[str, Any] = self.index["checks"]
        return specs

    @property
    def scales(self) -> Mapping[str, Any]:
        """Words to numbers."""
        scales: Mapping[str, Any] = self.index["scales"]
        return scales

    @property
    def facts(self) -> Mapping[str, Any]:
        """Names a fact may have."""
        facts: Mapping[str, Any] = self.index["facts"]
        return facts

    @property
    def classes(self) -> Mapping[str, str]:
        """What each class of errors means, in one sentence."""
        classes: Mapping[str, str] = self.index["classes"]
        return classes

    @cached_property
    def rule_ids(self) -> tuple[str, ...]:
        """Ids of all rules that match (retired ones are left out), in the order of their numbers."""
        return tuple(row[0] for row in self.index["rules"])

    @cached_property
    def cause_ids(self) -> tuple[str, ...]:
        """Ids of all causes."""
        return tuple(row[0] for row in self.index["causes"])

    @cached_property
    def _places(self) -> dict[str, dict[str, tuple[int, int]]]:
        return {kind: {key: (at, size) for key, at, size in self.index[kind]} for kind in ("rules", "causes", "extras")}

    def rules(self) -> Iterator[dict[str, Any]]:
        """All records, full rules and reference entries (``status: reference``, no page); reads all, so not for a recognition."""
        return (self.rule(rule_id) for rule_id in self.rule_ids)

    def rule(self, rule_id: str) -> dict[str, Any]:
        """The whole rule; unknown ids raise ``KeyError``."""
        return self._record("rules", rule_id)

    def cause(self, cause_id: str) -> dict[str, Any]:
        """The whole cause; unknown ids raise ``KeyError``."""
        return self._record("causes", cause_id)

    def causes(self, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Several causes by id."""
        return {cause_id: self.cause(cause_id) for cause_id in ids}

    @property
    def topics(self) -> Sequence[Mapping[str, Any]]:
        """Topics with the ids of their entries, those met most often first."""
        topics: Sequence[Mapping[str, Any]] = self._record("extras", "topics")["topics"]
        return topics

    @property
    def questions(self) -> Mapping[str, Any]:
        """How a person finds out what a check would measure, by check."""
        questions: Mapping[str, Any] = self._record("extras", "questions")["questions"]
        return questions

    @property
    def search(self) -> Mapping[str, Any]:
        """The words of all entries, in the shape of ``finding.search_record``."""
        return self._record("extras", "search")

    def put(self, kind: str, record: dict[str, Any]) -> int:
        """Keep a record in memory, in the place of one with the same id, else behind the last; returns its number."""
        rows = self.index[kind]
        number = next((n for n, row in enumerate(rows) if row[0] == record["id"]), len(rows))
        rows[number:] = rows[number:] or [[record["id"], 0, 0]]
        self._cache[kind, record["id"]] = record
        for name in ("rule_ids", "cause_ids", "_places"):
            self.__dict__.pop(name, None)
        return number

    def _record(self, kind: str, key: str) -> dict[str, Any]:
        if (kind, key) not in self._cache:
            offset, length = self._places[kind][key]
            self._source.seek(self._start + offset)
            record = json.loads(self._source.read(length))
            if kind == "extras" and self.layers:
                from agent.catalogue.overlay import amended

                record = amended(key, record, self)
            self._cache[kind, key] = record
        return self._cache[kind, key]


def source_folder() -> Path | None:
    """The ``rules/`` folder of the source checkout this package runs from, or None when installed."""
    rules = PACKAGE.parent / "rules"
    return rules if (rules / "scales.yaml").is_file() and (PACKAGE.parent / "pyproject.toml").is_file() else None


def open_compiled() -> BinaryIO:
    """The compiled file, open for reading for as long as the catalogue is used."""
    return COMPILED.open("rb")


_warned: set[str] = set()


def load() -> Catalogue:
    """The catalogue of this installation with the user's own folders of rules over it.

    What of those cannot be used is left out and told in one line per folder on standard error, once. Raises as ``built_in`` does.
    """
    catalogue = built_in()
    if folders := rule_folders():
        from agent.catalogue.overlay import lay_over

        catalogue.layers = lay_over(catalogue, folders)
        for warning in (layer.warning for layer in catalogue.layers):
            if warning and warning not in _warned and sys.stderr is not None:
                _warned.add(warning)
                print(f"agent: {warning}".encode("ascii", "replace").decode("ascii"), file=sys.stderr)
    return catalogue


def built_in() -> Catalogue:
    """The catalogue of this installation alone; in a source checkout freshly compiled if a source changed.

    Raises ``CatalogueError`` when a source file is wrong, ``AgentError`` when an installation has no catalogue.
    """
    rules = source_folder()
    if rules is not None:
        return _load_source(rules)
    try:
        return Catalogue(open_compiled())
    except OSError as fault:
        raise AgentError(f"the catalogue cannot be read ({fault}); reinstall it-error-agent") from fault


def _load_source(rules: Path) -> Catalogue:
    from agent.catalogue.stamp import stamp

    wanted = stamp(rules)
    try:
        present = Catalogue(open_compiled())
        if present.index.get("stamp") == wanted:
            return present
        present.close()  # Windows does not replace a file that is open
    except (OSError, ValueError, AgentError):
        pass  # absent, unreadable or half-written: made anew below
    from agent.catalogue import compile as compiler

    try:
        compiler.write(rules, COMPILED)
    except OSError:  # a read-only checkout works too, only slower
        return Catalogue(compiler.compile_catalogue(rules).encode("ascii"))
    return Catalogue(open_compiled())
