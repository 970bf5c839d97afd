"""See ``chain_public``."""

import re

from agent.check import CannotObserve, Cost, Verdict, check, failed, passed
from agent.model import UnknownReason
from agent.system.base import System

#: Domains whose certificates Microsoft manages (limits.csv: host_*, cloud_*).
MICROSOFT = re.compile(
    r"(^|\.)(microsoftonline\.(com|us|cn)|microsoft\.(com|us)|windows\.net|azure\.(com|us|cn)|chinacloudapi\.cn|office\.com|"
    r"office365\.(com|us)|ms(ft)?auth\.net|microsoftonline-p\.com|microsoftazuread-sso\.com|powershellgallery\.com)$",
    re.IGNORECASE,
)

#: Organisations of the public authorities that issue for those domains, as their certificates spell them.
PUBLIC = re.compile(r'\bO="?(Microsoft Corporation|DigiCert|GlobalSign|Entrust|Baltimore|GeoTrust)', re.IGNORECASE)

#: Names that products for inspecting traffic, and debugging proxies, give their issuing certificates.
INSPECTORS = re.compile(
    r"zscaler|netskope|palo alto|fortinet|fortigate|blue ?coat|umbrella|skyhigh|mcafee|sophos|check ?point|forcepoint|iboss|"
    r"watchguard|barracuda|menlo|kaspersky|bitdefender|avast|\beset\b|fiddler|mitmproxy|charles proxy|portswigger|squid|"
    r"inspection|intercept|decryption|web gateway|(ssl|tls|https) proxy",
    re.IGNORECASE,
)


@check(cost=Cost.NETWORK, evidence={"state": "text", "issuer": "text", "root": "text"})
def chain_public(system: System, *, host: str, port: int = 443) -> Verdict:
    """Does the host's own certificate arrive here, rather than one made by a device that inspects traffic?

    For Microsoft's hosts the issuer must be an authority they use. For any other host nothing says who should have issued, so only an
    issuer that names itself an inspector is a verdict.
    """
    answer = system.tls_handshake(host, port)
    if answer.state != "completed" or not answer.chain:
        reason = UnknownReason.TIMEOUT if answer.state == "timeout" else UnknownReason.UNREACHABLE
        raise CannotObserve(reason, f"no certificate to look at: {host}:{port} {answer.detail or answer.state}")
    issuer, root = answer.chain[0].issuer, answer.chain[-1].issuer
    if INSPECTORS.search(f"{issuer} {root}"):
        return failed(f"Traffic to {host} is inspected: issuer {issuer}", state="intercepted", issuer=issuer, root=root)
    if not MICROSOFT.search(host):
        raise CannotObserve(UnknownReason.MISSING_FACT, f"nothing says who should issue for {host}; it is {issuer}")
    if PUBLIC.search(issuer):
        return passed(f"The certificate of {host} comes from a public authority ({issuer})", issuer=issuer, root=root)
    text = f"The certificate of {host} comes from {issuer}, which does not issue for this host"
    return failed(text, state="intercepted", issuer=issuer, root=root)
