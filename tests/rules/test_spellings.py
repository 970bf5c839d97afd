"""Numbers in every spelling: whichever form of a code a program prints or a person types, it leads to the entry that owns the code."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from agent.catalogue.load import load
from agent.catalogue.ruletest import matches_of
from agent.find import find

#: Kind -> what people type before or around the number.
TYPED = {
    "win32": ("{}", "win32 {}", "error {}"),
    "winhttp": ("{}", "winhttp {}", "error {}"),
    "curl": ("{}", "curl {}", "curl: {}"),
    "openssl": ("{}", "openssl {}"),
    "kerberos": ("{}", "kerberos {}"),
    "tls-alert": ("{}", "tls {}", "tls-alert {}"),
    "schannel-event": ("{}", "schannel {}", "event {}"),
    "applocker-event": ("{}", "applocker {}", "event id {}"),
    "keychain": ("{}", "-{}", "keychain {}", "OSStatus -{}"),
}
#: Kind -> how programs print the number in running text.
PRINTED = {
    "win32": ("System error {} has occurred.", "Win32 error {} while opening the file", "NativeErrorCode : {}"),
    "winhttp": ("WinHttpSendRequest failed, WinHTTP error {}", "The request ended with error {} (see log)"),
    "curl": ("curl: ({}) it did not work", "cURL error {}: it did not work"),
    "openssl": (
        "verify error:num={}:see the list",
        "Verify return code: {} (see the list)",
        "error {} at 0 depth lookup",
    ),
    "kerberos": ("Kerberos error code: {}", "KRB_ERROR {}"),
    "tls-alert": ("SSL alert number {}", "A fatal alert was received. The fatal alert code is {}."),
    "schannel-event": ("Source: Schannel, Event ID: {}",),
    "applocker-event": ("AppLocker wrote Event ID: {}",),
    "keychain": ("SecKeychainItemImport: The operation ended with -{}", "The operation failed (OSStatus error -{}.)"),
}
#: Codes that people meet most, in the form in which they meet them, with the kind of failure.
MET = {
    "0x8009030E": "certificate-private-key-inaccessible",
    "-2146893042": "certificate-private-key-inaccessible",
    "2148074254": "certificate-private-key-inaccessible",
    "SEC_E_NO_CREDENTIALS": "certificate-private-key-inaccessible",
    "0x80090016": "certificate-private-key-inaccessible",
    "NTE_PERM": "certificate-private-key-inaccessible",
    "0x800B0109": "tls-certificate-untrusted",
    "CERT_E_EXPIRED": "tls-certificate-untrusted",
    "-2146762481": "tls-certificate-untrusted",
    "CRYPT_E_REVOCATION_OFFLINE": "tls-certificate-untrusted",
    "0x80090331": "tls-version-too-old",
    "0x80070005": "local-resource-unavailable",
    "-2147024891": "local-resource-unavailable",
    "0x8007052E": "bad-credentials",
    "0xC000006D": "bad-credentials",
    "STATUS_ACCOUNT_LOCKED_OUT": "account-locked",
    "0xC0000234": "account-locked",
    "-1073741260": "account-locked",
    "0x80072EE7": "network-dns-failure",
    "WSAHOST_NOT_FOUND": "network-dns-failure",
    "0x80072EFD": "network-request-failed",
    "-2147012867": "network-request-failed",
    "0x80072EE2": "request-timeout",
    "0x80072F8F": "tls-certificate-untrusted",
    "ERROR_WINHTTP_SECURE_FAILURE": "tls-certificate-untrusted",
    "ERROR_INTERNET_SEC_CERT_DATE_INVALID": "tls-certificate-untrusted",
    "WSAECONNREFUSED": "network-request-failed",
    "0x8007274D": "network-request-failed",
    "0x801C03F2": "device-registration-failed",
    "0xCAA82F8F": "tls-certificate-untrusted",
    "0x8010006B": "certificate-password-wrong",
    "errSecInteractionNotAllowed": "token-cache-persistence-failed",
    "KDC_ERR_PREAUTH_FAILED": "bad-credentials",
    "STATUS_TIME_DIFFERENCE_AT_DC": "domain-login-failed",
    "X509_V_ERR_CERT_HAS_EXPIRED": "tls-certificate-untrusted",
    "CURLE_SSL_CACERT_BADFILE": "tls-certificate-untrusted",
    "0x80131621": "assembly-conflict",
}


def owners() -> Iterator[dict[str, Any]]:
    """Entries with a number, an HRESULT or a symbolic name, full rules as well as reference rows."""
    for rule in load().rules():
        if any(rule["match"].get(name) for name in ("hresult", "number", "symbol")):
            yield rule


def hresult_forms(code: str) -> Iterator[str]:
    """Hexadecimal in both cases, with suffix; where the top bit is set also bare, VBScript's, sign-extended, both decimals."""
    number = int(code, 16)
    yield from (f"0x{number:08X}", f"0x{number:08x}", f"0x{number:08X}L")
    if number >> 28 in (0x8, 0xC):
        yield from (f"{number:08X}", f"{number:08x}", f"&H{number:08X}", f"0xFFFFFFFF{number:08X}")
        yield from (str(number - (1 << 32)), str(number))


def typed_forms(rule: dict[str, Any]) -> Iterator[str]:
    """Everything a person may type for the codes of an entry."""
    match = rule["match"]
    for code in match.get("hresult", ()):
        yield from hresult_forms(code)
    for key in match.get("number", ()):
        kind, _, number = key.partition(":")
        yield from (form.format(number) for form in TYPED[kind])
        if kind in ("win32", "winhttp"):  # HRESULT_FROM_WIN32
            yield from hresult_forms(f"0x8007{int(number):04X}")
    for name in match.get("symbol", ()):
        yield from (name, name.lower())


def printed_forms(rule: dict[str, Any]) -> Iterator[str]:
    """Running texts with the codes of an entry."""
    match = rule["match"]
    for code in match.get("hresult", ()):
        number = int(code, 16)
        forms = [f"0x{number:08X}", f"0x{number:08x}"]
        if number >> 28 in (0x8, 0xC):
            forms += [str(number - (1 << 32)), str(number)]
        yield from (f"The operation failed ({form}) and was given up." for form in forms)
        yield f"Exception from HRESULT: 0x{number:08X}"
    for key in match.get("number", ()):
        kind, _, number = key.partition(":")
        yield from (text.format(number) for text in PRINTED[kind])
    for name in match.get("symbol", ()):
        yield f"The operation failed with {name}."


def test_every_typed_spelling_finds_the_owner():
    """`agent explain` looks a word up by this: the owner of the code is among what it offers."""
    catalogue = load()
    lost = [
        f"{rule['id']}: {word!r} finds {find(word, catalogue).rules[:3]}"
        for rule in owners()
        for word in typed_forms(rule)
        if rule["id"] not in find(word, catalogue).rules
    ]
    assert [] == lost


def test_every_printed_spelling_is_recognised():
    """In running text the code is recognised as its owner's, unless an entry knows the very words around it."""
    catalogue = load()
    lost = [
        f"{rule['id']}: {text!r}"
        for rule in owners()
        if rule["status"] in ("reference", "tested", "stable") and not {"http_status", "command"} & set(rule["match"])
        for text in printed_forms(rule)
        if rule["id"] not in [found.rule for found in matches_of(text, catalogue)]
    ]
    assert [] == lost


def test_one_owner_for_each_code():
    """No HRESULT and no number belongs to two entries, so that a code has one meaning wherever it is asked for."""
    seen: dict[str, str] = {}
    doubles = []
    for rule in owners():
        for code in (*rule["match"].get("hresult", ()), *rule["match"].get("number", ())):
            if seen.setdefault(code.lower(), rule["id"]) != rule["id"]:
                doubles.append((code, seen[code.lower()], rule["id"]))
    assert [] == doubles


@pytest.mark.parametrize(("code", "kind"), sorted(MET.items()))
def test_codes_that_people_meet_are_classed(code, kind):
    """In a sentence and alone, with the right kind of failure."""
    catalogue = load()
    found = matches_of(f"The operation failed with {code}.", catalogue)
    assert kind == found[0].class_
    assert kind in {catalogue.rule(rule)["class"] for rule in find(code, catalogue).rules}


def test_a_general_code_gives_way_to_words():
    """E_FAIL, access denied and socket numbers stand in many errors; the words beside them tell which."""
    catalogue = load()
    texts = {
        "SocketException (10061): No connection could be made because the target machine actively refused it.": (
            "network.connection-refused"
        ),
        "The remote name could not be resolved (0x80004005)": "network.name-not-resolved",
        "curl: (60) SSL certificate problem: certificate has expired": "tls.certificate-time-invalid",
        "curl: (7) Failed to connect to srv01.contoso.test port 443: Connection refused": "network.connection-refused",
    }
    assert list(texts.values()) == [matches_of(text, catalogue)[0].rule for text in texts]


@pytest.mark.parametrize("word", ["0x8009030E", "-2146893042", "2148074254", "sec_e_no_credentials"])
def test_one_page_for_four_spellings(word):
    """The command itself shows the same entry for hexadecimal, signed, unsigned and name."""
    done = subprocess.run(
        [sys.executable, "-m", "agent", "explain", "--no-pager", "--format", "json", word],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    assert "schannel.sec-e-no-credentials" in done.stdout
