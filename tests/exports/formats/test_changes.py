"""``changes.csv`` lists whatever differs from the exact layer, safely, streamed and countable."""

from __future__ import annotations

import csv
import io
import tracemalloc

import pytest

from exports.formats.changes import ORIGINAL_LIMIT, SENTENCES, Changes, Reason


class Collected:
    """An entry that keeps what is written to it."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data

    def close(self) -> bytes:
        return self.data


class Counted(Collected):
    def write(self, data: bytes) -> None:
        self.data = data[-1:]


def lines(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_a_change_names_file_row_column_reason_and_original():
    changes = Changes(Collected())
    changes.add("excel/users.xlsx", 17, "id", Reason.TOO_MANY_DIGITS, "12345678901234567890")
    (line,) = lines(changes.close())
    assert line == {
        "file": "excel/users.xlsx",
        "row": "17",
        "column": "id",
        "reason": f"too-many-digits: {Reason.TOO_MANY_DIGITS.sentence}",
        "original": "12345678901234567890",
    }


def test_a_note_about_a_column_is_written_once_per_file():
    changes = Changes(Collected())
    for file in ("a.xlsx", "a.xlsx", "a-002.xlsx", "a.xlsx"):
        changes.column_note(file, "at", Reason.SHOWN_IN_UTC)
    assert changes.counts == {Reason.SHOWN_IN_UTC: 2}
    assert [(line["file"], line["row"]) for line in lines(changes.close())] == [("a.xlsx", "*"), ("a-002.xlsx", "*")]


@pytest.mark.parametrize(
    ("original", "shown"),
    [
        ('say "hi", ok', 'say "hi", ok'),
        ("a\r\nb\tc\0", "a\\x0d\\x0ab\\x09c\\x00"),
        ("C:\\temp", "C:\\\\temp"),
        ("abc\u202egpj", "abc\\u202egpj"),
        ("\ud800", "\\ud800"),
        ("å😀", "å😀"),
        ("x" * (ORIGINAL_LIMIT + 1), "x" * ORIGINAL_LIMIT + "…"),
        ("", ""),
    ],
)
def test_an_original_is_cut_and_made_printable(original, shown):
    changes = Changes(Collected())
    changes.add("f", 1, "c", Reason.LEFT_OUT, original)
    assert lines(changes.close())[0]["original"] == shown


def test_every_field_is_quoted_also_with_awkward_names_of_files_and_columns():
    changes = Changes(Collected())
    changes.add("a\nb", "*", 'q"c', Reason.LEFT_OUT)
    data = changes.close().decode()
    assert data.splitlines()[1].startswith('"a\\x0ab","*","q""c","left-out: ')
    assert lines(data.encode())[0]["column"] == 'q"c'


def test_no_change_leaves_only_the_header():
    assert Changes(Collected()).close() == b'"file","row","column","reason","original"\r\n'


def test_every_reason_says_a_sentence():
    assert set(SENTENCES) == set(Reason)
    assert all(sentence.endswith(".") and sentence[0].isupper() for sentence in SENTENCES.values())


def test_a_hundred_thousand_changes_take_no_more_memory_than_ten_thousand():
    def peak(batches: int) -> int:
        tracemalloc.start()
        changes = Changes(Counted())
        for batch in range(batches):
            cells = [(batch * 1000 + row, f"12345678901234567{row}") for row in range(1000)]
            changes.add_many("f", "c", Reason.TOO_MANY_DIGITS, cells)
        assert changes.counts.total() == batches * 1000
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(100) < 1.5 * peak(10), "ten times as many would take ten times as much if they were kept"
