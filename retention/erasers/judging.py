"""Whose a file is, and whether it may go: by prefix, by the rows that name it, by holds and duties."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from itertools import islice

from exports.contents import Category
from exports.datamap import FileStore
from exports.sources.places import unsafe
from retention.erasers.file_codes import FileCode
from retention.erasers.file_findings import Keeps, Staying, shown
from retention.erasers.file_notes import FileNotes
from retention.erasers.findings import Refusal
from retention.erasers.naming import NamedFiles
from retention.erasers.places.place import Entry, ErasingPlace
from retention.erasers.prefixes import prefix_of

NAMED_AT_ONCE = 100


class Verdict(Enum):
    """What is to become of a file that rows name outside the tenant's prefixes; ``count`` is that of a finding."""

    GOES = "goes", "", None
    KEPT = "kept", "kept", None
    IN_USE = "in use", "shared", FileCode.IN_USE
    FOREIGN = "foreign", "foreign", FileCode.FOREIGN
    UNSAFE = "unsafe", "", FileCode.UNSAFE

    def __init__(self, _name: str, count: str, code: FileCode | None) -> None:
        self.count, self.code = count, code


class Judging:
    """One tenant in one file store. ``prefixes`` are the tenant's with their categories."""

    def __init__(
        self,
        store: FileStore,
        tenant_key: str,
        place: ErasingPlace,
        notes: FileNotes,
        named: NamedFiles,
        keeps: Keeps | None,
    ) -> None:
        self.store, self.tenant_key = store, tenant_key
        self.place, self.notes, self.named = place, notes, named
        self._keeps = keeps
        self.patterns = [prefix.prefix for prefix in store.prefixes]
        self.prefixes = {prefix_of(prefix.prefix, tenant_key): prefix.category for prefix in store.prefixes}
        self.exactly: dict[str, list[Entry]] = {}
        """What there is of each path that was judged last."""
        self.why: dict[str, str] = {}
        """Who names the ones that stay, and whose folder the foreign ones lie in."""

    def wrong_prefixes(self) -> list[Refusal]:
        """Prefixes that a strange tenant key leads astray."""
        found = []
        for prefix in self.prefixes:
            reason = unsafe(prefix) or ("the key is empty" if not self.tenant_key.strip() else "")
            if reason or "/./" in f"/{prefix}" or "//" in prefix:
                facts = {"prefix": shown(prefix), "reason": reason or "folders with no name or called '.'"}
                found.append(Refusal(FileCode.TENANT_KEY, facts))
        return found

    def kept(self, path: str, category: Category) -> bool:
        """Whether a hold or a duty keeps the file, by its prefix's category or by those of the rows that name it."""
        if self._keeps is None:
            return False
        return any(self._keeps(path, one) for one in dict.fromkeys([category, *self.notes.categories_of(path)]))

    def stopped(self, prefix: str, entries: Sequence[Entry]) -> tuple[list[Entry], dict[str, str]]:
        """Below a prefix, asked now: the entries that may go, and the files that rows of others name with who does."""
        category = self.prefixes[prefix]
        free = [entry for entry in entries if not self.kept(entry.path, category)]
        paths = list(dict.fromkeys(entry.path for entry in free))
        who = self.named.who(self.store.key, paths, self.place.one_spelling)
        others = {path: by for path, (by, whose) in who.items() if whose is Staying.OTHERS}
        return [entry for entry in free if entry.path not in who], others

    # Files that rows name elsewhere

    def judged(self, category: Category, after: int = 0) -> Iterator[tuple[int, dict[str, Verdict]]]:
        """Groups of the paths that rows of a category name outside the prefixes, asked about now, each group with the
        number of its last one; ``exactly`` and ``why`` belong to the group given last."""
        outside = self._outside(category, after)
        while group := list(islice(outside, NAMED_AT_ONCE)):
            yield group[-1][0], self._judge(category, [path for _, path in group])

    def more(self, category: Category, after: int) -> bool:
        """Whether there is another group."""
        return next(self._outside(category, after), None) is not None

    def _outside(self, category: Category, after: int) -> Iterator[tuple[int, str]]:
        for number, path, _ in self.notes.named(category, after):
            if not self._inside(path):
                yield number, path

    def _inside(self, path: str) -> bool:
        return any(path.startswith(prefix) for prefix in self.prefixes)

    def _judge(self, category: Category, paths: list[str]) -> dict[str, Verdict]:
        found = {path: Verdict.UNSAFE if unsafe(path) else Verdict.GOES for path in paths}
        safe = [path for path, verdict in found.items() if verdict is Verdict.GOES]
        foreign = self.named.owners(self.patterns, safe)
        who = self.named.who(self.store.key, safe, self.place.one_spelling)
        for path in safe:
            if path in foreign:
                found[path], self.why[path] = Verdict.FOREIGN, foreign[path]
            elif path in who:
                found[path] = Verdict.KEPT if who[path][1] is Staying.KEPT else Verdict.IN_USE
                self.why[path] = who[path][0]
            elif self.kept(path, category):
                found[path] = Verdict.KEPT
        self.why = {path: why for path, why in self.why.items() if path in found}
        with ThreadPoolExecutor(self.place.at_once) as pool:
            self.exactly = dict(zip(safe, pool.map(self.place.exactly, safe), strict=True))
        return found
