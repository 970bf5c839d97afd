"""See ``proxy_configured``."""

from urllib.parse import urlsplit

from agent.check import Cost, Verdict, check, failed, passed, warned
from agent.system.base import ProxySetting, System

#: Schemes .NET accepts for a proxy; it passes over anything else and connects directly (measured with .NET 10).
SCHEMES = ("http", "https", "socks4", "socks4a", "socks5")
#: Which setting PowerShell 7 takes first.
ORDER = ("environment", "pac", "wininet", "macos", "winhttp")


@check(cost=Cost.LOCAL, evidence={"state": "text", "proxy": "text", "source": "text"}, false_alarm="rarely")
def proxy_configured(system: System, *, authority: str = "https://login.microsoftonline.com") -> Verdict:
    """Do all proxy settings that concern the sign-in service agree?

    Different places win in different programs: the environment in PowerShell 7, WinINET in Windows PowerShell, WinHTTP in services.
    A place without a setting contradicts nothing. A proxy script is not compared, since its answer is not an address.
    """
    scheme = authority.partition("://")[0]
    settings = sorted(
        (s for s in system.proxy_settings() if s.scheme in (scheme, "all")),
        key=lambda s: (ORDER.index(s.source), s.scheme == "all"),
    )
    if not settings:
        return passed("No proxy is configured: connections are direct", proxy="", source="")
    first = settings[0]
    found = {"proxy": first.url, "source": first.source}
    if wrong := next((s for s in settings if s.source != "pac" and not _is_address(s.url)), None):
        text = f"The proxy setting {wrong.url or '(empty)'} ({wrong.source}) is no address: .NET passes over it"
        return failed(text, state="malformed", proxy=wrong.url, source=wrong.source)
    fixed = {s.url.lower(): s for s in reversed(settings) if s.source != "pac"}
    if len(fixed) > 1:
        said = "; ".join(f"{s.url} ({s.source})" for s in reversed(fixed.values()))
        return warned(f"Proxy settings contradict each other: {said}", state="conflicting", **found)
    return passed(f"{_named(first)} is configured ({first.source})", **found)


def _named(setting: ProxySetting) -> str:
    if setting.source == "pac":
        return f"A proxy script ({setting.url or 'offered by the network'})"
    return f"The proxy {setting.url}"


def _is_address(url: str) -> bool:
    parts = urlsplit(url)
    try:
        return parts.scheme in SCHEMES and bool(parts.hostname) and parts.port != 0 and " " not in url
    except ValueError:
        return False
