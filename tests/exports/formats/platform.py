"""The awkward PostgreSQL database that the formats are tried on: every type, awkward names, awkward texts."""

from __future__ import annotations

from pathlib import Path

from tests.exports.formats.fidelity import TEXTS


def _literal(text: str | None) -> str:
    return "NULL" if text is None else "'" + text.replace("'", "''") + "'"


_ROWS = ", ".join(f"({number}, {_literal(text)})" for number, text in enumerate(TEXTS))
AWKWARD = (
    (Path(__file__).parent / "awkward.sql").read_text()
    + 'CREATE TABLE texts (id integer PRIMARY KEY, "row" text, documents json, raw bytea);\n'
    + f'INSERT INTO texts (id, "row") VALUES {_ROWS};\n'
    + 'UPDATE texts SET raw = convert_to("row", \'UTF8\'), documents = json_build_array("row");\n'
    + "INSERT INTO texts (id, documents) VALUES (1001, 'null'), (1002, E'{\"a\":\\n\\t1}'), (1003, '1e400');\n"
)
"""SQL for ``make_database``."""
