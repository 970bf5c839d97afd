"""Finding the page a person means, and the page itself."""

from __future__ import annotations

import subprocess
import sys

import pytest
from smallcatalogue import catalogue as small
from smallcatalogue import cause, check, rule

from agent.catalogue.load import load
from agent.commands.explain import _document, _nothing, _text
from agent.find import find, meanings, nearest
from agent.render import page
from agent.render.style import Style

PRIVATE_KEY = "certificate.keyset-does-not-exist"


def numbered():
    """A catalogue in which numbers have several meanings."""
    refused = rule("win.denied", {"rights": "common"}, number=["win32:5"], hresult=["0x80070005"])
    curl = rule("net.proxy-name", {"rights": "common"}, number=["curl:5"])
    sspi = rule("win.no-credentials", {"rights": "common"}, hresult=["0x8009030E"], symbol=["SEC_E_NO_CREDENTIALS"])
    sign_in = rule("entra.aadsts50034", {"rights": "common"}, codes=["AADSTS50034"])
    http = rule("net.unauthorized", {"rights": "common"}, http_status="401")
    return small([refused, curl, sspi, sign_in, http], [cause("rights", {"a.b": {"fail": "always"}})], {"a.b": check()})


@pytest.mark.parametrize(
    ("words", "rule_id"),
    [
        ("AADSTS700024", "entra.aadsts700024"),
        ("aadsts700024", "entra.aadsts700024"),
        ("AADSTS 700024", "entra.aadsts700024"),
        ("AADSTS-700024", "entra.aadsts700024"),
        ("700024", "entra.aadsts700024"),
        ("error 700024", "entra.aadsts700024"),
        ("50053", "entra.aadsts50053"),
        ("Entra: AADSTS700024", "entra.aadsts700024"),
        ("  entra.aadsts700024 ", "entra.aadsts700024"),
        ("Authorization_RequestDenied", "graph.request-denied"),
        ("401", "graph.unauthorized"),
        ("HTTP 401", "graph.unauthorized"),
        ("HTTP/1.1 401", "graph.unauthorized"),
        ("429", "graph.throttled"),
        ("HTTP 503", "graph.service-unavailable"),
        ("why does mggraph say authentication needed", "graphps.authentication-needed"),
        ("keyset-does-not-exist", PRIVATE_KEY),
        ("Keyset does not exist", PRIVATE_KEY),
        ("CommandNotFoundException", "powershell.command-not-found"),
        ("accessDenied", "graph.access-denied"),
        ("client secret keys expired", "entra.aadsts7000222"),
        (
            "Certificate with thumbprint 'AB' was not found in certificate store or has expired.",
            "graphps.certificate-not-found",
        ),
    ],
)
def test_a_page_is_found_by_whatever_people_have(words, rule_id):
    """Id, end of an id, code, bare number, HTTP status, the text itself or its words."""
    assert find(words, load()).rules[0] == rule_id


def test_the_lines_of_a_whole_error_are_kept():
    """What a console printed over several lines is matched as ``diagnose`` matches it."""
    text = "Get-Thing : odd\n    + CategoryInfo          : NotSpecified: (:) [], X\n    + FullyQualifiedErrorId : FunctionOverflow\n"
    assert find(text, load()).rules[0] == "powershell.function-capacity-exceeded"


@pytest.mark.parametrize(
    "spelling", ["0x8009030E", "0x8009030e", "8009030E", "-2146893042", "2148074254", "SEC_E_NO_CREDENTIALS"]
)
def test_a_failure_has_one_page_in_all_its_spellings(spelling):
    """Hexadecimal, signed, unsigned and symbolic names lead to the same entry."""
    assert find(spelling, numbered()).rules == ("win.no-credentials",)


def test_all_meanings_of_a_number_are_listed():
    """``5`` is an error of Windows and of curl; the spellings of one meaning are one reading."""
    found = find("5", numbered())
    assert [r.rules for r in found.readings] == [("win.denied",), ("net.proxy-name",)]
    text = _text("5", found, numbered(), Style())
    assert "5 has 2 meanings" in text
    assert "Windows error 5" in text
    assert "curl error 5" in text
    assert "agent explain net.proxy-name" in text
    assert [r["entries"][0]["id"] for r in _document(found, numbered())["readings"]] == ["win.denied", "net.proxy-name"]
    both = find("0x80070005", numbered())
    assert [r.called for r in both.readings] == ["HRESULT 0x80070005, Windows error 5"]


def test_a_number_with_one_known_meaning_says_which_is_shown():
    """Whoever types 401 learns that the page is HTTP's, and that Windows counts its errors up to there too."""
    text = _text("401", find("401", numbered()), numbered(), Style())
    assert text.startswith("Read as HTTP status 401; it could also be Windows error 401\n")
    assert _text("AADSTS50034", find("AADSTS50034", numbered()), numbered(), Style()).startswith(
        "Title of entra.aadsts50034"
    )


def test_the_name_of_the_kind_chooses_the_meaning():
    """``curl 5`` is curl's, whatever else 5 is."""
    assert find("curl 5", numbered()).rules == ("net.proxy-name",)
    assert find("win32 5", numbered()).rules == ("win.denied",)


def test_a_number_without_entry_says_what_it_could_be():
    """Nothing is claimed, and the meanings tried are named."""
    assert find("12007", numbered()).how == ""
    assert "WinHTTP error 12007" in meanings("12007")
    assert "WinHTTP error 12007" in _nothing("12007", numbered())


@pytest.mark.parametrize(
    "typed", ["AADSTS7000Z15", "AADSTS7OOO215", "AADSTS 7000Z15", "AADST7000215", "AADSTS70000215", "AADSTS7000251"]
)
def test_a_misread_code_is_a_suggestion_never_a_page(typed):
    """A code with a slip names the code it may be, first, and shows no page."""
    assert find(typed, load()).how == ""
    near = nearest(typed, load())[0]
    assert near["rule"] == "entra.aadsts7000215"
    assert f"{typed} may be AADSTS7000215" in near["why"]


def test_words_with_slips_find_the_page_and_say_how_they_were_read():
    """One entry that leads is shown, with a line that it was found by words."""
    found = find("client secrt keys has expird", load())
    assert (found.how, found.rules[0]) == ("words", "entra.aadsts7000222")
    assert found.read_as == {"secrt": "secret", "expird": "expired"}
    text = _text("client secrt keys has expird", found, load(), Style())
    assert text.startswith("Found by its words, not by an exact match; 'secrt' read as 'secret'")


def test_words_that_fit_several_entries_give_a_choice():
    """Nobody is sent to an arbitrary page when a dozen have the word."""
    found = find("consent", load())
    assert found.how == "several"
    text = _text("consent", found, load(), Style())
    assert "AADSTS65001" in text
    assert "What it means" not in text
    assert "entra.aadsts65001" in [row["id"] for row in _document(found, load())["several"]]


def test_a_code_that_entries_only_mention_has_no_page():
    """Entries that mention a code or a bare number are listed; none of them is shown as its page."""
    found = find("0x80090322", load())
    assert found.how in ("several", "code")
    assert find("60", load()).how in ("", "code")


def test_a_cause_has_a_page():
    """Ids of causes stand in every answer; their page tells checks, fix and the errors they show themselves by."""
    found = find("clock-wrong", load())
    assert found.how == "cause"
    text = _text("clock-wrong", found, load(), Style())
    for words in ("time.clock_in_sync", "Fix\n", "entra.aadsts700024", "Then: agent check run time.clock_in_sync"):
        assert words in text
    assert _document(found, load())["cause"]["id"] == "clock-wrong"


def test_a_class_lists_its_entries():
    """Ids of classes stand in answers and scans."""
    found = find("client-assertion-time-invalid", load())
    assert found.how == "class"
    assert "AADSTS700024" in _text("", found, load(), Style())
    assert _document(found, load())["meaning"]


def test_nothing_found_gives_the_nearest_and_the_way_to_add_one():
    """At most three are named, and how a new entry is begun."""
    text = _nothing("the flux capasitor lost its assertion range", load())
    assert 1 <= text.count("   ") + text.count("nearest: ") <= 12
    assert "agent rules new" in text
    assert len(nearest("certificate assertion range blorb", load())) <= 3
    assert "agent browse" in _nothing("zzzzqqqq", load())


def test_a_token_that_is_asked_for_is_not_repeated():
    """What looks like a secret does not come back in the message."""
    token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0.eyJhdWQiOiJodHRwczovL2dyYXBoLmV4YW1wbGUifQ.c2lnbmF0dXJlLW9mLW5vdGhpbmc"
    assert "c2lnbmF0dXJl" not in _nothing(token, load())


def _prose(text):
    """Lines that must fit: all but commands to paste, which stay whole, and single long words."""
    commands = ("       ", "  agent diagnose ")
    return [line for line in text.splitlines() if not line.startswith(commands) and len(line.split()) > 3]


@pytest.mark.parametrize("width", [40, 80, 100])
def test_every_page_renders_within_the_width(width):
    """All sections in order, no place-holder in braces, nothing wider than the terminal but commands and long words."""
    catalogue = load()
    titles = [
        "Error message",
        "What it means",
        "Why it happens",
        "Quick fix for end users",
        "Fix for administrators and engineers",
        "Step by step",
        "Affected products",
        "Common variations",
        "Still broken?",
        "Related searches",
        "Questions and answers",
        "Sources",
    ]
    for record in catalogue.rules():
        text = page.render(record, catalogue, Style(width=width))
        wide = [line for line in _prose(text) if len(line) > width]
        assert not wide, (record["id"], wide)
        assert "{tenant}" not in text, record["id"]
        assert f"Last reviewed {record['reviewed']}" in text
        if "page" in record:
            places = [text.index(f"\n{title}\n") for title in titles]
            assert sorted(places) == places, record["id"]


def test_every_page_shows_every_field():
    """Each command, risk and undo of the fix, each question and each source stands on the page."""
    catalogue = load()
    for record in (r for r in catalogue.rules() if "page" in r):
        text = " ".join(page.render(record, catalogue, Style(width=100)).split())
        for step in record["page"]["admin_fix"]:
            for name in ("risk", "undo"):
                if name in step:
                    start = step[name].partition("{")[0]
                    assert f"{name.capitalize()}: {' '.join(start.split())}" in text, record["id"]
        for item in record["page"]["faq"]:
            assert " ".join(item["q"].split()) in text, record["id"]
        assert all(" ".join(source.split()) in text for source in record["references"]), record["id"]


def test_commands_stay_whole():
    """A command to paste is one line, however narrow the terminal."""
    text = page.render(load().rule("entra.aadsts700024"), load(), Style(width=40))
    assert "       w32tm /stripchart /computer:time.windows.com /samples:3 /dataonly\n" in text


def test_a_reference_entry_says_that_it_is_one():
    """Meaning and causes of its family are shown as what they are, with full pages of the same class beside them."""
    record = next(r for r in load().rules() if r["status"] == "reference" and r.get("family"))
    text = page.render(record, load(), Style())
    flat = " ".join(text.split())
    assert "Reference entry: its meaning and the causes of its family are known, there is no full page yet." in flat
    assert record["summary"].split(";")[0][:40] in flat
    assert "Full pages of the same class" in text
    assert "Quick fix" not in text


@pytest.mark.parametrize("cause_id", ["clock-wrong", "certificate-expired", "client-secret-expired"])
@pytest.mark.parametrize("width", [40, 80])
def test_pages_of_causes_fit(cause_id, width):
    """A cause's page keeps the width as a rule's does."""
    found = find(cause_id, load())
    text = page.render_cause(load().cause(cause_id), found.rules, load(), Style(width=width))
    assert [line for line in _prose(text) if len(line) > width] == []


def test_a_negative_number_is_no_option():
    """PowerShell shows HRESULTs as negative numbers; they can be typed as they are."""
    done = subprocess.run(
        [sys.executable, "-m", "agent", "explain", "--no-pager", "-2146893802"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "No such option" not in done.stderr
    assert "0x80090016" in done.stdout + done.stderr


def test_an_unknown_sign_in_code_names_the_service_s_own_page():
    """Where the catalogue ends, the address of the service's page of that code begins."""
    assert (
        "https://login.microsoftonline.com/error is the page of the sign-in service for its codes: enter 99999999"
        in _nothing("AADSTS99999999", load())
    )
    assert "login.microsoftonline.com" not in _nothing("zzzzqqqq", load())
