"""Platforms for the database eraser: alice is tenant 7 and leaves, bob is tenant 8 and must never move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from exports.datamap import DatabaseStore, DataMap, FileStore
from retention.erasers.database import DatabaseEraser
from retention.erasers.findings import Findings
from tests.exports.mapping import catalogue_of, store_of

Rows = dict[str, Counter[tuple[Any, ...]]]
_TABLES = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname !~ '^(pg_|information_)' ORDER BY 1, 2"
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1"


def nothing() -> None:
    """A guard that never minds."""


def everything(url: str) -> Rows:
    """Every row of every table, as text."""
    with psycopg.connect(url, autocommit=True) as session:
        found = {}
        for place in session.execute(_TABLES).fetchall():
            rows = session.execute(sql.SQL("SELECT t::text FROM ONLY {} t").format(sql.Identifier(*place))).fetchall()
            found[".".join(place)] = Counter(rows)
        return found


def sequences(url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as session:
        return session.execute(_SEQUENCES).fetchall()


def run(url: str, text: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as session:
        cursor = session.execute(text.encode())
        return cursor.fetchall() if cursor.description else []


def erase(eraser: DatabaseEraser, findings: Findings | None = None, limit: int = 10_000) -> Counter[str]:
    """All turns in order, each verified while its parents stand; rows gone by table."""
    found = findings or eraser.inspect()
    assert list(map(str, found.refusals)) == []
    gone: Counter[str] = Counter()
    for turn in found.turns:
        while count := eraser.delete_batch(turn, nothing, limit):
            assert count == sum(eraser.gone.values())
            gone.update(eraser.gone)
        assert {one.table: eraser.verify(one.table) for one in found.tables if turn in (one.table, one.goes_with)} == {
            one.table: 0 for one in found.tables if turn in (one.table, one.goes_with)
        }
    return gone


@dataclass
class Platform:
    """A PostgreSQL database, its map, and what opens erasers on it."""

    url: str
    store: DatabaseStore
    notes: Path
    stack: ExitStack
    files: tuple[FileStore, ...] = ()

    def eraser(self, tenant: str = "7", url: str = "") -> DatabaseEraser:
        datamap = DataMap(Path("map.toml"), "", {"platform": self.store}, {one.key: one for one in self.files}, {})
        return self.stack.enter_context(DatabaseEraser(datamap, "platform", url or self.url, tenant, self.notes))

    def refusals(self) -> list[str]:
        return [refusal.code.value for refusal in self.eraser().inspect().refusals]

    def words(self) -> str:
        return "\n".join(map(str, self.eraser().inspect().refusals))


TENANTS = """CREATE TABLE tenants (id int PRIMARY KEY, name text, created_at timestamptz DEFAULT '2020-01-01Z');
INSERT INTO tenants VALUES (8, 'bob');"""
ALICE = "INSERT INTO tenants VALUES (7, 'alice');"
HOME = {"tenants": {"tenant_field": "id"}}


@pytest.fixture
def platform(make_database, tmp_path) -> Iterator[Callable[..., Platform]]:
    """``platform(schema, bob, alice, scopes)`` has ``tenants`` and what the SQL makes; scopes as in ``store_of``."""
    with ExitStack() as stack:

        def make(schema: str, bob: str, alice: str, scopes: dict[str, Any], **rest: Any) -> Platform:
            files = rest.pop("files", ())
            url = make_database(TENANTS + schema + bob + ALICE + alice)
            store = store_of(catalogue_of(url), "tenants.id", HOME | scopes, **rest)
            return Platform(url, store, tmp_path / "notes.sqlite3", stack, files)

        yield make


@pytest.fixture
def leaves_no_trace(platform, make_database) -> Callable[..., Platform]:
    """Erases alice and sees that the database is then as if alice had never been there."""

    def check(schema: str, bob: str, alice: str, scopes: dict[str, Any], limit: int = 10_000, **rest: Any) -> Platform:
        made = platform(schema, bob, alice, scopes, **rest)
        before, numbers = everything(made.url), sequences(made.url)
        eraser = made.eraser()
        findings = eraser.inspect()
        gone = erase(eraser, findings, limit)
        after = everything(made.url)
        assert after == everything(make_database(TENANTS + schema + bob)) != before
        assert sequences(made.url) == numbers
        assert gone == +Counter({found.table: found.rows for found in findings.tables})
        assert eraser.search({found.table: found.samples for found in findings.tables}) == []
        return made

    return check
