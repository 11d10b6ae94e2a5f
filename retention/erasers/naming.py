"""Which rows of the platform name which files: the tenant's, read before they go, and those that stay, asked at any
moment. Whose a row is, is told by the same conditions as in the database eraser."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass

from exports.contents import Category, Column, Kind, Table
from exports.datamap import DatabaseStore, DataMap, FileLink
from exports.dialects import Dialect, dialect
from exports.predicates import ScopeError, qualified
from exports.rows import value
from exports.scope import Selection
from exports.sources.database import open_snapshot
from exports.sources.snapshot import Snapshot, SourceError
from retention.erasers.file_codes import FileCode
from retention.erasers.file_findings import Staying
from retention.erasers.findings import BusyError, Refusal, RefusedError
from retention.erasers.inspection import read_structure
from retention.erasers.prefixes import SPELLINGS, overlap, overlapping, owners, short
from retention.erasers.targets import Targets
from retention.erasers.usage import Usage

_ENGINES = ("postgresql", "sqlite")
_AT_ONCE = 500
"""Keys or paths in one question."""


@dataclass(frozen=True, slots=True)
class _Way:
    """One column that names files. ``goes`` and ``stays`` are conditions on its rows; ``whose`` is the SQL of whose a
    row is that stays, a number of ``Staying``."""

    by: str
    category: Category
    link: FileLink
    source: str
    column: str
    goes: str
    stays: str
    whose: str


class NamedFiles:
    """Answers for all databases of the map. ``urls`` by store; ``kept`` are the tables, as (store, collection), whose
    rows stay although they are the tenant's: files that they name stay with them.

    Raises ``RefusedError`` where no exact answer can be had, ``BusyError`` when a database does not answer.
    """

    def __init__(
        self, datamap: DataMap, urls: Mapping[str, str], tenant_key: str, kept: Set[tuple[str, str]] = frozenset()
    ) -> None:
        self.datamap, self.urls, self.tenant_key, self.kept = datamap, urls, tenant_key, kept
        self._ways: dict[str, list[_Way]] = {}

    # The tenant's rows

    def read(self, store: str) -> Iterator[tuple[str, Category, str]]:
        """Path, category and ``table.column`` of every file of the file store that rows name which are to go."""
        for database, way, snapshot, _ in self._asked(store):
            where = f"({way.goes}) AND {_filled(way)}"
            for (found,) in self._rows(database, snapshot, way, f"{way.source} WHERE {where}", (_text(way.column),)):
                if found:
                    yield way.link.prefix + found, way.category, way.by

    def any(self, store: str) -> bool:
        """Whether any row of anybody names a file of the store."""
        with closing(self._asked(store)) as asked:
            return any(
                snapshot.query(f"SELECT 1 FROM {way.source} WHERE {_filled(way)} LIMIT 1")
                for _, way, snapshot, _ in asked
            )

    # Rows that stay

    def staying(self, store: str, prefixes: Sequence[str], exact: bool) -> Iterator[tuple[str, str, Staying]]:
        """Every file below the prefixes that rows name which stay: path, who names it, whose row that is. ``exact``
        false: ``a//b`` is the same file as ``a/b``; then the path is given in its short form."""
        for database, way, snapshot, speak in self._asked(store):
            path = _path(way, speak, exact)
            lead = "" if exact else "/"
            begins = [
                f"substr({path}, 1, {len(lead + prefix)}) = {speak.literal(lead + prefix)}" for prefix in prefixes
            ]
            where = f"({way.stays}) AND {_filled(way)} AND ({' OR '.join(begins) or '1 = 0'})"
            for found, whose in self._rows(
                database, snapshot, way, f"{way.source} WHERE {where}", (path, _text(way.whose))
            ):
                yield (found or "").removeprefix(lead), way.by, Staying(int(whose or 0))

    def who(self, store: str, paths: Sequence[str], exact: bool) -> dict[str, tuple[str, Staying]]:
        """Which of the paths rows name that stay, asked now: path → who names it, and whose row that is."""
        found: dict[str, tuple[str, Staying]] = {}
        spelled = {short(path, exact): path for path in paths}
        for _, way, snapshot, speak in self._asked(store):
            column = _path(way, speak, exact)
            for literals in _groups(spelled, speak, way.link.prefix if exact else ""):
                asked = _text(way.column) if exact else column
                sql = (
                    f"SELECT DISTINCT {column}, {_text(way.whose)} FROM {way.source} "
                    f"WHERE {asked} IN ({', '.join(literals)}) AND ({way.stays})"
                )
                for text, number in snapshot.query(sql):
                    path, whose = spelled.get(text or ""), Staying(int(number or 0))
                    if path is not None and (path not in found or whose < found[path][1]):
                        found[path] = way.by, whose
        return found

    # Other tenants

    def others(self, keys: Set[str]) -> set[str]:
        """Which of these keys belong to other tenants of the platform."""
        wanted = sorted(key for key in keys if key != self.tenant_key)
        return self._tenants([wanted[start : start + _AT_ONCE] for start in range(0, len(wanted), _AT_ONCE)], [])

    def overlapping(self, patterns: Sequence[str]) -> list[str]:
        """Other tenants whose folders lie in the tenant's or around them, sorted."""
        keys, begins = overlapping(patterns, self.tenant_key)
        found = self._tenants([sorted(keys)], sorted(begins))
        return sorted(key for key in found if key != self.tenant_key and overlap(patterns, self.tenant_key, key))

    def owners(self, patterns: Sequence[str], paths: Sequence[str]) -> dict[str, str]:
        """The paths that lie below the prefix of another tenant → its key."""
        claimed = {path: owners(patterns, path) - {self.tenant_key} for path in paths}
        others = self.others(set().union(*claimed.values())) if claimed else set()
        return {path: min(keys & others) for path, keys in claimed.items() if keys & others}

    def _tenants(self, groups: Sequence[Sequence[str]], begins: Sequence[str]) -> set[str]:
        """The keys of tenants among these, and those that begin with one of these."""
        found: set[str] = set()
        for database in self.datamap.databases.values() if begins or any(groups) else ():
            row = database.tenant
            home = database.collections[row.collection]
            with self._look(database) as snapshot:
                speak = dialect(snapshot.engine)
                key = _text(speak.name(row.field))
                conditions = [f"{key} IN ({', '.join(map(speak.literal, group))})" for group in groups if group]
                conditions += [f"substr({key}, 1, {len(begin)}) = {speak.literal(begin)}" for begin in begins]
                for condition in conditions:
                    table = qualified(snapshot.engine, home.schema, home.name)
                    found |= {
                        text for (text,) in snapshot.query(f"SELECT {key} FROM {table} WHERE {condition}") if text
                    }
        return found

    # Columns that name files

    def _asked(self, store: str) -> Generator[tuple[DatabaseStore, _Way, Snapshot, Dialect], None, None]:
        for database in self.datamap.databases.values():
            if not any(link.store == store for _, _, link in _links(database)):
                continue
            with self._look(database) as snapshot:
                if database.key not in self._ways:
                    self._ways[database.key] = list(self._found(database, snapshot))
                for way in self._ways[database.key]:
                    if way.link.store == store:
                        yield database, way, snapshot, dialect(snapshot.engine)

    def _found(self, database: DatabaseStore, snapshot: Snapshot) -> Iterator[_Way]:
        """Every column of the map that names files, whoever its rows belong to."""
        targets = Targets(database, read_structure(snapshot), self.tenant_key)
        usage = Usage(targets)
        for key, name, link in _links(database):
            collection = database.collections[key]
            target = targets.by_key.get(key)
            live = targets.predicates.live(collection)
            shared = target is not None and target.shared
            goes, stays, whose = "1 = 0", "1 = 1", str(int(Staying.SHARED if shared else Staying.OTHERS))
            if target is not None and (database.key, key) in self.kept:
                whose = f"CASE WHEN {target.predicate} THEN {int(Staying.KEPT)} ELSE {whose} END"
            elif target is not None:
                stays = usage.not_going(target)
                goes = f"({target.predicate}) AND ({stays}) IS NOT TRUE"
            source = targets.predicates.relation(live)
            column = targets.predicates.column(live, name)
            yield _Way(f"{key}.{name}", collection.category, link, source, column, goes, stays, whose)

    @contextmanager
    def _look(self, database: DatabaseStore) -> Iterator[Snapshot]:
        try:
            with open_snapshot(database.key, self.urls[database.key]) as snapshot:
                if snapshot.engine not in _ENGINES:
                    reason = f"{database.key} is a {snapshot.engine} database"
                    raise RefusedError((Refusal(FileCode.ROWS, {"reason": reason}),))
                yield snapshot
        except (ScopeError, KeyError) as error:
            raise RefusedError((Refusal(FileCode.ROWS, {"reason": f"{database.key}: {error}"}),)) from error
        except SourceError as error:
            raise BusyError(str(error)) from error

    def _rows(
        self, database: DatabaseStore, snapshot: Snapshot, way: _Way, source: str, columns: tuple[str, ...]
    ) -> Iterator[tuple[str | None, ...]]:
        """Rows of any number, as text; memory stays flat."""
        shown = tuple(Column(f"c{number}", "text", Kind.TEXT) for number in range(len(columns)))
        table = Table(database.key, way.by, "", way.by, way.category, shown, way.by)
        selection = Selection(table, source, "DISTINCT " + ", ".join(columns), "")
        for block in snapshot.read(selection):
            for row in block.rows:
                yield tuple(map(value, row))


def _links(database: DatabaseStore) -> Iterator[tuple[str, str, FileLink]]:
    for collection in database.collections.values():
        for name, field in collection.fields.items():
            if field.file is not None:
                yield collection.key, name, field.file


def _text(column: str) -> str:
    return f"CAST({column} AS TEXT)"


def _filled(way: _Way) -> str:
    return f"{way.column} IS NOT NULL AND {_text(way.column)} <> ''"


def _path(way: _Way, speak: Dialect, exact: bool) -> str:
    """The name of the file; where one file has several spellings, the shortest, with ``/`` before it."""
    lead = way.link.prefix if exact else f"/{way.link.prefix}"
    whole = f"{speak.literal(lead)} || {_text(way.column)}" if lead else _text(way.column)
    if exact:
        return whole
    for spelled, plain in SPELLINGS:
        whole = f"replace({whole}, '{spelled}', '{plain}')"
    return whole


def _groups(paths: Iterable[str], speak: Dialect, prefix: str) -> Iterator[list[str]]:
    """The paths as literals without the prefix, some at a time; what cannot stand in SQL is named by no row."""
    group: list[str] = []
    for path in paths:
        if not path.startswith(prefix):
            continue
        with suppress(ValueError):
            group.append(speak.literal(path.removeprefix(prefix)))
        if len(group) >= _AT_ONCE:
            yield group
            group = []
    if group:
        yield group
