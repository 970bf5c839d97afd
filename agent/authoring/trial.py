"""All tests of a folder of rules: those beside its rules, and each example against all rules."""

from __future__ import annotations

from pathlib import Path

from agent.authoring.crossmatch import faults
from agent.catalogue import compile as compiler
from agent.catalogue.lint import read_tests
from agent.catalogue.load import Catalogue
from agent.catalogue.ruletest import run_one


def run_folder(folder: Path, only: tuple[str, ...], catalogue: Catalogue) -> tuple[int, list[tuple[str, str]]]:
    """(number of rules, failures) of a whole folder, or of one that lies over the built-in one and is part of ``catalogue``.

    Without ``only`` each example is tried against the whole catalogue too. Ids that are elsewhere are left out.
    """
    issues: list[str] = []
    if (folder / "scales.yaml").is_file():
        found = compiler.read_sources(folder, issues)
        rules, tests = {*found["rules"], *found["reference"]}, found["tests"]
    else:
        layers = [layer for layer in catalogue.layers if layer.folder == folder]
        issues += [issue for layer in layers for issue in layer.issues]
        rules, tests = {rule for layer in layers for rule in layer.rules}, read_tests(folder, issues)
    failures = [("", issue) for issue in issues]
    wanted = {rule for rule in only if rule in rules} if only else rules
    for rule_id, (test, _, _) in tests.items():
        if rule_id in wanted:
            failures += [(rule_id, text) for text in run_one(rule_id, test, catalogue)]
    if not only:
        plain = {rule_id: test for rule_id, (test, _, _) in tests.items() if rule_id in rules}
        failures += faults(folder, catalogue, plain, rules)
    return len(wanted), list(dict.fromkeys(failures))
