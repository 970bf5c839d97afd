"""The catalogue's page of a rule in the terminal, in the order of the web page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from agent.catalogue.load import Catalogue
from agent.compose import fill
from agent.find import called
from agent.render.style import Style


def render(rule: Mapping[str, Any], catalogue: Catalogue, style: Style) -> str:
    """The page as text, ending in a line break."""
    if "page" not in rule:
        return _reference(rule, catalogue, style)
    page = _placeholders(rule["page"], catalogue)
    lines = [*_head(rule["title"], (rule["id"], rule["class"]), style), *_aliases(rule, style)]
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
    lines += _dated([rule, *map(catalogue.cause, rule["causes"])], style)
    lines += _section("Sources", _bullets(rule["references"], style), style)
    lines += ["", style.paint(f"Last reviewed {rule['reviewed']}", "dim")]
    lines += _check_here(rule, style)
    return "\n".join(lines) + "\n"


def _dated(records: Iterable[Mapping[str, Any]], style: Style) -> list[str]:
    """Statements that a later date can make wrong, with who says so and when that was looked up."""
    said = [f"{d['says']} ({d['source']}, checked {d['checked']})" for r in records for d in r.get("dated", ())]
    return _section("May have changed since", _bullets(said, style), style) if said else []


def _reference(rule: Mapping[str, Any], catalogue: Catalogue, style: Style) -> str:
    """The short page of a reference entry, which says that it is one."""
    whose = "causes of its family" if rule.get("family") else "likely causes"
    lines = [*_head(rule["title"], (rule["id"], rule["class"]), style), *_aliases(rule, style)]
    lines += ["", *style.wrap(f"Reference entry: its meaning and the {whose} are known, there is no full page yet.")]
    if names := _recognised_by(rule["match"]):
        lines += _section("Seen as", _bullets(names, style), style)
    lines += _section("What it means", style.wrap(rule["summary"], "  "), style)
    lines += _section("Why it happens", list(_causes(rule, catalogue, style)), style)
    if neighbours := _neighbours(rule, catalogue):
        lines += _section("Full pages of the same class", _bullets(neighbours, style), style)
    lines += _section("Sources", _bullets(rule["references"], style), style)
    lines += ["", style.paint(f"Last reviewed {rule['reviewed']}", "dim")]
    lines += _check_here(rule, style)
    return "\n".join(lines) + "\n"


def render_cause(cause: Mapping[str, Any], rules: Sequence[str], catalogue: Catalogue, style: Style) -> str:
    """The page of a cause: what it is, which checks see it, how to fix it, and the errors it shows itself by."""
    lines = [*_head(cause["title"], ("cause", cause["id"]), style), "", *style.wrap(cause["explanation"])]
    if cause.get("evidence"):
        body = [f"{check}   {catalogue.checks[check]['title'].replace('``', '')}" for check in cause["evidence"]]
        lines += _section("Checks that see it", _bullets(body, style), style)
    if "look_up" in cause:
        lines += _section("Where to look", style.wrap(_placeholders(cause["look_up"], catalogue), "  "), style)
    lines += _section("Fix", _fix(_placeholders(cause["fix"], catalogue), style), style)
    if "risk" in cause:
        lines += _section("Risk", style.wrap(cause["risk"], "  "), style)
    if "verify" in cause:
        lines += ["", f"Then: agent check run {cause['verify']}"]
    shown = [f"{rule_id}   {catalogue.rule(rule_id)['title']}" for rule_id in rules[:12]]
    if len(rules) > 12:
        shown.append(f"and {len(rules) - 12} more")
    lines += _section("Errors it causes", _bullets(shown, style), style) if shown else []
    lines += _dated([cause], style)
    lines += _section("Sources", _bullets(cause["references"], style), style) if cause.get("references") else []
    lines += ["", style.paint(f"Last reviewed {cause['reviewed']}", "dim")]
    return "\n".join(lines) + "\n"


def _head(title: str, parts: Sequence[str], style: Style) -> list[str]:
    below = (" · " if style.unicode else " - ").join(parts)
    looks = (("bold", style.wrap(title)), ("dim", style.wrap(below)))
    return [style.paint(line, look) for look, lines in looks for line in lines]


def _aliases(rule: Mapping[str, Any], style: Style) -> list[str]:
    names = rule.get("aliases", ())
    return [style.paint(line, "dim") for line in style.wrap(f"Also called {', '.join(names)}")] if names else []


def _recognised_by(signals: Mapping[str, Any]) -> list[str]:
    """Codes, names and numbers of a reference entry, one line per kind."""
    names = ("codes", "symbol", "hresult", "number", "graph_code", "error_id", "exception")
    known = [", ".join(called(key) for key in signals[name]) for name in names if signals.get(name)]
    return known or list(signals.get("contains", ()))


def _neighbours(rule: Mapping[str, Any], catalogue: Catalogue) -> list[str]:
    """Entries with a page that have the class of this one."""
    same = (catalogue.rule(catalogue.rule_ids[n]) for n in catalogue.search["classes"].get(rule["class"], ()))
    return [f"{other['id']}   {other['title']}" for other in same if "page" in other][:5]


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


def _check_here(rule: Mapping[str, Any], style: Style) -> list[str]:
    """The command that goes on from here, whole, on a line of its own where it does not fit."""
    codes = rule["match"].get("codes") or rule["match"].get("symbol")
    command = "agent diagnose " + (f'"{codes[0]}: ..."' if codes else "--file error.txt")
    line = f"Check this machine: {command}"
    return [line] if len(line) <= style.width else ["Check this machine:", f"  {command}"]
