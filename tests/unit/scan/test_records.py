"""Which lines are one error."""

from __future__ import annotations

import pytest

from agent.scan.records import Block


def records(text: str) -> list[str]:
    """All records of a text, blank ones left out."""
    lines = text.encode().split(b"\n")
    block = Block(lines)
    found = block.records(range(len(lines)), len(lines))
    texts = ["\n".join(line.decode() for line in lines[r.first : r.end]).strip("\n") for r, _ in found]
    return [text for text in texts if text.strip()]


BLOCK_5 = """Connect-MgGraph : AADSTS700016: Application with identifier 'x' was not found in the directory 'Contoso'.
Trace ID: 3f2504e0-4f89-41d3-9a0c-0305e82c3301
Correlation ID: 3f2504e0-4f89-41d3-9a0c-0305e82c3302
Timestamp: 2026-11-25 10:00:00Z
At C:\\Jobs\\nightly.ps1:12 char:1
+ Connect-MgGraph -ClientId $app
+ ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : NotSpecified: (:) [Connect-MgGraph], Exception
    + FullyQualifiedErrorId : Microsoft.Graph.PowerShell"""
BLOCK_7 = """Connect-MgGraph: /home/alex/nightly.ps1:12
Line |
  12 |  Connect-MgGraph -ClientId $app
     |  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
     | AADSTS700016: Application with identifier 'x' was not found in the directory 'Contoso'."""
CHAIN = """System.AggregateException: One or more errors occurred.
 ---> Azure.Identity.AuthenticationFailedException: ClientSecretCredential authentication failed
 ---> MSAL.NetCore.4.66.MsalServiceException: AADSTS7000222: The provided client secret keys are expired.
   at Microsoft.Identity.Client.OAuth2.OAuth2Client.GetToken()
   --- End of inner exception stack trace ---
   at Azure.Identity.Throw()"""
TRACEBACK = """Traceback (most recent call last):
  File "nightly.py", line 3, in <module>
    run()
azure.core.exceptions.ClientAuthenticationError: AADSTS50034: The user account does not exist."""
GRAPH = """Get-MgUser_List: Insufficient privileges to complete the operation.

Status: 403 (Forbidden)
ErrorCode: Authorization_RequestDenied
Date: 2026-11-25T10:00:00

Headers:
Cache-Control                 : no-cache
Set-Cookie                    : x
request-id                    : 3f2504e0-4f89-41d3-9a0c-0305e82c3301"""


@pytest.mark.parametrize("block", [BLOCK_5, BLOCK_7, CHAIN, TRACEBACK, GRAPH])
def test_a_block_is_one_record(block: str) -> None:
    """Blocks of both PowerShells, chains of .NET, Python's tracebacks and Graph's answer with headers stay whole."""
    assert records(block) == [block]
    assert records(f"{block}\n\n{block}") == [block, block]
    assert records(f"PS C:\\> x\n{block}\nPS C:\\> y") in (
        [f"PS C:\\> x\n{block}", "PS C:\\> y"],
        ["PS C:\\> x", block, "PS C:\\> y"],
    )


@pytest.mark.parametrize(
    "stamp",
    [
        "2026-11-25T10:00:00Z",
        "2026-11-25 10:00:00,123",
        "[2026-11-25 10:00:00]",
        "Nov 25 10:00:00",
        "<34>Nov  5 10:00:00",
        "11/25/2026 10:00:00 AM",
        "25.11.2026 10:00:00",
        "[10:00:00]",
        "1795600800",
        "1795600800123",
        "I1125 10:00:00.000000",
        "time=2026-11-25T10:00:00Z",
        "ERROR:",
        "[ERROR]",
    ],
)
def test_a_stamped_line_begins_a_record(stamp: str) -> None:
    """Each line with a time stamp or level is a record of its own; what follows without one belongs to it."""
    text = f"{stamp} one\n{stamp} two\nmore of two\n   and more\n{stamp} three"
    assert records(text) == [f"{stamp} one", f"{stamp} two\nmore of two\n   and more", f"{stamp} three"]


def test_a_ci_log_stamps_the_lines_of_a_block() -> None:
    """Trace ids, position and category of a block stay with it although each line has a stamp."""
    text = "\n".join(f"2026-11-25T10:00:00.1234567Z {line}" for line in BLOCK_5.split("\n"))
    after = "2026-11-25T10:00:01.1234567Z ##[section]Finishing"
    assert records(f"{text}\n{after}") == [text, after]


def test_lines_without_marks_are_records_of_their_own() -> None:
    """One error a line in a plain file: as many records as lines."""
    lines = [
        "AADSTS50034: The user account does not exist.",
        "AADSTS700016: Application was not found.",
        "Access is denied.",
    ]
    assert records("\n".join(lines)) == lines


def test_a_wrapped_line_goes_on() -> None:
    """A line that a console cut at its width is joined with its rest."""
    text = (
        "AADSTS700016: Application with identifier 'x' was not found in the direct\n"
        "ory 'Contoso'. This can happen if it was not installed by the administrat\nor."
    )
    assert records(text) == [text]


def test_a_transcript_says_an_error_once() -> None:
    """The line a transcript adds before a block is part of its record."""
    text = f'PS>TerminatingError(Connect-MgGraph): "AADSTS700016: Application was not found."\n{BLOCK_5}'
    assert records(text) == [text]


def test_json_lines_are_records() -> None:
    """Each line of a JSONL file is a record."""
    lines = ['{"id": 1, "text": "a"}', '{"id": 2, "text": "b"}', '{"id": 3}']
    assert records("\n".join(lines)) == lines


def test_a_block_may_be_cut_where_a_record_begins() -> None:
    """Cutting at ``last_start`` and going on there gives the records of the whole text."""
    text = "\n".join(
        [BLOCK_5, "", CHAIN, "2026-11-25T10:00:00Z x", GRAPH, "", BLOCK_7, "", TRACEBACK, "plain", "", "more", ""]
    )
    lines = text.encode().split(b"\n")
    whole = records(text)
    for end in range(3, len(lines)):
        cut = Block(lines[:end]).last_start()
        first, rest = "\n".join(line.decode() for line in lines[:cut]), "\n".join(line.decode() for line in lines[cut:])
        assert (records(first) if cut else []) + records(rest) == whole
