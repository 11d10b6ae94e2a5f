"""How the engines write names and text in SQL. Pure."""

from __future__ import annotations

import re
from typing import Protocol


class Dialect(Protocol):
    """The spelling of one engine."""

    def name(self, text: str) -> str:
        """A quoted identifier."""

    def literal(self, text: str) -> str:
        """A text as a literal; raises ``ValueError`` for what cannot stand in one."""

    def text(self, expression: str) -> str:
        """The expression as text whose order and equality are exact."""

    def exact(self, expression: str, declared: str) -> str:
        """The expression, of the declared type, such that the text the engine sends for it is exact."""


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("a key with a NUL character cannot be the key of a row")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("a key with half a surrogate pair cannot be the key of a row") from error
    return text


def _doubled(text: str, quote: str) -> str:
    return quote + text.replace(quote, quote * 2) + quote


class PostgreSQL:
    """PostgreSQL's SQL: double quotes, texts ordered by their bytes."""

    def name(self, text: str) -> str:
        return _doubled(text, '"')

    def literal(self, text: str) -> str:
        # E'' means the same whatever standard_conforming_strings is
        escaped = _doubled(_storable(text).replace("\\", "\\\\"), "'")
        return f"E{escaped}" if "\\" in text else escaped

    def text(self, expression: str) -> str:
        return f'CAST({expression} AS text) COLLATE "C"'

    def exact(self, expression: str, declared: str) -> str:
        return expression


class SQLite:
    """SQLite's SQL: double quotes, no escapes in literals."""

    def name(self, text: str) -> str:
        return _doubled(text, '"')

    def literal(self, text: str) -> str:
        return _doubled(_storable(text), "'")

    def text(self, expression: str) -> str:
        return f"CAST({expression} AS TEXT) COLLATE BINARY"

    def exact(self, expression: str, declared: str) -> str:
        return expression


class MySQL:
    """MariaDB's and MySQL's SQL: backticks, and literals that no ``sql_mode`` reads otherwise."""

    def name(self, text: str) -> str:
        return _doubled(text, "`")

    def literal(self, text: str) -> str:
        # whether a backslash escapes depends on sql_mode; a hexadecimal literal does not
        if "\\" in text:
            return f"_utf8mb4 0x{_storable(text).encode().hex()}"
        return _doubled(_storable(text), "'")

    def text(self, expression: str) -> str:
        return f"CAST({expression} AS BINARY)"

    def exact(self, expression: str, declared: str) -> str:
        # a single-precision number is sent with six digits only: 16777216 as 16777200
        return f"{expression} + 0e0" if re.match(r"float\b", declared, re.IGNORECASE) else expression


def dialect(engine: str) -> Dialect:
    """The dialect of ``postgresql``, ``sqlite`` or ``mysql``; another engine is read like SQLite (SQL-92 quotes)."""
    known: dict[str, Dialect] = {"postgresql": PostgreSQL(), "mysql": MySQL()}
    return known.get(engine, SQLite())
