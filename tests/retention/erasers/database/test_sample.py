"""The sample platform on both engines: fjord leaves, and nobody else notices."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage

from exports import datamap
from exports.sample import schema
from exports.sample.platform import Summary, create
from exports.scope import selections
from exports.sources.database import open_snapshot
from exports.sources.reflection import reflect
from retention.erasers.database import DatabaseEraser
from retention.erasers.findings import BlockedError, BusyError
from tests.retention.erasers.database.conftest import erase, nothing, sequences

SAMPLE = Path(datamap.__file__).parent / "sample"
MAPS = {"sqlite": SAMPLE / "datamap.toml", "postgresql": SAMPLE / "datamap.postgresql.toml"}
NEIGHBOURS = ("7", "71", "170")
KEPT = 2
"""People of fjord who are in quill too."""


@dataclass
class Site:
    """A platform as created, its map and where the notes go."""

    engine: str
    url: str
    summary: Summary
    notes: Path

    @property
    def datamap(self) -> datamap.DataMap:
        return datamap.load(MAPS[self.engine])

    def eraser(self) -> DatabaseEraser:
        return DatabaseEraser(self.datamap, "platform", self.url, "17", self.notes)

    def hashes(self, key: str) -> dict[str, str]:
        """Collection → a hash of all rows that an export of this tenant has, in order."""
        with open_snapshot("platform", self.url) as snapshot:
            found = {}
            for one in selections(self.datamap.databases["platform"], reflect(snapshot), key):
                blocks = (block.data for block in snapshot.read(snapshot.fitted(one)))
                found[one.table.key] = hashlib.sha256(b"".join(blocks)).hexdigest()
            return found

    def counts(self) -> Counter[str]:
        """Table → rows of everybody."""
        with open_snapshot("platform", self.url) as snapshot:
            asked = {table: snapshot.query(f'SELECT count(*) FROM "{table}"') for table in schema.TABLES}
            return Counter({table: int(rows[0][0] or 0) for table, rows in asked.items()})


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request, tmp_path) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path / 'platform.sqlite3'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("make_database")()
    yield Site(request.param, url, create(url, FileSystemStorage(tmp_path / "media"), size=3000), tmp_path / "notes")


def state(site: Site) -> list[Any]:
    numbers = sequences(site.url) if site.engine == "postgresql" else []
    return [{key: site.hashes(key) for key in NEIGHBOURS}, numbers]


def test_fjord_goes_with_everything_and_its_neighbours_rows_are_what_they_were(site):
    neighbours, before, mine = state(site), site.counts(), site.summary.tenants["fjord"].rows
    with site.eraser() as eraser:
        findings = eraser.inspect()
        assert findings.identity is not None
        assert findings.identity.name == site.summary.tenants["fjord"].name
        assert {found.table: found.rows + found.kept for found in findings.tables} == {
            table: count for table, count in mine.items() if table not in schema.REFERENCE
        }
        gone = erase(eraser, findings, limit=37)
    assert state(site) == neighbours
    assert before - site.counts() == +gone
    assert mine["users"] - gone["users"] == KEPT
    assert site.counts()["users"] + gone["users"] == before["users"]


def test_only_mentions_in_rows_of_others_are_found_afterwards_and_they_are_marked_as_uncertain(site):
    with site.eraser() as eraser:
        findings = eraser.inspect()
        samples = {found.table: found.samples for found in findings.tables}
        assert {one.table for one in eraser.search(samples) if one.certain} >= {
            "memberships",
            "courses",
            "organisations",
        }
        erase(eraser, findings)
        left = eraser.search(samples)
    assert [one for one in left if one.certain] == []
    assert {(one.table, one.column) for one in left} <= {("app_settings", "value"), ("users", "avatar_path")}


def test_children_go_before_their_parents_and_the_tenants_own_row_last(site):
    with site.eraser() as eraser:
        turns = eraser.inspect().turns
    assert turns[-1] == "organisations"
    for first, second in (
        ("comments", "lessons"), ("comments", "reports"), ("enrolments", "memberships"), ("memberships", "users"),
        ("betyg_äldre", "organisations"), ("materials", "courses"), ("course_versions", "courses"),
    ):  # fmt: skip
        assert turns.index(first) < turns.index(second)


def test_a_deletion_that_is_left_anywhere_goes_on_with_a_new_eraser(site):
    neighbours = state(site)
    with site.eraser() as eraser:
        turns = eraser.inspect().turns
    for turn in turns:
        while True:
            with site.eraser() as eraser:
                if not eraser.delete_batch(turn, nothing, 400):
                    break
    with site.eraser() as eraser:
        assert {turn: eraser.verify(turn) for turn in turns} == dict.fromkeys(turns, 0)
    assert state(site) == neighbours


# SQLite's own ---------------------------------------------------------------------------------------------------------


def test_sqlite_is_made_to_enforce_its_foreign_keys(tmp_path):
    url = f"sqlite:///{tmp_path / 'platform.sqlite3'}"
    create(url, FileSystemStorage(tmp_path / "media"), size=1500)
    site = Site("sqlite", url, None, tmp_path / "notes")  # type: ignore[arg-type]
    with site.eraser() as eraser, pytest.raises(BlockedError, match="FOREIGN KEY constraint failed"):
        eraser.delete_batch("memberships", nothing)


def test_a_sqlite_file_that_somebody_writes_to_is_busy(tmp_path):
    url = f"sqlite:///{tmp_path / 'platform.sqlite3'}"
    create(url, FileSystemStorage(tmp_path / "media"), size=1500)
    site = Site("sqlite", url, None, tmp_path / "notes")  # type: ignore[arg-type]
    with (
        site.eraser() as eraser,
        closing(sqlite3.connect(tmp_path / "platform.sqlite3", isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(BusyError, match="locked"):
            eraser.delete_batch("accounts", nothing)
        other.execute("ROLLBACK")
        assert eraser.delete_batch("accounts", nothing) > 0


def test_sqlite_triggers_and_tables_without_row_numbers_are_refused(tmp_path):
    url = f"sqlite:///{tmp_path / 'platform.sqlite3'}"
    create(url, FileSystemStorage(tmp_path / "media"), size=1500)
    with closing(sqlite3.connect(tmp_path / "platform.sqlite3")) as other:
        other.execute("CREATE TRIGGER courses_gone AFTER DELETE ON courses BEGIN SELECT 1; END")
        other.execute("PRAGMA writable_schema = ON")
        other.execute("UPDATE sqlite_master SET sql = sql || ' -- WITHOUT ROWID' WHERE name = 'reports'")
        other.commit()
    from dataclasses import replace

    site = Site("sqlite", url, None, tmp_path / "notes")  # type: ignore[arg-type]
    loaded = site.datamap
    store = loaded.databases["platform"]
    store = replace(store, triggers=store.triggers | {"courses.courses_gone": "read"})
    with DatabaseEraser(replace(loaded, databases={"platform": store}), "platform", url, "17", site.notes) as eraser:
        assert sorted(refusal.code.value for refusal in eraser.inspect().refusals) == ["no_place", "trigger"]
