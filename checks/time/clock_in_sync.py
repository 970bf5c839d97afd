"""See ``clock_in_sync``."""

import threading
from statistics import median

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed, warned
from agent.model import UnknownReason
from agent.system.base import NtpAnswer, System

#: Asked where the machine names none: well-known public servers of four operators.
WELL_KNOWN = ("time.windows.com", "pool.ntp.org", "time.cloudflare.com", "time.google.com")
ASKED_AT_MOST = 4
LIMIT_S = 1.0

EVIDENCE = {"offset_s": "seconds", "direction": "text", "server": "host", "stratum": "count", "state": "text"}


@check(cost=Cost.NETWORK, evidence=EVIDENCE, timeout_s=2.0, group="clock")
def clock_in_sync(
    system: System, *, ntp_server: str = "", tolerance_s: float = 60.0, blame_s: float = 300.0
) -> Verdict:
    """Does the local clock agree with time servers?

    Several servers are asked at once and the median of the answers counts, so that one wrong server decides nothing. 300 s is what
    .NET and Kerberos forgive by default (limits.csv: identitymodel_default_clock_skew, kerberos_max_clock_skew_default); from
    60 s an error can matter, because client libraries stamp assertions with the local time.
    """
    servers = (ntp_server,) if ntp_server else system.ntp_servers()[:ASKED_AT_MOST] or WELL_KNOWN
    answers = _ask_all(system, servers)
    if not answers:
        raise CannotObserve(UnknownReason.UNREACHABLE, f"no answer from {', '.join(servers)} in {LIMIT_S:.1f} s (NTP)")
    offset_s = -median(
        answer.offset_s for answer in answers
    )  # the answer is what to add; evidence is how far off it is
    nearest = min(answers, key=lambda answer: abs(answer.offset_s + offset_s))
    found = {"offset_s": round(offset_s, 3), "server": nearest.server, "stratum": nearest.stratum}
    if abs(offset_s) < tolerance_s:
        return passed(f"The clock is {abs(offset_s):.1f} s off, by {len(answers)} of {len(servers)} servers", **found)
    direction = "ahead" if offset_s > 0 else "behind"
    say = failed if abs(offset_s) >= blame_s else warned
    text = f"The clock is {abs(offset_s):.0f} s {'ahead of' if offset_s > 0 else 'behind'} {nearest.server}"
    return say(text, direction=direction, state=direction, **found)


def _ask_all(system: System, servers: tuple[str, ...]) -> list[NtpAnswer]:
    answers: list[NtpAnswer] = []

    def ask(server: str) -> None:
        try:
            answers.append(system.ntp_query(server, LIMIT_S))
        except CannotObserve:  # a silent server is no verdict; the others answer, or nobody does
            return

    # daemon threads, because the interpreter would wait at exit for those of a pool
    threads = [threading.Thread(target=ask, args=(server,), daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT_S + 0.5)
    return list(answers)
