"""SQLAlchemy engines for platform databases: read-only where the engine can, drivers named when they are missing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from exports.sources.snapshot import SourceError


def engine_for(store: str, url: str) -> sqlalchemy.Engine:
    """An engine without a pool; ``SourceError`` names the store and what is wrong with its URL or missing here."""
    try:
        parsed = sqlalchemy.make_url(url)
    except ArgumentError as error:
        raise SourceError(store, "", "its URL is not usable; it looks like mysql://user:password@host/name") from error
    family = parsed.drivername.partition("+")[0]
    options: dict[str, Any] = {"poolclass": NullPool}
    if family == "sqlite":
        options["creator"] = _sqlite_creator(store, parsed)
    elif family in ("mysql", "mariadb"):
        parsed = parsed.set(drivername="mysql+pymysql").update_query_dict({"charset": "utf8mb4"})
        options["connect_args"] = {"connect_timeout": 15}
    try:
        return sqlalchemy.create_engine(parsed, **options)
    except NoSuchModuleError as error:
        raise SourceError(store, "", f"no driver is known for URLs that begin with {parsed.drivername}://") from error
    except ModuleNotFoundError as error:
        wanted = "pip install 'offboarding[mysql]'" if error.name == "pymysql" else f"install the module {error.name}"
        raise SourceError(store, "", f"its driver for {parsed.drivername} is not installed: {wanted}") from error
    except (ArgumentError, TypeError) as error:
        raise SourceError(store, "", f"its URL is not usable: {reason(error)}") from error


def _sqlite_creator(store: str, url: URL) -> Callable[[], sqlite3.Connection]:
    """Read-only: a wrong path is an error and not a new, empty database."""
    if not url.database or url.database == ":memory:":
        raise SourceError(store, "", "its URL names no file; it looks like sqlite:////path/to/file.sqlite3")
    path = Path(url.database).absolute()

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None, timeout=30, check_same_thread=False
        )

    return connect


def reason(error: BaseException) -> str:
    """What the database itself said, in one line."""
    origin = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    code, *rest = origin.args or (str(origin),)
    return " ".join(str(rest[0] if rest else code).split())
