"""The store as the real .NET writes and reads it, compared with our reading."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from certkit import certificate, der, key, pem, pfx, thumbprint

from agent.system import certificates, dotnet_store

#: Makes a certificate, stores it through X509Store, then lists what .NET finds in the store after we added files of our own.
SCRIPT = """
$ErrorActionPreference = 'Stop'
$ns = 'System.Security.Cryptography'
$rsa = [System.Security.Cryptography.RSA]::Create(2048)
$subject = 'CN=graph-nightly, OU="Nights, days", O=Contoso, S=Bern, C=CH, E=kim@contoso.test, SERIALNUMBER=5, OID.1.2.3.4=x'
$request = New-Object "$ns.X509Certificates.CertificateRequest" $subject, $rsa, 'SHA256', `
    ([System.Security.Cryptography.RSASignaturePadding]::Pkcs1)
$made = $request.CreateSelfSigned([DateTimeOffset]::UtcNow.AddDays(-1), [DateTimeOffset]::UtcNow.AddDays(30))
$store = New-Object "$ns.X509Certificates.X509Store" 'My', 'CurrentUser'
$store.Open('ReadWrite'); $store.Add($made); $store.Close()
Copy-Item "$env:EXTRA/*" "$HOME/.dotnet/corefx/cryptography/x509stores/my/"
$store.Open('ReadOnly')
$found = @($store.Certificates | ForEach-Object {
    @{ thumbprint = $_.Thumbprint; subject = $_.Subject; key = $_.HasPrivateKey
       after = ([DateTimeOffset]$_.NotAfter.ToUniversalTime()).ToUnixTimeSeconds() } })
$store.Close()
$refused = ''
try { $other = New-Object "$ns.X509Certificates.X509Store" 'My', 'LocalMachine'; $other.Open('ReadOnly') }
catch { $refused = $_.Exception.InnerException.GetType().Name }
@{ found = $found; refused = $refused } | ConvertTo-Json -Depth 4 -Compress
"""


def _powershell() -> str:
    found = os.environ.get("AGENT_TEST_PWSH") or shutil.which("pwsh")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("no PowerShell; the workflow must bring one")
        pytest.skip("no PowerShell: set AGENT_TEST_PWSH, or put pwsh on the PATH")
    return found


@pytest.mark.lab
@pytest.mark.skipif(sys.platform != "linux", reason="this store is .NET's on Linux")
def test_we_read_what_dotnet_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thumbprint, subject, end and key are the same, the same files count and the same are passed over, and the key signs."""
    home, extra = tmp_path / "home", tmp_path / "extra"
    home.mkdir()
    extra.mkdir()
    other = certificate(key(), "other")
    contents = {
        "bare.pfx": pfx(certificate(key(number=1), "bare")),
        "UPPER.PFX": pfx(other, key()),
        "locked.pfx": pfx(other, key(), "secret"),
        "der.pfx": der(other),
        "pem.pfx": pem(other, key()),
        "junk.pfx": b"junk",
    }
    for name, data in contents.items():
        (extra / name).write_bytes(data)
    environment = {**os.environ, "HOME": str(home), "EXTRA": str(extra)}
    script = tmp_path / "store.ps1"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [_powershell(), "-NoProfile", "-NonInteractive", "-File", str(script)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.strip().splitlines()[-1])
    monkeypatch.setenv("HOME", str(home))
    ours = dotnet_store.certificates("CurrentUser", "My")
    theirs = sorted((c["thumbprint"], c["subject"], c["key"], c["after"]) for c in said["found"])
    assert sorted((c.thumbprint, c.subject, c.has_private_key, c.not_after) for c in ours if c.thumbprint) == theirs
    assert len(theirs) == 2
    assert thumbprint(other) not in {c.thumbprint for c in ours}
    assert sorted(Path(c.path).name for c in ours if not c.thumbprint) == [
        "der.pfx",
        "junk.pfx",
        "locked.pfx",
        "pem.pfx",
    ]
    signing = next(c for c in ours if c.has_private_key)
    assert certificates.sign_with(signing).state == "signed"
    assert said["refused"] == "CryptographicException"
