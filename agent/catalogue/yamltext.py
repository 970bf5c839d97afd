"""YAML as people write it, read as text with line numbers.

YAML's own types would turn ``0x80070005`` into a number, ``no`` into False and ``1.10`` into 1.1, and its loaders silently keep
the last of two equal keys; so every scalar is read as text and duplicate keys are faults. Nothing is ever constructed: tags, which
name types, and aliases, which let a short file unfold into gigabytes, are faults too, and so is nesting beyond what files need.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

#: No catalogue file nests deeper than seven; a parser that follows thousands of brackets exhausts its stack.
DEEPEST = 20


class Node(NamedTuple):
    """A value with its line (from 1): ``value`` is a text, a list of nodes, or a dict of text to node."""

    value: Any
    line: int


def read(path: Path, issues: list[str], shown: str = "") -> Node | None:
    """The document of a file, or None with a line appended to ``issues`` (``file, line N: what``)."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        issues.append(f"{shown or path}: cannot be read: {fault}")
        return None
    return parse(text, issues, shown or str(path))


def parse(text: str, issues: list[str], shown: str) -> Node | None:
    """The document in ``text``; ``shown`` names it in ``issues``."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Builder(yaml, issues, shown).build(yaml.parse(text, Loader=loader))
    except _Refused as fault:
        issues.append(f"{shown}, line {fault.line}: {fault}")
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        issues.append(f"{shown}, line {line}: not YAML: {fault.problem or 'unreadable'}")
    except yaml.YAMLError as fault:
        issues.append(f"{shown}, line 1: not YAML: {' '.join(str(fault).split())}")
    return None


class _Refused(Exception):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class _Builder:
    """Nodes from the parser's events, one level of an own stack per level of the file."""

    def __init__(self, yaml: Any, issues: list[str], shown: str) -> None:
        self._yaml, self._issues, self._shown = yaml, issues, shown
        self._open: list[_Level] = []
        self._root: Node | None = None

    def build(self, events: Iterator[Any]) -> Node | None:
        yaml = self._yaml
        documents = 0
        for event in events:
            line = event.start_mark.line + 1
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Refused(line, "not YAML: a second document begins; a file holds one")
            elif isinstance(event, yaml.AliasEvent):
                raise _Refused(line, f"alias *{event.anchor}: write the value out; aliases are not read")
            elif isinstance(event, yaml.NodeEvent):
                self._take(event, line)
            elif isinstance(event, yaml.CollectionEndEvent):
                level = self._open.pop()
                self._add(Node(level.items if level.table is None else level.table, level.line))
        if self._root is None or self._root.value == "":
            self._issues.append(f"{self._shown}, line 1: the file is empty")
            return None
        return self._root

    def _take(self, event: Any, line: int) -> None:
        if event.tag is not None and event.tag != "!":
            raise _Refused(line, f"tag {event.tag!r}: the catalogue is plain text; tags are not read")
        if isinstance(event, self._yaml.ScalarEvent):
            self._add(Node(event.value, line))
            return
        if len(self._open) >= DEEPEST:
            raise _Refused(line, f"nested deeper than {DEEPEST} levels")
        is_table = isinstance(event, self._yaml.MappingStartEvent)
        self._open.append(_Level(line, is_table))

    def _add(self, node: Node) -> None:
        if not self._open:
            self._root = node
            return
        level = self._open[-1]
        if level.table is None:
            level.items.append(node)
        elif level.key is None:
            name = node.value if isinstance(node.value, str) else "<not a text>"
            if name in level.table:
                self._issues.append(f"{self._shown}, line {node.line}: duplicate key {name!r}")
            level.key = Node(name, node.line)
        else:
            level.table[level.key.value] = node._replace(line=level.key.line) if node.value == "" else node
            level.key = None


class _Level:
    """A list or mapping that is not closed yet."""

    __slots__ = ("items", "key", "line", "table")

    def __init__(self, line: int, is_table: bool) -> None:
        self.line = line
        self.items: list[Node] = []
        self.table: dict[str, Node] | None = {} if is_table else None
        self.key: Node | None = None


def plain(node: Node) -> Any:
    """The same tree without line numbers."""
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    if isinstance(node.value, dict):
        return {key: plain(value) for key, value in node.value.items()}
    return node.value
