"""Draws docs/diagnose.svg: runs the real command on a computer where a certificate has expired, and keeps what the terminal shows.

    python docs/make_picture.py

The certificate is made on the spot and lies in the .NET store of an empty home folder, so the picture shows measured values.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from rich.console import Console
from rich.text import Text

HERE = Path(__file__).resolve().parent
ERROR = (
    "ClientCertificateCredential authentication failed: Unix LocalMachine X509Store is limited to the Root and "
    "CertificateAuthority stores."
)


def expired_certificate(home: Path) -> str:
    """Puts a certificate that ended three days ago into the user's .NET store; the thumbprint."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "graph-nightly")])
    now = dt.datetime.now(dt.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=368))
        .not_valid_after(now - dt.timedelta(days=3, hours=1))
        .sign(key, hashes.SHA256())
    )
    thumbprint = made.fingerprint(hashes.SHA1()).hex().upper()
    store = home / ".dotnet" / "corefx" / "cryptography" / "x509stores" / "my"
    store.mkdir(parents=True)
    data = pkcs12.serialize_key_and_certificates(b"graph-nightly", key, made, None, serialization.NoEncryption())
    (store / f"{thumbprint}.pfx").write_bytes(data)
    return thumbprint


def main() -> None:
    """Run the command and write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        thumbprint = expired_certificate(Path(folder))
        env = {**os.environ, "HOME": folder, "FORCE_COLOR": "1", "COLUMNS": "80", "PYTHONUTF8": "1"}
        shown = subprocess.run(
            [sys.executable, "-m", "agent", "diagnose", "--offline", "--fact", f"thumbprint={thumbprint}", ERROR],
            capture_output=True,
            encoding="utf-8",
            env={k: v for k, v in env.items() if k != "NO_COLOR"},
            check=False,
        )
    if shown.returncode != 3:
        raise SystemExit(shown.stdout + shown.stderr)
    typed = f"$ agent diagnose --file error.txt --fact thumbprint={thumbprint[:4]}...{thumbprint[-4:]}\n"
    console = Console(record=True, width=82, file=io.StringIO(), force_terminal=True)
    console.print(Text(typed, style="bold"))
    console.print(Text.from_ansi(shown.stdout.rstrip("\n")))
    drawn = console.export_svg(title="agent diagnose", unique_id="diagnose")
    drawn = re.sub(r"\s*@font-face \{[^}]*\}", "", drawn)  # a picture that fetches nothing
    drawn = drawn.replace("Fira Code, monospace", "ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace")
    (HERE / "diagnose.svg").write_text("\n".join(line.rstrip() for line in drawn.splitlines()) + "\n", "utf-8")


if __name__ == "__main__":
    main()
