"""XML documents that every parser reads and their XSD accepts; what XML cannot hold is replaced and listed."""

from __future__ import annotations

import base64
import io
import re
import subprocess
from xml.etree import ElementTree
from xml.parsers import expat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from exports.contents import Column, Kind
from exports.formats import xml as documents
from exports.formats import xml_scan
from exports.formats.base import Part, ReadBackError
from exports.rows import value as plain
from exports.sources.postgresql import open_postgresql
from tests.exports.dumping import everything
from tests.exports.formats.fidelity import (
    Row,
    Written,
    awkward_texts,
    block_of,
    every_kind,
    table_of,
    write,
    write_rows,
)
from tests.exports.formats.platform import AWKWARD

TEXT = Column("a text", "text", Kind.TEXT)
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def rows_of(written: Written) -> list[list[str | None]]:
    """All values of all parts as an independent parser reads them."""
    parser = etree.XMLParser(huge_tree=True)
    rows: list[list[str | None]] = []
    for part in written.parts:
        for row in etree.fromstring(written.files[part.path], parser).find("rows"):
            rows.append([None if cell.get(NIL) == "true" else cell.text or "" for cell in row])
    return rows


def expected(column: Column, value: str | None) -> str | None:
    """What the value must be in XML, found value by value."""
    if value is None:
        return None
    if column.kind is Kind.BOOLEAN:
        return {"t": "true", "f": "false"}[value]
    if column.kind is Kind.BINARY:
        return base64.b64encode(bytes.fromhex(value[2:])).decode()
    return ILLEGAL.sub("\ufffd", value)


def all_expected(table, rows: list[Row]) -> list[list[str | None]]:
    return [[expected(column, value) for column, value in zip(table.columns, row, strict=True)] for row in rows]


def validate(written: Written, program, tmp_path) -> None:
    """xmllint finds the XSD beside each document and accepts it."""
    for path, data in written.files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    for part in written.parts:
        document = tmp_path / part.path
        schema = document.parent / etree.parse(document, etree.XMLParser(huge_tree=True)).getroot().get(
            "{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation"
        )
        command = [program("xmllint"), "--huge", "--noout", "--schema", schema, document]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[:2000]


def test_every_awkward_value_of_every_kind_is_there_and_valid(program, tmp_path):
    table, rows = every_kind()
    written = write_rows("xml", table, rows)
    assert rows_of(written) == all_expected(table, rows)
    validate(written, program, tmp_path)


def test_what_xml_cannot_hold_is_listed_with_row_and_column():
    table, rows = every_kind()
    written = write_rows("xml", table, rows)
    replaced = [
        (str(number), column.name, "replaced-characters")
        for number, row in enumerate(rows, 1)
        for column, value in zip(table.columns, row, strict=True)
        if ILLEGAL.search(value or "")
    ]
    assert replaced
    notes = [(row, column, reason) for row, column, reason in written.reasons() if row == "*"]
    assert sorted(written.reasons()) == sorted(replaced + notes)
    assert ("*", "the binary", "binary-encoded") in notes
    assert {column for _, column, reason in notes if reason == "name-changed"} == {
        column.name for column in table.columns if " " in column.name
    }


@given(rows=st.lists(st.tuples(awkward_texts, awkward_texts, awkward_texts), min_size=1))
def test_any_texts_beside_numbers_and_truth_come_back(rows):
    columns = (
        TEXT,
        Column("n", "integer", Kind.INTEGER),
        Column("t", "boolean", Kind.BOOLEAN),
        Column("b", "x", Kind.OTHER),
    )
    given_rows = [(a, None if b is None else "7", None if c is None else "f", c) for a, b, c in rows]
    table = table_of(*columns)
    written = write_rows("xml", table, given_rows)
    assert rows_of(written) == all_expected(table, given_rows)
    assert written.read_back() == [{"people": len(rows)}]


@pytest.mark.parametrize(
    ("name", "element"),
    [
        ("id", "id"),
        ("a b", "a_x0020_b"),
        ("Åäö", "Åäö"),
        ("имя", "имя"),
        ("1st", "_x0031_st"),
        ("-a.b-", "_x002D_a.b-"),
        ("a:b", "a_x003A_b"),
        ("_x0020_", "_x005F_x0020_"),
        ("XMLname", "_x0058_MLname"),
        ("\U0001f600", "_x1F600_"),
        ("row", "_x0072_ow"),
        ("rows", "rows"),
        ("%s", "_x0025_s"),
    ],
)
def test_names_are_written_by_the_rule_of_sql_xml(name, element):
    assert documents.element_name(name) == element


@given(names=st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=5, unique=True))
def test_any_column_names_give_elements_that_old_and_new_parsers_take(names):
    written = write_rows("xml", table_of(*(Column(name, "text", Kind.TEXT) for name in names)), [[""] * len(names)])
    expat.ParserCreate().Parse(written.data, True)
    head = etree.fromstring(written.data).find("columns")
    back = re.compile("_x([0-9A-F]{4,6})_")
    decoded = [back.sub(lambda match: chr(int(match[1], 16)), column.get("element")) for column in head]
    assert decoded == names
    assert [column.get("name") for column in head] == [ILLEGAL.sub("\ufffd", name) for name in names]


def test_the_head_tells_the_table_its_keys_and_its_references():
    columns = Column("i<d", "bigint", Kind.INTEGER), Column("raw", "bytea", Kind.BINARY)
    root = ElementTree.fromstring(write_rows("xml", table_of(*columns), []).data)
    names = ("store", "schema", "name", "category", "part")
    assert [root.get(name) for name in names] == ["platform", "public", "people", "users", "1"]
    assert [column.attrib for column in root.find("columns")] == [
        {"name": "i<d", "type": "bigint", "element": "i_x003C_d"},
        {"name": "raw", "type": "bytea", "element": "raw", "encoding": "base64"},
    ]
    assert [column.get("name") for column in root.find("primaryKey")] == ["i<d"]
    (reference,) = root.find("foreignKeys")
    assert reference.attrib == {"schema": "Läro plan", "table": 'or"gs & co'}
    assert [column.attrib for column in reference] == [{"name": "i<d", "references": "id"}]
    assert list(root.find("rows")) == []


def test_the_schema_is_as_tight_as_the_values_allow(program, tmp_path):
    """An engine that checks types gives tight types; one that does not gives what its values allow."""
    columns = [
        Column("n", "integer", Kind.INTEGER),
        Column("m", "integer", Kind.INTEGER),
        Column("b", "bool", Kind.BOOLEAN),
    ]
    rows = [("1", "2", "1"), ("-7", "many", "0"), (None, None, None)]
    written = write_rows("xml", table_of(*columns), rows, engine="sqlite")
    validate(written, program, tmp_path)
    types = dict(re.findall(r'<xs:element name="(\w)" type="([^"]+)"', written.files["xml/users/people.xsd"].decode()))
    assert types == {"n": "xs:integer", "m": "xs:string", "b": "xs:boolean"}
    with pytest.raises(AssertionError, match="not a valid value of the atomic type 'xs:integer'"):
        broken = written.data.replace(b"-7", b"few")
        validate(Written(written.parts, {**written.files, written.parts[0].path: broken}, []), program, tmp_path)


def test_every_part_is_a_document_of_the_same_schema(program, tmp_path):
    blocks = [block_of([(str(7**99 // first),), (None,)], first) for first in range(1, 101, 2)]
    written = write("xml", table_of(Column("n", "numeric", Kind.DECIMAL)), blocks, part_limit=1200)
    assert len(written.parts) > 1
    assert [path for path in written.files if path.endswith(".xsd")] == ["xml/users/people.xsd"]
    validate(written, program, tmp_path)
    assert rows_of(written) == [[value] for first in range(1, 101, 2) for value in (str(7**99 // first), None)]
    assert written.read_back() == [part.rows for part in written.parts]


# Reading back ---------------------------------------------------------------------------------------------------------


def a_document() -> Written:
    table, rows = every_kind()
    return write_rows("xml", table, [[value if len(value or "") < 1000 else "x" for value in row] for row in rows])


@pytest.mark.parametrize("chunk", [1, 2, 3, 64, 1 << 20])
def test_reading_back_counts_rows_however_the_bytes_arrive(monkeypatch, chunk):
    monkeypatch.setattr(xml_scan, "_CHUNK", chunk)
    written = a_document()
    assert written.read_back() == [part.rows for part in written.parts]


def test_a_column_named_row_is_not_counted_as_a_row():
    written = write_rows("xml", table_of(Column("row", "text", Kind.TEXT)), [("</row>",), ("<row>",)])
    assert written.read_back() == [{"people": 2}]


def test_reading_back_refuses_a_document_that_is_cut_off_anywhere():
    data = a_document().data
    for end in range(0, len(data), 7):
        with pytest.raises(ReadBackError):
            documents.read_back(io.BytesIO(data[:end]), Part("x.xml", "xml", {"x": 0}))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<columns>", b"<column>"),
        (b"</row>", b""),
        (b"</row>", b"</row><!--</row>-->"),
        (b"</row>", b"</row><![CDATA[</row>]]>"),
        (b"</row>", b"</row>>"),
        (b"<row>", b"<<row>"),
        (b"<row>", b"<row/><row>"),
        (b"</rows>", b""),
    ],
)
def test_reading_back_refuses_a_document_whose_structure_is_broken(old, new):
    data = write_rows("xml", table_of(TEXT), [("a",), ("b",), ("c",)]).data
    assert old in data
    with pytest.raises(ReadBackError, match=r"x\.xml"):
        documents.read_back(io.BytesIO(data.replace(old, new, 1)), Part("x.xml", "xml", {"x": 0}))


# On a real server -----------------------------------------------------------------------------------------------------


def test_every_value_of_a_real_server_is_there_and_valid(make_database, program, tmp_path):
    tables = 0
    with open_postgresql("platform", make_database(AWKWARD)) as snapshot:
        for selection in everything(snapshot):
            blocks = list(snapshot.read(selection))
            rows = [list(map(plain, row)) for block in blocks for row in block.rows]
            written = write("xml", selection.table, blocks)
            assert rows_of(written) == all_expected(selection.table, rows)
            assert written.read_back() == [{selection.table.stem: len(rows)}]
            validate(written, program, tmp_path)
            tables += 1
    assert tables > 10
