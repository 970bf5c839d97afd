"""See ``runs_as_expected``."""

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import Session, System

_EVIDENCE = {"state": "text", "user": "text", "behind": "text", "elevated": "bool"}


@check(cost=Cost.INSTANT, evidence=_EVIDENCE, group="account", false_alarm="sometimes")
def runs_as_expected(system: System, *, expected: str = "") -> Verdict:
    """Does this process run as the person who is signed in, not elevated?

    With ``expected`` (``name`` or ``DOMAIN\\name``) only the account counts. Running as root, SYSTEM or a service is right for many
    jobs; it matters where a window, a key or a cache of a person is needed.
    """
    who = system.session()
    said = {"user": who.user, "behind": who.behind, "elevated": who.elevated}
    if expected:
        same = expected.lower() in (who.user.lower(), who.user.lower().rpartition("\\")[2])
        text = f"This process runs as {who.user}"
        return passed(text, **said) if same else failed(f"{text}, not as {expected}", state="other_user", **said)
    state, text = _state(who)
    return failed(text, state=state, **said) if state else passed(text, **said)


def _state(who: Session) -> tuple[str, str]:
    if who.sudo:
        return "sudo", f"This process runs as {who.user} by sudo of {who.behind or 'another account'}"
    if who.kind in ("system", "service", "root"):
        return who.kind, f"This process runs as {who.user}" + (", a service account" if who.kind == "service" else "")
    if who.behind:
        return "other_user", f"This process runs as {who.user} in the session of {who.behind}"
    if who.elevated:
        return "elevated", f"This process runs elevated as {who.user}"
    return "", f"This process runs as {who.user}, not elevated"
