"""The sample platform once per engine, small, with canaries."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import psycopg
import pytest
from django.core.files.storage import FileSystemStorage
from sqlalchemy import make_url

from exports.sample.platform import Summary, create
from tests.servers.postgres import Postgres

SIZE = 9000


@dataclass
class Sample:
    """A platform as created, and direct access to it."""

    url: str
    storage: FileSystemStorage
    summary: Summary = field(repr=False)

    @property
    def engine(self) -> str:
        return make_url(self.url).get_backend_name()

    @cached_property
    def session(self) -> psycopg.Connection:
        session = psycopg.connect(self.url, autocommit=True)
        session.execute("SET TIME ZONE 'UTC'")
        return session

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows as the engine's own driver gives them."""
        if self.engine == "sqlite":
            return query(self.url, sql)
        return self.session.execute(sql.encode()).fetchall()


def query(url: str, sql: str) -> list[tuple[Any, ...]]:
    """The same over a connection of its own."""
    if make_url(url).get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(make_url(url).database))) as connection, connection:
            return connection.execute(sql).fetchall()
    with psycopg.connect(url) as session:
        cursor = session.execute(sql.encode())
        return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("sample")
    url, storage = f"sqlite:///{folder / 'platform.sqlite3'}", FileSystemStorage(folder / "media")
    return Sample(url, storage, create(url, storage, size=SIZE, canaries=True))


@pytest.fixture(scope="session")
def on_postgresql(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    name = postgres.create()
    url, storage = postgres.url(name), FileSystemStorage(tmp_path_factory.mktemp("sample"))
    sample = Sample(url, storage, create(url, storage, size=SIZE, canaries=True))
    yield sample
    sample.session.close()
    postgres.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def sample(request: pytest.FixtureRequest) -> Sample:
    """Each test with this runs once per engine."""
    found: Sample = request.getfixturevalue(f"on_{request.param}")
    return found
