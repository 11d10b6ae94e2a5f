"""A database nobody here designed: drafted by the command, decided by a person, exported per support representative."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from tests.exports.journey.site import own_database_url
from tests.parts import BASE_DIR

DECISION = 'category = "courses"\nexport = false\nreason = "playlists are the vendor\'s own"'
LABELS = {"track": "track (reference, keep)"}

pytestmark = [pytest.mark.requires("data:chinook", "postgresql")]


@pytest.fixture
def chinook(make_database, shared_data) -> str:
    script = (shared_data("chinook") / "Chinook_PostgreSql.sql").read_text()
    return make_database(re.sub(r"(?m)^(DROP DATABASE|CREATE DATABASE|\\c).*$", "", script))


def manage(url: str, datamap: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``manage.py`` as a person at a shell runs it."""
    environment = {**os.environ, "PLATFORM_URL": url, "DATA_MAP": str(datamap), "DATABASE_URL": own_database_url()}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, timeout=120)


def test_a_drafted_and_decided_map_exports_every_support_representative_with_the_oracles_counts(
    site, chinook, shared_data, tmp_path
):
    datamap = tmp_path / "map.toml"
    done = manage(
        chinook,
        datamap,
        "draft_datamap",
        "--store",
        "platform",
        "--tenant",
        "employee.employee_id",
        "--output",
        datamap,
    )
    assert done.returncode == 0, done.stderr
    assert "DECIDE" in datamap.read_text()
    undecided = manage(chinook, datamap, "check_datamap")
    assert undecided.returncode != 0
    assert "a person has to decide this" in undecided.stderr
    datamap.write_text(re.sub('category = "DECIDE.*', DECISION, datamap.read_text()))
    decided = manage(chinook, datamap, "check_datamap")
    assert decided.returncode == 0, decided.stdout + decided.stderr

    expected: dict[str, dict[str, tuple[int, int, str]]] = defaultdict(dict)
    with (shared_data("chinook") / "oracle.csv").open(newline="") as stream:
        for line in csv.DictReader(stream):
            expected[line["tenant"]][line["tbl"]] = (int(line["n"]), int(line["id_sum"]), line["total"])
    one = site({"platform": chinook}, datamap)
    for tenant, counts in expected.items():
        package = one.package(one.export(tenant, f"Representative {tenant}"))
        assert [row["employee_id"] for row in package.rows("employee")] == [tenant]
        assert {row["support_rep_id"] for row in package.rows("customer")} == {tenant}
        assert "playlist" not in package.counts
        assert ("reference table", "platform: playlist") in {
            (left["what"], left["name"]) for left in package.statement["left_out"]
        }
        found = {}
        for table in ("customer", "invoice", "invoice_line", "track"):
            rows = package.rows(table)
            assert package.counts[table] == len(rows)
            ids = [int(row[f"{table}_id"] or 0) for row in rows]
            found[LABELS.get(table, table)] = (len(rows), sum(ids), total(table, rows))
        assert found == counts


def total(table: str, rows: list[dict[str, str | None]]) -> str:
    """What the oracle adds up for this table; '' for nothing."""
    if table == "invoice":
        return str(sum(Decimal(row["total"] or 0) for row in rows))
    if table == "invoice_line":
        return str(sum(Decimal(row["unit_price"] or 0) * int(row["quantity"] or 0) for row in rows))
    return ""
