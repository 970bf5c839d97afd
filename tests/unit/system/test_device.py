"""dsregcmd's output, recorded."""

from __future__ import annotations

import sys

import pytest

from agent.errors import CannotObserve
from agent.model import UnknownReason
from agent.system import device
from agent.system.base import DeviceState

JOINED = """\
+----------------------------------------------------------------------+
| Device State                                                         |
+----------------------------------------------------------------------+

             AzureAdJoined : YES
          EnterpriseJoined : NO
              DomainJoined : YES
                DomainName : CONTOSO

+----------------------------------------------------------------------+
| Device Details                                                       |
+----------------------------------------------------------------------+

                  DeviceId : 11111111-2222-3333-4444-555555555555
                Thumbprint : 9F3C0A1B2C3D4E5F60718293A4B5C6D7E8F90A41
             TpmProtected : YES
              KeySignTest : PASSED
          DeviceAuthStatus : SUCCESS

+----------------------------------------------------------------------+
| User State                                                           |
+----------------------------------------------------------------------+

                    NgcSet : NO
           WorkplaceJoined : NO

+----------------------------------------------------------------------+
| SSO State                                                            |
+----------------------------------------------------------------------+

                AzureAdPrt : YES
      AzureAdPrtUpdateTime : 2026-11-25 08:15:39.000 UTC
      AzureAdPrtExpiryTime : 2026-12-09 08:15:38.000 UTC
"""
BARE = """\
             AzureAdJoined : NO
          EnterpriseJoined : NO
              DomainJoined : NO
           WorkplaceJoined : YES
"""


def test_joined() -> None:
    """A joined device that may sign in, with a token of this morning."""
    expected = DeviceState(True, True, False, "success", "success", True, 1_795_594_539.0, "")
    assert device.parse_status(JOINED) == expected


def test_registered_only() -> None:
    """A device that is merely registered has no state of a device, and no token is spoken of."""
    assert device.parse_status(BARE) == DeviceState(False, False, True)


@pytest.mark.parametrize(
    ("old", "new", "field", "value"),
    [
        ("SUCCESS", "FAILED. Device is either disabled or deleted", "auth", "refused"),
        ("SUCCESS", "FAILED. ERROR", "auth", "failed"),
        ("PASSED", "FAILED", "key_test", "failed"),
        ("PASSED", "MUST Run elevated to test", "key_test", ""),
        ("AzureAdPrt : YES", "AzureAdPrt : NO", "prt", False),
        ("AzureAdPrt : YES", "AzureAdPrt : NO\n            Attempt Status : 0xc000006d", "attempt", "0xc000006d"),
    ],
)
def test_troubles(old: str, new: str, field: str, value: object) -> None:
    """Refused devices, lost keys and missing tokens are told apart."""
    assert getattr(device.parse_status(JOINED.replace(old, new)), field) == value


def test_other_output_is_not_guessed() -> None:
    """Something else than the state is unknown."""
    with pytest.raises(CannotObserve) as caught:
        device.parse_status("'dsregcmd' is not recognized as an internal or external command")
    assert caught.value.reason is UnknownReason.NOT_SUPPORTED


def test_windows_asks_the_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows the tool is run; elsewhere there is nothing to ask."""
    monkeypatch.setattr(device, "program_output", lambda command, timeout_s: BARE)
    monkeypatch.setattr(device.sys, "platform", "win32")
    assert device.device_state().registered is True
    monkeypatch.setattr(device.sys, "platform", "linux")
    with pytest.raises(CannotObserve):
        device.device_state()


@pytest.mark.windows
@pytest.mark.skipif(sys.platform != "win32", reason="runs the real dsregcmd")
def test_real_dsregcmd() -> None:
    """The real tool's output has the fields."""
    assert type(device.device_state().joined) is bool
