"""Keys of rows whose turn comes after what says whose they are, kept in a file that survives a kill."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

_MANY = 5000


class Remembered:
    """``path`` is one SQLite file per deletion; it holds keys of people and goes when the deletion is final.

    A key is a row literal in the SQL of the platform's engine, as that engine itself wrote it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA synchronous = FULL")
        self.connection.execute(
            "CREATE TABLE IF NOT EXISTS remembered (number INTEGER PRIMARY KEY, owner TEXT NOT NULL, "
            "collection TEXT NOT NULL, key TEXT NOT NULL, UNIQUE (owner, collection, key))"
        )

    def add(self, owner: str, collection: str, keys: Iterable[str]) -> None:
        """Keeps the keys, on disk when this returns."""
        with closing(self.connection.cursor()) as cursor:
            cursor.execute("BEGIN")
            cursor.executemany(
                "INSERT OR IGNORE INTO remembered (owner, collection, key) VALUES (?, ?, ?)",
                ((owner, collection, key) for key in keys),
            )
            cursor.execute("COMMIT")

    def after(self, owner: str, collection: str, number: int, most: int) -> list[tuple[int, str]]:
        """The next keys behind this number, each with its own."""
        return self.connection.execute(
            "SELECT number, key FROM remembered WHERE owner = ? AND collection = ? AND number > ? "
            "ORDER BY number LIMIT ?",
            (owner, collection, number, most),
        ).fetchall()

    def knows(self, owner: str, collection: str, key: str) -> bool:
        """Whether the key was kept."""
        sql = "SELECT 1 FROM remembered WHERE owner = ? AND collection = ? AND key = ?"
        return self.connection.execute(sql, (owner, collection, key)).fetchone() is not None

    def groups(self, owner: str, collection: str) -> Iterable[list[str]]:
        """All keys in groups of some thousand."""
        number = 0
        while found := self.after(owner, collection, number, _MANY):
            number = found[-1][0]
            yield [key for _, key in found]

    def close(self) -> None:
        """Lets go of the file."""
        self.connection.close()
