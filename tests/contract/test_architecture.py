"""The shape of the code: who may import whom, and how large a piece may grow."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: A module may import modules of its own line and of the lines above. A name stands for the module and all below it.
LAYERS = (
    ("agent", "agent.model", "agent.errors", "agent.exits", "agent.times", "agent.home"),
    ("agent.secretshape", "agent.check", "agent.system", "agent.codec"),
    ("agent.patterns", "agent.shapes", "agent.numbers", "agent.carriers", "agent.words", "agent.certificates", "agent.tokens",
     "agent.signin", "agent.stated", "agent.intake", "agent.redact", "agent.fingerprint", "agent.lift"),
    ("agent.catalogue", *(f"agent.catalogue.{name}" for name in
                          ("load", "stamp", "yamltext", "schema", "reference", "finding", "signals", "compile",
                           "hostile", "entrylint", "textlint", "overlay"))),
    ("agent.match", "agent.plan", "agent.run", "agent.infer", "agent.slips"),
    ("agent.search",),
    ("agent.compose", "agent.diagnose", "agent.record", "agent.history", "agent.learn", "agent.ask", "agent.find", "agent.scan",
     "agent.render", "agent.catalogue.lint", "agent.catalogue.ruletest", "agent.authoring"),
    ("agent.cli", "agent.commands", "agent.dialogue", "agent.display", "agent.__main__", "agent.catalogue.hatch_build"),
)  # fmt: skip

#: What a check may use: the author's kit, the values, the seam's types, and judgement that several checks share.
CHECK_MAY_IMPORT = {
    "agent.check",
    "agent.errors",
    "agent.model",
    "agent.system.base",
    "agent.times",
    "agent.certificates",
    "agent.tokens",
    "agent.signin",
}

#: Who may compile: the author's commands, the build hook, and ``load`` inside a function, in a source checkout only.
MAY_COMPILE = {
    "agent.authoring.trial",
    "agent.catalogue.hatch_build",
    "agent.catalogue.lint",
    "agent.catalogue.load",
    "agent.catalogue.ruletest",
    "agent.commands.rules",
}

#: Reviewed exceptions from the size budgets: path or path:function -> (limit, reason).
LARGER: dict[str, tuple[int, str]] = {
    "agent/intake.py:from_mapping": (70, "one expression per field of the report, in the order of the schema"),
    "agent/commands/diagnose.py:command": (
        75,
        "the options of the main command, one parameter each, and the help people see",
    ),
    "agent/render/jsonout.py:document": (70, "one literal that shows the whole document"),
}


class Import(NamedTuple):
    """One import statement: the module it names, and whether it runs only when a function is called."""

    module: str
    late: bool


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, Path]:
    """All modules of ours by name."""
    return {_name(p): p for top in ("agent", "checks") for p in sorted((ROOT / top).rglob("*.py"))}


@cache
def imports(module: str) -> tuple[Import, ...]:
    """The imports of our own modules in a module."""
    return tuple(_imports(ast.parse(modules()[module].read_text("utf-8")), False))


def _imports(node: ast.AST, late: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(a.name, late) for a in child.names if a.name.split(".")[0] in ("agent", "checks"))
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "imports are absolute"
            base = child.module or ""
            if base.split(".")[0] in ("agent", "checks"):
                deep = [f"{base}.{a.name}" for a in child.names]
                yield from (Import(name if name in modules() else base, late) for name in deep)
        else:
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _imports(child, late or inside)


def layer(module: str) -> int:
    """The line of ``LAYERS`` that names the module most exactly."""
    best = max(
        ((name, i) for i, names in enumerate(LAYERS) for name in names if _within(module, name)),
        key=lambda found: len(found[0]),
        default=None,
    )
    assert best is not None, f"{module} stands in no layer"
    assert best[0] != "agent" or module == "agent", f"{module} stands in no layer: add it to LAYERS"
    assert best[0] != "agent.catalogue" or module == "agent.catalogue", f"{module} stands in no layer"
    return best[1]


def _within(module: str, name: str) -> bool:
    return module == name or module.startswith(name + ".")


def test_layers_are_kept() -> None:
    """No module imports from a layer above its own, not even inside a function."""
    wrong = [
        f"{module} (layer {layer(module)}) imports {used.module} (layer {layer(used.module)})"
        for module in modules()
        if _within(module, "agent")
        for used in imports(module)
        if _within(used.module, "agent") and layer(used.module) > layer(module)
    ]
    assert not wrong, "\n".join(wrong)


def test_checks_use_the_authors_kit_only() -> None:
    """A check imports the kit, the values, the seam's types and shared judgement; never another check, never the live system."""
    wrong = [
        f"{module} imports {used.module}"
        for module in modules()
        if _within(module, "checks")
        for used in imports(module)
        if used.module not in CHECK_MAY_IMPORT
    ]
    assert not wrong, "\n".join(wrong)


def test_only_the_compiler_imports_checks() -> None:
    """The runner imports the planned checks by name; statically nothing but the compiler does, and that inside a function."""
    found = {
        (m, used.late)
        for m in modules()
        if _within(m, "agent")
        for used in imports(m)
        if _within(used.module, "checks")
    }
    assert found == {("agent.catalogue.compile", True)}


def test_compiling_is_for_authors() -> None:
    """The compiler is imported by authors' commands and the build; ``load`` does so late, in a source checkout only."""
    users = {m: used.late for m in modules() for used in imports(m) if used.module == "agent.catalogue.compile"}
    assert set(users) <= MAY_COMPILE
    assert users["agent.catalogue.load"] is True


def test_live_system_is_chosen_by_commands_only() -> None:
    """Everything but the commands gets its system as a value, so that it can be a table of answers."""
    users = {m for m in modules() for used in imports(m) if used.module == "agent.system.live"}
    assert all(_within(m, "agent.commands") for m in users), users


def test_no_cycles() -> None:
    """Following imports, late ones too, never leads back to where it began; the longest chain at import time is 8."""
    done: dict[tuple[str, bool], int] = {}

    def depth(module: str, trail: tuple[str, ...], late: bool) -> int:
        assert module not in trail, " -> ".join((*trail, module))
        if (module, late) not in done:
            below = [
                depth(u.module, (*trail, module), late)
                for u in imports(module)
                if u.module in modules() and (late or not u.late)
            ]
            done[module, late] = 1 + max(below, default=0)
        return done[module, late]

    for module in modules():
        depth(module, (), True)
    assert max(depth(module, (), False) for module in modules()) <= 8


def test_files_stay_small() -> None:
    """A module has at most 400 lines, a check file 60."""
    wrong = []
    for path in modules().values():
        shown = path.relative_to(ROOT).as_posix()
        limit = LARGER.get(shown, (60 if shown.startswith("checks/") else 400, ""))[0]
        if (lines := len(path.read_text("utf-8").splitlines())) > limit:
            wrong.append(f"{shown}: {lines} lines, at most {limit}")
    assert not wrong, "\n".join(wrong)


def test_functions_stay_small() -> None:
    """A function has at most 60 lines, one of a check 40."""
    wrong = []
    for path in modules().values():
        shown = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                limit = LARGER.get(f"{shown}:{node.name}", (40 if shown.startswith("checks/") else 60, ""))[0]
                if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > limit:
                    wrong.append(f"{shown}:{node.name}: {lines} lines, at most {limit}")
    assert not wrong, "\n".join(wrong)


def test_exceptions_are_needed() -> None:
    """An exception from the size budgets names something that is there and has a reason."""
    for key, (_, reason) in LARGER.items():
        path, _, function = key.partition(":")
        assert reason
        assert not function or f"def {function}(" in (ROOT / path).read_text("utf-8"), key


def test_every_check_has_its_tests() -> None:
    """A file of ``tests/checks/<area>/`` runs each check of that area; files are called after the check, or after the area."""
    missing = []
    for path in (ROOT / "checks").glob("*/*.py"):
        folder = ROOT / "tests" / "checks" / path.parent.name
        files = (folder / f"test_{path.stem}.py", folder / f"test_{path.parent.name}.py")
        if path.stem != "__init__" and not any(f.is_file() and path.stem in f.read_text("utf-8") for f in files):
            missing.append(f"{path.parent.name}.{path.stem}: no tests in {folder.relative_to(ROOT).as_posix()}")
    assert not missing, "\n".join(missing)


def test_every_test_file_is_collected() -> None:
    """No test hides in a file that pytest does not look at, and every test says what must be true."""
    silent = []
    for path in (ROOT / "tests").rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        tests = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")]
        if tests and not path.name.startswith("test_"):
            silent.append(f"{path.name} holds tests but is never collected")
        silent += [f"{path.name}: {t.name} has no docstring" for t in tests if not ast.get_docstring(t)]
    assert not silent, "\n".join(silent)


@pytest.mark.parametrize("top", ["agent", "checks"])
def test_every_folder_is_a_package(top: str) -> None:
    """A folder with modules has ``__init__.py``; without it the wheel and the compiler would miss its files."""
    folders = {p.parent for p in (ROOT / top).rglob("*.py")}
    assert not [f for f in folders if not (f / "__init__.py").is_file()]
