"""The neighbour oracle: a hash of everything that is not the tenant's, taken from outside the application.

It knows no data map. The test says which rows are the tenant's (``mine``: table → SQL condition over the alias ``t``;
``ALL`` for a table of which nothing needs to stay) and which names of files; everything else must be the same before
and after, down to sequences, shared rows, versions and unfinished uploads. Compare two of them with ``==``.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

Oracle = dict[str, Any]
ALL = "true"
_TABLES = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname !~ '^(pg_|information_)' ORDER BY 1, 2"
_SEQUENCES = "SELECT schemaname || '.' || sequencename, last_value FROM pg_sequences ORDER BY 1"
_PART = "sum(('x' || substr(hash, {}, 15))::bit(60)::bigint)"
# Sums of hashes: the order of rows does not matter, and nothing is sorted. NOT (NULL) would lose rows: IS NOT TRUE.
_HASH = f"""SELECT count(*), {_PART.format(1)}, {_PART.format(17)}
FROM (SELECT md5(t::text) AS hash FROM ONLY {{table}} t WHERE ({{mine}}) IS NOT TRUE) rows"""


def rows(url: str, mine: Mapping[str, str] | None = None) -> Oracle:
    """Every row of every table of a PostgreSQL or SQLite platform but the tenant's, and every sequence.

    Tables of ``public`` go by their bare names. KeyError where ``mine`` names a table that is not there.
    """
    conditions = dict(mine or {})
    read = _sqlite if url.startswith("sqlite") else _postgresql
    found = read(url, conditions)
    if conditions:
        raise KeyError(f"no such tables: {', '.join(conditions)}")
    return found


def _postgresql(url: str, conditions: dict[str, str]) -> Oracle:
    with psycopg.connect(url) as session:
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        found: Oracle = {"sequences": session.execute(_SEQUENCES).fetchall()}
        for schema, table in session.execute(_TABLES).fetchall():
            name = table if schema == "public" else f"{schema}.{table}"
            condition = sql.SQL(conditions.pop(name, "false"))  # type: ignore[arg-type]
            named = sql.Identifier(schema, table)
            found[name] = session.execute(sql.SQL(_HASH).format(table=named, mine=condition)).fetchone()
    return found


def _sqlite(url: str, conditions: dict[str, str]) -> Oracle:
    path = url.partition(":///")[2]
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as session:
        session.text_factory = _text
        names = session.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        found: Oracle = {}
        for (name,) in names:
            condition = conditions.pop(name, "false")
            read = session.execute(f'SELECT * FROM "{name}" t WHERE ({condition}) IS NOT TRUE')
            hashes = sorted(hashlib.sha256(repr(row).encode()).digest() for row in read)
            found[name] = (len(hashes), hashlib.sha256(b"".join(hashes)).hexdigest())
    return found


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def nobody(name: str) -> bool:
    """No file is the tenant's."""
    return False


def folder(base: Path, mine: Callable[[str], bool] = nobody) -> Oracle:
    """Every file, link and empty folder below ``base`` but the tenant's; links are not followed."""
    found: Oracle = {}
    for here, folders, files in os.walk(base):
        for name in sorted(folders + files):
            path = Path(here, name)
            known = path.relative_to(base).as_posix()
            if mine(known) or mine(f"{known}/"):
                continue
            if path.is_symlink():
                found[known] = ("link", str(path.readlink()))
            elif path.is_file():
                found[known] = ("file", hashlib.sha256(path.read_bytes()).hexdigest())
    return found


def bucket(client: Any, name: str, mine: Callable[[str], bool] = nobody) -> Oracle:
    """Every version, delete marker and unfinished upload of a bucket but the tenant's."""
    found: Oracle = {}
    for page in client.get_paginator("list_object_versions").paginate(Bucket=name):
        for one in page.get("Versions", ()):
            if not mine(one["Key"]):
                body = client.get_object(Bucket=name, Key=one["Key"], VersionId=one["VersionId"])["Body"].read()
                found[f"{one['Key']}@{one['VersionId']}"] = (one["IsLatest"], hashlib.sha256(body).hexdigest())
        for one in page.get("DeleteMarkers", ()):
            if not mine(one["Key"]):
                found[f"{one['Key']}@{one['VersionId']}"] = (one["IsLatest"], "delete marker")
    for page in client.get_paginator("list_multipart_uploads").paginate(Bucket=name):
        for one in page.get("Uploads", ()):
            if not mine(one["Key"]):
                found[f"{one['Key']}@{one['UploadId']}"] = ("unfinished upload",)
    return found
