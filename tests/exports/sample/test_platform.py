"""The sample platform is the same on both engines, counts itself rightly, and replaces nothing but itself."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from storages.backends.s3 import S3Storage

from exports.sample import schema
from exports.sample.loading import NotTheSampleError
from exports.sample.platform import DEFAULT_SIZE, create
from offboarding.configuration import Environment
from tests.exports.sample import oracle
from tests.exports.sample.conftest import Sample, query
from tests.servers.s3 import S3

CUSTOMERS = ("nordic", "empty", "fjord", "quill")


def _sqlite_value(declared: str, value: Any) -> Any:
    if value is None:
        return None
    if declared == "JSON":
        return json.loads(value)
    if declared == "BOOLEAN":
        return bool(value)
    if declared.startswith(("DECIMAL", "NUMERIC")):
        return Decimal(str(value))
    if declared == "DATETIME":
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return date.fromisoformat(value) if declared == "DATE" else value


def _postgresql_value(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, bool, Decimal, datetime, date, list, dict, bytes)):
        return value
    if isinstance(value, timedelta):
        return f"{value.seconds // 3600:02}:{value.seconds // 60 % 60:02}:{value.seconds % 60:02}"
    return str(value)


@pytest.mark.parametrize("table", schema.TABLES)
def test_both_engines_hold_the_same_rows(on_sqlite: Sample, on_postgresql: Sample, table: str) -> None:
    declared = [row[2] for row in on_sqlite.query(f'PRAGMA table_xinfo("{table}")')]
    left = on_sqlite.query(f'SELECT * FROM "{table}"')
    right = on_postgresql.query(f'SELECT * FROM "{table}"')
    assert left, f"{table} is empty"
    ours = Counter(_spelled([_sqlite_value(*pair) for pair in zip(declared, row, strict=True)]) for row in left)
    theirs = Counter(_spelled([_postgresql_value(value) for value in row]) for row in right)
    assert ours == theirs


def _spelled(row: list[Any]) -> str:
    """One spelling of equal rows: SQLite keeps 2.50 as 2.5, jsonb orders its keys."""
    plain = [f"{value.normalize():f}" if isinstance(value, Decimal) else value for value in row]
    return json.dumps(plain, sort_keys=True, default=repr)


@pytest.mark.parametrize("word", CUSTOMERS)
def test_the_summary_counts_what_plain_sql_counts(sample: Sample, word: str) -> None:
    tenant = sample.summary.tenants[word]
    counted = {
        table: sample.query(oracle.rows(sample.engine, table, tenant.key, "count(*)"))[0][0] for table in oracle.WHERE
    }
    assert counted == tenant.rows


def test_the_summary_counts_every_row_there_is(sample: Sample) -> None:
    counted = {table: sample.query(f'SELECT count(*) FROM "{table}"')[0][0] for table in schema.TABLES}
    assert counted == sample.summary.rows


def test_the_empty_customer_has_only_its_own_row_and_what_everybody_sees(sample: Sample) -> None:
    tenant = sample.summary.tenants["empty"]
    assert {table for table, count in tenant.rows.items() if count} == {"organisations", "countries", "languages"}
    assert tenant.rows["organisations"] == 1
    assert tenant.files == {}


def test_size_is_about_the_number_of_rows(tmp_path: Path) -> None:
    for size in (6_000, 30_000):
        summary = create(f"sqlite:///{tmp_path / 'p'}", FileSystemStorage(tmp_path / "media"), size=size)
        assert sum(summary.rows.values()) == pytest.approx(size, rel=0.25)
    assert 100_000 <= DEFAULT_SIZE <= 200_000


# Determinism and replacement


def _digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("two", 5), ("three", 6)):
        url = f"sqlite:///{tmp_path / name / 'platform.sqlite3'}"
        create(url, FileSystemStorage(tmp_path / name / "media"), size=5000, seed=seed)
    assert _digest(tmp_path / "one") == _digest(tmp_path / "two")
    assert _digest(tmp_path / "one")["platform.sqlite3"] != _digest(tmp_path / "three")["platform.sqlite3"]


def test_creating_again_replaces_rows_and_files_and_leaves_strange_files(sample: Sample, tmp_path: Path) -> None:
    storage = FileSystemStorage(tmp_path)
    storage.save("org/7/left from before.txt", ContentFile(b"old"))
    storage.save("org/99/not ours.txt", ContentFile(b"theirs"))
    storage.save("notes.txt", ContentFile(b"theirs"))
    before = sample.query("SELECT * FROM comments ORDER BY id")
    summary = create(sample.url, storage, size=9000, canaries=True)
    assert summary == sample.summary
    assert sample.query("SELECT * FROM comments ORDER BY id") == before
    assert set(_digest(tmp_path)) == {*summary.files, "org/99/not ours.txt", "notes.txt"}


def test_files_may_lie_on_s3(s3: S3, tmp_path: Path) -> None:
    bucket = s3.make_bucket()
    config = Environment(tmp_path).storage("STORAGE_OF_THIS_TEST", default=s3.storage_url(bucket))
    storage = S3Storage(**config["OPTIONS"])
    for _ in range(2):
        summary = create(f"sqlite:///{tmp_path / 'p'}", storage, size=5000)
        listed = s3.client().list_objects_v2(Bucket=bucket)["Contents"]
        assert {entry["Key"]: entry["Size"] for entry in listed} == summary.files


def test_a_database_with_other_tables_is_refused_and_left_alone(tmp_path: Path, make_database: Any) -> None:
    for url in (f"sqlite:///{tmp_path / 'theirs.sqlite3'}", make_database()):
        query(url, "CREATE TABLE invoices (id integer)")
        query(url, "CREATE TABLE users (id integer)")
        query(url, "INSERT INTO users VALUES (1)")
        storage = FileSystemStorage(tmp_path / "media")
        storage.save("org/7/theirs.txt", ContentFile(b"theirs"))
        with pytest.raises(NotTheSampleError, match="invoices"):
            create(url, storage, size=5000)
        assert query(url, "SELECT * FROM users") == [(1,)]
        assert storage.exists("org/7/theirs.txt")
        storage.delete("org/7/theirs.txt")


def test_an_engine_it_does_not_know_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="mysql"):
        create("mysql+pymysql://root@localhost/x", FileSystemStorage(tmp_path))


def test_the_platform_lives_on_ids_continue_and_keys_hold(on_postgresql: Sample, on_sqlite: Sample) -> None:
    for table in ("organisations", "users", "comments", "reports"):
        sequence = on_postgresql.query(f"SELECT pg_get_serial_sequence('{table}', 'id')")[0][0]
        upcoming = on_postgresql.query(f"SELECT last_value FROM {sequence}")[0][0]
        assert upcoming == on_postgresql.query(f"SELECT max(id) + 1 FROM {table}")[0][0]
    assert on_sqlite.query("PRAGMA foreign_key_check") == []
    assert len(on_sqlite.query("SELECT 1 FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite_%'")) == 33
