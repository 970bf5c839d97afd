"""The loop: files, blocks, candidate lines, records, groups. Stops between two blocks, and knows exactly where it was."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from agent.catalogue.load import Catalogue
from agent.scan.model import Left, Now, Outcome, Place, Seen
from agent.scan.recognise import Recogniser, sample
from agent.scan.records import MAX_BYTES, Block
from agent.scan.sources import LONGEST_LINE, Source, Unreadable, walk
from agent.scan.stamps import moment
from agent.scan.state import Mark, State
from agent.scan.words import Hits, Test, Words

#: A block without any mark of a record's begin is cut anyway from this size on.
_LARGEST = 4 << 20
#: Seconds between two savings of the state.
_SAVE_S = 5.0
#: Pieces of a line too long to be one record.
_PIECE = 32_768


#: What is done with a record that was recognised; the last makes its sample.
Take = Callable[[Seen, Place, "float | None", Callable[[], str]], None]


class Scanner:
    """One scan. ``stop`` may be set at any time, by a signal handler too; ``waiting`` says that a read may last forever."""

    def __init__(
        self,
        catalogue: Catalogue,
        state: State | None = None,
        save_to: str = "",
        progress: Callable[[Now], None] | None = None,
    ) -> None:
        self.stop = False
        self.waiting = False
        self._words = Words(catalogue)
        self._recogniser = Recogniser(catalogue, self._words)
        self._state = state or State("")
        self._save_to = save_to
        self._progress = progress
        self._saved = time.monotonic()
        self._left: list[Left] = []
        self._notes: list[str] = []
        self._files = self._lines = self._bytes = 0

    def scan(self, paths: tuple[str, ...]) -> Outcome:
        """Read everything, or until ``stop``; what was found."""
        started = time.monotonic()
        for path in walk(paths):
            if self.stop:
                break
            if isinstance(path, Left):
                self._left.append(path)
                continue
            try:
                self._read(path)
            except Unreadable as fault:
                self._left.append(Left(path, fault.reason, fault.failed))
        self._save()
        shown = self._state.whole()
        return Outcome(
            groups=tuple(sorted(shown.groups.values(), key=lambda g: (-g.count, g.rule, g.hash))),
            more=shown.more,
            files=self._files,
            lines=self._lines,
            bytes=self._bytes,
            left=tuple(self._left),
            notes=tuple(self._notes),
            seconds=time.monotonic() - started,
            partial=self.stop,
        )

    def _read(self, path: str) -> None:
        if path.lower().endswith(".evtx"):
            self._read_events(path)
            return
        source = Source(path)
        try:
            mark, note = self._state.mark(
                path, source.head, None if source.is_stdin or source.is_packed else source.size
            )
            if note:
                self._notes.append(note)
            source.seek(mark.offset)
            self._files += 1
            self._read_blocks(source, mark)
        finally:
            source.close()

    def _read_events(self, path: str) -> None:
        """Each event of a Windows log is a record; its number, which only rises, stands for line and offset."""
        from agent.scan import evtx

        mark = self._state.marks.setdefault(path, Mark(path, "", 0))
        highest = 0
        for number, text in evtx.records(path):
            if self.stop:
                return
            highest = max(highest, number)
            if number > mark.offset:
                self._event(path, number, text)
                mark.offset = number
        self._files += 1
        if 0 < highest < mark.offset:
            mark.offset = 0
            self._notes.append(f"{path} was cleared; read from its start")
            self._read_events(path)

    def _event(self, path: str, number: int, text: str) -> None:
        raw = text.encode("utf-8", "replace")
        self._lines += 1
        self._seen(raw, _all(self._words.look(raw)), Place(path, number), 0.0, self._state.tally.add)
        self._report()

    def _read_blocks(self, source: Source, mark: Mark) -> None:
        """Count what is whole; what a file ends with is counted for now and read again when the file has grown."""
        carry = b""
        fault: Unreadable | None = None
        base, disk = self._bytes, 0 if source.is_packed else source.offset
        blocks = source.blocks()
        try:
            while (data := self._next(blocks, source)) is not None:
                carry = self._take(source, mark, carry + data)
                self._bytes = base + source.position - disk
                self._report()
                if self.stop and not source.is_stdin:
                    return
        except Unreadable as broke:
            fault = broke
        lines = carry.split(b"\n")
        ends: list[tuple[Seen, Place, float | None, str]] = []
        self._find(Block(lines), carry, len(lines), mark.line, source, lambda *row: ends.append((*row[:3], row[3]())))
        mark.ends = ends
        self._lines += len(lines) - (not lines[-1])
        if fault:
            raise fault

    def _next(self, blocks: Iterator[bytes], source: Source) -> bytes | None:
        self.waiting = source.is_stdin
        try:
            return None if self.stop else next(blocks, None)
        except KeyboardInterrupt:  # of standard input, what came is all there will be
            self.stop = True
            return None
        finally:
            self.waiting = False

    def _take(self, source: Source, mark: Mark, text: bytes) -> bytes:
        """Count the records that are whole; what is left of ``text``."""
        lines = text.split(b"\n")
        block = Block(lines)
        number = block.last_start()
        if number == 0 and len(lines) > 1 and len(text) >= _LARGEST:
            number = len(lines) - 1
        passed = number
        if len(lines) == 1 and len(text) >= LONGEST_LINE:
            number = 1
        if number == 0:
            return text
        rest = b"\n".join(lines[number:])
        self._find(block, text[: len(text) - len(rest)], number, mark.line, source, self._state.tally.add)
        mark.ends = []
        mark.line += passed
        mark.offset = source.offset - source.pending() - source.length(rest)
        self._lines += passed
        return rest

    def _find(
        self,
        block: Block,
        text: bytes,
        limit: int,
        first_line: int,
        source: Source,
        take: Take,
    ) -> None:
        hits = self._words.look(text)
        if not hits.lines:
            return
        for record, wanted in block.records(hits.lines, limit):
            raw = b"\n".join(block.lines[record.first : record.end])
            place = Place(source.path, first_line + record.first)
            if len(raw) > MAX_BYTES:
                for piece in _pieces(raw):
                    self._seen(piece, _all(self._words.look(piece)), place, source.written, take)
            else:
                self._seen(raw, [t for i in wanted for t in hits.tests[i]], place, source.written, take)

    def _seen(
        self,
        raw: bytes,
        tests: list[Test],
        place: Place,
        written: float,
        take: Take,
    ) -> None:
        found = self._recogniser.recognise(raw, tests) if tests else None
        if found is not None:
            seen, text = found
            when = moment(text, written or time.time())
            take(seen, place, when, lambda: sample(text))

    def _report(self) -> None:
        if self._progress is not None:
            self._progress(Now(self._bytes, self._lines, self._state.tally.errors))
        if self._save_to and time.monotonic() - self._saved >= _SAVE_S:
            self._save()

    def _save(self) -> None:
        if self._save_to:
            self._state.save(self._save_to)
            self._saved = time.monotonic()


def _all(hits: Hits) -> list[Test]:
    return [test for of_line in hits.tests.values() for test in of_line]


def _pieces(raw: bytes) -> Iterator[bytes]:
    """A text too long for one record, cut at blanks."""
    at = 0
    while at < len(raw):
        end = at + _PIECE
        if end < len(raw):
            blank = raw.rfind(b" ", at + _PIECE // 2, end)
            end = blank if blank > 0 else end
        yield raw[at:end]
        at = end
