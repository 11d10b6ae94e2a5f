"""The ground for all tests: a safe environment, real servers, and an honest word about what was skipped."""

from __future__ import annotations

import base64
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests import parts
from tests.cast import alice, bob, charlie, client, desk, permit, staff, viewer  # noqa: F401 – fixtures
from tests.flushing import journal_may_be_flushed, roles_outlive_a_flush  # noqa: F401 – fixtures
from tests.mail import dovecot, mailbox, sink, smtp  # noqa: F401 – fixtures
from tests.servers.ground import Ground
from tests.servers.mariadb import MariaDB
from tests.servers.postgres import OwnPostgres, Postgres
from tests.servers.s3 import S3

_SERVER = pytest.StashKey[Postgres | None]()
_GROUND = pytest.StashKey[Ground]()
_SKIPPED = pytest.StashKey[Counter[str]]()


# Before Django --------------------------------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose the database and the folders before Django reads its settings (pytest-django does it after us)."""
    config.addinivalue_line("markers", "requires(*parts): skip where one of these real parts is missing")
    config.addinivalue_line("markers", "slow: takes long; `make test` leaves it out, `make test SLOW=1` does not")
    config.addinivalue_line("markers", "long: takes many minutes; only `make test LONG=1` runs it")
    config.stash[_SKIPPED] = Counter()
    config.pluginmanager.register(_Honesty(config.stash[_SKIPPED]))
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        config.option.loadscopereorder = False  # the order is ours, see pytest_collection_modifyitems
        return  # this process only hands the tests out; what runs them brings its own servers
    config.stash[_SERVER] = server = _server()
    config.stash[_GROUND] = ground = Ground("tests")
    ground.directory.chmod(0o755)
    if not os.environ.get("DATABASE_URL"):
        own = ground.directory / "offboarding.sqlite3"
        os.environ["DATABASE_URL"] = server.url() if server else f"sqlite:///{own}"
    os.environ.update(_safe_environment(ground.directory))
    os.environ["DJANGO_SETTINGS_MODULE"] = "offboarding.settings"
    assert settings.DATABASES  # reads the settings now: pytest-django sets Django up only where they are read
    # A real hash takes half a second, on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _server() -> Postgres | None:
    """The PostgreSQL that ``DATABASE_URL`` names, else one of our own where its programs are found."""
    url = os.environ.get("DATABASE_URL", "")
    found = parts.postgres_bin()
    if url.startswith(("postgres://", "postgresql://", "psql://", "pgsql://")):
        return Postgres("postgresql" + url[url.index("://") :], found)
    return OwnPostgres(found) if found else None


def _safe_environment(directory: Path) -> dict[str, str]:
    """Settings that keep a test run away from everything real; they win over a ``.env`` file."""
    return {
        "DEBUG": "true",
        "DATA_MAP": "",
        "PLATFORM_URL": f"sqlite:///{directory / 'platform.sqlite3'}",
        "STORAGE_DEFAULT_URL": f"file://{directory / 'uploads'}",
        "STORAGE_EXPORTS_URL": f"file://{directory / 'exports'}",
        "STORAGE_EVIDENCE_URL": f"file://{directory / 'evidence'}",
        "STORAGE_PLATFORM_MEDIA_URL": f"file://{directory / 'platform_media'}",
        "EXPORT_WORK_DIR": str(directory / "work"),
        "DELETION_WORK_DIR": str(directory / "deletion"),
        "SIGNING_KEY": base64.b64encode(bytes(range(32))).decode(),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop our server and remove what the run wrote."""
    server = config.stash.get(_SERVER, None)
    if isinstance(server, OwnPostgres):
        server.close()
    if _GROUND in config.stash:
        config.stash[_GROUND].close()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where processes share the tests, folders of one world stay together and files of few tests go first: long tests
    stand in those, and nobody is to wait for one in the end."""
    if hasattr(config, "workerinput"):
        many = Counter(item.path for item in items)
        items.sort(key=lambda item: 0 if item.path.parent.name == "browser" else many[item.path])


# Servers --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_modify_db_settings(pytestconfig: pytest.Config) -> None:
    """Start our PostgreSQL before pytest-django makes the application's own database in it."""
    server = pytestconfig.stash[_SERVER]
    if server is not None:
        server.start()


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> Postgres:
    """A running PostgreSQL; ``postgres.url(name)`` is the URL of one database."""
    server = pytestconfig.stash[_SERVER]
    if server is None:
        parts.need("postgresql")
    assert server is not None
    server.start()
    return server


@pytest.fixture
def own_postgres() -> Iterator[OwnPostgres]:
    """A PostgreSQL for one test only, which may ``halt()`` it and ``run()`` it again."""
    server = OwnPostgres(parts.need("postgresql"))
    server.start()
    yield server
    server.close()


@pytest.fixture
def make_database(postgres: Postgres) -> Iterator[Callable[..., str]]:
    """``make_database(sql="")`` makes a fresh PostgreSQL database, runs the SQL and returns its URL."""
    made: list[str] = []

    def make(sql: str = "") -> str:
        made.append(postgres.create(sql))
        return postgres.url(made[-1])

    yield make
    for name in made:
        postgres.drop(name)


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    """A running MariaDB; ``mariadb.url(name)`` is the SQLAlchemy URL of one database."""
    server = MariaDB(parts.need("mariadbd"), parts.need("mariadb-install-db"))
    yield server
    server.close()


@pytest.fixture
def make_mariadb(mariadb: MariaDB) -> Iterator[Callable[..., str]]:
    """``make_mariadb(sql="")`` makes a fresh MariaDB database, runs the SQL and returns its URL."""
    made: list[str] = []

    def make(sql: str = "") -> str:
        made.append(mariadb.create(sql))
        return mariadb.url(made[-1])

    yield make
    for name in made:
        mariadb.drop(name)


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    """An S3 server on loopback: ``.endpoint``, ``.make_bucket()``, ``.storage_url(bucket)``, ``.client()``."""
    server = S3()
    yield server
    server.close()


# Parts that may be missing --------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """``program("soffice")`` is the path of a program; where it is missing the test is skipped."""
    return lambda name: str(parts.need(name))


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """``shared_data("oulad")`` is the folder of real data; where it is missing the test is skipped."""
    return lambda name: parts.need(f"data:{name}")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("requires"):
        for name in mark.args:
            parts.need(name)


class _Honesty:
    """Counts what did not run, says so in one block at the end, and fails the run where skips are not allowed."""

    def __init__(self, skipped: Counter[str]) -> None:
        self.skipped = skipped
        self.slow = self.long = 0
        self.stand_in = ""

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self.skipped[text.removeprefix("Skipped: ")] += 1

    pytest_runtest_logreport = pytest_collectreport = lambda self, report: self._note(report)

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self.slow += sum(item.get_closest_marker("slow") is not None for item in items)
        self.long += sum(item.get_closest_marker("long") is not None for item in items)

    @property
    def forbidden(self) -> list[str]:
        return sorted(reason for reason in self.skipped if parts.no_skips() and not parts.allowed(reason))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.forbidden and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if settings.configured and connection.vendor != "postgresql":
            self.stand_in = connection.display_name
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["left out"] = (self.slow, self.long, self.stand_in)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """One of the processes that share the tests has ended; each of them has left out the same."""
        mine = (self.slow, self.long, self.stand_in)
        self.slow, self.long, self.stand_in = getattr(node, "workeroutput", {}).get("left out", mine)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        lines = [f"{count} skipped: {reason}" for reason, count in sorted(self.skipped.items())]
        if self.stand_in:
            lines.append(f"The application's own database stood on {self.stand_in}, not on PostgreSQL.")
        if self.slow:
            lines.append(f"{self.slow} slow tests left out: make test SLOW=1")
        if self.long:
            lines.append(f"{self.long} long tests left out: make test LONG=1")
        if lines:
            terminalreporter.section("what did not run, and how to get it")
            terminalreporter.write("".join(f"{line}\n" for line in lines))
        for reason in self.forbidden:
            terminalreporter.write_line(
                f"FAILED: a skip is not allowed here (NO_SKIPS or CI is set): {reason}", red=True
            )
