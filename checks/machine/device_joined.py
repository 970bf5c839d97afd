"""See ``device_joined``."""

from agent.check import Cost, Verdict, check, failed, passed, warned
from agent.system.base import DeviceState, System

_EVIDENCE = {"state": "text", "kind": "text", "attempt": "text", "prt_age_s": "seconds"}


@check(cost=Cost.LOCAL, timeout_s=4.5, platforms={"windows"}, evidence=_EVIDENCE, false_alarm="rarely")
def device_joined(system: System, *, max_prt_age_h: float = 4.0) -> Verdict:
    """Is this computer joined to the directory, with a sound key and a fresh primary refresh token?

    The token is that of the account that asks: an elevated window of another account, or SYSTEM, shows none. Windows renews it every
    four hours while the computer is used, so an older one is suspicious only.
    """
    device = system.device_state()
    kind = "hybrid joined" if device.joined and device.domain_joined else "joined" if device.joined else ""
    if not kind:
        kind = "registered" if device.registered else "domain joined only" if device.domain_joined else "not joined"
        state = "registered_only" if device.registered else "not_joined"
        return failed(f"This computer is {kind}", state=state, kind=kind)
    if state := _fault(device):
        words = {
            "disabled": "the directory refuses it as disabled or deleted",
            "key_failed": "its device key fails the test",
            "no_prt": f"this account has no primary refresh token ({device.attempt or 'no attempt noted'})",
        }
        return failed(f"This computer is {kind}, but {words[state]}", state=state, kind=kind, attempt=device.attempt)
    age_s = system.now() - device.prt_updated_at if device.prt_updated_at else 0.0
    if age_s > max_prt_age_h * 3600:
        text = f"This computer is {kind}; the primary refresh token is {age_s / 3600:.1f} h old"
        return warned(text, state="prt_stale", kind=kind, prt_age_s=round(age_s))
    return passed(f"This computer is {kind}", kind=kind)


def _fault(device: DeviceState) -> str:
    if device.auth == "refused":
        return "disabled"
    return "key_failed" if device.key_test == "failed" else "no_prt" if device.prt is False else ""
