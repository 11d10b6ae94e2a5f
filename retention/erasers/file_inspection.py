"""The dry run over one file store: every reason not to begin, and exact counts. Changes nothing on the platform."""

from __future__ import annotations

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from posixpath import dirname, normpath

from exports.contents import Category
from retention.erasers.file_codes import FileCode
from retention.erasers.file_findings import (
    EXAMPLES,
    FileFindings,
    PlaceFinding,
    Problem,
    Staying,
    examples,
    named_place,
    shown,
)
from retention.erasers.file_notes import FileNotes
from retention.erasers.findings import Refusal, RefusedError
from retention.erasers.judging import Judging, Verdict
from retention.erasers.places.place import MOST, Entry, ErasingPlace, Kind, Lock


class Few:
    """The first examples in the order of the alphabet, and how many there are."""

    def __init__(self) -> None:
        self.count = 0
        self.paths: list[str] = []

    def add(self, path: str, told: str = "") -> None:
        self.count += 1
        insort(self.paths, f"{path} ({told})" if told else path)
        del self.paths[EXAMPLES:]

    @property
    def text(self) -> str:
        return examples(self.paths)


class Tally:
    """What is found in one place."""

    def __init__(self, prefix: str, category: Category) -> None:
        self.prefix, self.category = prefix, category
        self.counts: Counter[str] = Counter()
        self.some = Few()
        self.told: defaultdict[FileCode, Few] = defaultdict(Few)
        self.until = ""

    def goes(self, entry: Entry) -> None:
        """An entry that is to be deleted."""
        name = {Kind.MARKER: "markers", Kind.UPLOAD: "uploads"}.get(entry.kind, "versions")
        self.counts[name] += 1
        self.counts["objects"] += entry.kind in (Kind.FILE, Kind.LINK)
        self.counts["bytes"] += entry.size
        if entry.kind in (Kind.FILE, Kind.LINK):
            self.some.add(entry.path)
        if entry.kind is Kind.LINK and _leads_out(entry, self.prefix):
            self.told[FileCode.LINKS].add(entry.path, f"→ {entry.version}")
        if entry.links > 1:
            self.told[FileCode.HARD_LINKS].add(entry.path)

    def stays(self, name: str, entry: Entry, code: FileCode | None = None, told: str = "") -> None:
        """An entry that is not; ``name`` is the count it belongs to."""
        self.counts[name] += 1
        if name == "shared":
            self.counts["shared_bytes"] += entry.size
        if code is not None:
            self.told[code].add(entry.path, told)

    def locked(self, entry: Entry, lock: Lock) -> None:
        """An entry that the storage will not let go."""
        self.stays("locked", entry, FileCode.LOCKED, lock.why)
        self.until = max(self.until, lock.until or "…")

    def finding(self) -> PlaceFinding:
        """The counts."""
        return PlaceFinding(self.prefix, self.category, **self.counts, examples=tuple(map(shown, self.some.paths)))

    def facts(self, code: FileCode) -> dict[str, str | int]:
        """Count, place and examples of what was told under a code."""
        few = self.told[code]
        facts: dict[str, str | int] = {"count": few.count, "prefix": shown(self.prefix), "examples": few.text}
        return facts | ({"until": self.until} if code is FileCode.LOCKED else {})


_REFUSED = (FileCode.LOCKED, FileCode.SHARED)


class FileInspection:
    """One look at the store through what ``judging`` knows of whose the files are."""

    def __init__(self, place: ErasingPlace, notes: FileNotes, judging: Judging) -> None:
        self.place, self.notes, self.judging = place, notes, judging
        self.refusals: list[Refusal] = []
        self.problems: list[Problem] = []

    def findings(self) -> FileFindings:
        """Everything; without counts where they would mean nothing."""
        found: list[PlaceFinding] = []
        identity = ""
        try:
            if self._ready():
                identity = self.place.identity()
                found = [self._below(prefix, category) for prefix, category in self.judging.prefixes.items()]
                found += filter(None, [self._named(category) for category in self.notes.categories()])
        except RefusedError as error:
            self.refusals += error.refusals
        refusals = [one for index, one in enumerate(self.refusals) if one not in self.refusals[:index]]
        problems = [one for index, one in enumerate(self.problems) if one not in self.problems[:index]]
        return FileFindings(self.place.name, tuple(found), tuple(refusals), tuple(problems), identity)

    def _ready(self) -> bool:
        """What stands in the way of all of it; False where nothing can be counted."""
        refusals, problems = obstacles(self.place, self.judging)
        self.refusals += refusals
        self.problems += problems
        if not refusals:
            below = list(self.judging.prefixes)
            listed = self.judging.named.staying(self.notes.store, below, self.place.one_spelling)
            self.notes.set_staying(listed)
        return not refusals

    def _below(self, prefix: str, category: Category) -> PlaceFinding:
        tally = Tally(prefix, category)
        entries = self.place.entries(prefix, hindered=self.refusals)
        for group in groups((entry for entry in entries if entry.kind is not Kind.FOLDER), MOST):
            going = []
            for entry in group:
                staying = self.notes.staying(entry.path)
                if self.judging.kept(entry.path, category) or (staying and staying[1] is Staying.KEPT):
                    tally.stays("kept", entry)
                elif staying:
                    code = FileCode.SHARED if staying[1] is Staying.OTHERS else FileCode.IN_USE
                    tally.stays("shared", entry, code, staying[0])
                else:
                    going.append(entry)
            self._count(tally, going)
        self._tell(tally)
        return tally.finding()

    def _named(self, category: Category) -> PlaceFinding | None:
        """Files that rows name outside the prefixes; None where there are none."""
        tally = Tally(named_place(category), category)
        asked = False
        for _, judged in self.judging.judged(category):
            asked = asked or bool(judged)
            for path, verdict in judged.items():
                if verdict is Verdict.GOES:
                    self._count(tally, self.judging.exactly[path])
                elif verdict.count:
                    for entry in self.judging.exactly[path]:
                        tally.stays(verdict.count, entry, verdict.code, self.judging.why.get(path, ""))
                else:
                    tally.told[FileCode.UNSAFE].add(path)
        self._tell(tally)
        return tally.finding() if asked else None

    def _count(self, tally: Tally, going: list[Entry]) -> None:
        locks = self.place.locks(going)
        for entry in going:
            if entry in locks:
                tally.locked(entry, locks[entry])
            else:
                tally.goes(entry)

    def _tell(self, tally: Tally) -> None:
        for code in sorted(tally.told):
            facts = tally.facts(code)
            if code in _REFUSED:
                self.refusals.append(Refusal(code, facts))
            else:
                self.problems.append(Problem(code, facts))


def obstacles(place: ErasingPlace, judging: Judging) -> tuple[list[Refusal], list[Problem]]:
    """What needs no listing to be refused or told."""
    refusals: list[Refusal] = judging.wrong_prefixes()
    problems: list[Problem] = []
    if refusals:
        return refusals, problems
    place.reach()
    if place.empty():
        if judging.named.any(judging.store.key):
            return [Refusal(FileCode.STORE_EMPTY)], problems
        problems.append(Problem(FileCode.NOTHING, {}))
    for other in judging.named.overlapping(judging.patterns):
        facts = {"other": other, "prefix": ", ".join(map(shown, judging.prefixes))}
        refusals.append(Refusal(FileCode.NESTED, facts))
    for prefix in judging.prefixes:
        found, told = place.survey(prefix)
        refusals += found
        problems += told
    return refusals, problems


def groups(entries: Iterable[Entry], most: int) -> Iterator[list[Entry]]:
    """The entries, so many at a time."""
    remaining = iter(entries)
    while group := list(islice(remaining, most)):
        yield group


def _leads_out(entry: Entry, prefix: str) -> bool:
    """Whether a link leads out of the prefix; one that stays below it loses nothing that does not go itself."""
    target = entry.version if entry.version.startswith("/") else normpath(f"{dirname(entry.path)}/{entry.version}")
    return not f"{target}/".startswith(prefix)
