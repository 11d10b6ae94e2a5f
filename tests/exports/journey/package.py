"""A finished package as a customer holds it: fetched, unpacked and read with nothing of ours."""

from __future__ import annotations

import csv
import hashlib
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

Row = tuple[str | None, ...]

_FIELD = re.compile(r'(?:"((?:[^"]|"")*)")?(,|\r?\n)')


@dataclass
class Package:
    """``folder`` holds what was fetched from the storage; volumes are unpacked below ``folder/unpacked`` on demand."""

    folder: Path
    statement: dict[str, Any] = field(repr=False)

    @property
    def volumes(self) -> list[Path]:
        return sorted(self.folder.glob("*.zip"))

    @cached_property
    def bags(self) -> list[Path]:
        """The unpacked bags, one per volume."""
        target = self.folder / "unpacked"
        for volume in self.volumes:
            with zipfile.ZipFile(volume) as archive:
                archive.extractall(target)
        return sorted(target.iterdir())

    @cached_property
    def files(self) -> dict[str, Path]:
        """Path below a bag's ``data/`` → unpacked file; no path stands in two volumes."""
        found: dict[str, Path] = {}
        for bag in self.bags:
            for path in sorted((bag / "data").rglob("*")):
                if path.is_file():
                    name = path.relative_to(bag / "data").as_posix()
                    assert name not in found, name
                    found[name] = path
        return found

    @property
    def tables(self) -> list[dict[str, Any]]:
        return list(self.statement["tables"])

    def parts(self, table: dict[str, Any], suffix: str) -> list[Path]:
        """The files of a table in one format, in order."""
        return [self.files[path] for path in sorted(table["files"], key=_number) if path.endswith(suffix)]

    def rows(self, key: str, store: str = "platform") -> list[dict[str, str | None]]:
        """The rows of a table as its exact CSV has them."""
        (table,) = [one for one in self.tables if (one["store"], one["key"]) == (store, key)]
        found = []
        for path in self.parts(table, ".csv"):
            header, *rows = records(path)
            found += [dict(zip((str(name) for name in header), row, strict=True)) for row in rows]
        return found

    def plain_rows(self, key: str) -> Iterator[list[str]]:
        """The rows of a large table by the standard library's reader, which does not tell NULL from ''."""
        (table,) = [one for one in self.tables if one["key"] == key]
        for path in self.parts(table, ".csv"):
            with path.open(newline="", encoding="utf-8") as stream:
                reader = csv.reader(stream)
                next(reader)
                yield from reader

    @property
    def dumps(self) -> list[Path]:
        """The parts of the SQL dump in the order of loading."""
        return [self.files[path] for path in sorted(self.files, key=_number) if path.startswith("sql/")]

    @property
    def media(self) -> list[dict[str, str]]:
        """The lines of every index of files; ``at`` is where the unpacked file lies."""
        lines = []
        for path in sorted(self.files):
            if re.fullmatch(r"media/files-\d+\.csv", path):
                with self.files[path].open(newline="", encoding="utf-8") as stream:
                    lines += [
                        {**line, "at": str(self.files[f"media/{line['file']}"])} for line in csv.DictReader(stream)
                    ]
        return lines

    def media_hashes(self) -> dict[str, str]:
        """Original path → SHA-256 of the bytes in the package."""
        return {line["original path"]: sha256(Path(line["at"])) for line in self.media}

    @property
    def counts(self) -> dict[str, int]:
        """Table → rows, which snapshot, every format written and every format read back agree on."""
        found = {}
        for table in self.tables:
            numbers = {table["snapshot_rows"], *table["written"].values(), *table["read_back"].values()}
            assert len(numbers) == 1, table
            found[table["key"]] = table["snapshot_rows"]
        return found

    def verify(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs the verifier that came with the package, as the customer would."""
        command = [sys.executable, "-I", str(self.folder / "verify.py"), str(self.folder), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=300)


def records(source: Path | bytes) -> list[Row]:
    """The records of a CSV in which every value is quoted: an empty field without quotes is NULL (None)."""
    text = (source if isinstance(source, bytes) else source.read_bytes()).decode()
    found: list[Row] = []
    row: list[str | None] = []
    position = 0
    for match in _FIELD.finditer(text):
        assert match.start() == position, f"no CSV at character {position}"
        position = match.end()
        row.append(None if match[1] is None else match[1].replace('""', '"'))
        if match[2] != ",":
            found.append(tuple(row))
            row = []
    assert position == len(text), f"no CSV at character {position}"
    return found


def sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _number(path: str) -> tuple[str, int]:
    """``dump.sql`` before ``dump-002.sql``."""
    match = re.fullmatch(r"(.*?)(?:-(\d{3,}))?(\.[a-z]+)", path)
    assert match is not None, path
    return match[1] + match[3], int(match[2] or 1)
