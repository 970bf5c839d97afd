"""What is published works by itself: archive, wheel, a fresh environment, another working directory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from agent import __version__

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("agent", "checks", "rules", "ps-module", "tests")
FILES = ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "noxfile.py")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel made from the source archive of a copy of this checkout, as an index would get it."""
    copy = tmp_path_factory.mktemp("copy")
    for part in PARTS:
        shutil.copytree(
            ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__", "catalogue.json", "*.tmp")
        )
    for name in FILES:
        shutil.copy(ROOT / name, copy / name)
    out = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(copy)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(list(out.glob("*.tar.gz"))) == 1
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel; the libraries it needs are those of this one, so nothing is fetched."""
    folder = tmp_path_factory.mktemp("env")
    venv.create(folder, with_pip=True, symlinks=os.name != "nt")
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    subprocess.run(
        [
            str(python),
            "-m",
            "pip",
            "install",
            "-q",
            "--no-index",
            "--no-deps",
            "--disable-pip-version-check",
            str(wheel),
        ],
        check=True,
        timeout=300,
    )
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    purelib = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    here = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    Path(purelib, "libraries.pth").write_text("\n".join(sorted(here)), "utf-8")
    return scripts / ("agent.exe" if os.name == "nt" else "agent")


def run(program: Path, folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """The installed program in ``folder``, with nothing of this checkout in its environment."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return subprocess.run(
        [str(program), *args],
        cwd=folder,
        env={**env, "PYTHONUTF8": "1"},
        input="",
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_wheel_holds_what_is_needed(wheel: Path) -> None:
    """The wheel has the compiled catalogue, the schemas, the licence and every check; no tests and no loose rules."""
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"agent/catalogue.json", "agent/schemas/diagnosis.json", "agent/schemas/error-report.json"} <= names
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    sources = {p.relative_to(ROOT).as_posix() for top in ("agent", "checks") for p in (ROOT / top).rglob("*.py")}
    assert sources <= names
    assert {name.split("/")[0] for name in names} == {"agent", "checks", f"it_error_agent-{__version__}.dist-info"}


def test_installed_agent_is_sound(installed: Path, tmp_path: Path) -> None:
    """``agent doctor`` finds its compiled catalogue and all checks from another working directory."""
    done = run(installed, tmp_path, "doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "catalogue.json" in done.stdout
    assert "This installation is sound." in done.stdout


def test_installed_agent_diagnoses(installed: Path, tmp_path: Path) -> None:
    """The main job works from another working directory and leaves nothing there."""
    done = run(installed, tmp_path, "diagnose", "--no-checks", "AADSTS7000222: client secret keys are expired")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "AADSTS7000222" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_installed_agent_runs_a_check(installed: Path, tmp_path: Path) -> None:
    """A check is found and run by its name."""
    done = run(installed, tmp_path, "check", "run", "powershell.edition_current", "--param", "edition=Core")
    assert done.returncode == 0, done.stdout + done.stderr


def test_authors_commands_say_what_they_miss(installed: Path, tmp_path: Path) -> None:
    """Without the sources, ``agent rules lint`` asks for them in one line."""
    done = run(installed, tmp_path, "rules", "lint")
    assert done.returncode == 2
    assert "--rules" in done.stderr
    assert done.stderr.count("\n") == 1


def test_installed_schema(installed: Path, tmp_path: Path) -> None:
    """The published schemas come with the package."""
    assert '"$schema"' in run(installed, tmp_path, "schema", "error-report").stdout
