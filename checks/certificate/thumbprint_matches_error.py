"""See ``thumbprint_matches_error``."""

from agent import certificates
from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

#: Digits of a SHA-1 and of a SHA-256 value.
SHA1, SHA256 = 40, 64


@check(cost=Cost.INSTANT, evidence={"state": "text", "digits": "count", "given": "text", "key_used": "text"})
def thumbprint_matches_error(system: System, *, thumbprint: str, key_used: str = "") -> Verdict:
    """Is the thumbprint given a plain SHA-1 value, and that of the key that the service says it saw?

    Marks that no eye sees (U+200E) come along when a thumbprint is copied from the certificate window of Windows. Whether the service
    names the key as SHA-1, SHA-256 or Base64 depends on the library; only SHA-1 is compared.
    """
    digits = certificates.clean_thumbprint(thumbprint)
    found = {"digits": len(digits), "given": digits, "key_used": key_used}
    strange = sorted({f"U+{ord(c):04X}" for c in thumbprint if not c.isascii()})
    if strange:
        return failed(
            f"The thumbprint given holds {', '.join(strange)}, which is not seen", state="hidden_character", **found
        )
    if len(digits) != SHA1 or len(digits) != len("".join(thumbprint.split())):
        kind = " (a SHA-256 value)" if len(digits) == SHA256 else ""
        summary = f"The thumbprint given has {len(digits)} hex digits{kind}, not {SHA1} and nothing else"
        return failed(summary, state="wrong_length", **found)
    seen = certificates.clean_thumbprint(key_used)
    if len(seen) == SHA1 and len(key_used) == SHA1 and seen != digits:
        return failed(f"The service saw the key {seen[:4]}…{seen[-2:]}, not the one given", state="other", **found)
    same = " and is that of the key the service saw" if seen == digits else ""
    return passed(f"The thumbprint given has {SHA1} hex digits{same}", **found)
