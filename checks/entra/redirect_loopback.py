"""See ``redirect_loopback``."""

from urllib.parse import urlsplit

from agent.check import Cost, Verdict, check, failed, passed
from agent.system.base import System

#: What a browser sign-in of a program on this computer can listen on.
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@check(cost=Cost.INSTANT, evidence={"state": "text", "redirect_uri": "text"}, false_alarm="sometimes")
def redirect_loopback(system: System, *, redirect_uri: str) -> Verdict:
    """Is the redirect address one on this computer, as a program without broker uses it?

    ``http://localhost`` needs to be registered once, without port, as a mobile and desktop application. A broker's address
    (``ms-appx-web://``), a web page and the fixed native address need a registration each.
    """
    address = urlsplit(redirect_uri)
    found = {"redirect_uri": redirect_uri}
    if address.scheme in ("ms-appx-web", "brk-multihub", "msauth", "msal"):
        return failed(f"The redirect address is that of a sign-in broker: {redirect_uri}", state="broker", **found)
    if address.path.endswith("/oauth2/nativeclient") or address.scheme == "urn":
        return failed(
            f"The redirect address is the fixed one of native programs: {redirect_uri}", state="native", **found
        )
    if (address.hostname or "") not in LOOPBACK:
        return failed(f"The redirect address is not on this computer: {redirect_uri}", state="not_loopback", **found)
    if address.scheme != "http":
        return failed("The redirect address is on this computer but not plain http", state="loopback_https", **found)
    return passed("The redirect address is one on this computer", **found)
