"""Codes, types, status and text of an error, however it was printed."""

from __future__ import annotations

import pytest

from agent.fingerprint import fingerprint, squeeze
from agent.intake import from_mapping, from_text


def of(text: str):
    """The fingerprint of a text."""
    return fingerprint(from_text(text))


def test_the_innermost_code_comes_first():
    """An outer wrapper's code is context; the root cause's code leads."""
    print_ = fingerprint(
        from_mapping(
            {
                "schema": 1,
                "exceptions": [
                    {"type": "Azure.Identity.AuthenticationFailedException", "message": "failed: AADSTS700016 outer"},
                    {"type": "Microsoft.Identity.Client.MsalServiceException", "message": "AADSTS50034: user missing"},
                ],
            }
        )
    )
    assert ("AADSTS50034", "AADSTS700016") == print_.codes
    assert ("AuthenticationFailedException", "MsalServiceException") == print_.exception_types


def test_a_wrapper_code_gives_way():
    """AADSTS70002 only says that credentials failed; the code beside it says why."""
    assert of("AADSTS70002: Error validating credentials. AADSTS50012: Invalid assertion").codes == (
        "AADSTS50012",
        "AADSTS70002",
    )


def test_a_code_cut_by_the_console_is_mended():
    """Windows PowerShell breaks lines inside a code."""
    assert of("failed: AADSTS7000\n24: Client assertion is not").codes[0] == "AADSTS700024"


def test_numbers_in_error_codes_count():
    """The answer's own list of numbers is a signal too."""
    assert "AADSTS50034" in of('{"error":"invalid_grant","error_codes":[50034]}').codes


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Response status code does not indicate success: 401 (Unauthorized).", 401),
        ("Response status code does not indicate success: Forbidden (Forbidden).", 403),
        ("Status: 429 (TooManyRequests)", 429),
        ("The remote server returned an error: (407) Proxy Authentication Required.", 407),
        ("HTTP/1.1 404 Not Found", 404),
        ('{"statusCode": 503}', 503),
        ("port 443 is fine, 200 OK", None),
        ("line 401 of the script", None),
    ],
)
def test_http_status_in_its_shapes(text, status):
    """The status is found where it is a status, and nowhere else."""
    assert status == of(text).http_status


@pytest.mark.parametrize(
    "text",
    [
        '{"error":{"code":"Authorization_RequestDenied","message":"x"}}',
        "[Authorization_RequestDenied] : Insufficient privileges",
        "Status: 403 (Forbidden)\nErrorCode: Authorization_RequestDenied\nDate: x",
        "FullyQualifiedErrorId : Authorization_RequestDenied,Microsoft.Graph.PowerShell.Cmdlets.GetMgUser_List",
    ],
)
def test_graph_codes_in_their_shapes(text):
    """Body, message, details block and error id all carry the service's code."""
    assert "Authorization_RequestDenied" in of(text).graph_codes


def test_wrapping_does_not_change_the_text():
    """The same error at 40 and at 200 columns has one text and one hash."""
    text = "Certificate with thumbprint 'ABC' was not found in certificate store or has expired."
    wrapped = "\n".join(text[i : i + 17] for i in range(0, len(text), 17))
    assert of(text).text == of(wrapped).text
    assert squeeze(" A b\nC") == "abc"


def test_the_hash_ignores_ids_times_and_numbers():
    """Two occurrences of one failure share a fingerprint; another failure does not."""
    one = of("AADSTS50034: user x in 2026-11-23 09:39:16Z trace 825da76d-0e16-4065-bdc2-883f3036cf4b")
    two = of("AADSTS50034: user x in 2026-11-24 11:00:00Z trace 925da76d-0e16-4065-bdc2-883f3036cf4b")
    assert one.hash == two.hash
    assert one.hash != of("AADSTS50057: account disabled").hash


@pytest.mark.parametrize(
    ("text", "codes", "mentioned"),
    [
        ("AADSTS50034: no such user. For guests see also AADSTS50020.", ("AADSTS50034",), ("AADSTS50020",)),
        ("AADSTS50034: x. More: https://learn.contoso.example/AADSTS700016", ("AADSTS50034",), ("AADSTS700016",)),
        ("unlike AADSTS50020 this is AADSTS50034", ("AADSTS50034",), ("AADSTS50020",)),
        ("ignoring AADSTS50058 as configured", (), ("AADSTS50058",)),
        ("users see AADSTS50034 since Monday", ("AADSTS50034",), ()),
        ('"error_uri":"https://login.microsoftonline.com/error?code=7000215"', ("AADSTS7000215",), ()),
        ('"error_codes":[50076],"suberror":"basic_action"', ("AADSTS50076",), ()),
        ("Details: AADSTS50034", ("AADSTS50034",), ()),
    ],
)
def test_a_code_that_is_only_spoken_of_is_not_the_error(text, codes, mentioned):
    """Links, advice and comparisons name other codes than the error's; the service's own error page names the error."""
    print_ = of(text)
    assert (codes, mentioned) == (print_.codes, print_.mentioned)


def test_a_sub_error_counts_among_the_codes_of_the_answer():
    """The sub-error says what the error alone leaves open."""
    assert "bad_token" in of('{"error":"invalid_grant","suberror":"bad_token"}').graph_codes


def test_what_a_console_cut_at_its_width_is_put_together():
    """Codes, types, names and numbers in two pieces are read as one."""
    text = (
        "ClientSecretCredential authentication failed: A configuration issue: AAD\n"
        "STS7000222: secret expired. Microsoft.Identity.Client.MsalServiceExcepti\n"
        "on: 0x8009030E SEC_E_NO_CREDENTIALS and so on until the end of the line.\n"
    )
    print_ = of(text)
    assert ("AADSTS7000222",) == print_.codes
    assert "MsalServiceException" in print_.exception_types


def test_a_wrap_between_words_joins_nothing_for_good():
    """Where a blank became a line break, both words remain."""
    text = "The certificate named below could not be used\nAADSTS50034 was the answer of the service then"
    assert of(text).codes == ("AADSTS50034",)


@pytest.mark.parametrize("change", [str.lower, str.upper])
def test_case_does_not_matter(change):
    """Some logs know one case only."""
    print_ = of(change("Azure.Identity.AuthenticationFailedException: AADSTS50034 HTTP/1.1 401 Unauthorized"))
    assert (("AADSTS50034",), 401) == (print_.codes, print_.http_status)
    assert "authenticationfailedexception" in [t.lower() for t in print_.exception_types]


def test_quotes_of_any_kind_are_one():
    """Typography, doubled and escaped quotes make no difference to literals."""
    same = {squeeze(t) for t in ('user\'s "x"', "user’s “x”", "user''s ''x''", 'user\'s \\"x\\"', "user\ufffds «x»")}
    assert 1 == len(same)


def test_code_after_a_full_line_without_a_stop_is_seen():
    """A code that begins a line is not taken for the rest of a word that the line before was cut in."""
    line = "2026-11-25 nightly job moved every report of the week into the company's own archive"
    text = "\n".join([line, line, "AADSTS700024: Client assertion is not within its valid time range."])
    assert ("AADSTS700024",) == fingerprint(from_text(text)).codes
