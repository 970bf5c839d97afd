"""Windows types with the sizes Windows gives them, on every platform.

``ctypes.wintypes`` follows the C compiler of the machine it runs on: ``LONG`` and ``DWORD`` are eight bytes on 64-bit Linux, where the
declarations are compared with the Windows headers. Fixed widths make the comparison mean what it says.

A module of the seam that calls Windows declares what it uses in three tables, so that one test can compare them all:
``STRUCTURES`` (C name -> ctypes structure), ``CONSTANTS`` (C name -> number), ``PROTOTYPES`` (DLL -> function -> (result, arguments)).
"""

from __future__ import annotations

import ctypes
from typing import Any

BOOL = ctypes.c_int32
BYTE = ctypes.c_uint8
WORD = ctypes.c_uint16
DWORD = ctypes.c_uint32
LONG = ctypes.c_int32
HANDLE = ctypes.c_void_p
ULONG_PTR = ctypes.c_size_t
LPCWSTR = ctypes.c_wchar_p

#: Result type and argument types of a function.
Prototype = tuple[Any, tuple[Any, ...]]


def load(library: str, functions: dict[str, Prototype]) -> Any:
    """A DLL with ``functions`` declared; each call keeps the thread's last error for ``ctypes.get_last_error`` (Windows only)."""
    loader: Any = getattr(ctypes, "WinDLL")  # noqa: B009 - absent on the platform the type checker is told to assume
    dll = loader(library, use_last_error=True)
    for name, (result, arguments) in functions.items():
        function = getattr(dll, name)
        function.restype, function.argtypes = result, list(arguments)
    return dll
