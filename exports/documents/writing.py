"""The documents of one export: gathered from the kept rows, made, staged as files, listed in an index."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from exports.datamap_documents import Documents
from exports.document_outcomes import store_of
from exports.documents.gathering import Gathered, expected, gather, prepare
from exports.documents.making import House, Made
from exports.documents.naming import Names
from exports.documents.pool import Makers
from exports.documents.spool import Spool
from exports.formats.changes import Changes, Reason
from exports.staging import Parts, Sink

FOLDER = "documents"
INDEX = f"{FOLDER}/index"
HEADER = ["file", "document", "original name", "title", "table", "bytes", "sha256", "characters named", "problem"]
_STORED = ("docx",)
"""Formats that are compressed already."""
_LINES = 500


@dataclass(slots=True)
class Count:
    """One kind of document in one format, counted while it is written."""

    name: str
    format: str
    category: str
    expected: int = 0
    written: int = 0
    bytes: int = 0
    replaced: int = 0


@dataclass(slots=True)
class DocumentsResult:
    """``missing``: ``[store, path, reason, referenced_by, category]`` of each that could not be made."""

    counts: list[Count] = field(default_factory=list)
    missing: list[list[str]] = field(default_factory=list)

    def kept(self, intact: frozenset[str]) -> list[dict[str, Any]]:
        """JSON of the counts with what was read back: ``intact`` are paths of a bag that came back as written."""
        return [asdict(one) | {"read_back": _found(one, intact)} for one in self.counts]


def _found(count: Count, intact: frozenset[str]) -> int:
    start, end = f"data/{FOLDER}/{count.name}/", f".{count.format}"
    return sum(path.startswith(start) and path.endswith(end) for path in intact)


class Writing:
    """Writes documents of several kinds into one sink."""

    def __init__(
        self,
        spool: Spool,
        sink: Sink,
        changes: Changes[Any],
        formats: list[str],
        house: House,
        step: Callable[[str], None],
    ) -> None:
        self._spool, self._sink, self._changes = spool, sink, changes
        self._formats, self._house, self._step = formats, house, step
        self._result = DocumentsResult()
        self._lines: list[list[object]] = []
        self._index: Parts | None = None
        self._done = self._total = 0

    def write(self, kinds: list[Documents]) -> DocumentsResult:
        """Every document of every kind. ``step`` is told how far it is and may raise to stop."""
        totals = {kind.name: expected(self._spool, kind) for kind in kinds}
        self._total = sum(totals.values())
        with Makers(self._formats, self._house, self._total) as makers:
            for kind in kinds:
                self._kind(kind, totals[kind.name], makers)
        if self._lines or self._index is not None:
            self._flush().close()
        return self._result

    def _kind(self, kind: Documents, total: int, makers: Makers) -> None:
        prepare(self._spool, kind)
        counts = {name: Count(kind.name, name, str(kind.category), total) for name in self._formats}
        self._result.counts += counts.values()
        names, told = Names(), deque[Gathered]()

        def tasks() -> Iterator[tuple[str, dict[str, Any], str]]:
            for one in gather(self._spool, kind, self._house.language):
                told.append(one)
                yield kind.template, one.facts, one.problem

        for made in makers.made(tasks()):
            one = told.popleft()
            self._put(kind, one, names.stem(one.original, one.number), made, counts)
            self._done += 1
            self._step(f"documents {self._done}/{self._total}")

    def _put(self, kind: Documents, one: Gathered, stem: str, made: list[Made], counts: dict[str, Count]) -> None:
        for document in made:
            path = f"{FOLDER}/{kind.name}/{stem}.{document.format}"
            size, digest = 0, ""
            if document.problem:
                self._result.missing.append(
                    [store_of(document.format), path, document.problem, kind.table, str(kind.category)]
                )
            else:
                entry = self._sink.open(path, stored=document.format in _STORED)
                entry.write(document.data)
                staged = entry.close()
                size, digest = staged.size, staged.sha256
                count = counts[document.format]
                count.written += 1
                count.bytes += size
                count.replaced += bool(document.replaced)
            if document.replaced:
                self._changes.add(path, "*", "", Reason.CHARACTERS_NAMED, document.replaced)
            title = one.facts.get("title", "")
            line = [path, kind.name, one.original, title, kind.table, size, digest, document.replaced, document.problem]
            self._lines.append(line)
        if len(self._lines) >= _LINES:
            self._flush()

    def _flush(self) -> Parts:
        if self._index is None:
            self._index = Parts(self._sink, INDEX, ".csv", lambda _number: _csv([list(HEADER)]), lambda: b"")
        if self._lines:
            self._index.write(_csv(self._lines), len(self._lines))
            self._lines = []
        return self._index


def _csv(lines: list[list[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(lines)
    return text.getvalue().encode("utf-8", "surrogateescape")
