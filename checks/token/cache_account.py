"""See ``cache_account``."""

from agent.check import Cost, Verdict, check, failed, passed, warned
from agent.system.base import System

EVIDENCE = {"state": "text", "saved": "text", "wanted": "host", "accounts": "count"}


@check(cost=Cost.LOCAL, evidence=EVIDENCE, false_alarm="rarely")
def cache_account(system: System, *, user_domain: str, cache: str = "graph") -> Verdict:
    """Is the account that the program has saved one of the domain that is meant?

    The Graph module signs in as its saved account without asking (``mg.authrecord.json``). Names are not looked at, domains are.
    """
    people = [s for s in system.saved_sign_ins(cache) if s.kind == "user" and s.domain]
    domains = list(dict.fromkeys(s.domain for s in people))
    found = {"saved": ", ".join(domains), "wanted": user_domain.lower(), "accounts": len(people)}
    if not people:
        return failed("No account is saved", state="none", **found)
    chosen = people[0]
    if chosen.domain != user_domain.lower():
        summary = f"The saved account is of {chosen.domain}, the one meant of {user_domain}"
        return failed(summary, state="other_account", **found)
    if len(domains) > 1:
        return warned(f"Accounts of several domains are saved: {found['saved']}", state="several", **found)
    return passed(f"The saved account is of {chosen.domain}", **found)
