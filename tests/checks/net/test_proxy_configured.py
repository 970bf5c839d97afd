"""Do the proxy settings agree?"""

import pytest
from checkkit import run_check

from agent.errors import CannotObserve
from agent.model import Status, UnknownReason
from agent.system.base import ProxySetting
from agent.system.fake import FakeSystem

CHECK = "net.proxy_configured"
ONE, OTHER = "http://proxy.contoso.test:8080", "http://proxy.fabrikam.test:3128"


def test_no_proxy_passes() -> None:
    """Nothing configured is a healthy, direct connection."""
    assert run_check(CHECK, FakeSystem(proxy_settings=())).status is Status.PASS


def test_agreeing_places_pass() -> None:
    """The same address in two places is one setting; the one PowerShell 7 takes is named."""
    settings = (ProxySetting("winhttp", "all", ONE), ProxySetting("environment", "https", ONE))
    result = run_check(CHECK, FakeSystem(platform="windows", proxy_settings=settings))
    assert (result.status, result.evidence["proxy"], result.evidence["source"]) == (Status.PASS, ONE, "environment")


def test_different_addresses_warn() -> None:
    """Two places that name different proxies contradict each other."""
    settings = (ProxySetting("wininet", "all", OTHER), ProxySetting("environment", "https", ONE))
    result = run_check(CHECK, FakeSystem(proxy_settings=settings))
    assert (result.status, result.evidence["state"], result.evidence["proxy"]) == (Status.WARN, "conflicting", ONE)


def test_proxy_of_another_scheme_does_not_count() -> None:
    """A proxy for plain http says nothing about the sign-in service."""
    settings = (ProxySetting("environment", "http", OTHER), ProxySetting("environment", "https", ONE))
    assert run_check(CHECK, FakeSystem(proxy_settings=settings)).status is Status.PASS


@pytest.mark.parametrize("url", ["ftp://proxy.contoso.test:21", "http://:8080", "http://proxy:port", "http://a b:80"])
def test_malformed_address_fails(url: str) -> None:
    """An address .NET would refuse fails."""
    result = run_check(CHECK, FakeSystem(proxy_settings=(ProxySetting("environment", "https", url),)))
    assert (result.status, result.evidence["state"]) == (Status.FAIL, "malformed")


def test_script_is_not_compared() -> None:
    """A proxy script beside a fixed proxy is no contradiction that can be seen."""
    settings = (ProxySetting("pac", "all", "http://proxy.contoso.test/proxy.pac"), ProxySetting("winhttp", "all", ONE))
    assert run_check(CHECK, FakeSystem(proxy_settings=settings)).status is Status.PASS


def test_unreadable_settings_are_unknown() -> None:
    """Settings that may not be read are no verdict."""
    result = run_check(CHECK, FakeSystem(proxy_settings=CannotObserve("no_permission", "no")))
    assert (result.status, result.reason) == (Status.UNKNOWN, UnknownReason.NO_PERMISSION)
