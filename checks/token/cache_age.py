"""Does the token cache hold a token that is still good?"""

from __future__ import annotations

from agent import tokens
from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System
from agent.times import show_duration

EVIDENCE = {"age_s": "seconds", "expires_in_s": "seconds", "path": "text", "entries": "count", "state": "text"}


@check(cost=Cost.LOCAL, evidence=EVIDENCE, false_alarm="sometimes", group="token-cache")
def cache_age(system: System, *, cache: str = "graph") -> Verdict:
    """Does the MSAL cache (``graph``, ``az`` or ``azure-cli``) hold an access token that clients still use?

    Encrypted contents are not opened: the answer is then unknown, with the time of the last write. An absent cache is normal for
    sign-ins kept in memory, an expired token where a refresh token is beside it; hence the share of false alarms.
    """
    now = system.now()
    files = tokens.cache_files(system, cache)
    if not files:
        return failed(f"there is no token cache of {cache} for this account", state="absent", entries=0)
    for file in files:
        if by := tokens.holder(system, file, now):
            age = max(now - file.info.modified_at, 0.0)
            return failed(f"{file.shown} is held by {by}", state="locked", path=file.shown, age_s=age)
    return _contents(system, files[0], now)


def _contents(system: System, file: tokens.CacheFile, now: float) -> Verdict:
    written = f"{file.shown}, last written {show_duration(now - file.info.modified_at)} ago"
    evidence = {"path": file.shown, "age_s": round(max(now - file.info.modified_at, 0.0), 1)}
    if file.info.size_bytes == 0:
        kept = "its contents are in the keychain or keyring, which is not opened"
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, f"{written}; {kept}")
    if not file.info.readable:
        raise CannotObserve(UnknownReason.NO_PERMISSION, f"{written}; this account may not read it")
    data = system.read_file(file.info.path, tokens.LIMIT_BYTES)
    if data.startswith(tokens.DPAPI):
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, f"{written}; encrypted for its account and not opened")
    entries = tokens.parse(data)
    if entries is None:
        return failed(f"{written}, is not the JSON that MSAL writes", state="damaged", **evidence)
    if not entries.tokens:
        return failed(f"{written}, holds no access token", state="absent", entries=0, **evidence)
    left = entries.expires_on - now
    evidence |= {"age_s": round(now - entries.cached_at, 1), "expires_in_s": round(left, 1), "entries": entries.tokens}
    stored = f"access token stored {show_duration(now - entries.cached_at)} ago"
    if left <= tokens.EARLY_S:
        when = f"expired {show_duration(left)} ago" if left <= 0 else f"counts as expired: {show_duration(left)} left"
        renewal = "a refresh token is beside it" if entries.renewable else "no refresh token is beside it"
        return failed(f"{stored}, {when}; {renewal}", state="expired", **evidence)
    return passed(f"{stored}, {show_duration(left)} left", **evidence)
