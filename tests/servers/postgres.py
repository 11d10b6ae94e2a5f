"""A real PostgreSQL for the tests: our own in a temporary directory, or the one ``DATABASE_URL`` names."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.servers.ground import Ground, free_port

_numbers = itertools.count(1)

_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "100",
    "shared_buffers": "64MB",
}
_AS_FILES = sql.SQL(" STRATEGY FILE_COPY")
"""Half the work of the default, which writes every page to the log as well."""


class Postgres:
    """A server by URL; ``url(name)`` is the URL of one of its databases."""

    def __init__(self, url: str, bin: Path | None) -> None:
        self._base = urlsplit(url)
        self.bin = bin
        """Folder of psql, pg_dump and the others, None when not found."""

    def url(self, name: str = "postgres") -> str:
        """URL of one database, as psycopg, SQLAlchemy and our settings take it."""
        return urlunsplit(self._base._replace(path=f"/{name}"))

    def start(self) -> None:
        """Make sure it runs; calling again is fine."""

    def create(self, script: str = "") -> str:
        """Make a fresh UTF-8 database, run the script in it and return its name."""
        name = f"made_{os.getpid()}_{next(_numbers)}"
        self._administer(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name)), _AS_FILES
        )
        if script:
            with psycopg.connect(self.url(name), autocommit=True) as connection:
                connection.execute(script)  # type: ignore[arg-type]
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _administer(self, statement: sql.Composed, more: sql.SQL | None = None) -> None:
        """``more`` is for servers that know it: PostgreSQL 15 and later."""
        with psycopg.connect(self.url(self._base.path.lstrip("/") or "postgres"), autocommit=True) as connection:
            knows = more is not None and connection.info.server_version >= 150_000
            connection.execute(statement + more if knows else statement)


class OwnPostgres(Postgres):
    """Our own server on a Unix socket and on 127.0.0.1, trusting everybody, gone with the test run."""

    def __init__(self, bin: Path) -> None:
        self.port = free_port()
        super().__init__(f"postgresql://postgres@127.0.0.1:{self.port}/postgres", bin)
        self.ground: Ground | None = None

    def start(self) -> None:
        if self.ground is not None:
            return
        assert self.bin is not None
        self.ground = Ground("postgres", "postgres")
        self.ground.run(
            self.bin / "initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C",
            "--no-sync", "--no-instructions",
        )  # fmt: skip
        options = {
            **_OPTIONS,
            "port": str(self.port),
            "unix_socket_directories": str(self.ground.directory),
            "external_pid_file": str(self.ground.pid_file),
        }
        with (self._data / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = '{value}'\n" for name, value in options.items())
        self.run()

    @property
    def _data(self) -> Path:
        assert self.ground is not None
        return self.ground.directory / "data"

    def run(self) -> None:
        """Start the server process (again), and wait until it answers."""
        assert self.ground is not None
        assert self.bin is not None
        log = self.ground.directory / "server.log"
        self.ground.run(self.bin / "pg_ctl", "-D", self._data, "-l", log, "-w", "-t", "60", "-s", "start")

    def halt(self, mode: str = "immediate") -> None:
        """Stop the server process, by default as a crash would; ``run`` brings it back with its data."""
        assert self.ground is not None
        assert self.bin is not None
        self.ground.run(self.bin / "pg_ctl", "-D", self._data, "-m", mode, "-w", "-s", "stop")

    @property
    def socket_url(self) -> str:
        """The server's address over its Unix socket."""
        assert self.ground is not None
        return f"postgresql://postgres@/postgres?host={self.ground.directory}&port={self.port}"

    def close(self) -> None:
        """Stop the server and remove everything it wrote."""
        if self.ground is not None:
            self.ground.close()
