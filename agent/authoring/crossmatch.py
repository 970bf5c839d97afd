"""Each example of each entry against the whole catalogue: its owner must come first, and who claims it too must be known."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from agent.catalogue import schema
from agent.catalogue.load import Catalogue
from agent.catalogue.reference import STATUS
from agent.catalogue.ruletest import matches_of
from agent.catalogue.yamltext import read

#: A rule whose confidence comes this near to the owner's claims the text too.
NEAR = 0.05


class Claim(NamedTuple):
    """A text whose owner another rule beats (``beaten``) or nearly reaches."""

    owner: str
    other: str
    beaten: bool
    text: str


def claims(catalogue: Catalogue, tests: Mapping[str, Mapping[str, Any]]) -> Iterator[Claim]:
    """All claims of others on must-match texts of ``tests`` (by rule) and on one text made of each reference entry."""
    for owner in catalogue.rule_ids:
        samples = tests[owner].get("match", ()) if owner in tests else ()
        record = catalogue.rule(owner)
        for sample in samples or ([sample_of(record)] if record["status"] == STATUS else ()):
            yield from _of(owner, sample, catalogue)


def _of(owner: str, sample: Any, catalogue: Catalogue) -> Iterator[Claim]:
    matches = matches_of(sample, catalogue)
    mine = next((at for at, m in enumerate(matches) if m.rule == owner), len(matches))
    trust = matches[mine].confidence if mine < len(matches) else 0.0
    for at, other in enumerate(matches):
        if other.rule != owner and (at < mine or other.confidence >= trust - NEAR):
            yield Claim(owner, other.rule, at < mine, repr(sample)[:100])
    if mine == len(matches) and not matches:
        yield Claim(owner, "", True, repr(sample)[:100])


#: A reviewed list of pairs.
OVERLAPS = "overlaps.yaml"
_PAIRS = schema.list_of(
    schema.record(
        {
            "owner": schema.Field(schema.ID, True),
            "also": schema.Field(schema.ID, True),
            "why": schema.Field(schema.text, True),
        }
    ),
    0,
)


def faults(
    rules: Path, catalogue: Catalogue, tests: Mapping[str, Mapping[str, Any]], about: Container[str]
) -> list[tuple[str, str]]:
    """(rule, what is wrong) for claims that nobody declared, and for lines of the reviewed list that are no longer needed.

    Only claims in which a rule of ``about`` takes part count.
    """
    issues: list[str] = []
    listed = _listed(rules / OVERLAPS, issues)
    found = [("", issue) for issue in issues]
    needed = set()
    for claim in claims(catalogue, tests):
        if claim.owner not in about and claim.other not in about:
            continue
        if claim.beaten:
            found.append((claim.owner, f"must match, but {claim.other or 'no rule'} does: {claim.text}"))
        elif not _related(catalogue, claim):
            pair = frozenset((claim.owner, claim.other))
            needed.add(pair)
            if pair not in listed:
                found.append((claim.owner, f"{claim.other} claims nearly as strongly: {claim.text}; {_WAY_OUT}"))
    found += [
        ("", f"rules/{OVERLAPS}, line {line}: no text needs this pair any more") for pair, line in listed.items()
        if pair not in needed
    ]  # fmt: skip
    return list(dict.fromkeys(found))


_WAY_OUT = f"name it under related, sharpen one of the two, or add the pair to rules/{OVERLAPS}"


def _listed(path: Path, issues: list[str]) -> dict[frozenset[str], int]:
    shown = f"rules/{OVERLAPS}"
    node = read(path, issues, shown) if path.is_file() else None
    if node is None:
        return {}
    pairs = _PAIRS(node, "", lambda line, message: issues.append(f"{shown}, line {line}: {message}"))
    return {frozenset((p.get("owner", ""), p.get("also", ""))): n.line for p, n in zip(pairs, node.value, strict=False)}


def _related(catalogue: Catalogue, claim: Claim) -> bool:
    """Whether the two know of each other: one names the other as related, or a page stands before a reference entry.

    Such an entry has no page to name others on, and stands for what no page explains: behind one is its place.
    """
    owner, other = catalogue.rule(claim.owner), catalogue.rule(claim.other)
    if other["status"] == STATUS and owner["status"] != STATUS:
        return True
    return any(b["id"] in a.get("page", {}).get("related", ()) for a, b in ((owner, other), (other, owner)))


def sample_of(record: Mapping[str, Any]) -> Any:
    """An error as one that the entry is for would be reported: every signal at its place, with the words of its title."""
    signals = record["match"]
    words = [*signals.get("codes", ())[:1], *signals.get("symbol", ())[:1], *signals.get("hresult", ())[:1]]
    words += [_spelt(number) for number in signals.get("number", ())[:1]]
    text = ": ".join([*words, " ".join(signals.get("contains", ())) or "The request failed"])
    if codes := signals.get("graph_code"):
        text = f'{{"error":{{"code":"{codes[0]}","message":"{_escaped(text)}"}}}}'
    report: dict[str, Any] = {"schema": "1", "text": text}
    if "error_id" in signals:
        report["error_id"] = signals["error_id"][0]
    if "exception" in signals:
        report["exceptions"] = [{"type": f"Lab.{signals['exception'][0]}", "message": text}]
    return report if len(report) > 2 else text


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


_SPELT = {
    "curl": "curl: ({})",
    "winhttp": "WinHTTP error {}",
    "win32": "Win32 error {}",
    "tls-alert": "TLS alert number {}",
    "kerberos": "Kerberos error code {}",
    "openssl": "OpenSSL verify error:num={}",
    "schannel-event": "Schannel event id {}",
    "applocker-event": "AppLocker event id {}",
    "keychain": "Keychain OSStatus -{}",
}


def _spelt(number: str) -> str:
    """A small number as a text names it."""
    kind, _, value = number.partition(":")
    return _SPELT[kind].format(value)
