"""What the file eraser keeps in a file that survives a kill: the files that rows named before the rows went."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from exports.contents import Category
from retention.erasers.file_findings import Staying

_SCHEMA = """
CREATE TABLE IF NOT EXISTS named (
    number INTEGER PRIMARY KEY, store TEXT NOT NULL, path BLOB NOT NULL, category TEXT NOT NULL, by TEXT NOT NULL,
    UNIQUE (store, path, category)
);
CREATE TABLE IF NOT EXISTS staying (
    store TEXT NOT NULL, path BLOB NOT NULL, by TEXT NOT NULL, whose INTEGER NOT NULL, PRIMARY KEY (store, path)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fact (store TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (store, name)) WITHOUT ROWID;
"""
_GROUP = 5000


class FileNotes:
    """``path`` is one SQLite file per deletion; ``store`` the file store. Paths are bytes: not all are UTF-8."""

    def __init__(self, path: Path, store: str) -> None:
        self.store = store
        self.connection = sqlite3.connect(path, isolation_level=None, timeout=30)
        self.connection.execute("PRAGMA synchronous = FULL")
        self.connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Lets go of the file."""
        self.connection.close()

    # Small things

    def fact(self, name: str) -> str:
        """What was kept under a name; '' for nothing."""
        sql = "SELECT value FROM fact WHERE store = ? AND name = ?"
        row = self.connection.execute(sql, (self.store, name)).fetchone()
        return str(row[0]) if row else ""

    def keep(self, name: str, value: str) -> None:
        """Keeps a small thing, on disk when this returns."""
        self.connection.execute("INSERT OR REPLACE INTO fact VALUES (?, ?, ?)", (self.store, name, value))

    # Files that the tenant's rows name

    def add_named(self, found: Iterable[tuple[str, Category, str]]) -> None:
        """Path, category, and ``table.column`` that names it. What is known already stays."""
        sql = "INSERT OR IGNORE INTO named (store, path, category, by) VALUES (?, ?, ?, ?)"
        self._write(sql, ((self.store, _raw(path), str(category), by) for path, category, by in found))

    def named(self, category: Category, after: int = 0) -> Iterator[tuple[int, str, str]]:
        """Number, path and who names it, in the order they were found; begun anew behind ``after``."""
        sql = (
            "SELECT number, path, by FROM named WHERE store = ? AND category = ? AND number > ? ORDER BY number LIMIT ?"
        )
        while found := self.connection.execute(sql, (self.store, str(category), after, _GROUP)).fetchall():
            for number, raw, by in found:
                yield number, _path(raw), by
            after = found[-1][0]

    def categories(self) -> list[Category]:
        """The categories whose rows name files."""
        sql = "SELECT DISTINCT category FROM named WHERE store = ? ORDER BY category"
        return [Category(name) for (name,) in self.connection.execute(sql, (self.store,))]

    def categories_of(self, path: str) -> list[Category]:
        """Those of the rows that name one file."""
        sql = "SELECT category FROM named WHERE store = ? AND path = ?"
        return [Category(name) for (name,) in self.connection.execute(sql, (self.store, _raw(path)))]

    # Files that rows name which stay: only as they were at the last dry run

    def set_staying(self, found: Iterable[tuple[str, str, Staying]]) -> None:
        """Path, who names it, and whose row that is. Forgets what was there before."""
        self.connection.execute("DELETE FROM staying WHERE store = ?", (self.store,))
        sql = (
            "INSERT INTO staying VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET by = excluded.by, "
            "whose = excluded.whose WHERE excluded.whose < whose"
        )
        self._write(sql, ((self.store, _raw(path), by, int(whose)) for path, by, whose in found))

    def staying(self, path: str) -> tuple[str, Staying] | None:
        """Who names the file, and whose row that is."""
        sql = "SELECT by, whose FROM staying WHERE store = ? AND path = ?"
        row = self.connection.execute(sql, (self.store, _raw(path))).fetchone()
        return (str(row[0]), Staying(row[1])) if row else None

    def _write(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        remaining = iter(rows)
        with closing(self.connection.cursor()) as cursor:
            while group := list(islice(remaining, _GROUP)):
                cursor.execute("BEGIN")
                cursor.executemany(sql, group)
                cursor.execute("COMMIT")


def _raw(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _path(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
