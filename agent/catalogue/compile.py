"""Compile ``rules/`` and the declarations of ``checks/`` into one JSON file that loads fast and seeks.

The file is one valid JSON object: the first line holds the index (what matching and planning need), then one record per line.
A reader parses the first line only and picks records by their offset, so ten times more rules cost almost nothing.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import pkgutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from agent.catalogue import finding, reference, schema
from agent.catalogue.signals import signals_of
from agent.catalogue.stamp import stamp
from agent.catalogue.yamltext import Node, read
from agent.errors import CatalogueError

SCHEMA = 1
#: Closes the index line; a reader replaces it by ``}`` to parse that line alone.
INDEX_END = ',"records":[\n'


class Sources(dict[str, Any]):
    """What the folder holds: ``rules``, ``reference``, ``causes``, ``tests`` (id -> (plain value, shown path, node)), ``scales``,
    ``facts``, ``classes``, ``topics``, ``questions``."""


def read_sources(rules: Path, issues: list[str]) -> Sources:
    """Every file of ``rules/`` validated against its shape; faults of all files are collected in ``issues``."""
    found = Sources(
        rules={},
        reference={},
        causes={},
        tests={},
        scales={},
        facts={},
        classes={},
        aliases={},
        topics={},
        questions={},
    )
    for path in sorted((rules / "errors").rglob("*.yaml")):
        test = path.name.endswith(".test.yaml")
        rule_id = f"{path.parent.name}.{path.name.removesuffix('.test.yaml' if test else '.yaml')}"
        _take(
            path, rules, schema.RULE_TEST if test else schema.RULE, found["tests" if test else "rules"], rule_id, issues
        )
    for path in sorted((rules / "causes").glob("*.yaml")):
        _take(path, rules, schema.CAUSE, found["causes"], path.stem, issues)
    for name, kind in (("facts", schema.FACTS), ("classes", schema.CLASSES), ("questions", schema.QUESTIONS)):
        if node := read(rules / f"{name}.yaml", issues, f"rules/{name}.yaml"):
            found[name] = kind(node, "", reporter(issues, f"rules/{name}.yaml"))
    found["reference"] = reference.read_tables(rules / "reference", issues, rules)
    reference.give_families(found, issues)
    if (rules / "aliases.yaml").is_file() and (node := read(rules / "aliases.yaml", issues, "rules/aliases.yaml")):
        found["aliases"] = schema.ALIASES(node, "", reporter(issues, "rules/aliases.yaml"))
    found["topics"] = _topics(rules / "topics.yaml", issues)
    found["scales"] = _scales(rules / "scales.yaml", issues)
    return found


def _take(path: Path, root: Path, kind: schema.Kind, into: dict[str, Any], key: str, issues: list[str]) -> None:
    shown = f"rules/{path.relative_to(root).as_posix()}"
    node = read(path, issues, shown)
    if node is None:
        return
    value = kind(node, "", reporter(issues, shown))
    if "id" in value and value["id"] != key:
        issues.append(f"{shown}, line {node.value['id'].line}: id is {value['id']!r}, the file's place says {key!r}")
    into[key] = (value, shown, node)


def reporter(issues: list[str], shown: str) -> Callable[[int, str], None]:
    """Collects faults of one file with their lines."""
    return lambda line, message: issues.append(f"{shown}, line {line}: {message}")


def _topics(path: Path, issues: list[str]) -> dict[str, Any]:
    """Topics by id; a folder of rules without that file has none."""
    shown = "rules/topics.yaml"
    node = read(path, issues, shown) if path.is_file() else None
    found: dict[str, Any] = {}
    for value, item in zip(schema.TOPICS(node, "", reporter(issues, shown)), node.value, strict=True) if node else ():
        if value.get("id") in found:
            issues.append(f"{shown}, line {item.line}: topic {value['id']!r} is there twice")
        found[value.get("id", "")] = (value, shown, item)
    return found


def _scales(path: Path, issues: list[str]) -> dict[str, Any]:
    words = schema.map_of(schema.text, schema.text)
    kind = schema.record(
        {
            "prior": schema.Field(words, True),
            "other": schema.Field(schema.text, True),
            "likelihood": schema.Field(words, True),
            "clamp": schema.Field(schema.text, True),
            "context": schema.Field(schema.text, True),
        }
    )
    shown = "rules/scales.yaml"
    node = read(path, issues, shown)
    raw = kind(node, "", reporter(issues, shown)) if node else {}
    try:
        return {k: {w: float(n) for w, n in v.items()} if isinstance(v, dict) else float(v) for k, v in raw.items()}
    except ValueError as fault:
        issues.append(f"{shown}: {fault}")
        return {}


def check_specs() -> dict[str, dict[str, Any]]:
    """The declaration of every check under ``checks/``, by id, as plain data."""
    import checks

    specs = {}
    for area in pkgutil.iter_modules(checks.__path__):
        package = importlib.import_module(f"checks.{area.name}")
        for unit in pkgutil.iter_modules(package.__path__):
            check_id = f"{area.name}.{unit.name}"
            function = getattr(importlib.import_module(f"checks.{check_id}"), unit.name, None)
            if function is None or not hasattr(function, "spec"):
                raise CatalogueError((f"checks/{area.name}/{unit.name}.py: no @check function named {unit.name!r}",))
            specs[check_id] = _spec(function)
    return specs


def _spec(function: Any) -> dict[str, Any]:
    spec = function.spec
    parameters = {}
    for name, p in list(inspect.signature(function).parameters.items())[1:]:
        # Text where annotations are postponed, a type where they are not.
        kind = getattr(p.annotation, "__name__", None) or str(p.annotation)
        kind = kind.partition("[")[0].strip()
        parameters[name] = {"type": kind, "required": p.default is p.empty}
        if p.default is not p.empty:
            parameters[name]["default"] = p.default
    return {
        "title": (inspect.getdoc(function) or "").partition("\n")[0],
        "params": parameters,
        "cost": spec.cost.value,
        "timeout_s": spec.timeout_s,
        "evidence": dict(spec.evidence),
        "platforms": list(spec.platforms),
        "needs": list(spec.needs),
        "group": spec.group,
        "false_alarm": spec.false_alarm,
    }


def compile_catalogue(rules: Path) -> str:
    """The compiled catalogue of a ``rules/`` folder as text; every fault of every file raises one ``CatalogueError``."""
    issues: list[str] = []
    found = read_sources(rules, issues)
    if issues:
        raise CatalogueError(tuple(issues))
    return render(found, check_specs(), stamp(rules))


def render(found: Mapping[str, Any], checks: Mapping[str, Any], stamped: str) -> str:
    """The file's text: index line, then one record per line."""
    rules = [value for value, _, _ in found["rules"].values() if value["status"] != "retired"]
    rules += [value for value, _, _ in found.get("reference", {}).values()]
    rules = finding.named(rules, found.get("aliases", {}))
    causes = [value for value, _, _ in found["causes"].values()]
    topics = finding.resolve_topics([value for value, _, _ in found.get("topics", {}).values()], rules)
    lines: list[str] = []
    offset = 0

    def place(values: list[Any]) -> list[list[Any]]:
        nonlocal offset
        rows = []
        for value in values:
            lines.append(json.dumps(value, ensure_ascii=True, separators=(",", ":")))
            rows.append([value["id"], offset, len(lines[-1])])
            offset += len(lines[-1]) + 2  # ",\n"
        return rows

    index = {
        "schema": SCHEMA,
        "stamp": stamped,
        "scales": found["scales"],
        "facts": found["facts"],
        "classes": found.get("classes", {}),
        "checks": dict(checks),
        "rules": place(rules),
        "causes": place(causes),
        "extras": place(
            [
                *finding.records(rules, causes, topics, found.get("tests", {})),
                {"id": "questions", "questions": found.get("questions", {})},
            ]
        ),
        "signals": signals_of(rules),
    }
    head = json.dumps({"index": index}, ensure_ascii=True, separators=(",", ":"))
    return head[:-1] + INDEX_END + ",\n".join(lines) + "\n]}\n"


def write(rules: Path, target: Path) -> None:
    """Compile to ``target``, replacing it in one step, so that a reader never sees half a file."""
    text = compile_catalogue(rules)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".catalogue-")
    try:
        with os.fdopen(handle, "w", encoding="ascii", newline="\n") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def nodes(found: Mapping[str, Any], kind: str, key: str) -> Node:
    """The located tree of a source file, for messages with line numbers."""
    node: Node = found[kind][key][2]
    return node
