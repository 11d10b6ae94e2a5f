"""PostgreSQL's own tools, openpyxl, cp and openssl at the same work: shell commands and their wall time."""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import psycopg

from exports.datamap_file import load
from exports.scope import Selection, selections
from exports.sources.database import open_snapshot
from exports.sources.reflection import reflect
from tests.bench.data import Ground


def chosen(ground: Ground) -> list[Selection]:
    """The same selections, with the same ORDER BY, that an export reads."""
    store = load(ground.datamap).databases["platform"]
    with open_snapshot(store.key, ground.url) as snapshot:
        return selections(store, reflect(snapshot), ground.tenant)


def copy(bin: Path, ground: Ground, wanted: Sequence[Selection], then: str, *, as_json: bool = False) -> str:
    """``psql COPY`` of every table, its output into ``then`` (a shell continuation such as ``> /dev/null``)."""
    commands = []
    for selection in wanted:
        rows = selection.rows_sql
        if as_json:
            statement = f"COPY (SELECT row_to_json(r) FROM ({rows}) r) TO STDOUT"
        else:
            statement = f"COPY ({rows}) TO STDOUT WITH (FORMAT csv)"
        commands += ["-c", statement]
    return f"{shlex.join([str(bin / 'psql'), '-qX', ground.url, *commands])} {then}"


def dump(bin: Path, ground: Ground, then: str) -> str:
    """``pg_dump`` of a database that holds just the tenant's rows."""
    return f"{shlex.join([str(bin / 'pg_dump'), ground.alone])} {then}"


def timed(command: str) -> float:
    """Wall seconds of a shell command; any failure in its pipe stops the benchmark."""
    started = time.perf_counter()
    subprocess.run(["bash", "-o", "pipefail", "-c", command], check=True, env={**os.environ, "LC_ALL": "C"})
    return time.perf_counter() - started


def workbook(ground: Ground, wanted: Sequence[Selection], target: Path) -> float:
    """openpyxl in write-only mode, typed values as psycopg gives them → wall seconds."""
    started = time.perf_counter()
    book = openpyxl.Workbook(write_only=True)
    with psycopg.connect(ground.url) as connection:
        for selection in wanted:
            sheet = book.create_sheet(selection.table.stem)
            sheet.append([column.name for column in selection.table.columns])
            with connection.cursor(name="peer") as cursor:
                cursor.itersize = 10_000
                for row in cursor.execute(selection.rows_sql):  # type: ignore[arg-type]
                    sheet.append([_plain(value) for value in row])
    book.save(target)
    return time.perf_counter() - started


def _plain(value: object) -> object:
    """What openpyxl refuses becomes text: zones and UUIDs."""
    if getattr(value, "tzinfo", None) is not None:
        return value.replace(tzinfo=None)  # type: ignore[attr-defined]
    return str(value) if type(value).__name__ == "UUID" else value
