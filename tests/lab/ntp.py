"""A real NTP server: Debian's chronyd on a free loopback port, serving this machine's clock, moved when asked.

It never touches the system clock (``-x``), opens no control port and keeps everything in the folder it is given.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType

from lab.wrongclock import forget, moved

CHRONYD = shutil.which("chronyd") or next((p for p in ("/usr/sbin/chronyd",) if Path(p).exists()), "")

_CONFIGURATION = """\
local stratum 8
allow 127.0.0.0/8
bindaddress 127.0.0.1
port {port}
cmdport 0
bindcmdaddress /
pidfile {folder}/chronyd.pid
"""


class NtpServer:
    """chronyd in the foreground; ``ahead_s`` moves the time it serves."""

    def __init__(self, folder: Path, ahead_s: float = 0) -> None:
        self.port = _free_port()
        configuration = folder / f"chrony-{self.port}.conf"
        configuration.write_text(_CONFIGURATION.format(port=self.port, folder=folder))
        self._log = (folder / "chronyd.log").open("w")
        command = [CHRONYD, "-d", "-x", "-U", "-L", "0", "-f", str(configuration)]
        self._pid_file = folder / "chronyd.pid"
        self._process = subprocess.Popen(
            moved(command, ahead_s), stdout=self._log, stderr=self._log, cwd=folder, start_new_session=True
        )
        self._await(folder)

    @property
    def address(self) -> str:
        """A value for AGENT_NTP_SERVERS."""
        return f"127.0.0.1:{self.port}"

    def close(self) -> None:
        """End it and wait for it: the server itself first, so that the program that moved its clock tidies up and follows."""
        try:
            os.kill(int(self._pid_file.read_text()), signal.SIGTERM)
        except (OSError, ValueError):
            self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(5)
            forget(self._process.pid)
        self._log.close()

    def __enter__(self) -> NtpServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _await(self, folder: Path) -> None:
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline and self._process.poll() is None:
            if ask(self.port) is not None:
                return
            time.sleep(0.05)
        self.close()
        raise RuntimeError("chronyd did not answer: " + (folder / "chronyd.log").read_text()[-500:])


def ask(port: int, timeout_s: float = 0.3) -> float | None:
    """The server's clock as seconds since 1970, or None when it does not answer as a synchronised server."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(timeout_s)
        try:
            line.sendto(b"\x23" + bytes(47), ("127.0.0.1", port))
            answer = line.recv(512)
        except OSError:
            return None
    if len(answer) < 48 or answer[0] >> 6 == 3:
        return None
    return int.from_bytes(answer[40:44], "big") - 2_208_988_800 + int.from_bytes(answer[44:48], "big") / 2**32


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])
