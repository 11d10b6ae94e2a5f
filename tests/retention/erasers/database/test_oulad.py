"""Real data: modules of the Open University's dataset are erased, and what is left is held against its oracle."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import psycopg
import pytest

from exports.datamap import load
from retention.erasers.database import DatabaseEraser
from tests.exports.journey.test_oulad import MAP, TABLES, loaded
from tests.retention.erasers.database.conftest import erase

pytestmark = [pytest.mark.slow, pytest.mark.requires("data:oulad", "postgresql", "psql", "xz")]
SHARED = "students (shared with another tenant: keep)"
ALONE = "students (used by this tenant only: delete)"


def oracle(folder: Path, module: str) -> dict[str, int]:
    with (folder / "oracle.csv").open(newline="") as stream:
        return {line["tbl"]: int(line["n"]) for line in csv.DictReader(stream) if line["tenant"] == module}


def neighbours(url: str, *gone: str) -> dict[str, str]:
    """A hash of all rows that are not of these modules, by table; of students those that others use."""
    listed = ", ".join(f"'{module}'" for module in gone)
    tests = f"SELECT id_assessment FROM assessments WHERE code_module IN ({listed})"
    mine = {
        "student_assessment": f"id_assessment IN ({tests})",
        "students": f"id_student NOT IN (SELECT id_student FROM student_info WHERE code_module NOT IN ({listed}))",
    }
    found = {}
    with psycopg.connect(url) as session:
        for table in TABLES:
            where = f"NOT ({mine.get(table, f'code_module IN ({listed})')})"
            digest = hashlib.sha256()
            sql = f"COPY (SELECT * FROM {table} WHERE {where} ORDER BY {table}::text) TO STDOUT"
            with session.cursor().copy(sql.encode()) as copy:
                for block in copy:
                    digest.update(block)
            found[table] = digest.hexdigest()
    return found


def test_two_modules_go_as_the_oracle_has_them_and_the_other_five_stay_as_they_are(
    postgres, shared_data, tmp_path, tmp_path_factory
):
    with loaded(postgres, tmp_path_factory.mktemp("oulad"), ("AAA", "GGG")) as url:
        before = neighbours(url, "AAA", "GGG")
        for module in ("AAA", "GGG"):
            wanted = oracle(shared_data("oulad"), module)
            with DatabaseEraser(load(MAP), "platform", url, module, tmp_path / module) as eraser:
                findings = eraser.inspect()
                told = {found.table: (found.rows, found.kept) for found in findings.tables}
                assert told.pop("students") == (wanted[ALONE], wanted[SHARED])
                assert told == {table: (wanted[table], 0) for table in TABLES if table != "students"}
                assert erase(eraser, findings) == {found.table: found.rows for found in findings.tables}
                assert eraser.search({found.table: found.samples for found in findings.tables}) == []
            if module == "AAA":
                assert neighbours(url, "AAA", "GGG") == before
        assert neighbours(url, "AAA", "GGG") == before
        with psycopg.connect(url) as session:
            left = session.execute("SELECT array_agg(code_module ORDER BY 1) FROM modules").fetchone()
        assert left == (["BBB", "CCC", "DDD", "EEE", "FFF"],)
