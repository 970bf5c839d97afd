"""Which proxies are configured, which one applies to an address, and what it says to CONNECT.

What applies is decided as .NET 5 and later decide it, because PowerShell 7 does: the environment first and alone when it names a
proxy, else the settings of the system. Windows PowerShell 5.1 reads the system's settings only. The environment's rules were
compared with .NET 10 on Linux; reading the Windows and macOS settings is tested with recorded answers, not on such systems.
Logins never leave this module, except through ``login_for`` into a real request's header.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system import net
from agent.system.base import ProxySetting, TunnelAnswer
from agent.system.limits import program_output, within
from agent.system.proxyrules import (
    HAS_PROXY,
    bypassed,
    connection_blob,
    list_for,
    scutil_settings,
    split_exceptions,
    wininet_settings,
)

_INTERNET = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"
#: Kinds of proxy .NET knows.
_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5")
_STATES = {"open": "", "timeout": "timeout"}

#: Longest answer head a proxy may send; real ones stay below 4 KiB.
HEAD_LIMIT_BYTES = 16384


def proxy_settings() -> tuple[ProxySetting, ...]:
    """Every proxy configured: environment, then WinINET and WinHTTP, or macOS's network settings."""
    return environment_settings(os.environ) + system_settings()


def environment_settings(variables: Mapping[str, str]) -> tuple[ProxySetting, ...]:
    """The proxies that environment variables name, the lower-case spelling first as .NET reads it.

    ``HTTP_PROXY`` does not count where ``GATEWAY_INTERFACE`` is set, since a web client could have set it there. A value that is
    no address is kept as it is, so that it can be called malformed.
    """
    bypass = tuple(
        filter(None, map(str.strip, (variables.get("no_proxy") or variables.get("NO_PROXY") or "").split(",")))
    )
    found: list[ProxySetting] = []
    for scheme in ("https", "http", "all"):
        for name in (f"{scheme}_proxy", f"{scheme}_proxy".upper()):
            value = variables.get(name, "").strip()
            if not value or (name == "HTTP_PROXY" and "GATEWAY_INTERFACE" in variables):
                continue
            setting = ProxySetting("environment", scheme, address_of(value), bypass, has_login="@" in value)
            if setting not in found:
                found.append(setting)
    return tuple(found)


def address_of(value: str) -> str:
    """``scheme://host:port`` of a setting, without login and path; http and port 80 (443 for https) where it names none."""
    scheme, separator, rest = value.partition("://")
    if not separator:
        scheme, rest = "http", value
    rest = re.split(r"[/?#]", rest.rpartition("@")[2], maxsplit=1)[0]
    if rest and not re.search(r":[^:]*$", rest.rpartition("]")[2]):
        rest += ":443" if scheme.lower() == "https" else ":80"
    return f"{scheme.lower()}://{rest}"


def is_address(url: str) -> bool:
    """Whether .NET takes the text for the address of a proxy."""
    try:
        parts = urlsplit(url)
        return parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port is not None
    except ValueError:
        return False


def login_for(proxy: str) -> str:
    """``user:password`` the environment gives for this proxy address, or an empty text. Never to be shown."""
    for scheme in ("https", "http", "all"):
        for name in (f"{scheme}_proxy", f"{scheme}_proxy".upper()):
            value = os.environ.get(name, "").strip()
            if "@" in value and address_of(value) == proxy:
                return unquote(value.partition("://")[2].rpartition("@")[0] or value.rpartition("@")[0])
    return ""


def proxy_for(url: str) -> str:
    """The proxy this account uses for ``url``, as ``scheme://host:port``, or an empty text.

    A proxy script is run by Windows itself; elsewhere nothing here runs scripts, so that raises ``CannotObserve``.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    # .NET passes over what is no address, as if it were not set (measured with .NET 10)
    named = [setting for setting in environment_settings(os.environ) if is_address(setting.url)]
    for scheme in (parts.scheme, "all"):
        if chosen := next((s for s in named if s.scheme == scheme), None):
            return "" if bypassed(host, chosen.bypass, "environment") else chosen.url
    if named:
        return ""  # the environment names proxies for other schemes only, and then .NET asks nobody else
    return choose(url, host, parts.scheme, system_settings(), by_script)


def choose(
    url: str, host: str, scheme: str, settings: tuple[ProxySetting, ...], ask_script: Callable[[str, str], str]
) -> str:
    """What the system's settings mean for an address: a script decides before a fixed proxy does."""
    for setting in settings:
        if setting.source == "pac":
            return ask_script(url, setting.url)
    for setting in settings:
        if setting.source != "winhttp" and setting.scheme in (scheme, "all"):
            return "" if bypassed(host, setting.bypass, setting.source) else setting.url
    return ""


def by_script(url: str, script: str) -> str:
    """The answer of a proxy script, through WinHTTP on Windows."""
    if sys.platform != "win32":
        detail = f"a proxy script decides ({script or 'offered by the network'}), and scripts are not run here"
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, detail)
    from agent.system import winhttp

    try:
        answer = within(2.0, lambda: winhttp.proxy_by_script(url, script))
    except OSError as fault:
        raise CannotObserve(UnknownReason.UNREACHABLE, f"the proxy script gave no answer: {fault}") from fault
    return list_for(answer, urlsplit(url).scheme)


def system_settings() -> tuple[ProxySetting, ...]:
    """The system's own settings: WinINET of the account and WinHTTP of the machine, or macOS; none elsewhere."""
    if sys.platform == "win32":
        from agent.system import winhttp
        from agent.system.machine import raw_registry_value

        return windows_settings(raw_registry_value, winhttp.default_proxy)
    if sys.platform == "darwin":
        return scutil_settings(program_output(["scutil", "--proxy"]))
    return ()


def windows_settings(
    read: Callable[[str, str, str], Any], services: Callable[[], tuple[str, str]]
) -> tuple[ProxySetting, ...]:
    """WinINET settings through ``read(hive, key, name)``, and the proxy and exceptions of ``services`` (WinHTTP).

    Where WinHTTP does not answer, its settings are parsed from the registry, where ``netsh winhttp set proxy`` leaves them.
    """
    names = ("ProxyEnable", "ProxyServer", "ProxyOverride", "AutoConfigURL")
    values = {name: read("HKCU", _INTERNET, name) for name in names}
    saved = read("HKCU", _INTERNET + r"\Connections", "DefaultConnectionSettings")
    found = wininet_settings(values, saved)
    try:
        proxies, exceptions = services()
        bypass = split_exceptions(exceptions)
    except OSError:
        flags, proxies, bypass, _ = connection_blob(read("HKLM", _INTERNET + r"\Connections", "WinHttpSettings") or b"")
        proxies = proxies if flags & HAS_PROXY else ""
    if proxies:
        found += (ProxySetting("winhttp", "all", list_for(proxies, "https"), bypass),)
    return found


def proxy_tunnel(proxy: str, host: str, port: int, timeout_s: float = 2.0) -> TunnelAnswer:
    """What ``proxy`` says to ``CONNECT host:port`` without a login; the connection is closed at once."""
    sock, answer = open_tunnel(proxy, host, port, time.monotonic() + timeout_s)
    if sock is not None:
        sock.close()
    return answer


def open_tunnel(proxy: str, host: str, port: int, deadline: float, login: str = "") -> tuple[Any, TunnelAnswer]:
    """A connected socket beyond the proxy and its answer, or None and why not."""
    parts = urlsplit(proxy)
    if parts.scheme not in ("http", "https"):
        detail = f"{proxy} is not an HTTP proxy, and only those are asked"
        raise CannotObserve(UnknownReason.NOT_SUPPORTED, detail)
    try:
        proxy_port = parts.port or (80 if parts.scheme == "http" else 443)
        sock, reached = net.open_socket(parts.hostname or "", proxy_port, deadline)
    except TimeoutError:
        return None, TunnelAnswer(proxy, 0, "timeout", "its name was not resolved in time")
    except (CannotObserve, ValueError) as fault:
        return None, TunnelAnswer(proxy, 0, "no_name", getattr(fault, "detail", "") or str(fault))
    if sock is None:  # no route and a local block leave the same result as a closed port: the proxy is not there
        return None, TunnelAnswer(proxy, 0, _STATES.get(reached.state, "refused"), reached.detail)
    try:
        if parts.scheme == "https":
            sock = _secured(sock, parts.hostname or "", deadline)
        answer = _ask(sock, proxy, host, port, deadline, login)
    except TimeoutError:
        answer = TunnelAnswer(proxy, 0, "timeout", "connected, but no answer to CONNECT")
    except OSError as fault:
        answer = TunnelAnswer(proxy, 0, "closed", fault.strerror or str(fault))
    if not 200 <= answer.status < 300:
        sock.close()
        return None, answer
    return sock, answer


def _secured(sock: Any, host: str, deadline: float) -> Any:
    import ssl

    sock.settimeout(_left(deadline))
    return ssl.create_default_context().wrap_socket(sock, server_hostname=host)


def _ask(sock: Any, proxy: str, host: str, port: int, deadline: float, login: str) -> TunnelAnswer:
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if login:
        lines.append(f"Proxy-Authorization: {basic(login)}")
    sock.settimeout(_left(deadline))
    sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("idna" if not target.isascii() else "ascii"))
    head = b""
    while b"\r\n\r\n" not in head and len(head) < HEAD_LIMIT_BYTES:
        sock.settimeout(_left(deadline))
        # one byte at a time: nothing that belongs to the tunnel may be taken
        piece = sock.recv(1)
        if not piece:
            break
        head += piece
    return parsed_head(proxy, head.decode("latin-1"))


def parsed_head(proxy: str, head: str) -> TunnelAnswer:
    """A proxy's answer from its raw head."""
    first, _, rest = head.partition("\r\n")
    status = re.match(r"HTTP/\d\.\d (\d{3}) ?(.*)", first)
    if not status:
        return TunnelAnswer(proxy, 0, "closed", "closed without an answer" if not head else "not an HTTP answer")
    wanted = [
        line.partition(":")[2].strip() for line in rest.split("\r\n") if line.lower().startswith("proxy-authenticate:")
    ]
    return TunnelAnswer(proxy, int(status[1]), "", status[2].strip(), tuple(wanted))


def basic(login: str) -> str:
    """The header value of a Basic login."""
    import base64

    return "Basic " + base64.b64encode(login.encode()).decode("ascii")


def _left(deadline: float) -> float:
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        raise TimeoutError("time is over")
    return left_s
