"""Looks for words everywhere we keep anything, from outside: every column of our own database, every storage."""

from __future__ import annotations

import base64
import json
import os
import zlib
from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages
from django.db import connection


def holding(words: tuple[str, ...]) -> dict[str, set[str]]:
    """Place (``table.column``, ``storage:file``) → the words that stand there, in whatever spelling we know of."""
    spelled = {word: {word, json.dumps(word)[1:-1]} for word in words}
    found: dict[str, set[str]] = {}
    for place, text in [*_columns(), *_files()]:
        for word, spellings in spelled.items():
            if any(spelling.lower() in text.lower() for spelling in spellings):
                found.setdefault(place, set()).add(word)
    return found


def _columns():
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column.name for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    for text in _readings(value):
                        yield f"{table}.{name}", text


def _readings(value):
    """The value as it stands, and what is packed into it (sessions, pickles)."""
    if value is None or isinstance(value, int | float | bool):
        return
    text = str(value)
    yield text
    packed = text.lstrip(".").split(":")[0]
    for decode in (base64.b64decode, base64.urlsafe_b64decode):
        try:
            raw = decode(packed + "=" * (-len(packed) % 4))
        except ValueError:
            continue
        yield raw.decode("utf-8", "replace")
        try:
            yield zlib.decompress(raw).decode("utf-8", "replace")
        except zlib.error:
            continue


def _files():
    for alias in ("default", "exports", "evidence"):
        yield from _below(alias, Path(storages[alias].location))
    for alias in ("EXPORT_WORK_DIR", "DELETION_WORK_DIR"):
        yield from _below(alias, Path(getattr(settings, alias)))


def _below(alias: str, base: Path):
    for folder, _folders, names in os.walk(base):
        for name in names:
            path = Path(folder, name)
            yield f"{alias}:{path.relative_to(base)}", f"{name}\n{path.read_bytes().decode('utf-8', 'replace')}"
