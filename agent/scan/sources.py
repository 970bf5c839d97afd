"""What is read: files of folders by their names, named files whatever they are called, standard input; and in which encoding.

A block leaves here as UTF-8 that ends with a whole line; where it came from is told in bytes of the (unpacked) file, so that reading can
go on exactly there.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from agent.scan.model import Left

#: Taken from folders; other files only when they are named.
ENDINGS = (".log", ".txt", ".jsonl", ".ndjson", ".csv", ".evtx")
BLOCK = 1 << 20
#: A longer line is read in pieces.
LONGEST_LINE = 1 << 20
#: Bytes at the beginning of a file that tell it from another one.
HEAD = 4096
STDIN = "-"
_GZIP = b"\x1f\x8b"
_MAGIC = (
    b"PK\x03\x04",
    b"\x7fELF",
    b"MZ\x90",
    b"\x89PNG",
    b"%PDF",
    b"GIF8",
    b"\xff\xd8\xff",
    b"SQLite format",
    b"7z\xbc\xaf",
    b"BZh",
    b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd",
)


class Unreadable(Exception):
    """A file that cannot be read; ``failed`` is false when it was left out on purpose."""

    def __init__(self, reason: str, failed: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.failed = failed


def walk(paths: tuple[str, ...]) -> Iterator[str | Left]:
    """The files to read, each once, in order; a path that is not there, or a folder that cannot be listed, as ``Left``."""
    seen: set[str] = set()
    for path in paths:
        for found in _below(path):
            key = found if isinstance(found, Left) or found == STDIN else os.path.realpath(found)
            if isinstance(key, str):
                if key in seen:
                    continue
                seen.add(key)
            yield found


def _below(path: str) -> Iterator[str | Left]:
    if path == STDIN or os.path.isfile(path):
        yield path
    elif os.path.isdir(path):
        failed: list[OSError] = []
        for folder, names, files in os.walk(path, onerror=failed.append):
            names.sort()
            yield from (os.path.join(folder, name) for name in sorted(files) if _is_log(name))
            while failed:
                fault = failed.pop()
                yield Left(str(fault.filename), _words(fault), True)
    elif os.path.exists(path) or os.path.islink(path):
        yield path if os.path.exists(path) else Left(path, "the link leads nowhere", True)
    else:
        yield Left(path, "there is no such file or folder", True)


def _is_log(name: str) -> bool:
    low = name.lower().removesuffix(".gz")
    stem, dot, last = low.rpartition(".")
    # log rotation: app.log.1, app.log-20261125
    rotated = dot and last.isdigit() and stem.endswith(ENDINGS)
    return low.endswith(ENDINGS) or bool(rotated) or ".log-" in low


def _words(fault: OSError) -> str:
    return fault.strerror or str(fault)


class Source:
    """One open file. ``offset`` is the place of the next byte that ``part`` will read, in the unpacked file."""

    def __init__(self, path: str) -> None:
        """Open and look at the beginning; ``Unreadable`` says why not."""
        self.path = path
        self.is_stdin = path == STDIN
        self.written = 0.0
        self.size: int | None = None
        self.is_packed = False
        self._fault: Unreadable | None = None
        self._raw: IO[bytes] | None = None
        self._file = self._open()
        try:
            self._begin()
        except Unreadable:
            self.close()
            raise

    def _open(self) -> IO[bytes]:
        if self.is_stdin:
            if sys.stdin is None:
                raise Unreadable("there is no standard input")
            return sys.stdin.buffer
        try:
            handle = open(self.path, "rb", buffering=0)  # noqa: SIM115  (closed by close)
        except OSError as fault:
            raise Unreadable(_words(fault)) from fault
        info = os.fstat(handle.fileno())
        self.written, self.size = info.st_mtime, info.st_size
        head = handle.read(2) if info.st_size else b""
        handle.seek(0) if info.st_size else None
        self._raw = handle
        if head == _GZIP:
            import gzip

            self.is_packed = True
            return cast(IO[bytes], gzip.GzipFile(fileobj=handle))
        return io.BufferedReader(handle, BLOCK)

    def _begin(self) -> None:
        head = self._read(HEAD)
        self.head = head
        self._pushed = head
        self.offset = 0
        self.encoding = "utf-8"
        for mark, name in (
            (codecs.BOM_UTF8, "utf-8"),
            (codecs.BOM_UTF16_LE, "utf-16-le"),
            (codecs.BOM_UTF16_BE, "utf-16-be"),
        ):
            if head.startswith(mark):
                self.encoding = name
                self._skip(len(mark))
                break
        else:
            self.encoding = _guess(head)
        if self.encoding == "utf-8" and _is_binary(head):
            raise Unreadable("not a text", failed=False)
        self._decoder = None if self.encoding == "utf-8" else codecs.getincrementaldecoder(self.encoding)("replace")

    def _read(self, size: int) -> bytes:
        """Up to ``size`` bytes; fewer only at the end."""
        parts: list[bytes] = []
        if self._fault:
            raise self._fault
        while size > 0 and (data := self._read_once(size, bool(parts))):
            parts.append(data)
            size -= len(data)
            if self.is_stdin:
                break
        return b"".join(parts)

    def _read_once(self, size: int, has_some: bool) -> bytes:
        """A fault behind what could be read is told at the next call."""
        try:
            if self.is_stdin:
                return self._file.read1(size)  # type: ignore[attr-defined,no-any-return]
            return self._file.read(size)
        except EOFError:
            self._fault = Unreadable("the archive is cut off; what came before was read")
        except OSError as fault:
            self._fault = Unreadable(f"{_words(fault)}; what came before was read")
        except Exception as fault:
            if type(fault).__module__ != "zlib":
                raise
            self._fault = Unreadable("the archive is damaged; what came before was read")
        if not has_some:
            raise self._fault
        return b""

    def _skip(self, size: int) -> None:
        self._pushed = self._pushed[size:]
        self.offset += size

    @property
    def position(self) -> int:
        """Bytes of the file as it lies on the disk that were read, for progress."""
        return self._raw.tell() if self._raw is not None and self.is_packed else self.offset

    def seek(self, offset: int) -> None:
        """Go on at ``offset``, where a line begins."""
        if offset <= self.offset:
            return
        while self._pushed and self.offset < offset:
            self._skip(min(len(self._pushed), offset - self.offset))
        if self.offset < offset:
            self._file.seek(offset)
            self.offset = offset

    def blocks(self) -> Iterator[bytes]:
        """The text as UTF-8, block by block; ``offset`` is behind the block that was given last."""
        while True:
            data = self._pushed or self._read(BLOCK)
            self._pushed = b""
            if not data:
                if self._decoder is not None and (rest := self._decoder.decode(b"", True)):
                    yield rest.encode("utf-8", "replace")
                return
            self.offset += len(data)
            yield data if self._decoder is None else self._decoder.decode(data).encode("utf-8", "replace")

    def pending(self) -> int:
        """Bytes that were read and belong to a letter that is not complete."""
        return len(self._decoder.getstate()[0]) if self._decoder is not None else 0

    def length(self, text: bytes) -> int:
        """How many bytes of the file became these bytes of UTF-8."""
        if self._decoder is None:
            return len(text)
        return len(text.decode("utf-8", "replace").encode(self.encoding, "replace"))

    def close(self) -> None:
        """Give the file back; standard input stays open."""
        if not self.is_stdin:
            self._file.close()
            if self._raw is not None:
                self._raw.close()


def _guess(head: bytes) -> str:
    """UTF-16 without a mark, as Windows tools write it, shows in its zero bytes."""
    half = len(head) // 2
    if half >= 4 and head.count(0) > half // 2:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        if max(even, odd) > half * 0.6 and min(even, odd) < half * 0.1:
            return "utf-16-be" if even > odd else "utf-16-le"
    return "utf-8"


def _is_binary(head: bytes) -> bool:
    if head.startswith(_MAGIC):
        return True
    text = head.replace(b"\x00", b"")
    if not text:
        return bool(head)
    odd = sum(c < 9 or 13 < c < 27 or 27 < c < 32 for c in text)
    return odd > len(text) * 0.05 or len(text) < len(head) // 4


def identity(path: str, length: int) -> str:
    """What tells the file from another: a hash of its first ``length`` bytes; empty when it has fewer or cannot be read."""
    try:
        with open(path, "rb") as file:
            head = file.read(max(length, 2))
            if head.startswith(_GZIP):
                import gzip

                file.seek(0)
                head = gzip.GzipFile(fileobj=file).read(length)
    except (OSError, EOFError):
        return ""
    head = head[:length]
    return hash_head(head) if len(head) == length else ""


def hash_head(head: bytes) -> str:
    """The identity of a file with these first bytes."""
    return hashlib.sha256(head).hexdigest()[:32]


def total_size(paths: list[Any]) -> int:
    """Bytes of all files that can be asked."""
    size = 0
    for path in paths:
        if isinstance(path, str) and path != STDIN:
            try:
                size += Path(path).stat().st_size
            except OSError:
                continue
    return size
