"""Words of a text as the search compares them: small letters, endings cut, names in parts. The compiler and the query use the same."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+(?:_[^\W_]+)*")
#: ``RequestDenied`` and ``Authorization_RequestDenied`` are found by each of their parts.
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
#: Longest first, so that ``authentication`` and ``authenticate`` meet.
_ENDINGS = ("ations", "ation", "ating", "ated", "ates", "ate", "ing", "ed", "es", "e")
#: A root shorter than this is another word's too.
_ROOT = 4
_COMMON = (
    "a an and are as at be been but by can cannot could did do does doing for from get got had has have how i if in into is it "
    "its me my no not of on or our so some than that the their then there this to too up us use was we were what when where which "
    "while who why will with would you your error errors message failed failing fails please help fix problem issue "
    "say says said tell tells give gives getting keep keeps happen happens mean means want wants try tried trying work works working "
    "still any anymore always never suddenly after before when during since again new now only just need needs needed about between "
    "difference different other another same"
)
#: Words that nearly every entry has or that say nothing about an error.
COMMON = frozenset(_COMMON.split())
#: What people type -> the word the catalogue uses (both before endings are cut).
SAME = {
    "2fa": "mfa",
    "aad": "entra",
    "authn": "authentication",
    "authorisation": "authorization",
    "azuread": "entra",
    "cert": "certificate",
    "certs": "certificate",
    "creds": "credential",
    "exo": "exchange",
    "log": "sign",
    "logged": "signed",
    "login": "sign",
    "logins": "sign",
    "logon": "sign",
    "msgraph": "graph",
    "perms": "permission",
    "pfx": "certificate",
    "ps": "powershell",
    "pwd": "password",
    "pwsh": "powershell",
    "recognized": "recognised",
    "signin": "sign",
    "spo": "sharepoint",
    "ssl": "tls",
}


def stem(word: str) -> str:
    """``word`` (in small letters) without its ending: ``expired``, ``expires`` and ``expiring`` are one."""
    if len(word) <= _ROOT - 1 or not word.isalpha():
        return word
    if word.endswith("y"):
        return word[:-1] + "i" if len(word) > _ROOT - 1 else word
    if word.endswith("ies") and len(word) > _ROOT:
        return word[:-3] + "i"
    if word.endswith("ied") and len(word) > _ROOT:
        return word[:-3] + "i"
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _ROOT:
            return word[: -len(ending)]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def surfaces(text: str) -> dict[str, bool]:
    """The words as written, in small letters and in order -> whether it is a name of several words, whose parts follow it."""
    found: dict[str, bool] = {}
    for word in _WORD.findall(text):
        parts = [part.lower() for part in (*word.split("_"), *_PART.findall(word)) if len(part) > 2]
        plain = word.islower() or word.isupper() or word[1:].islower() or not word[0].isalpha()
        several = len(parts) > 1 and ("_" in word or not plain)
        found.setdefault(word.lower(), several)
        if several:
            for part in parts:
                found.setdefault(part, False)
    return found
