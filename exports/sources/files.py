"""The files of a tenant: found by prefix and by the rows that name them, counted, and read as they are."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from django.core.files.storage import Storage

from exports.contents import Category, StoredFile, Table
from exports.datamap import FileLink
from exports.rows import NULL, Block, unescape
from exports.sources.places import FileChanged, FileVanished, OpenFile, Place, Problem, place, unsafe
from exports.sources.snapshot import SourceError

__all__ = ["FileChanged", "FileRegister", "FileVanished", "SourceError", "listing", "open_for_copy"]

_BATCH = 500
_SCHEMA = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
CREATE TABLE file (
    store TEXT NOT NULL, path BLOB NOT NULL, category TEXT NOT NULL, referenced_by TEXT NOT NULL,
    size INTEGER, reason TEXT NOT NULL DEFAULT '', PRIMARY KEY (store, path)
) WITHOUT ROWID;
"""
# What rows say comes first and keeps its category; a listing adds the size.
_ADD = """
INSERT INTO file (store, path, category, referenced_by, size, reason) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (store, path) DO UPDATE SET
    size = coalesce(excluded.size, size),
    reason = CASE WHEN coalesce(excluded.size, size) IS NULL THEN coalesce(nullif(reason, ''), excluded.reason)
             ELSE '' END,
    referenced_by = coalesce(nullif(referenced_by, ''), excluded.referenced_by)
"""
Entry = tuple[str, bytes, str, str, int | None, str]


def listing(storage: Storage, prefix: str, problem: Problem | None = None) -> Iterator[tuple[str, int]]:
    """Path and size of every file whose name starts with ``prefix``, sorted folder by folder.

    ``problem`` is told what is there but no file (symbolic links, pipes …); without it that is an ``OSError``, as is
    a location that is not there.
    """
    if reason := prefix and unsafe(prefix):
        raise OSError(f"the prefix {prefix!r} is {reason}")
    return place(storage).list(prefix, problem or _refuse)


def open_for_copy(storage: Storage, path: str) -> AbstractContextManager[OpenFile]:
    """One file, to be read once: ``with open_for_copy(…) as file: file.size; file.chunks()``.

    Raises ``FileVanished`` when it cannot be had and, from ``chunks()``, ``FileChanged`` when it was being written to.
    """
    return place(storage).open(path)


class FileRegister:
    """All files of one export, each once, in a scratch SQLite file ``path`` that starts empty.

    Memory stays flat for millions of files. Paths are kept as bytes: file systems have names that are no UTF-8.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.unlink(missing_ok=True)
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
        self._database.close()

    # Finding ---------------------------------------------------------------------------------------------------------

    def note_references(self, store: str, paths: Iterable[str], category: Category, referenced_by: str) -> None:
        """Paths that rows name; ``referenced_by`` is ``table.column``."""
        self._add((store, _raw(path), str(category), referenced_by, None, unsafe(path)) for path in paths)

    def tap(self, table: Table, links: Mapping[str, FileLink]) -> Callable[[Block], None]:
        """A function that takes each block of the table and registers the files its columns name; NULL and '' name
        none. Raises ``SourceError`` when such a column is not exported, since its files would be missed."""
        names = [column.name for column in table.columns]
        if lost := sorted(links.keys() - set(names)):
            raise SourceError(table.store, table.key, f"{', '.join(lost)} names files but is not read")
        wanted = [(names.index(name), link, f"{table.key}.{name}") for name, link in links.items()]

        def note(block: Block) -> None:
            for index, link, referenced_by in wanted:
                fields = sorted(set(block.fields[index :: block.width]) - {NULL, ""})
                paths = (link.prefix + unescape(field) for field in fields)
                self.note_references(link.store, paths, table.category, referenced_by)

        return note

    def list_prefix(
        self, store: str, storage: Storage, prefix: str, category: Category, check: Callable[[], None] | None = None
    ) -> None:
        """All files below a prefix; what is there but cannot be exported becomes missing, with the reason.

        ``check`` is called now and then and may raise to stop. Raises ``SourceError`` when the store cannot be listed.
        """
        batch: list[Entry] = []

        def problem(path: str, reason: str) -> None:
            batch.append((store, _raw(path), str(category), "", None, reason))

        for path, size in _listed(store, storage, prefix, problem):
            batch.append((store, _raw(path), str(category), "", size, ""))
            if len(batch) >= _BATCH:
                self._add(batch)
                batch.clear()
                (check or _nothing)()
        self._add(batch)

    def resolve(self, storages: Mapping[str, Storage], check: Callable[[], None] | None = None) -> None:
        """Looks up the files that only rows name; ``storages`` by store."""
        for store in [row[0] for row in self._database.execute("SELECT DISTINCT store FROM file ORDER BY store")]:
            where = place(storages[store])
            with _reaching(store):
                where.reach()
            with ThreadPoolExecutor(where.at_once) as pool:
                for page in self._unresolved(store):
                    with _reaching(store):
                        found = list(pool.map(partial(_look_up, where), page))
                    rows = [(*answer, store, raw) for raw, answer in zip(page, found, strict=True)]
                    self._write("UPDATE file SET size = ?, reason = ? WHERE store = ? AND path = ?", rows)
                    (check or _nothing)()

    def _unresolved(self, store: str) -> Iterator[list[bytes]]:
        sql = (
            "SELECT path FROM file WHERE store = ? AND path > ? AND size IS NULL AND reason = '' ORDER BY path LIMIT ?"
        )
        last = b""
        while page := [row[0] for row in self._database.execute(sql, (store, last, _BATCH))]:
            yield page
            last = page[-1]

    # Telling ---------------------------------------------------------------------------------------------------------

    def files(self) -> Iterator[StoredFile]:
        """Every file, sorted by store and path; the missing ones have no size."""
        sql = "SELECT store, path, category, size, referenced_by FROM file ORDER BY store, path"
        for store, raw, category, size, referenced_by in self._database.execute(sql):
            yield StoredFile(store, _path(raw), Category(category), size, referenced_by)

    def expected(self) -> list[list[str | int]]:
        """``[store, category, files]``, missing ones too."""
        sql = "SELECT store, category, count(*) FROM file GROUP BY store, category ORDER BY store, category"
        return [list(row) for row in self._database.execute(sql)]

    def missing(self) -> list[list[str]]:
        """``[store, path, reason, referenced_by, category]`` of every file that cannot be had."""
        sql = "SELECT store, path, reason, referenced_by, category FROM file WHERE size IS NULL ORDER BY store, path"
        return [
            [store, _path(raw), reason or "not looked up", referenced_by, category]
            for store, raw, reason, referenced_by, category in self._database.execute(sql)
        ]

    def bytes_total(self) -> int:
        return int(self._database.execute("SELECT coalesce(sum(size), 0) FROM file").fetchone()[0])

    def _add(self, entries: Iterable[Entry]) -> None:
        self._write(_ADD, entries)

    def _write(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        try:
            self._database.execute("BEGIN")
            self._database.executemany(sql, rows)
            self._database.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise OSError(f"the list of files cannot be kept in {self._path}: {error}") from error


@contextmanager
def _reaching(store: str) -> Iterator[None]:
    """A store in trouble becomes a ``SourceError``."""
    try:
        yield
    except OSError as error:
        raise SourceError(store, "", f"the file store cannot be read: {error}") from error


def _listed(store: str, storage: Storage, prefix: str, problem: Problem) -> Iterator[tuple[str, int]]:
    with _reaching(store):
        yield from listing(storage, prefix, problem)


def _look_up(where: Place, raw: bytes) -> tuple[int | None, str]:
    try:
        return where.size(_path(raw)), ""
    except FileVanished as error:
        return None, str(error)


def _raw(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _path(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _refuse(path: str, reason: str) -> None:
    raise OSError(f"{path}: {reason}")


def _nothing() -> None:
    pass
