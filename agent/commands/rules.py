"""``agent rules``: list, draft, lint, test and review the catalogue, and say why a text matches."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from agent.catalogue.load import Catalogue, built_in, load, source_folder
from agent.commands.diagnose import read_input
from agent.errors import UsageError
from agent.exits import OK, UNDECIDED, USAGE, WARNING
from agent.home import own_rules, rule_folders

_FORMAT = click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format."
)
_FOLDER = click.option(
    "--rules",
    "folder",
    type=click.Path(exists=True, file_okay=False),
    help="Another folder: a whole rules folder, or one of your own that lies over the built-in one.",
)


def _ids(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return [rule for rule in load().rule_ids if rule.startswith(incomplete.lower())]


def _classes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in load().classes if name.startswith(incomplete.lower())]


def _products(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    products = dict.fromkeys(rule.partition(".")[0] for rule in load().rule_ids)
    return [name for name in products if name.startswith(incomplete.lower())]


@click.group()
def command() -> None:
    """List, draft, lint and test the catalogue."""


@command.command("list")
@click.argument("words", nargs=-1)
@_FORMAT
def list_(words: tuple[str, ...], format_: str) -> int:
    """List the rules; with WORDS those whose id, class, title or code holds all of them."""
    rows = [
        {**{name: r[name] for name in ("id", "class", "title", "severity")}, "codes": r["match"].get("codes", [])}
        for r in load().rules()
    ]
    rows = [r for r in rows if _has(words, r["id"], r["class"], r["title"], *r["codes"])]
    if format_ == "json":
        return _json(rows)
    _lines([f"{row['id']:<46} {row['title']}" for row in rows])
    click.echo(f"{len(rows)} rules", err=True)
    return OK


@command.command("causes")
@click.argument("words", nargs=-1)
@_FORMAT
def causes_(words: tuple[str, ...], format_: str) -> int:
    """List causes a rule may name; with WORDS those whose id, title or checks hold all of them.

    \b
    agent rules causes clock
    agent rules causes token.audience_matches
    """
    catalogue = load()
    rows = [
        {"id": c["id"], "title": c["title"], "decided_by": c["decided_by"], "checks": list(c.get("evidence", {}))}
        for c in map(catalogue.cause, catalogue.cause_ids)
        if _has(words, c["id"], c["title"], c["short"], *c.get("evidence", {}))
    ]
    if format_ == "json":
        return _json(rows)
    _lines([f"{r['id']:<44} {r['title']} ({', '.join(r['checks']) or 'look up'})" for r in rows])
    click.echo(f"{len(rows)} causes", err=True)
    return OK


@command.command("new")
@click.argument("rule_id", metavar="ID")
@click.option("--from", "file", type=click.Path(dir_okay=False), help="File with the error; - is standard input.")
@click.option(
    "--class", "class_", shell_complete=_classes, help="Class of the error; else that of the most alike rule."
)
@click.option(
    "--product", shell_complete=_products, help="Product, when ID is the name alone: graph, entra, network ..."
)
@click.option(
    "--to",
    type=click.Path(file_okay=False),
    help="Folder of rules to write to; else this checkout, or your own folder.",
)
def new_(rule_id: str, file: str | None, class_: str | None, product: str | None, to: str | None) -> int:
    """Write a new rule and its test from an error text. Nothing that is there is changed.

    ID is <product>.<name>. What the text tells is filled in, without secrets; what is left to say is marked TODO.

    \b
    agent rules new graph.quota-reached --from error.txt
    Get-Content error.txt | agent rules new quota-reached --product graph --from -
    """
    from agent.authoring.draft import draft, write
    from agent.intake import read_report

    wanted = f"{product}.{rule_id}" if product and "." not in rule_id else rule_id
    if not re.fullmatch(r"[a-z][a-z0-9]*\.[a-z0-9]+(?:-[a-z0-9]+)*", wanted):
        raise UsageError(
            f"{wanted!r} is no id; it is <product>.<name> in small letters, digits and hyphens: graph.quota-reached"
        )
    catalogue = load()
    if wanted in catalogue.rule_ids:
        raise UsageError(f"{wanted} is there already: agent explain {wanted}. Choose another name.")
    if class_ and not re.fullmatch(r"[a-z][a-z0-9-]*", class_):
        raise UsageError(
            f"--class {class_!r}: small letters, digits and hyphens; agent rules list shows the classes in use"
        )
    drafted = draft(wanted, read_report(read_input((), file)), catalogue, date.today().isoformat(), class_ or "")
    folder = _target(to)
    paths = write(folder, wanted, drafted)
    lines = [f"wrote {path}" for path in paths]
    if drafted.recognised:
        first = drafted.recognised[0]
        lines.append(
            f"note: {first.rule} recognises this text already ({first.why}); agent rules why --file FILE shows more"
        )
    if drafted.like:
        lines.append(
            f"causes and class are those of {drafted.like[0]}: keep what fits; agent rules causes WORDS finds others"
        )
    option = "" if folder == source_folder() else f" --rules {folder}"
    lines += [
        "next: 1. say what is marked TODO; look whether the sample names anything private",
        f"      2. agent rules lint{option}",
        f"      3. agent rules test {wanted}{option}, then set status: tested",
    ]
    if folder != source_folder() and folder not in rule_folders():
        lines.append(f"      4. name the folder in AGENT_RULES, so that agent diagnose uses it: {folder}")
    _lines(lines)
    return OK


@command.command("why")
@click.argument("text", nargs=-1)
@click.option(
    "-f", "--file", type=click.Path(dir_okay=False), help="Read the error from this file; - is standard input."
)
@_FORMAT
def why_(text: tuple[str, ...], file: str | None, format_: str) -> int:
    """Say which rules match a text and why, and what those lack that nearly do. No check is run.

    \b
    agent rules why "AADSTS700024: Client assertion is not within its valid time range."
    agent rules why --file error.txt
    """
    from agent.authoring.nearmiss import why
    from agent.intake import read_report

    found = why(read_report(read_input(text, file)), load())
    fp = found.fingerprint
    read = {
        "codes": fp.codes,
        "types": fp.exception_types,
        "error id": (fp.error_id,) if fp.error_id else (),
        "Graph codes": fp.graph_codes,
        "HRESULTs": fp.hresults,
        "names": fp.symbols,
        "numbers": fp.numbers,
        "HTTP status": (str(fp.http_status),) if fp.http_status else (),
        "command": (fp.command,) if fp.command else (),
        "message": (fp.template,),
    }
    if format_ == "json":
        _json(
            {
                "schema": 1,
                "fingerprint": {name.lower().replace(" ", "_"): list(values) for name, values in read.items()}
                | {"hash": fp.hash},
                "matches": [{"rule": m.rule, "confidence": m.confidence, "why": m.why} for m in found.matches],
                "near": [n._asdict() for n in found.near],
            }
        )
        return OK if found.matches else UNDECIDED
    lines = [f"{name:<12} {', '.join(values)}" for name, values in read.items() if values]
    lines += ["", "Matches" if found.matches else "No rule matches"]
    lines += [f"  {m.rule:<44} {m.confidence:.2f}  {m.why}" for m in found.matches]
    lines += ["", "Nearly"] if found.near else []
    for near in found.near:
        lines += [
            f"  {near.rule:<44} has {'; '.join(near.present)}",
            *(f"      but {clause}" for clause in near.missing),
        ]
    _lines(lines)
    return OK if found.matches else UNDECIDED


@command.command("stale")
@click.option("--days", type=click.IntRange(1, 9_999), default=180, show_default=True, help="Days an entry stays good.")
@click.option("--on", "day", metavar="DATE", help="As of this day (YYYY-MM-DD) instead of today.")
@_FORMAT
def stale_(days: int, day: str | None, format_: str) -> int:
    """List entries, and statements in them, that are due for review. Ends with 4 when there are any.

    Statements that a later date can make wrong carry a source, the day they were checked, and their own number of days.
    """
    from agent.authoring.due import due

    try:
        on = date.fromisoformat(day) if day else date.today()
    except ValueError as fault:
        raise UsageError(f"--on {day!r} is not a date like 2026-11-25") from fault
    rows = due(load(), on, days)
    if format_ == "json":
        _json([row._asdict() for row in rows])
    else:
        for row in rows:
            source = f" ({row.source})" if row.source else ""
            _lines(
                [
                    f"{row.kind:<10} {row.id:<44} {row.checked}, {row.age_days} days ago, good for {row.limit}: {row.what}{source}"
                ]
            )
        click.echo(f"{len(rows)} due" if rows else "nothing is due", err=bool(rows))
    return WARNING if rows else OK


@command.command("lint")
@_FOLDER
@_FORMAT
def lint_(folder: str | None, format_: str) -> int:
    """Find faults in rules, causes and tests; every fault with file and line."""
    from agent.catalogue.lint import lint, lint_own

    issues: list[str] = []
    for place in _folders(folder):
        issues += lint(place) if _is_whole(place) else lint_own(place, built_in())
    rows = [dict(zip(("id", "message"), issue.split(": ", 1), strict=False)) for issue in issues]
    return _faults(rows, issues, "no faults", f"{len(issues)} faults", format_)


@command.command("test")
@click.argument("ids", nargs=-1, shell_complete=_ids)
@_FOLDER
@_FORMAT
def test_(ids: tuple[str, ...], folder: str | None, format_: str) -> int:
    """Run the sibling tests of all rules, or of IDS; without IDS also each example against all rules."""
    from agent.authoring.trial import run_folder

    count = 0
    failures: list[tuple[str, str]] = []
    for place in _folders(folder):
        tested, failed = run_folder(place, ids, _catalogue(place))
        count, failures = count + tested, failures + failed
    if ids and not count:
        raise UsageError(f"no rule {ids[0]!r}; agent rules list shows them")
    rows = [{"id": rule, "message": failure} for rule, failure in failures]
    lines = [f"{rule}: {failure}" if rule else failure for rule, failure in failures]
    good = f"{count} rules, all expectations hold"
    return _faults(rows, lines, good, f"{count} rules, {len(failures)} expectations do not hold", format_)


def _faults(rows: list[dict[str, str]], lines: list[str], good: str, bad: str, format_: str) -> int:
    """Faults as JSON on standard output, or as lines on standard error with a last line that counts them."""
    if format_ == "json":
        _json(rows)
    else:
        from agent.render.style import style_for

        safe = style_for(sys.stderr).safe
        for line in lines:
            click.echo(safe(line), err=True)
        click.echo(bad if lines else good, err=bool(lines))
    return USAGE if lines else OK


def _lines(lines: Sequence[str]) -> None:
    from agent.render.style import style_for

    style = style_for(sys.stdout)
    for line in lines:
        click.echo(style.safe(line))


def _json(value: Any) -> int:
    click.echo(json.dumps(value))
    return OK


def _has(words: Sequence[str], *texts: str) -> bool:
    held = " ".join(texts).lower()
    return all(word.lower() in held for word in words)


def _is_whole(folder: Path) -> bool:
    """Whether the folder is a catalogue by itself; else it lies over the built-in one."""
    return (folder / "scales.yaml").is_file()


def _folders(given: str | None) -> list[Path]:
    """The folder that was named, else this checkout's and the user's own."""
    source = source_folder()
    folders = [Path(given)] if given else [*([source] if source else []), *rule_folders()]
    if not folders:
        raise UsageError("the sources of the catalogue are not here; give a folder with --rules FOLDER")
    return folders


def _catalogue(folder: Path) -> Catalogue:
    if folder == source_folder():
        return built_in()
    if _is_whole(folder):
        from agent.catalogue.compile import compile_catalogue

        return Catalogue(compile_catalogue(folder).encode("ascii"))
    from agent.catalogue.overlay import lay_over

    catalogue = built_in()
    catalogue.layers = lay_over(catalogue, [folder])
    return catalogue


def _target(to: str | None) -> Path:
    """Where a new rule goes: where it was said, this checkout, the last folder of ``AGENT_RULES``, or the user's own."""
    if to:
        return Path(to)
    own = rule_folders()
    return source_folder() or (own[-1] if own else own_rules())
