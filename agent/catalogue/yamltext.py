"""YAML as people write it, read as text with line numbers.

YAML's own types would turn ``0x80070005`` into a number, ``no`` into False and ``1.10`` into 1.1, and its loaders silently keep
the last of two equal keys; so every scalar is read as text and duplicate keys are faults.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple


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
        root = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        issues.append(f"{shown}, line {line}: not YAML: {fault.problem or 'unreadable'}")
        return None
    except yaml.YAMLError as fault:
        issues.append(f"{shown}, line 1: not YAML: {' '.join(str(fault).split())}")
        return None
    if root is None:
        issues.append(f"{shown}, line 1: the file is empty")
        return None
    return _convert(root, issues, shown)


def _convert(node: Any, issues: list[str], shown: str) -> Node:
    line = node.start_mark.line + 1
    if node.id == "scalar":
        return Node(node.value, line)
    if node.id == "sequence":
        return Node([_convert(item, issues, shown) for item in node.value], line)
    table: dict[str, Node] = {}
    for key, value in node.value:
        name = key.value if key.id == "scalar" else "<not a text>"
        if name in table:
            issues.append(f"{shown}, line {key.start_mark.line + 1}: duplicate key {name!r}")
        child = _convert(value, issues, shown)
        table[name] = child._replace(line=key.start_mark.line + 1) if child.value == "" else child
    return Node(table, line)


def plain(node: Node) -> Any:
    """The same tree without line numbers."""
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    if isinstance(node.value, dict):
        return {key: plain(value) for key, value in node.value.items()}
    return node.value
