"""Which rule recognises a text, how sure, and why."""

from __future__ import annotations

from smallcatalogue import catalogue, cause, check, rule

from agent.fingerprint import fingerprint
from agent.intake import from_mapping, from_text
from agent.match import match
from agent.search import suggest


def cat(*rules):
    """A catalogue of these rules, all with one cause."""
    return catalogue(list(rules), [cause("some", {"time.sync": {"fail": "always"}})], {"time.sync": check()})


def ids(text_or_report, *rules) -> list[str]:
    """Ids of the matching rules, best first."""
    report = (
        from_text(text_or_report) if isinstance(text_or_report, str) else from_mapping({"schema": 1, **text_or_report})
    )
    return [m.rule for m in match(fingerprint(report), report.text, cat(*rules))]


CODE = rule("a.code", {"some": "common"}, codes=["AADSTS50034"])
WORDS = rule("a.words", {"some": "common"}, contains=["store or has", "expired"])


def test_an_exact_code_beats_words():
    """Signals are trusted in order."""
    assert ids("AADSTS50034 in the store or has expired", WORDS, CODE) == ["a.code", "a.words"]


def test_a_code_is_not_part_of_a_longer_one():
    """AADSTS500341 is another error than AADSTS50034."""
    assert ids("AADSTS500341: deleted", CODE) == []


def test_the_root_code_wins_over_context():
    """Both rules match; the innermost code's rule leads and the other says that it is context."""
    outer = rule("a.outer", {"some": "common"}, codes=["AADSTS700016"])
    report = {"exceptions": [{"type": "A", "message": "AADSTS700016"}, {"type": "B", "message": "AADSTS50034"}]}
    assert ids(report, outer, CODE) == ["a.code", "a.outer"]


def test_a_code_that_only_names_a_group_yields_to_words():
    """AADSTS70002 stands for any faulty client credential: a rule that knows the sentence leads, alone the code is found."""
    group = rule("a.group", {"some": "common"}, codes=["AADSTS70002"])
    assert ids("AADSTS70002: not found in the store or has expired", group, WORDS) == ["a.words", "a.group"]
    assert ids("AADSTS70002: Error validating credentials.", group, WORDS) == ["a.group"]


def test_all_literals_must_occur_and_wrapping_does_not_hide_them():
    """Half of the words is no match; words cut by the console are found."""
    assert ids("the store or", WORDS) == []
    assert ids("not found in the sto\nre or has exp\nired", WORDS) == ["a.words"]


def test_more_literals_make_a_rule_more_specific():
    """The rule that explains more of the text leads."""
    narrow = rule("b.narrow", {"some": "common"}, contains=["store or has", "expired", "CurrentUser only"])
    assert ids("store or has expired, CurrentUser only", WORDS, narrow)[0] == "b.narrow"


def test_http_status_narrows_words():
    """The same words with another status are another error; without a status the words count."""
    rules = (rule("a.401", {"some": "common"}, http_status="401", contains=["access denied"]),)
    assert ids({"exceptions": [{"type": "X", "message": "access denied"}], "http": {"status": 401}}, *rules) == [
        "a.401"
    ]
    assert ids({"exceptions": [{"type": "X", "message": "access denied"}], "http": {"status": 403}}, *rules) == []


def test_a_command_narrows_and_never_matches_alone():
    """A cmdlet's name is no error."""
    only = rule("a.command", {"some": "common"}, command=["Connect-MgGraph"], contains=["boom happened"])
    assert ids(
        {"exceptions": [{"type": "X", "message": "boom happened"}], "command": {"name": "Connect-MgGraph"}}, only
    ) == ["a.command"]
    assert ids({"exceptions": [{"type": "X", "message": "boom happened"}], "command": {"name": "Get-Item"}}, only) == []
    assert ids("Connect-MgGraph said something else", only) == []


def test_a_pattern_lifts_facts_and_narrows_words():
    """Named groups become facts; words without the pattern are no match."""
    with_pattern = rule(
        "a.pattern", {"some": "common"}, contains=["thumbprint"], pattern=r"thumbprint '(?P<thumbprint>[0-9A-F]{4})'"
    )
    report = from_text("thumbprint 'AB12' gone")
    found = match(fingerprint(report), report.text, cat(with_pattern))
    assert [{"thumbprint": "AB12"}] == [m.facts for m in found]
    assert ids("a thumbprint without value", with_pattern) == []


def test_each_match_says_why_in_one_line():
    """The reader can check the claim."""
    report = from_text("AADSTS50034")
    assert match(fingerprint(report), report.text, cat(CODE))[0].why == "code AADSTS50034"


def test_ordinary_output_matches_nothing():
    """Console output of a healthy machine is no error."""
    assert ids("npm notice created a lockfile\n200 OK\nall 401 tests passed in 3 s", CODE, WORDS) == []


def test_likeness_is_a_suggestion_only():
    """A slip in a code gives the nearest rule as a suggestion and no match."""
    assert ids("AADSTS5OO34 user not found", CODE) == []
    assert suggest("AADSTS50O34: Title of a.code", cat(CODE, WORDS))[0]["rule"] == "a.code"
