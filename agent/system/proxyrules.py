"""How proxy settings are written and what they mean: pure rules over recorded texts and blobs."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from agent.system.base import ProxySetting

#: Flags of a saved connection (``DefaultConnectionSettings``, ``WinHttpSettings``), byte 8.
HAS_PROXY, AUTO_DETECT = 2, 8


def bypassed(host: str, rules: tuple[str, ...], source: str) -> bool:
    """Whether the exceptions of a setting cover ``host``.

    Environment, as .NET applies it: an entry with a leading dot covers the domain and everything below, any other entry that very
    host; no wildcards, no address ranges. WinINET: ``*`` wildcards, and ``<local>`` for names without a dot. macOS: wildcards and
    address ranges.
    """
    host = host.lower().strip("[]")
    return any(_covers(rule.strip().lower(), host, source) for rule in rules if rule.strip())


def _covers(rule: str, host: str, source: str) -> bool:
    if source == "environment":
        return host == rule.strip("[]") or (rule.startswith(".") and (host == rule[1:] or host.endswith(rule)))
    if rule == "<local>":
        return "." not in host and ":" not in host
    if source == "macos" and "/" in rule:
        return _in_range(rule, host)
    rule = rule.partition("://")[2] or rule
    return fnmatchcase(host, rule.replace("[", "[[]"))


def _in_range(rule: str, host: str) -> bool:
    base, _, length = rule.partition("/")
    if ":" not in base:  # macOS writes 169.254/16
        base += ".0" * (3 - base.count("."))
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(f"{base}/{length}", strict=False)
    except ValueError:
        return False


def list_for(proxies: str, scheme: str) -> str:
    """The address for a scheme in a Windows proxy list: ``host:port``, or ``http=host:port;https=...``; empty for none."""
    entries = [e for e in re.split(r"[;\s]+", proxies.strip()) if e]
    by_scheme = dict(e.split("=", 1) for e in entries if "=" in e)
    chosen = by_scheme.get(scheme) or next((e for e in entries if "=" not in e), "")
    if not chosen and "socks" in by_scheme:
        chosen = "socks4://" + by_scheme["socks"].partition("://")[2] if "://" in by_scheme["socks"] else ""
        chosen = chosen or "socks4://" + by_scheme["socks"]
    if not chosen:
        return ""
    return _with_port(chosen if "://" in chosen else f"http://{chosen}")


def _with_port(address: str) -> str:
    address = address.rstrip("/")
    return address if re.search(r":\d+$", address) else f"{address}:80"


def connection_blob(blob: bytes) -> tuple[int, str, tuple[str, ...], str]:
    """Flags, proxy list, exceptions and script address of a saved connection.

    Layout (observed, not documented): three 32-bit numbers (size or version, counter, flags), then each text as a length
    and its bytes. A blob cut short gives what could be read.
    """
    flags = int.from_bytes(blob[8:12], "little")
    texts, at = [], 12
    for _ in range(3):
        length = int.from_bytes(blob[at : at + 4], "little")
        texts.append(blob[at + 4 : at + 4 + length].decode("ascii", "replace"))
        at += 4 + length
    return flags, texts[0], split_exceptions(texts[1]), texts[2]


def split_exceptions(text: Any) -> tuple[str, ...]:
    """Windows' exception list, separated by semicolons or white space."""
    return tuple(e for e in re.split(r"[;\s]+", str(text or "")) if e)


def wininet_settings(values: Mapping[str, Any], saved: bytes | None) -> tuple[ProxySetting, ...]:
    """The account's proxy settings: script address, search for a script, fixed proxies per scheme."""
    found: list[ProxySetting] = []
    if script := str(values.get("AutoConfigURL") or ""):
        found.append(ProxySetting("pac", "all", script))
    elif saved and connection_blob(saved)[0] & AUTO_DETECT:
        found.append(ProxySetting("pac", "all", ""))
    servers = str(values.get("ProxyServer") or "")
    if values.get("ProxyEnable") and servers:
        exceptions = split_exceptions(values.get("ProxyOverride"))
        schemes = ("https", "http") if "=" in servers else ("all",)
        addresses = ((scheme, list_for(servers, scheme)) for scheme in schemes)
        found += [ProxySetting("wininet", scheme, address, exceptions) for scheme, address in addresses if address]
    return tuple(found)


def scutil_settings(text: str) -> tuple[ProxySetting, ...]:
    """macOS's settings from ``scutil --proxy``."""
    fields = dict(re.findall(r"(?m)^\s*(\w+) : ([^<\n].*)$", text))
    exceptions = re.search(r"ExceptionsList : <array> \{(.*?)\}", text, re.S)
    bypass = tuple(re.findall(r"\d+ : (\S+)", exceptions[1])) if exceptions else ()
    if fields.get("ExcludeSimpleHostnames") == "1":
        bypass += ("<local>",)
    found: list[ProxySetting] = []
    if fields.get("ProxyAutoConfigEnable") == "1":
        found.append(ProxySetting("pac", "all", fields.get("ProxyAutoConfigURLString", "").strip()))
    elif fields.get("ProxyAutoDiscoveryEnable") == "1":
        found.append(ProxySetting("pac", "all", ""))
    for scheme in ("https", "http"):
        name = scheme.upper()
        if fields.get(f"{name}Enable") == "1" and fields.get(f"{name}Proxy"):
            port = fields.get(f"{name}Port", "80").strip()
            found.append(ProxySetting("macos", scheme, f"http://{fields[f'{name}Proxy'].strip()}:{port}", bypass))
    if fields.get("SOCKSEnable") == "1" and fields.get("SOCKSProxy"):
        port = fields.get("SOCKSPort", "1080").strip()
        found.append(ProxySetting("macos", "all", f"socks5://{fields['SOCKSProxy'].strip()}:{port}", bypass))
    return tuple(found)
