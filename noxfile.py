"""One way in, the same on Windows, Linux and macOS: ``nox`` runs what CI runs, ``nox -s test -- tests/unit`` a part of it."""

import nox

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["lint", "types", "rules", "test"]  # test includes ps; bench is asked for by name
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = True

GROUPS = nox.project.load_toml("pyproject.toml")


def needs(session: nox.Session, group: str) -> None:
    """This checkout, editable, with a dependency group of pyproject.toml."""
    session.install("-q", "-e.", *nox.project.dependency_groups(GROUPS, group))


@nox.session
def lint(session: nox.Session) -> None:
    """Format and lint faults of all Python files."""
    needs(session, "dev")
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Strict types of the agent and its checks."""
    needs(session, "dev")
    session.run("mypy")


@nox.session
def rules(session: nox.Session) -> None:
    """Faults and failing expectations of the catalogue."""
    needs(session, "test")
    session.run("agent", "rules", "lint")
    session.run("agent", "rules", "test")


@nox.session
def test(session: nox.Session) -> None:
    """All tests, or those named after ``--``."""
    needs(session, "test")
    session.run("pytest", *(session.posargs or ("-n", "2", "--dist", "loadfile")))


@nox.session
def ps(session: nox.Session) -> None:
    """The PowerShell module only."""
    needs(session, "test")
    session.run("pytest", "tests/contract/test_powershell_module.py", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """How long things take, as multiples of starting Python, and how fast a scan reads beside Drain3."""
    needs(session, "dev")
    session.run("python", "tests/bench/bench.py", *session.posargs)
    session.run("python", "tests/bench/scan.py", *session.posargs)
