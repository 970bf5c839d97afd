"""Versions of .NET assemblies, read from their metadata."""

import os
import shutil
import struct
from pathlib import Path

import pytest

from agent.errors import CannotObserve
from agent.system.assemblies import assembly_version


def _assembly(version: tuple[int, int, int, int]) -> bytes:
    """A minimal PE file: one section, a CLI header, and a table stream with a module row and an assembly row."""
    tables = struct.pack("<IBBBBQQ", 0, 2, 0, 0, 1, 1 << 0 | 1 << 0x20, 0) + struct.pack("<II", 1, 1)
    tables += struct.pack("<5H", 0, 1, 1, 0, 0)
    tables += struct.pack("<I4HIHHH", 0x8004, *version, 0, 0, 1, 0)
    head = b"BSJB" + struct.pack("<HHII", 1, 1, 0, 12) + b"v4.0.30319\0\0" + struct.pack("<HH", 0, 1)
    head += struct.pack("<II", len(head) + 12, len(tables)) + b"#~\0\0"
    metadata = head + tables
    cli = struct.pack("<IHHII", 72, 2, 5, 0x2000 + 72, len(metadata)) + bytes(72 - 16)
    body = cli + metadata
    directories = bytes(14 * 8) + struct.pack("<II", 0x2000, 72) + bytes(8)
    optional = struct.pack("<H", 0x10B) + bytes(94) + directories
    coff = struct.pack("<HHIIIHH", 0x14C, 1, 0, 0, 0, len(optional), 0x2102)
    section = b".text\0\0\0" + struct.pack("<4I", len(body), 0x2000, len(body), 0x200) + bytes(16)
    start = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + coff + optional + section
    return start.ljust(0x200, b"\0") + body


def test_version_is_read(tmp_path: Path) -> None:
    """The four numbers of the assembly row are the answer."""
    (tmp_path / "a.dll").write_bytes(_assembly((4, 66, 2, 0)))
    assert assembly_version(str(tmp_path / "a.dll")) == "4.66.2.0"


@pytest.mark.parametrize("data", [b"", b"MZ", b"MZ" + bytes(200), _assembly((1, 2, 3, 4))[:0x230], b"text" * 99])
def test_other_files_cannot_be_observed(tmp_path: Path, data: bytes) -> None:
    """A file that is no assembly, or cut off, gives no version and no crash."""
    (tmp_path / "a.dll").write_bytes(data)
    with pytest.raises(CannotObserve, match="not_supported"):
        assembly_version(str(tmp_path / "a.dll"))


def test_missing_file_is_not_installed(tmp_path: Path) -> None:
    """A missing file is said to be missing."""
    with pytest.raises(CannotObserve, match="not_installed"):
        assembly_version(str(tmp_path / "none.dll"))


def test_real_assemblies_are_read() -> None:
    """The assemblies beside a real PowerShell all have a version, the one of Newtonsoft.Json being 13."""
    pwsh = os.environ.get("AGENT_TEST_PWSH") or shutil.which("pwsh")
    home = Path(os.path.realpath(pwsh)).parent if pwsh else None
    if not home or not (home / "Newtonsoft.Json.dll").exists():
        pytest.skip("no folder of a real PowerShell: set AGENT_TEST_PWSH")
    assert assembly_version(str(home / "Newtonsoft.Json.dll")) == "13.0.0.0"
    assert assembly_version(str(home / "System.Management.Automation.dll")).startswith("7.")
