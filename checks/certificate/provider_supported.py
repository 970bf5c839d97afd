"""See ``provider_supported``."""

from agent import certificates
from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

EVIDENCE = {"state": "text", "provider": "text", "subject": "text", "thumbprint": "text"}


@check(cost=Cost.LOCAL, evidence=EVIDENCE, platforms=("windows",), false_alarm="sometimes")
def provider_supported(system: System, *, thumbprint: str = "", subject: str = "") -> Verdict:
    """Is the key kept by a provider of the older kind, which every Windows client reads?

    Newer providers (CNG) are normal and read by PowerShell 7; the Exchange module's documented application sign-in and some .NET
    Framework code want the older kind. A smart card or security chip may want a person. Tried through recorded answers only.
    """
    one = certificates.the_one(system, thumbprint, subject, "")
    kind, _, name = system.key_provider(one).partition(": ")
    found = {"provider": name, "subject": one.subject, "thumbprint": one.thumbprint}
    if "smart card" in name.lower():
        return failed(f"The key of {certificates.short(one)} is on a smart card", state="smart_card", **found)
    if "platform crypto" in name.lower():
        return failed(f"The key of {certificates.short(one)} is in the security chip", state="security_chip", **found)
    if kind == "CNG":
        return failed(f"The key of {certificates.short(one)} is kept by a newer provider, {name}", state="cng", **found)
    return passed(f"The key of {certificates.short(one)} is kept by {name}", **found)
