"""The version of a .NET assembly, read from its metadata: no .NET is started and no code of the file runs.

Layout as ECMA-335 (partition II, sections 22, 24 and 25) gives it: PE headers, CLI header, metadata root, the ``#~`` stream,
then the row counts, the sizes of all tables before the Assembly table, and its four version numbers.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

from agent.errors import CannotObserve
from agent.model import UnknownReason

#: Larger than any assembly of interest; a file beyond it is not read.
LIMIT_BYTES = 128 * 1024 * 1024
ASSEMBLY = 0x20

#: Columns of the tables before Assembly: a number is a fixed size, s/g/b a heap index, a word a coded index, t<n> a table index.
_TABLES: dict[int, str] = {
    0x00: "2 s g g g", 0x01: "scope s s", 0x02: "4 s s typedef t4 t6", 0x03: "t4", 0x04: "2 s b", 0x05: "t6",
    0x06: "4 2 2 s b t8", 0x07: "t8", 0x08: "2 2 s", 0x09: "t2 typedef", 0x0A: "memberref s b", 0x0B: "2 constant b",
    0x0C: "attribute attrtype b", 0x0D: "marshal b", 0x0E: "2 security b", 0x0F: "2 4 t2", 0x10: "4 t4", 0x11: "b",
    0x12: "t2 t20", 0x13: "t20", 0x14: "2 s typedef", 0x15: "t2 t23", 0x16: "t23", 0x17: "2 s b", 0x18: "2 t6 semantics",
    0x19: "t2 method method", 0x1A: "s", 0x1B: "b", 0x1C: "2 forwarded s t26", 0x1D: "4 t4", 0x1E: "4 4", 0x1F: "4",
}  # fmt: skip
#: Coded indexes: bits of the tag, and the tables it may point to.
_CODED: dict[str, tuple[int, tuple[int, ...]]] = {
    "scope": (2, (0x00, 0x1A, 0x23, 0x01)),
    "typedef": (2, (0x02, 0x01, 0x1B)),
    "memberref": (3, (0x02, 0x01, 0x1A, 0x06, 0x1B)),
    "constant": (2, (0x04, 0x08, 0x17)),
    "attribute": (5, (0x06, 0x04, 0x01, 0x02, 0x08, 0x09, 0x0A, 0x00, 0x0E, 0x17, 0x14, 0x11, 0x1A, 0x1B, 0x20, 0x23,
                      0x26, 0x27, 0x28, 0x2A, 0x2C, 0x2B)),
    "attrtype": (3, (0x06, 0x0A)),
    "marshal": (1, (0x04, 0x08)),
    "security": (2, (0x02, 0x06, 0x20)),
    "semantics": (1, (0x14, 0x17)),
    "method": (1, (0x06, 0x0A)),
    "forwarded": (1, (0x04, 0x06)),
}  # fmt: skip


def assembly_version(path: str) -> str:
    """The four-part assembly version of the .NET DLL at ``path``; a missing file or one without .NET raises ``CannotObserve``."""
    try:
        with open(path, "rb") as handle:
            data = handle.read(LIMIT_BYTES)
    except FileNotFoundError as fault:
        raise CannotObserve(UnknownReason.NOT_INSTALLED, f"no such file: {path}") from fault
    except OSError as fault:
        raise CannotObserve(UnknownReason.NO_PERMISSION, f"{path}: {fault.strerror or fault}") from fault
    try:
        return version_in(data)
    except (struct.error, ValueError, IndexError) as fault:
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, f"{path} is not a .NET assembly that can be read") from fault


def version_in(data: bytes) -> str:
    """The version in the bytes of an assembly; ``ValueError``, ``IndexError`` or ``struct.error`` when there is none."""
    root = _metadata(data)
    tables, at = _streams(data, root)
    heaps = data[tables + 6]
    (valid,) = struct.unpack_from("<Q", data, tables + 8)
    rows = [0] * 64
    position = tables + 24
    for number in range(64):
        if valid >> number & 1:
            (rows[number],) = struct.unpack_from("<I", data, position)
            position += 4
    if not rows[ASSEMBLY]:
        raise ValueError("no assembly table (a module of several files, or not .NET)")
    if heaps & 0x40:
        position += 4
    for number in range(ASSEMBLY):
        if rows[number]:
            position += rows[number] * sum(map(_measure(rows, heaps), _TABLES[number].split()))
    if position + 12 > at:
        raise ValueError("the tables end before the assembly row")
    return ".".join(map(str, struct.unpack_from("<4H", data, position + 4)))


def _measure(rows: Sequence[int], heaps: int) -> Callable[[str], int]:
    def width(column: str) -> int:
        if column.isdigit():
            return int(column)
        if column in "sgb":
            return 4 if heaps & {"s": 1, "g": 2, "b": 4}[column] else 2
        if column in _CODED:
            bits, tables = _CODED[column]
            return 4 if max(rows[t] for t in tables) >= 1 << (16 - bits) else 2
        return 4 if rows[int(column[1:])] >= 1 << 16 else 2

    return width


def _metadata(data: bytes) -> int:
    """Offset of the metadata root, found through the CLI header (data directory 14)."""
    (pe,) = struct.unpack_from("<I", data, 0x3C)
    if data[:2] != b"MZ" or data[pe : pe + 4] != b"PE\0\0":
        raise ValueError("not a PE file")
    sections, optional_size = struct.unpack_from("<2xH12xH", data, pe + 4)
    optional = pe + 24
    (magic,) = struct.unpack_from("<H", data, optional)
    directories = optional + (112 if magic == 0x20B else 96)
    (cli,) = struct.unpack_from("<I", data, directories + 14 * 8)
    if not cli:
        raise ValueError("no CLI header")
    table = [struct.unpack_from("<8x4I", data, optional + optional_size + 40 * i) for i in range(sections)]
    (metadata,) = struct.unpack_from("<I", data, _offset(table, cli) + 8)
    root = _offset(table, metadata)
    if data[root : root + 4] != b"BSJB":
        raise ValueError("no metadata")
    return root


def _offset(sections: Sequence[tuple[int, ...]], address: int) -> int:
    for size, start, raw_size, raw in sections:
        if start <= address < start + max(size, raw_size):
            return address - start + raw
    raise ValueError("address outside of all sections")


def _streams(data: bytes, root: int) -> tuple[int, int]:
    (length,) = struct.unpack_from("<I", data, root + 12)
    position = root + 16 + length
    (count,) = struct.unpack_from("<2xH", data, position)
    position += 4
    for _ in range(count):
        offset, size = struct.unpack_from("<2I", data, position)
        end = data.index(b"\0", position + 8)
        name = data[position + 8 : end]
        if name in (b"#~", b"#-"):
            return root + offset, root + offset + size
        position += 8 + (len(name) // 4 + 1) * 4
    raise ValueError("no table stream")
