"""A C program that states what our ctypes declarations claim about Windows, so that a compiler with the Windows headers can judge.

Nothing is run: sizes, offsets and values are static assertions. Each function is called with arguments of the declared types and its
result is compared: a wrong number of arguments, a pointer in place of a number, another width or sign, or a pointer to another
structure does not compile. (Assigning the function to a typedef would reject right declarations too, as ctypes knows no ``const``.)
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

COMPILER = "x86_64-w64-mingw32-gcc"

#: Strictness that makes a wrong call an error; the widths and signs are what -Wtraditional-conversion looks at.
FLAGS = (
    "-std=gnu11",
    "-fsyntax-only",
    "-Werror=int-conversion",
    "-Werror=incompatible-pointer-types",
    "-Werror=traditional-conversion",
    "-Werror=implicit-function-declaration",
)

HEADERS = (
    "windows.h",
    "wincrypt.h",
    "bcrypt.h",
    "ncrypt.h",
    "winhttp.h",
    "wininet.h",
    "sddl.h",
    "wtsapi32.h",
    "stddef.h",
    "stdint.h",
)

_INTEGERS = {1: "int8_t", 2: "int16_t", 4: "int32_t", 8: "int64_t"}


def program(module: ModuleType | Any) -> str:
    """The C program for one module's ``STRUCTURES``, ``CONSTANTS`` and ``PROTOTYPES``."""
    structures = {kind: name for name, kind in getattr(module, "STRUCTURES", {}).items()}
    lines = ["#define _WIN32_WINNT 0x0A00", "#define UNICODE"]
    # winhttp.h and wininet.h declare the same names differently, so one program can include only one of them
    left_out = "wininet.h" if "winhttp" in str(getattr(module, "PROTOTYPES", {})).lower() else "winhttp.h"
    lines += [f"#include <{header}>" for header in HEADERS if header != left_out]
    for kind, name in structures.items():
        lines += _structure(name, kind)
    for name, value in getattr(module, "CONSTANTS", {}).items():
        wanted = value & 0xFFFFFFFF
        lines.append(f'_Static_assert((uint32_t)(uintptr_t)({name}) == {wanted}u, "{name}");')
    for name, (result, arguments) in functions(getattr(module, "PROTOTYPES", {})):
        lines += _function(name, result, arguments, structures)
    return "\n".join(lines) + "\n"


def functions(prototypes: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Any, tuple[Any, ...]]]]:
    """(name, (result, arguments)) of a table that may be grouped by DLL."""
    for name, value in prototypes.items():
        if isinstance(value, Mapping):
            yield from functions(value)
        else:
            yield name, (value[0], tuple(value[1]))


def _structure(name: str, kind: Any) -> Iterator[str]:
    yield f'_Static_assert(sizeof({name}) == {ctypes.sizeof(kind)}, "size of {name}");'
    for field, *_ in kind._fields_:
        place = getattr(kind, field)
        yield f'_Static_assert(offsetof({name}, {field}) == {place.offset}, "offset of {name}.{field}");'
        yield f'_Static_assert(sizeof((({name} *)0)->{field}) == {place.size}, "size of {name}.{field}");'


def _function(name: str, result: Any, arguments: tuple[Any, ...], structures: Mapping[Any, str]) -> Iterator[str]:
    parameters = [f"{c_type(kind, structures)} a{i}" for i, kind in enumerate(arguments)]
    call = f"{name}({', '.join(f'a{i}' for i in range(len(arguments)))})"
    yield f"void check_{name}({', '.join(parameters) or 'void'}) {{"
    if result is None:
        yield f'  _Static_assert(__builtin_types_compatible_p(__typeof__({call}), void), "result of {name}");'
        yield f"  {call};"
    else:
        own = c_type(result, structures)
        same = f"__builtin_classify_type({call}) == __builtin_classify_type(({own})0)"
        yield f'  _Static_assert(sizeof({call}) == sizeof({own}) && {same}, "result of {name}");'
        if "*" not in own:
            sign = f"((__typeof__({call}))-1 < 0) == (({own})-1 < 0)"
            yield f'  _Static_assert({sign}, "sign of the result of {name}");'
        yield f"  {own} r = {call}; (void)r;"
    yield "}"


def c_type(kind: Any, structures: Mapping[Any, str]) -> str:
    """The C spelling of a ctypes type, by width and sign; pointers to declared structures by their name."""
    if kind in structures:
        return structures[kind]
    if isinstance(kind, type) and issubclass(kind, ctypes.c_void_p):
        return "void *"
    if isinstance(kind, type) and issubclass(kind, ctypes.c_wchar_p):
        return "wchar_t *"
    if isinstance(kind, type) and issubclass(kind, ctypes.c_char_p):
        return "char *"
    if isinstance(kind, type) and issubclass(kind, ctypes._Pointer):
        inner = kind._type_
        if isinstance(inner, type) and issubclass(inner, ctypes._SimpleCData) and not _is_pointer(inner):
            return "void *"  # DWORD is unsigned long there and unsigned int here: same bytes, other name
        return c_type(inner, structures) + " *"
    signed = kind(-1).value < 0
    return ("" if signed else "u") + _INTEGERS[ctypes.sizeof(kind)]


def _is_pointer(kind: Any) -> bool:
    return issubclass(kind, (ctypes.c_void_p, ctypes.c_wchar_p, ctypes.c_char_p))
