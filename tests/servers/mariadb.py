"""A real MariaDB for the tests, in a temporary directory."""

from __future__ import annotations

import itertools
import subprocess
import time
from pathlib import Path

import pymysql
from pymysql.constants import CLIENT

from tests.servers.ground import Ground, ServerError, free_port

_numbers = itertools.count(1)


class MariaDB:
    """Our own server on 127.0.0.1; ``url(name)`` is the SQLAlchemy URL of one of its databases."""

    def __init__(self, server: Path, installer: Path) -> None:
        self.port = free_port()
        self.ground = Ground("mariadb", "mysql")
        data = self.ground.directory / "data"
        common = ["--no-defaults", f"--datadir={data}"]
        self.ground.run(installer, *common, "--auth-root-authentication-method=normal", "--skip-test-db")
        with (self.ground.directory / "server.log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    str(server), *common, f"--port={self.port}", "--bind-address=127.0.0.1",
                    f"--socket={self.ground.directory / 'server.sock'}", f"--pid-file={self.ground.pid_file}",
                    "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M",
                    "--character-set-server=utf8mb4",
                ],
                cwd=self.ground.directory, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True, **self.ground.identity(),
            )  # fmt: skip
        self._await()

    def _await(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                self._connect().close()
            except pymysql.err.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    said = (self.ground.directory / "server.log").read_text(errors="replace")
                    raise ServerError(f"mariadbd did not start:\n{said}") from None
                time.sleep(0.05)
            else:
                return

    def _connect(self, name: str | None = None) -> pymysql.Connection:
        return pymysql.connect(
            host="127.0.0.1", port=self.port, user="root", database=name, charset="utf8mb4", autocommit=True,
            client_flag=CLIENT.MULTI_STATEMENTS,
        )  # fmt: skip

    def url(self, name: str) -> str:
        """URL of one database, for SQLAlchemy with PyMySQL."""
        return f"mysql+pymysql://root@127.0.0.1:{self.port}/{name}?charset=utf8mb4"

    def _execute(self, script: str, name: str | None = None) -> None:
        with self._connect(name) as connection, connection.cursor() as cursor:
            cursor.execute(script)
            while cursor.nextset():
                pass

    def create(self, script: str = "") -> str:
        """Make a fresh utf8mb4 database, run the script in it and return its name."""
        name = f"made_{next(_numbers)}"
        self._execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        if script:
            self._execute(script, name)
        return name

    def drop(self, name: str) -> None:
        """Remove a database."""
        self._execute(f"DROP DATABASE IF EXISTS {name}")

    def close(self) -> None:
        """Stop the server and remove everything it wrote."""
        self._process.terminate()
        self._process.wait()
        self.ground.close()
