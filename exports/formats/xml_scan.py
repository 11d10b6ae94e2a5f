"""Counts the rows of a finished XML document by its tags, in flat memory."""

from __future__ import annotations

from typing import BinaryIO
from xml.parsers import expat

from exports.formats.base import ReadBackError

_CHUNK = 1 << 20
_NO_MARKS = bytes({*range(256)} - {*b"<>/!?"})
_NO_ANGLES = bytes({*range(256)} - {*b"<>"})
_LONGEST_HEAD = 64 << 20
_ROWS = b"<rows>\n"
_ROW_END = b"</row>"


def scan(stream: BinaryIO, path: str, foot: bytes) -> int:
    """Rows of a document that ends with ``foot``; raises ``ReadBackError``.

    The ``row`` elements are counted by their end tags: a value never holds ``<`` or ``>``. Tags must alternate and
    every start have its end; comments, CDATA and declarations, in which such characters could stand, are refused.
    """
    rows, open_elements, held, last = 0, 0, b"", b""
    chunk = _after_head(stream, path, foot) or stream.read(_CHUNK)
    while chunk:
        last = (last + chunk[-len(foot) :])[-len(foot) :]
        chunk = held + chunk
        cut = start if (start := chunk.rfind(b"<")) > chunk.rfind(b">") else len(chunk)  # a tag not closed yet waits
        chunk, held = chunk[:cut], chunk[cut:]
        open_elements += _opened(chunk, path)
        rows += chunk.count(_ROW_END)
        chunk = stream.read(_CHUNK)
    if held or last != foot or open_elements != -foot.count(b"</"):
        raise ReadBackError(f"{path} is cut off or its tags do not match")
    return rows


def _after_head(stream: BinaryIO, path: str, foot: bytes) -> bytes:
    """Read and check the head; gives what was read beyond it."""
    text = b""
    while (chunk := stream.read(_CHUNK)) and len(text) < _LONGEST_HEAD:
        text += chunk
        head, found, rest = text.partition(_ROWS)
        if found:
            try:
                expat.ParserCreate().Parse(head + found + foot, True)
            except expat.ExpatError as error:
                raise ReadBackError(f"{path} has a head that is no XML: {error}") from error
            return rest
    raise ReadBackError(f"{path} has no rows: it is cut off or not one of our documents")


def _opened(text: bytes, path: str) -> int:
    """How many more elements a text of whole tags opens than it closes."""
    marks = text.translate(None, _NO_MARKS)
    tags, ends = marks.count(b"<"), marks.count(b"</")
    strange = b"<!" in marks or b"<?" in marks or marks.count(b"/>") != ends
    if strange or text.translate(None, _NO_ANGLES).replace(b"<>", b""):
        raise ReadBackError(f"{path} has brackets that belong to no tag or tags that no row has")
    return tags - 2 * ends
