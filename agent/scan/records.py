"""Which lines are one error: a block of PowerShell, a stack trace, a chain of inner exceptions, or one line.

Each line is one of five kinds, told by itself and its neighbours alone:

- **start**: a time stamp, a level, a prompt, a cmdlet's header (``Connect-MgGraph : ...``), a traceback's head, the line after a blank one
- **more**: indented, or of a shape that only continues (``at ...``, ``--->``, ``Trace ID:``, ``+ CategoryInfo``, response headers)
- **head**: an error without a start (a code or an exception's name first); begins a record when the one before has an error already
- **plain**: belongs to a stamped or headed record; in text without such marks a line of its own, unless the one before was wrapped
- **blank**: ends a record, unless what follows continues it
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

#: A longer record is cut: no error is, and what follows a lost mark must not become one.
MAX_LINES = 400
MAX_BYTES = 65_536
#: Up to so many lines records are followed one after the other; farther on it is quicker to look back from the next wanted line.
_NEAR = 8
#: A line at least this long may have been wrapped by a console.
_WRAPPED = 60

_VERBS = (
    rb"(?:Add|Approve|Assert|Backup|Block|Clear|Close|Compare|Complete|Compress|Confirm|Connect|Convert|ConvertFrom|ConvertTo|Copy|Debug|"
    rb"Deny|Disable|Disconnect|Dismount|Edit|Enable|Enter|Exit|Expand|Export|Find|ForEach|Format|Get|Grant|Group|Import|Initialize|Install|"
    rb"Invoke|Join|Limit|Lock|Measure|Merge|Mount|Move|New|Open|Out|Ping|Pop|Publish|Push|Read|Receive|Register|Remove|Rename|Repair|"
    rb"Reset|Resolve|Restart|Restore|Resume|Revoke|Save|Search|Select|Send|Set|Show|Sort|Split|Start|Stop|Submit|Suspend|Switch|Sync|Test|"
    rb"Trace|Unblock|Undo|Uninstall|Unlock|Unprotect|Unpublish|Unregister|Update|Use|Wait|Where|Write)"
)
_MONTH = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_STAMP = (
    rb"(?:"
    rb"\d{4}[-/.]\d\d[-/.]\d\d[T _]\d\d[:.]\d\d(?:[:.]\d\d(?:[.,]\d+)?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
    rb"|\d{1,2}/\d{1,2}/\d{2,4},? \d{1,2}:\d\d(?::\d\d)?(?:\.\d+)?(?: ?[AaPp]M)?"
    rb"|\d{1,2}\.\d{1,2}\.\d{4},? \d{1,2}:\d\d(?::\d\d)?"
    rb"|" + _MONTH + rb" [ \d]\d \d\d:\d\d:\d\d"
    rb"|\d\d:\d\d:\d\d(?:[.,]\d+)?"
    rb"|[IWEF]\d{4} \d\d:\d\d:\d\d"
    rb"|\d{10}(?:\d{3})?(?:\.\d+)?(?=[ \t|\]])"
    rb")"
)
_LEVEL = rb"(?:ERROR|WARN(?:ING)?|INFO|DEBUG|FATAL|CRITICAL|TRACE|VERBOSE|NOTICE|ERR|INF|DBG|WRN|SEVERE)\b"
_START = re.compile(
    rb"(?:\xef\xbb\xbf)?[ ]{0,8}(?:"
    rb"(?P<stamp>(?:<\d{1,3}>)?(?:\d )?[\[(\"]?" + _STAMP + rb"[\])\"]?[ \t,;|:-]*|(?:time|ts|timestamp)=\"?\d\S*[ ]?)"
    rb"|\S+ \S+ \S+ \[\d\d/" + _MONTH + rb"/\d{4}:"
    rb"|[\[(]?" + _LEVEL + rb"[\])]?[:|\s-]"
    rb"|(?P<header>" + _VERBS + rb"-[A-Z]\w+ ?:[ \r]|" + _VERBS + rb"-[A-Z]\w+ ?:$)"
    rb"|(?P<prompt>PS [^>\n]{1,200}>|PS>|\*{10,})"
    rb"|##\[|::(?:error|warning)"
    rb"|(?:Traceback \(most recent|Unhandled [Ee]xception|Exception calling \")"
    rb")"
)
_MORE = re.compile(
    rb"(?:[ \t]+\S|at [\w<.]|-{2,3}> ?|--- |\+ |\||>> |Line \||Trace ID:|Correlation ID:|Timestamp:|At line:|At (?:[A-Za-z]:\\|/|\\\\)"
    rb"|Caused by|Inner ?[Ee]xception|Original exception|During handling of|The above exception"
    rb"|CategoryInfo|FullyQualifiedErrorId|Status: \d|StatusCode:|ErrorCode:|Code:|Message:|Date:|Headers:|Response ?Body:|Set-Cookie ?:"
    rb"|(?!" + _VERBS + rb"-)[A-Z][A-Za-z]*(?:-[A-Za-z]+)+ ?: |Vary ?: |[\])}]+[,;]?\s*$)"
)
_HEAD = re.compile(rb"(?:AADSTS\d|IDX\d{5}|[\w.]*(?:Exception|Error)\b ?:|[Ee]rror:|curl: \()")
_CHAINED = (b"During handling of", b"The above exception", b"Inner Exception", b"Caused by")
_LINE_BAR = re.compile(rb"Line \|")

START, MORE, HEAD, PLAIN, BLANK = range(5)


class Record(NamedTuple):
    """Lines ``first`` up to, not including, ``end`` of the block."""

    first: int
    end: int


class Block:
    """The lines of one block; kinds are told once, when asked for."""

    def __init__(self, lines: list[bytes]) -> None:
        self.lines = lines
        self._kinds: dict[int, int] = {}
        self._stamped: set[int] = set()

    def kind(self, i: int) -> int:
        """The kind of line ``i``."""
        if i not in self._kinds:
            self._kinds[i] = self._tell(i)
        return self._kinds[i]

    def _tell(self, i: int) -> int:
        line = self.lines[i]
        if not line.strip():
            return BLANK
        before = self.lines[i - 1] if i else b""
        found = _START.match(line)
        if found:
            stamp = found.group("stamp")
            if stamp and i and _MORE.match(line, found.end("stamp")) and not line[found.end("stamp") :][:1].isspace():
                return MORE  # a CI system stamps every line, those of a block too
            if found.group("header") and before.startswith((b"PS>TerminatingError(", b">> TerminatingError(")):
                return MORE  # a transcript says an error twice
            if found.group("header") is None or not line.startswith(b"Set-Cookie"):
                self._stamped.add(i)
                return START
        if _MORE.match(line):
            return MORE
        if i + 1 < len(self.lines) and _LINE_BAR.match(self.lines[i + 1]):
            self._stamped.add(i)
            return START
        if line.startswith(b'{"') and (i == 0 or before.startswith(b'{"')):
            return START
        if i and not before.strip() and not self._goes_on(i):
            return START
        return HEAD if _HEAD.match(line) else PLAIN

    def _goes_on(self, i: int) -> bool:
        """Whether the text before a blank line announces what follows it."""
        j = i - 1
        while j >= 0 and i - j < 4 and not self.lines[j].strip():
            j -= 1
        return j >= 0 and self.lines[j].startswith(_CHAINED)

    def last_start(self) -> int:
        """Where the last record begins: the block may be cut there, whatever comes next. 0 when nothing in it says so."""
        sure = len(self.lines) - 3  # a line's kind looks one line ahead, and the last one may not be whole
        lowest = max(sure - MAX_LINES, 0)
        for i in range(sure, lowest, -1):
            if self.kind(i) == START:
                return i
        for i in range(sure, lowest, -1):  # text without any mark: where a line stands by itself
            if self.kind(i) == PLAIN and not self._is_wrapped(i):
                return i
        return 0

    def records(self, wanted: Iterable[int], limit: int) -> Iterator[tuple[Record, list[int]]]:
        """Each record with a wanted line, and which those are; ``wanted`` rises. Lines from ``limit`` on do not count."""
        done = 0
        pending = list(wanted)
        at = 0
        while at < len(pending):
            first = self._back(pending[at], done)
            for record in self._forward(first, limit):
                done = record.end
                here = []
                while at < len(pending) and pending[at] < record.end:
                    here.append(pending[at])
                    at += 1
                if here:
                    yield record, here
                if at >= len(pending) or (self._begins(record.end, limit) and pending[at] > record.end + _NEAR):
                    break
            else:
                return

    def _begins(self, i: int, limit: int) -> bool:
        return i < limit and self.kind(i) == START

    def _back(self, i: int, done: int) -> int:
        for j in range(i, max(done, i - MAX_LINES), -1):
            if self.kind(j) == START:
                return j
        return max(done, i - MAX_LINES)

    def _forward(self, first: int, limit: int) -> Iterator[Record]:
        """Consecutive records from ``first`` on."""
        while first < limit:
            end = self._end(first, limit)
            yield Record(first, end)
            first = end

    def _end(self, first: int, limit: int) -> int:
        kind = self.kind(first)
        marked = first in self._stamped
        has_head = _HEAD.match(self.lines[first]) is not None
        size = len(self.lines[first])
        for i in range(first + 1, min(limit, first + MAX_LINES)):
            kind = self.kind(i)
            size += len(self.lines[i])
            if kind == START or size > MAX_BYTES or (kind == HEAD and has_head):
                return i
            if kind == HEAD and not marked and not self._announces(i - 1):
                return i
            has_head = has_head or kind == HEAD
            if kind == BLANK and not self._continues_after(i, limit):
                return i + 1
            if kind == PLAIN and not marked and not self._is_wrapped(i):
                return i
        return min(limit, first + MAX_LINES)

    def _announces(self, i: int) -> bool:
        return self.lines[i].rstrip().endswith((b":", b"-"))

    def _continues_after(self, i: int, limit: int) -> bool:
        while i < limit and self.kind(i) == BLANK:
            i += 1
        return i < limit and self.kind(i) != START

    def _is_wrapped(self, i: int) -> bool:
        """Whether a console or a mail program broke the line before ``i`` off."""
        before, line = self.lines[i - 1].rstrip(), self.lines[i].lstrip()
        if self.kind(i - 1) in (BLANK, MORE) or len(before) < _WRAPPED:
            return False
        return line[:1].islower() or before[-1:] not in b".!?"
