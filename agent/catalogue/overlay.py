"""A user's own folders of rules, laid over the built-in catalogue at start: the same layout, data only.

Files are read as text and validated like built-in ones; nothing in them is imported, constructed or run. What is wrong, too large, no
plain file, or leads out of the folder is left out with its file, line and field, and the rest works. Nothing is kept between
starts: twenty rules cost a few hundredths of a second, and a cache would be one more file that others may try to write.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from agent.catalogue.yamltext import Node
from agent.home import own_rules

#: More than any page needs; a larger file is a mistake or an attack on the start.
MAX_FILE, MAX_TABLE, MAX_FILES = 128 * 1024, 2 * 1024 * 1024, 1_000
PARTS = ("errors", "causes", "reference")
#: errors/<product>/<slug>.yaml; anything deeper is not ours.
_DEEPEST = 3

#: A validated file or row: (plain value, shown path, node with lines).
Entry = tuple[dict[str, Any], str, Node]


class Layer(NamedTuple):
    """What a folder brought: ids of its rules and causes, those of them that replace built-in ones, and what was left out and why."""

    folder: Path
    rules: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()

    @property
    def warning(self) -> str:
        """One line for people, or an empty text when nothing was left out."""
        if not self.issues:
            return ""
        more = f" (and {len(self.issues) - 1} more)" if len(self.issues) > 1 else ""
        line = f"left out: {self.issues[0]}{more}; agent rules lint --rules {self.folder} shows all"
        return "".join(c if c.isprintable() else "?" for c in line)


class Base(Protocol):
    """What is asked of the catalogue that lies below."""

    index: dict[str, Any]
    layers: tuple[Any, ...]

    def rule(self, rule_id: str) -> dict[str, Any]:
        """The whole rule."""

    def causes(self, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Several causes by id."""

    def rules(self) -> Iterator[dict[str, Any]]:
        """All whole rules."""

    def put(self, kind: str, record: dict[str, Any]) -> int:
        """Keep a record in memory, in the place of one with the same id; its number."""


class Found(NamedTuple):
    """Sound entries of a folder by id, and what was left out."""

    rules: dict[str, Entry]
    causes: dict[str, Entry]
    reference: dict[str, Entry]
    issues: list[str]


def lay_over(base: Base, folders: Sequence[Path]) -> tuple[Layer, ...]:
    """One layer per folder, each merged into ``base``. A folder never raises: what cannot be used is in ``issues``."""
    layers = []
    for folder in folders:
        try:
            found = read_folder(folder, base)
        except Exception as fault:  # noqa: BLE001 - a user's folder must never take the built-in catalogue away
            layers.append(Layer(folder, issues=(f"{folder}, line 1: cannot be used: {type(fault).__name__}: {fault}",)))
            continue
        layers.append(_merge(base, folder, found))
    return tuple(layers)


def read_folder(folder: Path, base: Base) -> Found:
    """The entries of ``folder`` that can be used over ``base``."""
    issues: list[str] = []
    found = Found({}, {}, {}, issues)
    tables = []
    for path, shown in _files(folder, issues):
        part = path.relative_to(folder).parts[0]
        if part == "reference":
            tables += [path] if may_read(path, shown, MAX_TABLE, issues) else []
        elif not path.name.endswith(".test.yaml"):
            _read_entry(path, shown, part, found)
    if tables:
        _read_tables(folder, tables, base, found)
    _refuse_doubles(base, found)
    _refuse_loose_ends(base, found)
    return found


def _files(folder: Path, issues: list[str]) -> Iterator[tuple[Path, str]]:
    """Plain files of the catalogue's layout with the path to show; whatever else stands there is skipped or refused."""
    if not folder.is_dir():
        issues.append(f"{folder}, line 1: no such folder")
        return
    if why := _untrusted(folder):
        issues.append(f"{folder}, line 1: {why}")
        return
    stack = [(folder / part, 1) for part in reversed(PARTS) if os.path.lexists(folder / part)]
    count = 0
    while stack:
        path, depth = stack.pop()
        if path.is_symlink() and not _stays(path, folder, issues):
            continue
        if path.is_dir():
            if depth <= _DEEPEST:
                stack += [(p, depth + 1) for p in sorted(path.iterdir(), reverse=True) if p.name[0] not in "._"]
        elif path.suffix == (".csv" if path.parent.name == "reference" else ".yaml"):
            count += 1
            if count > MAX_FILES:
                issues.append(f"{path}, line 1: more than {MAX_FILES} files; this and the rest are left out")
                return
            yield path, str(path)


def _untrusted(folder: Path) -> str:
    """Why the folder's words may not be the user's own; empty when they are. Windows: its own rights decide, nothing is asked."""
    if os.name != "posix":
        return ""
    info = folder.stat()
    if info.st_mode & stat.S_IWOTH:
        return f"every account may write here; chmod o-w {folder}"
    if folder == own_rules() and info.st_uid not in (0, os.geteuid()):
        return "belongs to another account; name it in AGENT_RULES if it is to be used"
    return ""


def _stays(path: Path, folder: Path, issues: list[str]) -> bool:
    """Whether a link leads to a file inside the folder."""
    target = path.resolve()
    if folder.resolve() in target.parents and target.is_file():
        return True
    issues.append(
        f"{path}, line 1: a link that leads out of the folder, to {target}; only files of the folder are read"
    )
    return False


def may_read(path: Path, shown: str, limit: int, issues: list[str]) -> bool:
    """Whether the file is a plain one of at most ``limit`` bytes that not everybody may change; else the fault is told."""
    try:
        info = path.stat()
    except OSError as fault:
        issues.append(f"{shown}, line 1: cannot be read: {fault.strerror}")
        return False
    if not stat.S_ISREG(info.st_mode):
        issues.append(f"{shown}, line 1: no plain file")
    elif info.st_size > limit:
        issues.append(f"{shown}, line 1: {info.st_size / 1024:.0f} KiB; at most {limit // 1024} KiB are read")
    elif os.name == "posix" and info.st_mode & stat.S_IWOTH:
        issues.append(f"{shown}, line 1: every account may write it; chmod o-w {path}")
    else:
        return True
    return False


def _read_entry(path: Path, shown: str, part: str, found: Found) -> None:
    from agent.catalogue import schema
    from agent.catalogue.yamltext import read

    if not may_read(path, shown, MAX_FILE, found.issues):
        return
    before = len(found.issues)
    node = read(path, found.issues, shown)
    if node is None:
        return
    kind, into, key = (schema.CAUSE, found.causes, path.stem)
    if part == "errors":
        kind, into, key = (schema.RULE, found.rules, f"{path.parent.name}.{path.stem}")
    value = kind(node, "", lambda line, message: found.issues.append(f"{shown}, line {line}: {message}"))
    if value.get("id", key) != key:
        line = node.value["id"].line
        found.issues.append(f"{shown}, line {line}: id: {value['id']!r}, the file's place says {key!r}")
    if len(found.issues) == before and value.get("status") != "retired":
        into[key] = (value, shown, node)


def _read_tables(folder: Path, tables: Sequence[Path], base: Base, found: Found) -> None:
    from agent.catalogue import reference

    issues: list[str] = []
    rows = reference.read_tables(folder / "reference", issues, folder, tables)
    if any(not record["causes"] for record, _, _ in rows.values()):
        full = {r["id"]: (r, "", None) for r in base.rules() if r["status"] != reference.STATUS} | found.rules
        reference.give_families({"rules": full, "reference": rows}, issues)
    found.reference.update(
        {key: (value, shown.replace("rules/", f"{folder}/", 1), node) for key, (value, shown, node) in rows.items()
         if value["causes"]}
    )  # fmt: skip
    found.issues.extend(issue.replace("rules/", f"{folder}/", 1) for issue in issues)


def _refuse_doubles(base: Base, found: Found) -> None:
    """An id that is taken needs ``overrides: true``, and the other way round, so that neither happens by mistake."""
    for kind, entries in (("rules", found.rules), ("causes", found.causes), ("rules", found.reference)):
        taken = {row[0] for row in base.index[kind]}
        if entries is found.reference:
            taken |= set(found.rules)
        for key, (value, shown, node) in list(entries.items()):
            line = node.value["id"].line if "id" in node.value else node.line
            if key in taken and value.get("overrides") != "true":
                hint = "" if entries is found.reference else "; add overrides: true below it to replace that entry"
                found.issues.append(f"{shown}, line {line}: id: {key!r} is taken{hint}")
                del entries[key]
            elif key not in taken and "overrides" in value:
                line = node.value["overrides"].line
                found.issues.append(f"{shown}, line {line}: overrides: there is no {key!r} to replace")
                del entries[key]


def _refuse_loose_ends(base: Base, found: Found) -> None:
    """Entries that name what is not there are left out, and those that name these, until the rest holds together."""
    from agent.catalogue.entrylint import Known, Place, lint_cause, lint_rule

    built_in = {kind: {row[0] for row in base.index[kind]} for kind in ("rules", "causes")}
    while True:
        known = Known(
            built_in["rules"] | set(found.rules) | set(found.reference),
            built_in["causes"] | set(found.causes),
            base.index["facts"],
            base.index["checks"],
        )
        before = len(found.issues)
        for lint, entries in ((lint_cause, found.causes), (lint_rule, found.rules), (lint_rule, found.reference)):
            for key, (value, shown, node) in list(entries.items()):
                had = len(found.issues)
                lint(Place(known, found.issues).at(shown, node), value)
                if len(found.issues) > had:
                    del entries[key]
        if len(found.issues) == before:
            return


def _merge(base: Base, folder: Path, found: Found) -> Layer:
    """Put the entries into the index and the records of ``base``."""
    from agent.catalogue.signals import signals_of

    taken = {row[0] for row in base.index["rules"]} | {row[0] for row in base.index["causes"]}
    for value, _, _ in found.causes.values():
        base.put("causes", value)
    entries = {**found.rules, **found.reference}
    rules = [value for value, _, _ in entries.values()]
    numbers = [base.put("rules", rule) for rule in rules]
    signals = base.index["signals"]
    _forget(signals, {n for n, rule in zip(numbers, rules, strict=True) if rule["id"] in taken})
    for name, table in signals_of(rules).items():
        if name == "words":
            signals[name] += [[numbers[row[0]], *row[1:]] for row in table]
            continue
        for value, owners in table.items():
            signals[name].setdefault(value, []).extend(numbers[n] for n in owners)
    replaced = tuple(key for key in (*found.rules, *found.causes) if key in taken)
    return Layer(folder, tuple(entries), tuple(found.causes), replaced, tuple(found.issues))


def _forget(signals: Mapping[str, Any], numbers: set[int]) -> None:
    """Take the signals of replaced rules out of the index."""
    if not numbers:
        return
    for name, table in signals.items():
        if name == "words":
            table[:] = [row for row in table if row[0] not in numbers]
            continue
        for value in [value for value, owners in table.items() if numbers & set(owners)]:
            table[value] = [n for n in table[value] if n not in numbers]


def amended(key: str, record: dict[str, Any], base: Base) -> dict[str, Any]:
    """What people look for entries by (``topics``, ``search``), with the entries of all layers."""
    numbers = {row[0]: number for number, row in enumerate(base.index["rules"])}
    own = list(dict.fromkeys(rule for layer in base.layers for rule in layer.rules))
    if not own:
        return record
    if key == "topics":
        return {**record, "topics": [*record["topics"], _own_topic([base.rule(rule) for rule in own])]}
    if key != "search":
        return record
    return _with_words(record, [base.rule(rule) for rule in own], [numbers[rule] for rule in own], base)


def _own_topic(rules: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    full = [rule["id"] for rule in rules if rule["status"] != "reference"]
    return {
        "id": "own",
        "title": "Rules of your own",
        "description": "Entries from your own folders of rules",
        "entries": full,
        "often": len(full),
        "reference": [rule["id"] for rule in rules if rule["status"] == "reference"],
    }


def _with_words(
    record: Mapping[str, Any], rules: list[dict[str, Any]], numbers: list[int], base: Base
) -> dict[str, Any]:
    """The search record with the words of ``rules``, whose numbers in the whole catalogue are ``numbers``."""
    from agent.catalogue.finding import search_record

    own = search_record(rules, base.causes({cause for rule in rules for cause in rule["causes"]}), [])
    kinds = list(record["kinds"].ljust(max(numbers) + 1))
    for number, kind in zip(numbers, own["kinds"], strict=True):
        kinds[number] = kind
    merged = {**record, "kinds": "".join(kinds)}
    for name in ("causes", "classes", "status"):
        merged[name] = dict(record[name])
        for value, owners in own[name].items():
            old = merged[name].get(value, [])
            merged[name][value] = [*old, *(n for n in (numbers[o] for o in owners) if n not in old)]
    merged["words"] = dict(record["words"])
    for root, posting in own["words"].items():
        surface, _, heard = posting.partition("|")
        pairs = [pair.split(":") for pair in heard.split()]
        moved = " ".join(f"{numbers[int(number)]}:{weight}" for number, weight in pairs)
        before = merged["words"].get(root)
        merged["words"][root] = f"{before} {moved}" if before else f"{surface}|{moved}"
    return merged
