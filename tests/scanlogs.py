"""Logs for the scan's tests and its benchmark: ordinary lines of several programs, and errors, from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

#: What the errors say; ``{}`` is a new id each time.
ERRORS = (
    "AADSTS700016: Application with identifier '{}' was not found in the directory 'Contoso'. Trace ID: {}",
    "AADSTS7000222: The provided client secret keys for app '{}' are expired. Trace ID: {}",
    "AADSTS50034: The user account alex@contoso.test does not exist in the Contoso directory. Trace ID: {}",
    "AADSTS700024: Client assertion is not within its valid time range. Trace ID: {}",
    "AADSTS50076: Due to a configuration change you must use multi-factor authentication. Trace ID: {}",
    '{{"error":{{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation."}}}} request {}',
    '{{"error":{{"code":"Request_ResourceNotFound","message":"Resource \'{}\' does not exist."}}}}',
    "Response status code does not indicate success: TooManyRequests (Too Many Requests). request {}",
    "Keyset does not exist HResult 0x80090016 activity {}",
    "The term 'Connect-MgGraph' is not recognized as the name of a cmdlet, function, script file. run {}",
)
_VOCABULARY = (
    "worker request copied files archive opened closed session user cache miss hit job started finished queue batch handler latency "
    "thread pool commit index shard replica region backup restore checksum upload download bytes flush sync lease renewed valid item "
    "moved folder report sent schedule tick heartbeat config reloaded none pending balanced stored merged compacted rotated"
)
_WORDS = _VOCABULARY.split()
_PARTS = ("Sync.Worker", "Http.Client", "Mail.Queue", "Auth.Session", "Backup.Agent")
_HOSTS = ("web01.contoso.test", "sql01.contoso.test", "app03.fabrikam.test")


def new_id(rng: random.Random) -> str:
    """A GUID."""
    digits = f"{rng.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def lines(count: int, seed: int = 1, rate: float = 0.01) -> Iterator[tuple[str, bool]]:
    """(line, is it an error); about a hundred characters each."""
    rng = random.Random(seed)
    for i in range(count):
        stamp = f"2026-11-{1 + i // 86_400 % 28:02}T{i // 3600 % 24:02}:{i // 60 % 60:02}:{i % 60:02}.{rng.randrange(1000):03}Z"
        if rng.random() < rate:
            text = rng.choice(ERRORS)
            yield f"{stamp} ERROR [{rng.choice(_PARTS)}] " + text.format(new_id(rng), new_id(rng)), True
        else:
            yield f"{stamp} {_ordinary(rng)}", False


def _ordinary(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.4:
        words = " ".join(rng.choice(_WORDS) for _ in range(rng.randint(5, 8)))
        return f"INFO  [{rng.choice(_PARTS)}] {words} id={rng.getrandbits(48):012x} took {rng.randrange(900)} ms"
    if kind < 0.7:
        status = rng.choice((200, 200, 200, 204, 304, 404, 500))
        return (
            f"{rng.choice(_HOSTS)} GET /api/v1/items/{rng.randrange(99_999)}?page={rng.randrange(50)} {status} "
            f"{rng.randrange(99_999)} 10.0.{rng.randrange(256)}.{rng.randrange(256)}"
        )
    if kind < 0.9:
        return (
            f"DEBUG [{rng.choice(_PARTS)}] user=kim{rng.randrange(5000)}@contoso.test op={rng.choice(_WORDS)} "
            f"key=0x{rng.getrandbits(32):08x} file=C:\\Data\\{rng.choice(_WORDS)}\\{rng.randrange(9999)}.dat"
        )
    word = rng.choice(_WORDS)
    return f"WARN  [{rng.choice(_PARTS)}] retry {rng.randrange(5)} of {word} after error: temporary failure in {rng.choice(_WORDS)}"


def write(path: Path, count: int, seed: int = 1, rate: float = 0.01) -> int:
    """Write a log; how many of its lines are errors."""
    errors = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line, is_error in lines(count, seed, rate):
            file.write(line + "\n")
            errors += is_error
    return errors
