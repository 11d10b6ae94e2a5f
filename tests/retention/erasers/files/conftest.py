"""File stores for the file eraser: alice is tenant 7 and leaves, bob is tenant 8 and must never move; 70 is charlie."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.storage import FileSystemStorage, Storage
from storages.backends.s3 import S3Storage

from exports.contents import Category
from exports.datamap import DataMap, FileLink, FileStore, Prefix
from offboarding.configuration import Environment
from retention.erasers.file_findings import FileFindings, Gone
from retention.erasers.files import FileEraser, NamedFiles
from tests import parts
from tests.exports.mapping import catalogue_of, store_of
from tests.retention import oracle
from tests.servers.ceph import Ceph

SCHEMA = """
CREATE TABLE orgs (id varchar(40) PRIMARY KEY, name text);
CREATE TABLE people (id integer PRIMARY KEY, avatar text);
CREATE TABLE members (org varchar(40) NOT NULL REFERENCES orgs(id), person integer NOT NULL REFERENCES people(id),
    PRIMARY KEY (org, person));
CREATE TABLE papers (id integer PRIMARY KEY, org varchar(40) REFERENCES orgs(id), path text, thumbnail text);
INSERT INTO orgs VALUES ('7', 'Alice AB'), ('8', 'Bob AB'), ('70', 'Charlie AB');
"""
SCOPES: dict[str, dict[str, Any]] = {
    "orgs": {"tenant_field": "id"},
    "members": {"tenant_field": "org"},
    "people": {"through": [("id", "members", "person")], "ownership": "shared"},
    "papers": {"tenant_field": "org", "category": "courses"},
}
LINKS = {"people": {"avatar": ""}, "papers": {"path": "", "thumbnail": "library/small/"}}
PREFIXES = (Prefix("org/{tenant}/", Category.USERS),)
SERVERS = [pytest.param("moto"), pytest.param("radosgw", marks=[pytest.mark.slow, pytest.mark.requires("radosgw")])]


def nothing() -> None:
    """A guard that never minds."""


def mine(name: str) -> bool:
    """What is alice's by its name."""
    return name.startswith("org/7/")


@dataclass
class World:
    """A platform with one database and one file store; ``put`` writes a file, ``neighbours`` are the oracle's."""

    url: str
    storage: Storage
    put: Callable[[str, bytes], object]
    neighbours: Callable[..., oracle.Oracle]
    folder: Path
    stack: ExitStack
    client: Any = None
    bucket: str = ""
    prefixes: tuple[Prefix, ...] = PREFIXES
    key: str = "7"
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def datamap(self) -> DataMap:
        store = store_of(catalogue_of(self.url), "orgs.id", SCOPES)
        for table, columns in LINKS.items():
            fields = store.collections[table].fields
            for column, prefix in columns.items():
                fields[column] = replace(fields[column], file=FileLink("media", prefix))
        files = {"media": FileStore("media", "platform_media", self.prefixes)}
        return DataMap(Path("map.toml"), "", {"platform": store}, files, {})

    def eraser(
        self, *, notes: str = "notes", kept: frozenset[tuple[str, str]] = frozenset(), **options: Any
    ) -> FileEraser:
        datamap = self.datamap
        named = NamedFiles(datamap, {"platform": self.url}, self.key, kept)
        path = self.folder / f"{notes}.sqlite3"
        return self.stack.enter_context(
            FileEraser(datamap, "media", self.storage, self.key, path, named, **{**self.options, **options})
        )

    def run(self, sql: str) -> None:
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as session:
                session.executescript(sql)
                session.commit()
        else:
            with psycopg.connect(self.url) as session:
                session.execute(sql.encode())

    def rows_go(self) -> None:
        """Alice's rows go, as the database eraser deletes them."""
        self.run(
            "DELETE FROM papers WHERE org = '7'; DELETE FROM members WHERE org = '7';"
            "DELETE FROM people WHERE id NOT IN (SELECT person FROM members); DELETE FROM orgs WHERE id = '7';"
        )


def sqlite_at(folder: Path) -> str:
    path = folder / "platform.sqlite3"
    with closing(sqlite3.connect(path)) as session:
        session.executescript(SCHEMA)
    return f"sqlite:///{path}"


def disk_world(folder: Path, url: str, stack: ExitStack) -> World:
    base = folder / "media"
    base.mkdir()

    def put(name: str, data: bytes = b"x") -> None:
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def neighbours(mine: Callable[[str], bool] = mine) -> oracle.Oracle:
        return oracle.folder(base, mine)

    return World(url, FileSystemStorage(location=base), put, neighbours, folder, stack)


def s3_world(folder: Path, url: str, stack: ExitStack, server: Any, bucket: str, location: str = "") -> World:
    client = server.client()
    base = f"{location}/" if location else ""
    address = server.storage_url(bucket).replace(f"/{bucket}?", f"/{bucket}/{location}?")

    def put(name: str, data: bytes = b"x", **details: Any) -> Any:
        return client.put_object(Bucket=bucket, Key=base + name, Body=data, **details)

    def neighbours(mine: Callable[[str], bool] = mine) -> oracle.Oracle:
        return oracle.bucket(client, bucket, lambda key: key.startswith(base) and mine(key.removeprefix(base)))

    storage = S3Storage(**Environment(Path())._storage(address)["OPTIONS"])
    return World(url, storage, put, neighbours, folder, stack, client, bucket)


def erase(eraser: FileEraser, findings: FileFindings | None = None, limit: int = 1000) -> Gone:
    """Every place of a plan without refusals, each verified; what went in all."""
    found = findings or eraser.inspect()
    assert list(map(str, found.refusals)) == []
    objects = size = 0
    for place in found.places:
        while (gone := eraser.delete_batch(place.prefix, nothing, limit)).objects:
            assert gone.objects <= limit
            objects, size = objects + gone.objects, size + gone.bytes
        assert eraser.verify(place.prefix) == 0
    return Gone(objects, size)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def world(tmp_path: Path, stack: ExitStack) -> World:
    """Files on disk, rows in SQLite."""
    return disk_world(tmp_path, sqlite_at(tmp_path), stack)


@pytest.fixture(scope="session")
def radosgw() -> Iterator[Ceph]:
    server = Ceph(parts.need("radosgw"))
    yield server
    server.close()


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> Any:
    """An S3 server: moto every day, Ceph's object gateway where it is there."""
    return request.getfixturevalue("s3" if request.param == "moto" else "radosgw")


@pytest.fixture
def cloud(tmp_path: Path, stack: ExitStack, server: Any) -> World:
    """Files in a bucket that keeps versions, rows in SQLite."""
    bucket = server.make_bucket()
    server.client().put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return s3_world(tmp_path, sqlite_at(tmp_path), stack, server, bucket)


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return sqlite_at(tmp_path)
    url: str = request.getfixturevalue("make_database")(SCHEMA)
    return url


@pytest.fixture
def library(tmp_path: Path, stack: ExitStack, any_url: str) -> World:
    """Files on disk, rows in either engine."""
    return disk_world(tmp_path, any_url, stack)
