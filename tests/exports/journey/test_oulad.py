"""Real data: tenants of the Open University's dataset, exported whole and held against the oracle that came with it.

All seven modules stand in one database, so that every tenant has neighbours; clicks are loaded for those exported.
"""

from __future__ import annotations

import csv
import hashlib
import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests import parts
from tests.exports.dumping import psql
from tests.exports.journey.package import Package
from tests.exports.journey.site import open_site
from tests.servers.postgres import Postgres

MAP = Path(__file__).parents[1] / "maps" / "oulad.toml"
TABLES = (
    "modules", "courses", "assessments", "vle", "students", "student_info", "student_registration",
    "student_assessment", "student_vle",
)  # fmt: skip
_COLUMNS = "id_assessment, code_module, code_presentation, assessment_type, date, trim_scale(weight)"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
_KEYS = """SELECT conrelid::regclass::text, contype, convalidated, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2, 4"""
FORMATS = ("csv", "xlsx", "json", "xml", "sql")

pytestmark = [pytest.mark.django_db, pytest.mark.requires("data:oulad", "postgresql", "psql", "xz")]


@contextmanager
def loaded(postgres: Postgres, folder: Path, modules: Iterable[str]) -> Iterator[str]:
    """The dataset in a fresh database, with the clicks of these modules only."""
    source = parts.need("data:oulad")
    for file in (source / "data").iterdir():
        if not file.name.startswith("studentVle.") or file.name.split(".")[1] in modules:
            (folder / file.name).symlink_to(file)
    name = postgres.create()
    postgres.drop(name)  # only its name is wanted: the loader makes the database itself
    server = conninfo_to_dict(postgres.url(name))
    asked = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    environment = {**os.environ, **{asked[key]: str(value) for key, value in server.items() if key in asked}}
    done = subprocess.run(
        [str(source / "load_oulad.sh"), "-d", name, str(folder)], env=environment, capture_output=True, text=True
    )
    try:
        assert done.returncode == 0, done.stderr
        yield postgres.url(name)
    finally:
        postgres.drop(name)


@contextmanager
def exported(postgres: Postgres, ground: Path, modules: Iterable[str]) -> Iterator[tuple[str, dict[str, Package]]]:
    """The platform's URL, and a package of every module."""
    (ground / "data").mkdir()
    with loaded(postgres, ground / "data", modules) as url, open_site(ground, {"platform": url}, MAP) as site:
        packages = {}
        for module in modules:
            packages[module] = site.package(site.export(module, f"Module {module}", formats=FORMATS))
        yield url, packages


@pytest.fixture(scope="module")
def small(committed, postgres, tmp_path_factory) -> Iterator[tuple[str, dict[str, Package]]]:
    with exported(postgres, tmp_path_factory.mktemp("oulad"), ("AAA", "GGG")) as result:
        yield result


@pytest.fixture
def oracle(shared_data: Callable[[str], Path]) -> Callable[[str], dict[str, tuple[int, str]]]:
    """``oracle(module)``: what is counted → (number, fingerprint)."""

    def of(module: str) -> dict[str, tuple[int, str]]:
        with (shared_data("oulad") / "oracle.csv").open(newline="") as stream:
            return {
                line["tbl"]: (int(line["n"]), line["fp"]) for line in csv.DictReader(stream) if line["tenant"] == module
            }

    return of


def fingerprint(lines: Iterable[str]) -> tuple[int, str]:
    """Rows, and the sum of 60 bits of the MD5 of each, as the oracle has it: the order of the rows does not count."""
    number = total = 0
    for line in lines:
        number += 1
        total += int(hashlib.md5(line.encode()).hexdigest()[:15], 16)
    return number, str(total)


def lines_of(rows: Iterable[Iterable[str | None]]) -> Iterator[str]:
    return ("|".join([r"\N" if value is None else value for value in row]) for row in rows)


def rows_of(package: Package, table: str) -> Iterable[Iterable[str | None]]:
    """A table's rows; the large one, which has no NULL, by the faster reader."""
    if table == "student_vle":
        return package.plain_rows(table)
    rows = package.rows(table)
    if table == "assessments":  # the oracle has weights as they were published: 10, not 10.00
        rows = [row | {"weight": format(Decimal(row["weight"] or 0).normalize(), "f")} for row in rows]
    return (row.values() for row in rows)


def check_rows(package: Package, expected: dict[str, tuple[int, str]]) -> None:
    """Counts, fingerprints, exact duplicates and the sum of clicks."""
    assert set(package.counts) == set(TABLES)
    for table in TABLES:
        wanted = expected["students (all that the tenant uses)" if table == "students" else table]
        assert package.counts[table] == wanted[0]
        assert fingerprint(lines_of(rows_of(package, table))) == wanted, table
    clicks = Counter(map(tuple, package.plain_rows("student_vle")))
    copies = sum(count - 1 for count in clicks.values())
    assert copies == expected["student_vle: rows that are exact copies of another row"][0]
    total = sum(int(row[-1]) * count for row, count in clicks.items())
    assert total == expected["student_vle: sum(sum_click)"][0]


def check_shared(package: Package, url: str, module: str, expected: dict[str, tuple[int, str]]) -> None:
    """People that other modules use too are in the package, as a copy."""
    with psycopg.connect(url) as source:
        rows = source.execute("SELECT id_student FROM student_info WHERE code_module <> %s", [module]).fetchall()
    elsewhere = {str(student) for (student,) in rows}
    students = list(package.plain_rows("students"))
    shared = [row for row in students if row[0] in elsewhere]
    alone = [row for row in students if row[0] not in elsewhere]
    assert fingerprint(lines_of(shared)) == expected["students (shared with another tenant: keep)"]
    assert fingerprint(lines_of(alone)) == expected["students (used by this tenant only: delete)"]


def check_restored(
    package: Package,
    source: str,
    make_database: Callable[..., str],
    program: Callable[[str], str],
    wanted: dict[str, tuple[int, str]],
) -> None:
    """The dump loads into an empty database and holds the same rows, tables and keys, and nothing else."""
    url = make_database()
    psql(Path(program("psql")), url, *package.dumps)
    with psycopg.connect(url) as restored, psycopg.connect(source) as live:
        for sql in (_TABLES, _KEYS):
            assert restored.execute(sql).fetchall() == live.execute(sql).fetchall()
        for table in TABLES:
            rows = f"(SELECT {_COLUMNS} FROM assessments)" if table == "assessments" else table
            with restored.cursor().copy(f"COPY {rows} TO STDOUT (DELIMITER '|')") as copy:
                found = fingerprint(line for block in copy for line in bytes(block).decode().splitlines())
            assert found == wanted["students (all that the tenant uses)" if table == "students" else table], table


@pytest.mark.parametrize("module", ["AAA", "GGG"])
def test_a_module_has_exactly_the_rows_of_the_oracle_duplicates_included(small, oracle, module):
    check_rows(small[1][module], oracle(module))


@pytest.mark.parametrize("module", ["AAA", "GGG"])
def test_students_that_other_modules_share_are_in_the_package_as_copies(small, oracle, module):
    check_shared(small[1][module], small[0], module, oracle(module))


@pytest.mark.parametrize("module", ["AAA", "GGG"])
def test_the_dump_of_a_module_restores_the_same_rows_into_an_empty_database(
    small, oracle, module, make_database, program
):
    check_restored(small[1][module], small[0], make_database, program, oracle(module))


def test_rows_of_the_restored_dump_are_the_copy_text_of_the_source(small, make_database, program):
    url, packages = small
    restored = make_database()
    psql(Path(program("psql")), restored, *packages["AAA"].dumps)
    assert copied(restored, "SELECT * FROM student_vle") == copied(
        url, "SELECT * FROM student_vle WHERE code_module = 'AAA'"
    )
    assert copied(restored, "SELECT * FROM student_info") == copied(
        url, "SELECT * FROM student_info WHERE code_module = 'AAA'"
    )


def copied(url: str, sql: str) -> list[bytes]:
    """The lines of COPY, sorted."""
    with psycopg.connect(url) as connection, connection.cursor().copy(f"COPY ({sql}) TO STDOUT") as copy:
        return sorted(b"".join(map(bytes, copy)).splitlines())


@pytest.fixture(scope="module")
def large(committed, postgres, tmp_path_factory) -> Iterator[tuple[str, dict[str, Package]]]:
    with exported(postgres, tmp_path_factory.mktemp("oulad"), ("BBB",)) as result:
        yield result


@pytest.mark.slow
def test_a_module_with_a_million_and_a_half_clicks_is_exact_too(large, oracle, make_database, program):
    url, packages = large
    check_rows(packages["BBB"], oracle("BBB"))
    check_shared(packages["BBB"], url, "BBB", oracle("BBB"))
    check_restored(packages["BBB"], url, make_database, program, oracle("BBB"))
