"""Which rules recognise an error, how sure, and why in one line.

Signals in order of trust: exact codes, FullyQualifiedErrorId, Graph codes, HRESULT, exception type with literals, literals with
HTTP status, literals. A pattern narrows literals and lifts facts. Fuzzy likeness is only ever a suggestion (``agent.search.suggest``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from agent.catalogue.load import Catalogue
from agent.fingerprint import WRAPPERS, fold, rejoin, squeeze
from agent.model import Fingerprint, Match
from agent.patterns import compiled

#: How much each signal is trusted when it stands alone (0..1). The order is the claim; the distances only break ties.
TRUST = {
    "code": 0.98,
    "error id": 0.93,
    "Graph code": 0.9,
    "HRESULT": 0.85,
    "symbol": 0.85,
    "number": 0.8,
    "words": 0.72,
    "exception": 0.55,
    "HTTP status": 0.45,
}
#: A code that is present, but not the root cause's: context, not the answer.
CONTEXT = 0.5
#: A code that only names a group of failures: less than the words that a rule knows it by, more than a guess.
GROUP = 0.7
#: A number, or a name for it, that many failures share: it says what a type or a frame says, so any word says more.
GENERAL = 0.5
_GENERAL_WORDS = (
    "0x80004001 0x80004002 0x80004003 0x80004005 0x8000FFFF E_NOTIMPL E_NOINTERFACE E_POINTER E_FAIL E_UNEXPECTED E_ACCESSDENIED "
    "E_INVALIDARG E_OUTOFMEMORY 0x80070001 0x80070002 0x80070003 0x80070005 0x80070006 0x80070008 0x8007000B 0x8007000D 0x8007000E "
    "0x80070032 0x80070057 0x800704C7 win32:1 win32:2 win32:3 win32:5 win32:6 win32:8 win32:11 win32:13 win32:14 win32:50 win32:87 "
    "win32:1223 winhttp:12029 winhttp:12157 winhttp:12175 curl:7 curl:28 curl:35 curl:56 curl:58 curl:60 curl:77 curl:97 "
    "schannel-event:36887 schannel-event:36888"
)
_GENERAL = frozenset(_GENERAL_WORDS.split())
#: Codes of which a frame around them says more, as Kerberos in a remoting session, the account broker, or the service that is asked for.
FRAMED = 0.715
_FRAMED = frozenset(
    {
        *("0x80090016", "0x80090030", "0x8009030C", "0x8009030E", "0x80090311", "0x80090322"),
        *("0x80070424", "0x80070426", "0x80070520", "win32:1060", "win32:1062", "win32:1312"),
    }
)
#: Codes that several failures have in common, so that a rule's words are missed when they are not there.
_WORDED = ("error id", "Graph code")
#: A rule below this is no match.
LEAST = 0.4
#: score -> confidence, linear between the points: the share of right classes that the bench (``tests/bench/matching.py``) measures at that
#: score on one half of the captures, less two to ten hundredths, since unseen wordings are claimed wrongly more often than known ones.
#: Scores only order; what is shown is this.
MEASURED = (
    (0.0, 0.0), (0.5, 0.5), (0.58, 0.66), (0.66, 0.69), (0.7, 0.8), (0.715, 0.85), (0.8, 0.91), (0.87, 0.94), (0.93, 0.97), (0.99, 0.99),
)  # fmt: skip
#: What words that only announce an inner message are worth, when none follows.
_ANNOUNCED = 0.6
#: Of a literal that is cut off by "…" at least so many characters have to be there, and three fifths of it.
_SHORTEST = 8
_LONGEST = 200


#: Fewer letters than this may stand in any program's log ("Connection refused", "(Forbidden)"). Where the text is another trade's (a trace
#: of Python, Java or Node, a package manager, a database, a cluster) and names nothing of ours, they are that program's affair.
SHORT = 30
_FOREIGN = (
    r"\[errno-?\d|traceback\(mostrecent|\bjava[x.]|\.java:\d|^e?causedby:java|npm(?:error|err!|warn)|errorfromserver\(|grpc\.core|"
    r"node:internal|errno:-?\d|utc\[\d+\](?:log|error|fatal|warning):|npgsql|sqlexception|goroutine\d|panic:runtime|sshd\[|"
    r"systemd\[|kernel:\[|nginx|apache|haproxy|kubelet|dockerd"
)
_HOME = (
    r"microsoft|azure|mggraph|entra|aadsts|msal|powershell|sharepoint|onedrive|office365|exchangeonline|pnponline|"
    r"httprequestexception|httpresponseexception|authenticationfailed|fullyqualifiederrorid|categoryinfo|onmicrosoft|"
    r"(?:connect|invoke|get|set|new|remove|update)-(?:mg|az|exo|pnp|cs|spo|ips|web|rest)"
)


def match(fingerprint: Fingerprint, text: str, catalogue: Catalogue) -> tuple[Match, ...]:
    """All rules that recognise the error, most trusted first; ``text`` is the report's own text, for patterns."""
    found = []
    folded: list[str] = []
    for rule in map(catalogue.rule, _candidates(fingerprint, catalogue)):
        signals = rule["match"]
        claim = _claim(fingerprint, signals)
        if claim is None:
            continue
        confidence, why, weight = claim
        lifted: dict[str, Any] = {}
        if pattern := signals.get("pattern"):
            folded = folded or list(dict.fromkeys((fold(text), fold(rejoin(text)))))
            hit = next(filter(None, (re.search(pattern, t, re.IGNORECASE) for t in folded)), None)
            if hit is None and why.startswith("the words"):
                continue
            lifted = {k: v for k, v in hit.groupdict().items() if v} if hit else {}
        known = rule["status"] != "reference"
        if not known and why.startswith("the words"):
            # Long words of a mere entry do not outrank short ones of a page.
            confidence = min(confidence, TRUST["words"])
        found.append(
            (
                confidence,
                known,
                weight,
                Match(rule["id"], rule["class"], rule["title"], round(_measured(confidence), 2), why, lifted),
            )
        )
    # Of two that are as sure, the one that knows more leads; a reference entry only names the error.
    found.sort(key=lambda item: (-round(item[0], 2), not item[1], -item[0], -item[2], item[3].rule))
    return tuple(item[3] for item in found)


def exact_values(fp: Fingerprint) -> dict[str, tuple[str, ...]]:
    """What the error has of each signal that one exact value satisfies."""
    return {
        "codes": fp.codes,
        "error_id": (fp.error_id.partition(",")[0],),
        "graph_code": fp.graph_codes,
        "hresult": fp.hresults,
        "symbol": fp.symbols,
        "number": fp.numbers,
    }


def _candidates(fp: Fingerprint, catalogue: Catalogue) -> list[str]:
    """Ids of the rules with any signal in the error: by exact value, or because all their literals occur."""
    signals = catalogue.index["signals"]
    exact = {**exact_values(fp), "exception": fp.exception_types, "http_status": (str(fp.http_status),)}
    numbers = {
        number
        for name, values in exact.items()
        for value in values
        for number in signals.get(name, {}).get(value.lower(), ())
    }
    said = _Said(fp.text)
    for number, needed, options in signals["words"]:
        if all(map(said.has, needed)) and (not options or any(map(said.has, options))):
            numbers.add(number)
    return [catalogue.rule_ids[number] for number in sorted(numbers)]


def _claim(fp: Fingerprint, signals: Mapping[str, Any]) -> tuple[float, str, int] | None:
    """(confidence, why, weight of the satisfied literals) of the strongest signal, or None."""
    words = _words(fp, signals)
    weight = sum(map(len, words or ()))
    best: tuple[float, str] | None = None
    for confidence, why in _signals(fp, signals, words):
        if best is None or confidence > best[0]:
            best = (confidence, why)
    if best is None or best[0] < LEAST:
        return None
    weak = weight < SHORT if best[1].startswith("the words") else best[0] <= GENERAL
    if weak and not best[1].startswith("code") and _foreign(fp.text):
        return None
    if words and best[1].startswith("the words") and _announces(fp.text, words):
        return _ANNOUNCED, best[1], weight
    extra = min(weight, 200) / 3_000 + (0.02 if words and not best[1].startswith("the words") else 0)
    return min(best[0] + extra, 0.99), best[1], weight


def _measured(score: float) -> float:
    """The share of right answers among those of this score."""
    for (low, at), (high, to) in pairwise(MEASURED):
        if score <= high:
            return at + (to - at) * (score - low) / (high - low)
    return MEASURED[-1][1]


def _announces(text: str, words: list[str]) -> bool:
    """Whether the deciding words end in "see inner exception" and the inner message is nowhere: what failed is said, why is not."""
    said = _squeezed(words[0])
    at = text.rfind(said)
    return at >= 0 and text[at + len(said) :][:80].partition(")")[0].rstrip(".'").endswith("seeinnerexception")


@lru_cache(maxsize=4)
def _foreign(text: str) -> bool:
    """Whether a squeezed text is another trade's and says no word of our products."""
    return compiled(_FOREIGN).search(text) is not None and compiled(_HOME).search(text) is None


def _signals(fp: Fingerprint, signals: Mapping[str, Any], words: list[str] | None) -> Iterator[tuple[float, str]]:
    for code in signals.get("codes", ()):
        if code in fp.codes:
            yield (
                (GROUP if code in WRAPPERS else TRUST["code"], f"code {code}")
                if fp.codes[0] == code
                else (CONTEXT, f"code {code} stands beside {fp.codes[0]}")
            )
    if not _narrowed(fp, signals):
        return
    has_words = "contains" in signals or "any" in signals
    head = fp.error_id.partition(",")[0]
    for name, listed, present in (
        ("error id", signals.get("error_id", ()), (head,)),
        ("Graph code", signals.get("graph_code", ()), fp.graph_codes),
        ("HRESULT", signals.get("hresult", ()), fp.hresults),
        ("symbol", signals.get("symbol", ()), fp.symbols),
        ("number", signals.get("number", ()), fp.numbers),
    ):
        low = {p.lower() for p in present}
        for value in listed:
            if value.lower() in low:
                penalty = 0.25 if has_words and words is None and name in _WORDED else 0.0
                later = 0.02 * next((i for i, p in enumerate(present) if p.lower() == value.lower()), 0)
                yield _number_trust(name, value) - penalty - later, f"{name} {value}"
    types = {t.lower() for t in fp.exception_types}
    kinds = [t for t in signals.get("exception", ()) if t.lower() in types]
    if words:
        yield _word_trust(fp, signals, words, kinds), f'the words "{words[0]}"'
    elif kinds and not has_words:
        bonus = 0.15 if "http_status" in signals and fp.http_status else 0.0
        yield TRUST["exception"] + bonus, f"exception {kinds[0]}"
    if "http_status" in signals and fp.http_status and not has_words and len(signals) <= 2:
        yield TRUST["HTTP status"], f"HTTP status {fp.http_status}"


def _number_trust(name: str, value: str) -> float:
    """How far the value of an exact signal is trusted; a name or number that stands for many failures tells little."""
    if (
        value in _GENERAL
        or value.upper().startswith(("COR_E_", "WSA"))
        or value.startswith("0x8013")
        or _is_socket(value)
    ):
        return GENERAL
    return FRAMED if value in _FRAMED else TRUST[name]


def _is_socket(value: str) -> bool:
    """Whether it is a number of the Windows sockets, 10000 to 11999 (WSABASEERR in winsock2.h), bare or in an HRESULT."""
    kind, _, number = value.partition(":")
    if kind == "win32":
        return 10_000 <= int(number) < 12_000
    return value[:6] == "0x8007" and 10_000 <= int(value[6:], 16) < 12_000


def _word_trust(fp: Fingerprint, signals: Mapping[str, Any], words: list[str], kinds: list[str]) -> float:
    trust = TRUST["words"]
    if kinds:
        trust += 0.15
    elif "exception" in signals and fp.exception_types:
        trust -= 0.1
    if "http_status" in signals and fp.http_status:
        trust += 0.005
    if "command" in signals and fp.command:
        trust += 0.02
    if sum(map(len, words)) < 12:
        trust -= 0.15
    return trust


def _narrowed(fp: Fingerprint, signals: Mapping[str, Any]) -> bool:
    """Whether HTTP status and command, where the rule names them and the error shows them, agree."""
    if "http_status" in signals:
        if fp.http_status is None and not (
            "contains" in signals or "any" in signals or "error_id" in signals or "graph_code" in signals
        ):
            return False
        if fp.http_status not in (None, int(signals["http_status"])):
            return False
    if "command" in signals and fp.command:
        return any(
            c.lower() == fp.command.lower() or (c.endswith("*") and fp.command.lower().startswith(c[:-1].lower()))
            for c in signals["command"]
        )
    return not ("command" in signals and not any(_squeezed(c.rstrip("*")) in fp.text for c in signals["command"]))


def _words(fp: Fingerprint, signals: Mapping[str, Any]) -> list[str] | None:
    """The literals that occur, or None when the rule has literals and they are not satisfied, or has none."""
    needed, options = signals.get("contains", ()), signals.get("any", ())
    if not needed and not options:
        return None
    said = _Said(fp.text)
    if not all(said.has(_squeezed(literal)) for literal in needed):
        return None
    chosen = max((literal for literal in options if said.has(_squeezed(literal))), key=len, default=None)
    if options and chosen is None:
        return None
    return [*([chosen] if chosen else []), *needed]


_squeezed = cache(squeeze)


class _Said:
    """Whether a squeezed text holds a literal, or most of it before the points where a console or a list cut the text off."""

    __slots__ = ("_ends", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = _ends(text) if "..." in text else ()

    def has(self, word: str) -> bool:
        return word in self._text or (bool(self._ends) and any(_begins(word, end) for end in self._ends))


@lru_cache(maxsize=4)
def _ends(text: str) -> tuple[str, ...]:
    """What stands before each cut; the last ones only, since a text full of points is no cut error."""
    return tuple(dict.fromkeys(part[-_LONGEST:] for part in text.split("...")[:-1][-20:] if len(part) >= _SHORTEST))


def _begins(word: str, end: str) -> bool:
    """Whether ``end`` ends in a beginning of ``word`` that is long enough to be told from chance."""
    least = max(_SHORTEST, len(word) * 6 // 10)
    last = end[-6:]
    at = word.find(last, least - 6)
    while at >= 0:
        if end.endswith(word[: at + 6]):
            return not any(map(str.isdigit, word[at + 6 :]))  # a number that is gone could have been any
        at = word.find(last, at + 1)
    return False
