"""Whole packages of the sample platform, looked at with everybody's tools and nothing of ours.

One comes from PostgreSQL, in English, with all tables in one volume; the other from SQLite, in Swedish, cut into
volumes so small that tables, documents, workbooks and the dump continue in further files.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bagit
import psycopg
import pytest
from frictionless import Package as DataPackage
from frictionless import system
from lxml import etree, html
from python_calamine import CalamineWorkbook

from tests.exports.dumping import psql
from tests.exports.journey.expected_cells import by_libreoffice, cells, looks_the_same, says_the_same, workbook
from tests.exports.journey.expected_documents import Digits, in_json, in_xml, same
from tests.exports.journey.package import Package, Row, records, sha256
from tests.exports.journey.site import SAMPLE_MAPS, open_site

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
SMALL = 128 * 1024

pytestmark = [pytest.mark.django_db]


@dataclass
class Held:
    """A package, and the platform it came from."""

    engine: str
    language: str
    package: Package
    originals: dict[str, Path]
    """Path of each of the customer's files → where the platform keeps it."""
    rows: dict[str, int]


def held(ground: Path, url: str, language: str, size: int, volume_bytes: int) -> Held:
    from django.core.files.storage import FileSystemStorage

    from exports.sample.platform import create

    media = ground / "media"
    tenant = create(url, FileSystemStorage(media), size=size).tenants["nordic"]
    engine = url.partition(":")[0]
    with open_site(ground, {"platform": url}, SAMPLE_MAPS[engine], volume_bytes=volume_bytes) as site:
        package = site.package(site.export(tenant.key, "Alice Academy", language=language))
    return Held(engine, language, package, {path: media / path for path in tenant.files}, tenant.rows)


@pytest.fixture(scope="module")
def on_postgresql(committed, postgres, tmp_path_factory) -> Iterator[Held]:
    name = postgres.create()
    yield held(tmp_path_factory.mktemp("english"), postgres.url(name), "en", 6_000, 64 * 1024**2)
    postgres.drop(name)


@pytest.fixture(scope="module")
def on_sqlite(committed, tmp_path_factory) -> Held:
    ground = tmp_path_factory.mktemp("swedish")
    return held(ground, f"sqlite:///{ground / 'platform.sqlite3'}", "sv", 20_000, SMALL)


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def one(request) -> Held:
    found: Held = request.getfixturevalue(f"on_{request.param}")
    return found


def test_the_packages_hold_what_the_generator_made(one):
    assert one.package.counts == one.rows
    for table in one.package.tables:
        assert len(one.package.rows(table["key"])) == one.rows[table["key"]]


def test_small_volumes_keep_their_limit_and_make_files_continue(on_sqlite):
    """Else the other tests would not look at files that continue."""
    continued = {path.rpartition("-002.")[2] for path in on_sqlite.package.files if "-002." in path}
    assert continued == {"csv", "json", "xml", "sql", "xlsx"}
    assert max(volume.stat().st_size for volume in on_sqlite.package.volumes) <= SMALL


# Bags, descriptors, the verifier, the papers ----------------------------------------------------------------------


def test_every_volume_is_a_valid_bag(one):
    for at, bag in enumerate(one.package.bags, 1):
        opened = bagit.Bag(str(bag))
        opened.validate()
        assert opened.info["Bag-Group-Identifier"] == one.package.statement["package_id"]
        assert opened.info["Bag-Count"].startswith(f"{at} of ")
    assert len(one.package.bags) == len(one.package.volumes)


def test_frictionless_accepts_every_descriptor_and_its_tables(one):
    seen: Counter[str] = Counter()
    for bag in one.package.bags:
        with system.use_context(trusted=True):
            report = DataPackage(str(bag / "datapackage.json")).validate()
        assert report.valid, report.flatten(["name", "rowNumber", "type", "message"])
        for resource in json.loads((bag / "datapackage.json").read_bytes())["resources"]:
            assert resource["hash"] == f"sha256:{sha256(bag / resource['path'])}"
            if "schema" in resource:
                seen[resource["title"].rpartition(".")[2]] += resource["rowCount"]
    assert seen == Counter(one.rows)


def test_the_verifier_accepts_the_unpacked_package_in_both_languages(one, tmp_path):
    folder = tmp_path / "unpacked"
    shutil.copytree(one.package.bags[0].parent, folder)
    for name in ("manifest.json", "manifest.json.sig", "verify.py"):
        shutil.copy(one.package.folder / name, folder)
    for language, says in (("en", "Everything is here and unchanged."), ("sv", "Allt finns här och är oförändrat.")):
        command = [sys.executable, "-I", str(folder / "verify.py"), "--lang", language]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        assert says in done.stdout


def test_the_papers_speak_the_customers_language_and_name_every_table(one):
    first = one.package.bags[0]
    readme = (first / "README.txt").read_text()
    assert ("KONTROLLERA" in readme) == (one.language == "sv")
    assert "Alice Academy" in readme
    page = html.fromstring((first / "data" / "completeness.html").read_bytes())
    assert page.get("lang") == one.language
    text = page.text_content()
    for table in one.package.tables:
        assert table["key"] in text
    assert not page.xpath("//script | //*[@src] | //link[@href]")
    assert json.loads((first / "data" / "completeness.json").read_bytes()) == one.package.statement


def test_secret_columns_are_named_and_nowhere_in_the_data(one):
    left_out = {entry["name"] for entry in one.package.statement["left_out"] if entry["what"] == "column"}
    assert "platform: users.password" in left_out
    assert "password" not in one.package.rows("users")[0]


def test_media_are_byte_for_byte_the_platforms_files(one):
    assert len(one.originals) > 20
    assert one.package.media_hashes() == {path: sha256(file) for path, file in one.originals.items()}


# JSON and XML -----------------------------------------------------------------------------------------------------


def test_every_json_document_holds_the_rows_of_the_csv(one):
    for table in one.package.tables:
        found, columns = [], {}
        for path in one.package.parts(table, ".json"):
            document = json.loads(path.read_text(), parse_int=Digits, parse_float=Digits)
            assert document["table"] == table["key"]
            columns = {column["name"]: column for column in document["columns"]}
            found += document["rows"]
        exact = one.package.rows(table["key"])
        assert len(found) == len(exact)
        for row, values in zip(found, exact, strict=True):
            expected = {name: in_json(value, columns[name]) for name, value in values.items()}
            assert same(row, expected), (table["key"], row, expected)


def test_every_xml_document_is_valid_and_holds_the_rows_of_the_csv(one, program):
    for table in one.package.tables:
        parts = one.package.parts(table, ".xml")
        schema = parts[0].parent / etree.parse(parts[0]).getroot().get(
            "{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation"
        )
        (schema,) = [file for file in one.package.files.values() if file.name == schema.name]
        command = [program("xmllint"), "--noout", "--schema", str(schema), *map(str, parts)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[:2000]
        found: list[Row] = []
        for path in parts:
            root = etree.parse(path).getroot()
            columns = [dict(column.attrib) for column in root.find("columns")]
            for row in root.find("rows"):
                assert [cell.tag for cell in row] == [column["element"] for column in columns]
                found.append(tuple(None if cell.get(NIL) == "true" else cell.text or "" for cell in row))
        exact = [
            tuple(in_xml(row[column["name"]], column) for column in columns) for row in one.package.rows(table["key"])
        ]
        assert found == exact, table["key"]


def test_openpyxl_and_calamine_find_the_cells_of_the_csv_in_the_workbooks(one):
    seen = 0
    for path, sheet, names, expected in cells(one.package):
        by_openpyxl = [list(row) for row in workbook(path)[sheet].iter_rows(values_only=True)]
        by_calamine = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        for found in (by_openpyxl, by_calamine):
            assert found[0] == names
            assert len(found) == len(expected) + 1
            for row, wanted in zip(found[1:], expected, strict=True):
                for got, cell in zip(row, wanted, strict=True):
                    assert says_the_same(got, cell), (sheet, got, cell)
        seen += len(expected)
    assert seen == sum(one.rows.values())


def test_libreoffice_shows_the_text_of_the_csv_or_changes_csv_says_why_not(one, program, tmp_path):
    wanted = {(path.stem, sheet): expected for path, sheet, _names, expected in cells(one.package)}
    shown = by_libreoffice(program("soffice"), one.package, tmp_path)
    for (book, sheet), expected in wanted.items():
        found = shown[book, sheet]
        assert len(found) == len(expected)
        for row, values in zip(found, expected, strict=True):
            for got, cell in zip(row, values, strict=True):
                assert looks_the_same(got, cell), (book, sheet, got, cell)


# The dump ---------------------------------------------------------------------------------------------------------


def test_the_dump_loads_with_psql_and_holds_the_rows_of_the_csv(on_postgresql, make_database, program):
    url = make_database()
    psql(Path(program("psql")), url, *on_postgresql.package.dumps)
    with psycopg.connect(url, options="-c TimeZone=UTC") as restored:
        for table in on_postgresql.package.tables:
            exact = on_postgresql.package.rows(table["key"])
            names = ", ".join('"' + name + '"' for name in _header(on_postgresql.package, table))
            sql = f'COPY (SELECT {names} FROM "{table["key"]}") TO STDOUT (FORMAT csv, FORCE_QUOTE *)'
            with restored.cursor().copy(sql) as copy:
                found = b"".join(map(bytes, copy))
            assert Counter(records(found)) == Counter(tuple(row.values()) for row in exact), table["key"]


@pytest.mark.requires("sqlite3")
def test_the_dump_loads_with_sqlite3_and_holds_the_rows_of_the_csv(on_sqlite, program, tmp_path):
    database = tmp_path / "restored.sqlite3"
    for dump in on_sqlite.package.dumps:
        command = [program("sqlite3"), "-bail", str(database), f'.read "{dump}"']
        done = subprocess.run(command, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
    with closing(sqlite3.connect(database)) as restored:
        assert restored.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        for table in on_sqlite.package.tables:
            exact = on_sqlite.package.rows(table["key"])
            values = ", ".join(_AS_TEXT.format(f'"{name}"') for name in _header(on_sqlite.package, table))
            found = restored.execute(f'SELECT {values} FROM "{table["key"]}"').fetchall()
            assert Counter(found) == Counter(tuple(row.values()) for row in exact), table["key"]


_AS_TEXT = r"CASE typeof({0}) WHEN 'blob' THEN '\x' || lower(hex({0})) ELSE CAST({0} AS TEXT) END"


def _header(package: Package, table: dict[str, Any]) -> list[str]:
    return [str(name) for name in records(package.parts(table, ".csv")[0])[0]]
