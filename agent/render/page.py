"""The catalogue's page of a rule in the terminal, in the order of the web page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from agent.catalogue.load import Catalogue
from agent.compose import fill
from agent.render.style import Style


def render(rule: Mapping[str, Any], catalogue: Catalogue, style: Style) -> str:
    """The page as text, ending in a line break."""
    if "page" not in rule:
        return _reference(rule, catalogue, style)
    page = _placeholders(rule["page"], catalogue)
    lines = [
        style.paint(style.safe(rule["title"]), "bold"),
        style.paint(f"{rule['id']} · {rule['class']}" if style.unicode else f"{rule['id']} - {rule['class']}", "dim"),
    ]
    lines += ["", *style.wrap(rule["summary"])]
    lines += _section("Error message", _bullets(page["message"], style), style)
    lines += _section("What it means", style.wrap(page["meaning"], "  "), style)
    lines += _section("Why it happens", [*style.wrap(page["why"], "  "), *_causes(rule, catalogue, style)], style)
    lines += _section("Quick fix for end users", _numbered(page["quick_fix"], style), style)
    lines += _section("Fix for administrators and engineers", _fix(page["admin_fix"], style), style)
    lines += _section("Step by step", _numbered(page["steps"], style), style)
    lines += _section("Affected products", _bullets(page["products"], style), style)
    lines += _section("Common variations", _bullets(page["variations"], style), style)
    lines += _section("Still broken?", _bullets(page["still_broken"], style), style)
    if rule.get("wrong_when"):
        lines += _section("When this page misleads", style.wrap(rule["wrong_when"], "  "), style)
    related = [f"{r}   {catalogue.rule(r)['title']}" for r in page["related"]]
    lines += _section("Related errors", _bullets(related, style), style) if related else []
    lines += _section("Related searches", _bullets(page["searches"], style), style)
    lines += _section("Questions and answers", _faq(page["faq"], style), style)
    lines += _section("Sources", _bullets(rule["references"], style), style)
    lines += ["", style.paint(f"Last reviewed {rule['reviewed']}", "dim")]
    lines += [f"Check this machine: agent diagnose {_example(rule)}"]
    return "\n".join(lines) + "\n"


def _reference(rule: Mapping[str, Any], catalogue: Catalogue, style: Style) -> str:
    """The short page of a reference entry, which says that it is one."""
    whose = "causes of its family" if rule.get("family") else "likely causes"
    lines = [
        style.paint(style.safe(rule["title"]), "bold"),
        style.paint(f"{rule['id']} · {rule['class']}" if style.unicode else f"{rule['id']} - {rule['class']}", "dim"),
        *("", *style.wrap(f"Reference entry: its meaning and the {whose} are known, there is no full page yet.")),
    ]
    lines += _section("What it means", style.wrap(rule["summary"], "  "), style)
    lines += _section("Why it happens", list(_causes(rule, catalogue, style)), style)
    lines += _section("Sources", _bullets(rule["references"], style), style)
    lines += ["", style.paint(f"Last reviewed {rule['reviewed']}", "dim")]
    lines += [f"Check this machine: agent diagnose {_example(rule)}"]
    return "\n".join(lines) + "\n"


def _placeholders(value: Any, catalogue: Catalogue) -> Any:
    """The page with ``{fact}`` shown as ``<fact>``: here nobody's values are known."""
    if isinstance(value, str):
        return fill(value, {}, catalogue.facts)[0]
    if isinstance(value, dict):
        return {key: _placeholders(item, catalogue) for key, item in value.items()}
    return [_placeholders(item, catalogue) for item in value]


def _section(title: str, body: list[str], style: Style) -> list[str]:
    return ["", style.paint(title, "bold"), *body]


def _bullets(items: list[str], style: Style) -> list[str]:
    return [line for item in items for line in style.wrap(item, "    ", "  - ")]


def _numbered(items: list[str], style: Style) -> list[str]:
    return [line for n, item in enumerate(items, 1) for line in style.wrap(item, "     ", f"  {n}. ")]


def _fix(steps: list[Mapping[str, str]], style: Style) -> list[str]:
    lines: list[str] = []
    for number, step in enumerate(steps, 1):
        lines += style.wrap(step["do"] + (f" ({step['on']})" if "on" in step else ""), "     ", f"  {number}. ")
        lines += [style.safe(f"       {line}") for line in step.get("run", "").splitlines()]
        for name in ("risk", "undo"):
            if name in step:
                lines += style.wrap(f"{name.capitalize()}: {step[name]}", "     ")
    return lines


def _causes(rule: Mapping[str, Any], catalogue: Catalogue, style: Style) -> Iterator[str]:
    for cause, entry in rule["causes"].items():
        record = catalogue.cause(cause)
        checks = ", ".join(record.get("evidence", {})) or f"look up: {record['look_up']}"
        yield from style.wrap(f"{record['title']} ({entry['prior']}; {checks})", "    ", "  - ")


def _faq(items: list[Mapping[str, str]], style: Style) -> list[str]:
    lines: list[str] = []
    for item in items:
        lines += [*style.wrap(item["q"], "  "), *style.wrap(item["a"], "    ")]
    return lines


def _example(rule: Mapping[str, Any]) -> str:
    codes = rule["match"].get("codes")
    return f'"{codes[0]}: ..."' if codes else "--file error.txt"
