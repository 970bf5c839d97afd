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


def found(text: str, *rules):
    """The matches of a text."""
    report = from_text(text)
    return match(fingerprint(report), report.text, cat(*rules))


def test_a_symbol_and_a_number_are_exact_signals():
    """Names of failures and numbers with their kind lead to their rule."""
    named = rule("a.symbol", {"some": "common"}, symbol=["SEC_E_NO_CREDENTIALS"])
    numbered = rule("a.number", {"some": "common"}, number=["curl:60"])
    assert ids("InitializeSecurityContext: SEC_E_NO_CREDENTIALS", named, numbered) == ["a.symbol"]
    assert ids("curl: (60) SSL certificate problem", named, numbered) == ["a.number"]


def test_words_before_an_ellipsis_count_when_most_of_them_are_there():
    """A console that cut the line cut no more than the end; a number that is gone could have been any."""
    long = rule("a.long", {"some": "common"}, contains=["certificate store or has expired"])
    number = rule("a.number", {"some": "common"}, contains=["failed with status code 407"])
    assert ids("not found in the certificate store or has exp…", long) == ["a.long"]
    assert ids("not found in the certif…", long) == []
    assert ids("failed with status code 4…", number) == []


def test_a_few_words_in_the_log_of_another_trade_are_not_ours():
    """A refused connection of a Python or Java program is that program's affair, unless it speaks of our products."""
    refused = rule("a.refused", {"some": "common"}, any=["Connection refused"])
    assert ids("ConnectionRefusedError: [Errno 111] Connection refused", refused) == []
    assert ids("Caused by: java.net.ConnectException: Connection refused", refused) == []
    assert ids("Connect-MgGraph: Connection refused (login.example:443)", refused) == ["a.refused"]
    assert ids("[Errno 111] Connection refused: login.microsoftonline.com", refused) == ["a.refused"]


def test_words_that_announce_an_inner_message_are_no_claim_without_it():
    """ "See inner exception" at the end says that the reason is elsewhere."""
    outer = rule("a.outer", {"some": "common"}, any=["SSL connection could not be established"])
    assert found("The SSL connection could not be established, see inner exception.", outer)[0].confidence < 0.7
    assert found("The SSL connection could not be established", outer)[0].confidence > 0.7


def test_confidence_rises_with_trust():
    """What is shown orders rules as their signals do."""
    shown = [m.confidence for m in found("AADSTS50034 in the store or has expired", WORDS, CODE)]
    assert shown == sorted(shown, reverse=True)
    assert shown[0] > 0.97 > shown[1] > 0.7


def test_localised_frames_match_on_what_is_not_translated():
    """Codes, ids and types stay as they are in any language."""
    by_id = rule("a.id", {"some": "common"}, error_id=["CommandNotFoundException"])
    assert ids("Connect-MgGraph : AADSTS50034\nIn Zeile:1 Zeichen:1", CODE) == ["a.code"]
    assert ids("接続に失敗しました（AADSTS50034）。", CODE) == ["a.code"]
    assert ids("    + FullyQualifiedErrorId : CommandNotFoundException\n", by_id) == ["a.id"]
