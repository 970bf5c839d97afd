"""One number, however it is spelled; and small numbers with the words that give them a meaning."""

from __future__ import annotations

import time

import pytest

from agent.fingerprint import fingerprint
from agent.intake import from_text
from agent.numbers import hresult, numbers_in, readings


@pytest.mark.parametrize(
    "spelling",
    [
        *("0x8009030E", "0x8009030e", "0X8009030E", "8009030E", "8009030e", "0xFFFFFFFF8009030E", "&H8009030E"),
        *("0x8009030EL", "-2146893042", "2148074254", " -2146893042 "),
        *(-2146893042, 2148074254, 0x8009030E),
    ],
)
def test_every_spelling_of_an_hresult_has_one_form(spelling):
    """Hexadecimal, signed and unsigned decimal are the same number."""
    assert "0x8009030E" == hresult(spelling)


@pytest.mark.parametrize(
    "other", ["", "5", "12029", "1733000000", "deadline", "12345678", "0x5", 0, 1326, "AADSTS50034"]
)
def test_what_is_no_failure_code_has_no_form(other):
    """Counts, times and words are not taken for codes."""
    assert "" == hresult(other)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("0x8009030E", ("hresult:0x8009030E",)),
        ("-2146893042", ("hresult:0x8009030E",)),
        ("0x80070005", ("hresult:0x80070005", "win32:5")),
        ("2147942405", ("hresult:0x80070005", "win32:5")),
        ("0x80072EFD", ("hresult:0x80072EFD", "winhttp:12029", "win32:12029")),
        ("0x80190191", ("hresult:0x80190191", "http:401")),
        ("0xC000006D", ("ntstatus:0xC000006D", "hresult:0xC000006D")),
        ("-1073741715", ("ntstatus:0xC000006D", "hresult:0xC000006D")),
        ("0xD000006D", ("ntstatus:0xC000006D", "hresult:0xD000006D")),
        ("0x80131500", ("hresult:0x80131500",)),
        ("12029", ("winhttp:12029", "win32:12029")),
        ("60", ("win32:60", "curl:60", "openssl:60", "kerberos:60", "tls-alert:60")),
        ("0x25", ("win32:37", "curl:37", "openssl:37", "kerberos:37")),
        ("36887", ("schannel-event:36887", "aadsts:36887")),
        ("8004", ("win32:8004", "applocker-event:8004")),
        ("401", ("http:401", "win32:401")),
        ("50034", ("aadsts:50034",)),
        ("AADSTS50034", ("aadsts:50034",)),
        ("curl:60", ("curl:60",)),
        ("curl 60", ("curl:60",)),
        ("win32:1326", ("win32:1326",)),
        ("tls-alert:40", ("tls-alert:40",)),
        ("ntstatus:0xC000006D", ("ntstatus:0xC000006D",)),
        ("hresult:-2146893042", ("hresult:0x8009030E",)),
        ("curl:4711", ()),
        ("tenant", ()),
        ("", ()),
    ],
)
def test_a_word_gives_all_its_readings(word, expected):
    """An ambiguous number lists every kind it can be of; a number with its kind has one reading."""
    assert expected == readings(word)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("curl: (60) SSL certificate problem: unable to get local issuer certificate", "curl:60"),
        ("cURL error 60: SSL certificate problem (see libcurl docs)", "curl:60"),
        ("the download failed, curl exited with code 35", "curl:35"),
        ("pycurl.error: (6, 'Could not resolve host: login.example')", "curl:6"),
        ("WinHTTP error 12029 while connecting", "winhttp:12029"),
        ("WinHttpSendRequest failed: 12029", "winhttp:12029"),
        ("ERROR_WINHTTP_CANNOT_CONNECT (12029)", "winhttp:12029"),
        ("12175 (ERROR_WINHTTP_SECURE_FAILURE)", "winhttp:12175"),
        ("WinHttp returned 0x2efd", "winhttp:12029"),
        ("failed with error 12007", "winhttp:12007"),
        ("request failed: 0x80072EE7", "winhttp:12007"),
        ("verify error:num=20:unable to get local issuer certificate", "openssl:20"),
        ("Verify return code: 19 (self signed certificate in certificate chain)", "openssl:19"),
        ("error 18 at 0 depth lookup: self-signed certificate", "openssl:18"),
        ("upstream SSL certificate verify error: (10:certificate has expired) while SSL handshaking", "openssl:10"),
        ("OpenSSL refused the certificate (error 20)", "openssl:20"),
        ("KRB_AP_ERR_SKEW(37)", "kerberos:37"),
        ("Error Code: 0x25 KRB_AP_ERR_SKEW", "kerberos:37"),
        ("KDC error 0x25", "kerberos:37"),
        ("KrbException: Clock skew too great (37) - PROCESS_TGS", "kerberos:37"),
        ("GSSException: No valid credentials provided (Mechanism level: Clock skew too great (37))", "kerberos:37"),
        ("A Kerberos authentication ticket was requested.\n\tFailure Code:\t\t0x18", "kerberos:24"),
        ("SSL routines:ssl3_read_bytes:sslv3 alert handshake failure: SSL alert number 40", "tls-alert:40"),
        ("received TLS alert 48", "tls-alert:48"),
        ("The TLS protocol defined fatal alert code is 40.", "tls-alert:40"),
        ("Event ID 36887, source Schannel: a fatal alert was received", "schannel-event:36887"),
        ("ProviderName : Schannel\nId : 36887", "schannel-event:36887"),
        ("Event ID 8004 of AppLocker: script.ps1 was prevented from running", "applocker-event:8004"),
        ("Win32 error 5", "win32:5"),
        ("System.ComponentModel.Win32Exception (1326): The user name or password is incorrect.", "win32:1326"),
        ("NativeErrorCode : 10060", "win32:10060"),
        ("[WinError 10061] No connection could be made", "win32:10061"),
        ("System error 5 has occurred.", "win32:5"),
        ("[SC] OpenService FAILED 1060:", "win32:1060"),
        ("Windows: logon failed with error code 1326", "win32:1326"),
        ("System.Net.Sockets.SocketException (10060): timed out", "win32:10060"),
        ("Access denied: 0x80070005", "win32:5"),
        ("result -2147024891", "win32:5"),
        ("NTSTATUS: 0xC000006D", "ntstatus:0xC000006D"),
    ],
)
def test_a_number_is_read_with_the_words_beside_it(text, key):
    """The program that prints a small number says what it counts."""
    assert key in fingerprint(from_text(text)).numbers


@pytest.mark.parametrize(
    "text",
    [
        "60 packages installed, 5 updated (37)",
        "curl 8.5.0 (x86_64-pc-linux-gnu) libcurl/8.5.0",
        "curl: (0) fine",
        "Verify return code: 0 (ok)",
        "verify error: none",
        "ERROR 1045 (28000): access denied; error code 1045",
        "System.Net.Sockets.SocketException (111): Connection refused",
        "port 12029 is open and 36887 is too",
        "alerts: 40 sent, 3 failed",
        "the event id 8004 belongs to another program",
        "Win32 API documentation, chapter 12.5",
    ],
)
def test_numbers_without_their_words_are_nothing(text):
    """Counts, versions and other programs' codes have no key."""
    assert () == numbers_in(text)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("failed with -2146893042", ("0x8009030E",)),
        ("failed with 2148074254.", ("0x8009030E",)),
        ("HRESULT 0x8009030e", ("0x8009030E",)),
        ("read 2148074254% of 1733000000 bytes in 2999999999 ns, order 12-2146893042", ()),
    ],
)
def test_decimal_failure_codes_in_a_text_are_seen(text, codes):
    """Signed and unsigned decimals in the range of failures count as the code; parts of longer things do not."""
    assert codes == fingerprint(from_text(text)).hresults


@pytest.mark.parametrize(
    "name",
    [
        *("SEC_E_NO_CREDENTIALS", "SEC_I_CONTINUE_NEEDED", "CERT_E_UNTRUSTEDROOT", "CRYPT_E_NOT_FOUND", "NTE_BAD_KEYSET"),
        *("TRUST_E_NOSIGNATURE", "TPM_E_DEFEND_LOCK_RUNNING", "ERROR_ACCESS_DENIED", "STATUS_LOGON_FAILURE"),
        *("RPC_S_SERVER_UNAVAILABLE", "E_ACCESSDENIED", "WSAECONNREFUSED", "WSAHOST_NOT_FOUND", "CURLE_PEER_FAILED_VERIFICATION"),
        *("X509_V_ERR_CERT_HAS_EXPIRED", "KRB_AP_ERR_SKEW", "KDC_ERR_PREAUTH_FAILED", "SCARD_W_WRONG_CHV"),
        *("AAD_CLOUDAP_E_OAUTH_USERNAME_IS_MALFORMED", "DSREG_AUTOJOIN_ADCONFIG_READ_FAILED", "ERROR_WINHTTP_TIMEOUT"),
        *("ERRSECAUTHFAILED", "COR_E_FILELOAD"),
    ],
)  # fmt: skip
def test_names_of_failures_are_seen(name):
    """The symbolic names of headers are read wherever they stand, in any case."""
    assert (name,) == fingerprint(from_text(f"the call failed ({name.lower()}).")).symbols


def test_fields_and_parts_of_words_are_no_names():
    """Fields of an answer and longer identifiers are not failures."""
    text = '{"error_description": "x", "error_codes": [1], "status_code": 1} MY_STATUS_OK_1 theError_handler'
    assert () == fingerprint(from_text(text)).symbols


def test_hostile_text_costs_little():
    """Megabytes of what every pattern waits for are read in well under two seconds."""
    text = " ".join(["curl schannel applocker event id winhttp kerberos krb_ alert openssl verify error"] * 2_500)
    started = time.perf_counter()
    numbers_in(text)
    assert time.perf_counter() - started < 2
