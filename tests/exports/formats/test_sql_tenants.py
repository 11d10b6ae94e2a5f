"""Real tenants of real data: the dump of one customer, restored, holds exactly its rows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from exports.datamap_file import load
from exports.scope import Selection, selections
from exports.sources.database import open_snapshot
from exports.sources.reflection import reflect
from tests.exports.dumping import contents, dump, psql
from tests.exports.test_scope import oulad  # noqa: F401 the database with the modules AAA and GGG

MAPS = Path(__file__).parent.parent / "maps"


@pytest.fixture
def restore(postgres, make_database, tmp_path):
    """``restore(url, map, tenant)`` dumps a tenant, restores it and compares → rows per table, warnings."""

    def restore(url: str, datamap: str, tenant: str) -> tuple[dict[str, int], str]:
        store = load(MAPS / datamap).databases["platform"]
        with open_snapshot("platform", url) as snapshot:
            found = selections(store, reflect(snapshot), tenant)
            before = contents(snapshot, found)
            dumped = dump(snapshot, tmp_path / "dump", found)
        assert dumped.read_back() == [dumped.rows]
        target = make_database()
        warnings = psql(postgres.bin / "psql", target, *dumped.files)
        counts = {}
        with open_snapshot("platform", target) as snapshot:
            for one in found:
                table = f'"{one.table.schema}"."{one.table.name}"'
                counts[one.table.key] = int(snapshot.query(f"SELECT count(*) FROM {table}")[0][0] or 0)
                restored = Selection(one.table, table, one.columns, one.order)
                assert contents(snapshot, [restored])[one.table.key] == before[one.table.key]
        assert counts == {one.table.key: dumped.rows[one.table.stem] for one in found}
        return counts, warnings

    return restore


@pytest.mark.parametrize("tenant", ["3", "5"])
def test_chinook_restored_per_support_rep(make_database, shared_data, restore, tenant):
    script = (shared_data("chinook") / "Chinook_PostgreSql.sql").read_text()
    url = make_database(re.sub(r"(?m)^(DROP DATABASE|CREATE DATABASE|\\c).*$", "", script))
    counts, _ = restore(url, "chinook.toml", tenant)
    oracle = [
        line.replace('"', "").split(",") for line in (shared_data("chinook") / "oracle.csv").read_text().splitlines()
    ]
    expected = {row[1]: int(row[2]) for row in oracle if row[0] == tenant and row[1] in counts}
    assert {"customer", "invoice", "invoice_line"} <= set(expected)
    assert {key: counts[key] for key in expected} == expected


def test_oulad_restored_with_its_clicks_and_their_exact_duplicates(oulad, restore):  # noqa: F811
    counts, warnings = restore(oulad, "oulad.toml", "AAA")
    assert warnings == ""
    assert counts["student_vle"] == 350298
    assert counts["students"] == 712
