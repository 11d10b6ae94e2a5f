"""A downloaded list, read as a person's programs read it."""

from __future__ import annotations

import csv
import io
from typing import Any

from openpyxl import load_workbook


def of_csv(answer: Any) -> list[list[str]]:
    """The rows of a CSV; it begins with the mark by which Excel knows UTF-8."""
    content = answer.getvalue()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def of_workbook(answer: Any) -> list[list[Any]]:
    """The values of its only sheet; every cell must be a text."""
    sheet = load_workbook(io.BytesIO(answer.getvalue())).worksheets[0]
    assert {cell.data_type for row in sheet for cell in row} <= {"s", "inlineStr", "n"}
    return [[cell.value or "" for cell in row] for row in sheet]
