"""The few words a workbook itself says, in the customer's language."""

from __future__ import annotations

_WORDS = {
    "en": {
        "about": "About this workbook: its sheets and how columns are shown. The exact values are in the csv folder.",
        "sheet": "Sheet",
        "table": "Table",
        "rows": "Rows",
        "from": "First row is row",
        "column": "Column",
        "type": "Type in the platform",
        "shown": "Shown as",
        "number": "number; as text where it has more than 15 digits",
        "boolean": "true or false",
        "date": "date; as text before 1900-03-01, after year 9999 or finer than milliseconds",
        "utc": "date and time of day in UTC; as text where a date cannot hold it",
        "text": "text",
        "long": "{units} characters, too long for a cell: see {path}",
        "binary": "{size} bytes: see {path}",
    },
    "sv": {
        "about": "Om arbetsboken: bladen och hur kolumnerna visas. De exakta värdena finns i mappen csv.",
        "sheet": "Blad",
        "table": "Tabell",
        "rows": "Rader",
        "from": "Första raden är rad",
        "column": "Kolumn",
        "type": "Typ i plattformen",
        "shown": "Visas som",
        "number": "tal; som text om det har fler än 15 siffror",
        "boolean": "sant eller falskt",
        "date": "datum; som text före 1900-03-01, efter år 9999 eller finare än millisekunder",
        "utc": "datum och klockslag i UTC; som text där ett datum inte kan hålla det",
        "text": "text",
        "long": "{units} tecken, för långt för en cell: se {path}",
        "binary": "{size} byte: se {path}",
    },
}


def words(language: str) -> dict[str, str]:
    """The words in a language, ``sv`` or ``sv-se``; English where there is no translation."""
    return _WORDS.get(language.split("-")[0].lower(), _WORDS["en"])
