"""Every cell of an awkward database shows what the exact layer says, or the changes say why it does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from exports.contents import Table
from exports.rows import Block, value
from exports.sources.postgresql import open_postgresql
from tests.exports.dumping import everything
from tests.exports.formats.workbooks import Written, write

AWKWARD = (Path(__file__).parent / "awkward.sql").read_text()
TO_SECONDS = "yyyy-mm-dd hh:mm:ss"


def shown(cell) -> str | None:
    """What a person sees in a cell, spelled as the exact layer would."""
    match cell.value:
        case None:
            return None
        case bool():
            return "t" if cell.value else "f"
        case datetime() as moment if cell.number_format == "yyyy-mm-dd":
            return f"{moment:%Y-%m-%d}"
        case datetime() as moment:
            seconds = (moment + timedelta(microseconds=500)).isoformat(" ", "milliseconds").removesuffix(".000")
            return seconds.rstrip("0") if "." in seconds else seconds
        case int() | float() if cell.number_format.startswith("0."):
            return f"{cell.value:.{len(cell.number_format) - 2}f}"
        case float() if cell.value == int(cell.value):
            return str(int(cell.value))
        case _:
            return str(cell.value)


def differing(written: Written, sheet: str, table: Table, blocks: list[Block]) -> Iterator[tuple[str, str]]:
    """(row, column) of all cells that show something else than the exact layer."""
    worksheet = written.openpyxl()[sheet]
    exact = [row for block in blocks for row in block.rows]
    assert worksheet.max_row == len(exact) + 1
    for number, (row, cells) in enumerate(zip(exact, worksheet.iter_rows(min_row=2), strict=True), 1):
        for column, field, cell in zip(table.columns, row, cells, strict=True):
            if shown(cell) != value(field) or (value(field) == "" and column.nullable):
                yield str(number), column.name


def test_whatever_differs_from_the_exact_layer_stands_in_the_changes(make_database, tmp_path):
    with open_postgresql("platform", make_database(AWKWARD)) as snapshot:
        selections = everything(snapshot)
        tables = [(selection.table, list(snapshot.read(selection))) for selection in selections]
    written = write(tmp_path, *tables)
    recorded = {(line["file"], line["row"], line["column"]) for line in written.changes}
    sheets = written.openpyxl().sheetnames[1:]
    assert len(sheets) == len(tables)
    found = [
        (f"excel/users.xlsx#{sheet}", number, column)
        for sheet, (table, blocks) in zip(sheets, tables, strict=True)
        for number, column in differing(written, sheet, table, blocks)
    ]
    assert len(found) >= 15
    assert [one for one in found if not {one, (one[0], "*", one[2])} & recorded] == []
