"""Everything that differs from the exact CSV layer, one line each: ``changes.csv``.

A line names the file and the row (1-based row of the table's exact CSV, header not counted, or ``*`` for
a whole column), the column, the reason and how the value began in the exact layer. Lines are streamed,
so a recorder holds the same few kilobytes for ten changes or ten million.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

PATH = "changes.csv"
HEADER = b'"file","row","column","reason","original"\r\n'
ORIGINAL_LIMIT = 200
"""Characters of the original value that a line shows."""

_FLUSH = 256 * 1024
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\\\\\ud800-\udfff]")


class Reason(StrEnum):
    """Why a value looks different outside the exact layer; the code stands first in the line's reason."""

    TOO_MANY_DIGITS = "too-many-digits"
    NOT_A_NUMBER = "not-a-number"
    NOT_OF_TYPE = "not-of-type"
    NUMBER_OUT_OF_RANGE = "number-out-of-range"
    COLUMN_AS_TEXT = "column-as-text"
    DATE_OUT_OF_RANGE = "date-out-of-range"
    FINER_THAN_MILLISECONDS = "finer-than-milliseconds"
    SHOWN_IN_UTC = "shown-in-utc"
    FLOAT_DISPLAY = "float-display"
    TRAILING_ZEROS = "trailing-zeros"
    ESCAPED_CHARACTERS = "escaped-characters"
    ESCAPE_LIKE_TEXT = "escape-like-text"
    REPLACED_CHARACTERS = "replaced-characters"
    LONG_TEXT_IN_FILE = "long-text-in-file"
    BINARY_IN_FILE = "binary-in-file"
    BINARY_ENCODED = "binary-encoded"
    EMPTY_LOOKS_LIKE_NULL = "empty-looks-like-null"
    JSON_DUPLICATE_KEYS = "json-duplicate-keys"
    JSON_AS_TEXT = "json-as-text"
    JSON_NULL = "json-null"
    JSON_SPACING = "json-spacing"
    CHARACTERS_NAMED = "characters-named"
    NAME_CHANGED = "name-changed"
    LEFT_OUT = "left-out"

    @property
    def sentence(self) -> str:
        """What a person reads."""
        return SENTENCES[self]


SENTENCES: dict[Reason, str] = {
    Reason.TOO_MANY_DIGITS: "The number has more than 15 significant digits; it is written as text to stay exact.",
    Reason.NOT_A_NUMBER: "NaN and infinity are no numbers in this format; the value is written as text.",
    Reason.NOT_OF_TYPE: "The value is not of its column's type; it is written as text.",
    Reason.NUMBER_OUT_OF_RANGE: "The number is too large, too small or a negative zero here; it is written as text.",
    Reason.COLUMN_AS_TEXT: "Most values of this column cannot be of its type here; all of it is written as exact text.",
    Reason.DATE_OUT_OF_RANGE: "The date lies outside what this format's dates can hold; it is written as text.",
    Reason.FINER_THAN_MILLISECONDS: "The time is finer than milliseconds; it is written as text to stay exact.",
    Reason.SHOWN_IN_UTC: "The moments of this column are shown as UTC wall clock, without the offset.",
    Reason.FLOAT_DISPLAY: "The numbers of this column are kept exactly, but a spreadsheet shows at most 15 digits.",
    Reason.TRAILING_ZEROS: "The numbers or seconds of this column are shown without trailing zeros after the point.",
    Reason.ESCAPED_CHARACTERS: "The text has characters that XML cannot hold; they are written as escapes.",
    Reason.ESCAPE_LIKE_TEXT: "The text looks like a spreadsheet escape (_x0041_); its underscore is written escaped.",
    Reason.REPLACED_CHARACTERS: "The text has characters that this format cannot hold; they are replaced.",
    Reason.LONG_TEXT_IN_FILE: "The text is too long for a cell; it stands in the file that the cell names.",
    Reason.BINARY_IN_FILE: "The bytes stand in the file that the cell names.",
    Reason.BINARY_ENCODED: "The bytes of this column are written in another encoding than in the exact layer.",
    Reason.EMPTY_LOOKS_LIKE_NULL: "This column has empty texts; here they look like missing values (NULL).",
    Reason.JSON_DUPLICATE_KEYS: "The JSON value repeats a key; many readers keep only the last one.",
    Reason.JSON_AS_TEXT: "The JSON value cannot be nested as it is; it is written as text.",
    Reason.JSON_NULL: "The JSON value is null itself; here it looks like a missing value (NULL).",
    Reason.JSON_SPACING: "White space between the tokens of JSON values is written as spaces; the values are the same.",
    Reason.CHARACTERS_NAMED: "The document's font lacks these characters; they stand there as their numbers: [U+4E2D].",
    Reason.NAME_CHANGED: "The name cannot be written in this format; it is replaced.",
    Reason.LEFT_OUT: "The value cannot be written in this format and is left out.",
}

S_co = TypeVar("S_co", covariant=True)


class Target(Protocol[S_co]):
    """What the lines are written to: an entry of the package."""

    def write(self, data: bytes) -> None: ...

    def close(self) -> S_co: ...


class Changes(Generic[S_co]):
    """Recorder of changes; ``entry`` is usually ``sink.open(changes.PATH)``. For one thread.

    ``counts`` tells how many lines each reason has, for the completeness statement.
    """

    def __init__(self, entry: Target[S_co]) -> None:
        self.counts: Counter[Reason] = Counter()
        self._entry = entry
        self._pending: list[str] = []
        self._size = 0
        self._notes: set[tuple[str, str, Reason]] = set()
        entry.write(HEADER)

    def add(self, file: str, row: int | str, column: str, reason: Reason, original: str = "") -> None:
        """One changed value: ``original`` is its plain (not COPY-escaped) text, cut and made printable here."""
        self.add_many(file, column, reason, ((row, original),))

    def add_many(self, file: str, column: str, reason: Reason, cells: Iterable[tuple[int | str, str]]) -> None:
        """Many changed values of one column for one reason: pairs of row number and original text."""
        before, middle = f"{_quoted(file)},", f",{_quoted(column)},{_quoted(f'{reason}: {reason.sentence}')},"
        lines = [f'{before}"{row}"{middle}{_shown(original)}\r\n' for row, original in cells]
        self.counts[reason] += len(lines)
        self._pending += lines
        self._size += sum(map(len, lines))
        if self._size > _FLUSH:
            self._flush()

    def column_note(self, file: str, column: str, reason: Reason, original: str = "") -> None:
        """A change that holds for the whole column; written once however often it is told."""
        note = (file, column, reason)
        if note not in self._notes:
            self._notes.add(note)
            self.add(file, "*", column, reason, original)

    def close(self) -> S_co:
        """Write what is pending and close the entry; gives what the entry gives."""
        self._flush()
        return self._entry.close()

    def _flush(self) -> None:
        if self._pending:
            self._entry.write("".join(self._pending).encode("utf-8", "backslashreplace"))
            self._pending.clear()
            self._size = 0


def _quoted(text: str) -> str:
    return '"' + _UNSAFE.sub(_escaped, text).replace('"', '""') + '"'


def _shown(original: str) -> str:
    """An original value as a quoted field: cut, controls escaped, ``"`` doubled."""
    if len(original) > ORIGINAL_LIMIT:
        return _quoted(original[:ORIGINAL_LIMIT])[:-1] + '…"'
    return _quoted(original) if not original.isalnum() else f'"{original}"'


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if match[0] == "\\":
        return "\\\\"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
