"""Our Windows declarations against the real Windows headers (of MinGW-w64), compiled but never run."""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import pkgutil
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import agent.system
from agent.system import crypt32

_spec = importlib.util.spec_from_file_location("windows_probe", Path(__file__).with_name("probe.py"))
assert _spec is not None
assert _spec.loader is not None
probe = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(probe)


def _compile(text: str) -> str:
    """Error messages of the compiler, empty when it accepts the program."""
    compiler = shutil.which(probe.COMPILER)
    if compiler is None:
        if os.environ.get("CI"):
            pytest.fail(f"{probe.COMPILER} is missing; the workflow must install it")
        pytest.skip(f"{probe.COMPILER} is not installed")
    done = subprocess.run(
        [compiler, *probe.FLAGS, "-x", "c", "-"], input=text, capture_output=True, text=True, timeout=120
    )
    return "" if done.returncode == 0 else done.stderr


def _declaring() -> list[str]:
    names = [m.name for m in pkgutil.iter_modules(agent.system.__path__)]
    source = {n: Path(agent.system.__path__[0], f"{n}.py").read_text("utf-8") for n in names if n != "winabi"}
    return [n for n, text in source.items() if "\nPROTOTYPES" in text]


@pytest.mark.slow
@pytest.mark.parametrize("name", _declaring())
def test_declarations_agree_with_the_headers(name: str) -> None:
    """Every size, offset, value and prototype of a module that calls Windows is what windows.h and its kin say."""
    module = importlib.import_module(f"agent.system.{name}")
    assert dict(probe.functions(module.PROTOTYPES))
    assert _compile(probe.program(module)) == ""


def test_the_certificate_module_is_among_them() -> None:
    """The list of modules found is not accidentally empty."""
    assert "crypt32" in _declaring()


RIGHT = crypt32.PROTOTYPES["crypt32"]["CertOpenStore"]
PREVIOUS = crypt32.PROTOTYPES["crypt32"]["CertEnumCertificatesInStore"]


class _Wrong(ctypes.Structure):
    _fields_ = [("pszAlgId", ctypes.c_uint32)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("label", "declared"),
    [
        ("too few arguments", {"PROTOTYPES": {"CertOpenStore": (RIGHT[0], RIGHT[1][:-1])}}),
        ("too wide", {"PROTOTYPES": {"CertCloseStore": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_uint64))}}),
        ("too narrow", {"PROTOTYPES": {"NCryptFreeObject": (ctypes.c_int32, (ctypes.c_uint32,))}}),
        ("sign", {"PROTOTYPES": {"CertCloseStore": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_int32))}}),
        (
            "number for pointer",
            {"PROTOTYPES": {"CertCloseStore": (ctypes.c_int32, (ctypes.c_uint64, ctypes.c_uint32))}},
        ),
        ("pointer for number", {"PROTOTYPES": {"NCryptFreeObject": (ctypes.c_int32, (ctypes.c_void_p,))}}),
        ("narrow result", {"PROTOTYPES": {"CertOpenStore": (ctypes.c_int32, RIGHT[1])}}),
        ("sign of result", {"PROTOTYPES": {"NCryptFreeObject": (ctypes.c_uint32, (ctypes.c_uint64,))}}),
        (
            "other structure",
            {
                "STRUCTURES": {"BCRYPT_PKCS1_PADDING_INFO": crypt32.BCRYPT_PKCS1_PADDING_INFO},
                "PROTOTYPES": {
                    "CertFreeCertificateContext": (
                        ctypes.c_int32,
                        (ctypes.POINTER(crypt32.BCRYPT_PKCS1_PADDING_INFO),),
                    )
                },
            },
        ),
        ("no such function", {"PROTOTYPES": {"CertOpenStor": RIGHT}}),
        ("value", {"CONSTANTS": {"CERT_HASH_PROP_ID": 4}}),
        ("structure", {"STRUCTURES": {"BCRYPT_PKCS1_PADDING_INFO": _Wrong}}),
    ],
)
def test_a_wrong_declaration_does_not_compile(label: str, declared: dict[str, Any]) -> None:
    """The probe has teeth: each kind of mistake is rejected."""
    assert _compile(probe.program(SimpleNamespace(**declared))) != "", label
