"""The door to a platform's database: its URL decides which kind of snapshot is taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from exports.sources.alchemy import open_alchemy
from exports.sources.postgresql import open_postgresql
from exports.sources.snapshot import Note, Snapshot, SourceError

__all__ = ["Note", "Snapshot", "SourceError", "open_snapshot"]

_POSTGRESQL = {"postgres", "postgresql", "psql", "pgsql"}


@contextmanager
def open_snapshot(store_key: str, url: str) -> Iterator[Snapshot]:
    """A consistent, read-only look at the database of one store; it ends with the ``with`` block.

    ``postgres://…`` goes through psycopg, everything else through SQLAlchemy. Raises ``SourceError``.
    """
    scheme, _, rest = url.partition("://")
    if scheme.lower().partition("+")[0] in _POSTGRESQL:
        with open_postgresql(store_key, f"postgresql://{rest}") as postgres:
            yield postgres
    else:
        with open_alchemy(store_key, url) as other:
            yield other
