"""The independent search for what is left of a tenant: driven by the catalogue, over a connection of its own.

It shares no condition with the deletion, so that a mistake in the one does not hide in the other. It looks for the
tenant's key in every column that holds such keys anywhere, for the tenant inside JSON, for sample keys of deleted rows
in their own table and in every column that refers to it (rows that ON DELETE SET NULL has made orphans have the
first), and for paths below the tenant's folders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from exports.catalogue import Catalogue, LiveColumn, LiveTable, Relation
from exports.contents import Kind
from exports.datamap import Collection, DatabaseStore, DataMap, Ownership
from exports.dialects import dialect
from exports.predicates import qualified
from exports.sources.database import open_snapshot
from exports.sources.reflection import reflect
from exports.sources.snapshot import Snapshot, SourceError
from retention.erasers.findings import BusyError, Leftover

_EXAMPLES = 3
_EVERYWHERE = {"id", "key", "code", "name", "number", "nr", "pk", "slug", "uuid"}
"""Names of a tenant's key column that say nothing in other tables."""
_IN_JSON = re.compile(r"->>?\s*'([^']+)'")
_PATHS = re.compile(r"path|file|url|object|image|logo|folder|blob", re.IGNORECASE)
_HOLDERS = (Relation.TABLE, Relation.PARTITIONED, Relation.INHERITANCE_CHILD)
Samples = Mapping[str, Sequence[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Look:
    """What one search found, and how much it looked at: ``keys`` are sample keys of deleted rows."""

    leftovers: tuple[Leftover, ...]
    tables: int
    columns: int
    keys: int


def leftovers(datamap: DataMap, store: DatabaseStore, url: str, tenant_key: str, samples: Samples) -> list[Leftover]:
    """Everything found; [] when there is nothing. ``samples`` are ``TableFinding.samples`` by table, from the plan.

    A leftover that is not ``certain`` lies in a row that may well be somebody else's: a person looks at it.
    """
    return list(look(datamap, store, url, tenant_key, samples).leftovers)


def look(
    datamap: DataMap,
    store: DatabaseStore,
    url: str,
    tenant_key: str,
    samples: Samples,
    kept: Set[str] = frozenset(),
) -> Look:
    """``leftovers`` with what was looked at; tables of the map that are ``kept`` are left out. Changes nothing."""
    try:
        with open_snapshot(store.key, url) as snapshot:
            search = _Search(datamap, store, snapshot, tenant_key)
            questions = search.questions(samples, kept)
            found = tuple(leftover for question in questions for leftover in search.ask(question))
    except SourceError as error:
        raise BusyError(str(error)) from error
    columns = {(question.table.key, question.column) for question in questions}
    keys = sum(len(rows) for key, rows in samples.items() if key not in kept)
    return Look(found, len({table for table, _column in columns}), len(columns), keys)


@dataclass(frozen=True)
class _Question:
    table: LiveTable
    column: str
    why: str
    condition: str
    certain: bool = True


class _Search:
    def __init__(self, datamap: DataMap, store: DatabaseStore, snapshot: Snapshot, tenant_key: str) -> None:
        self.datamap, self.store, self.snapshot = datamap, store, snapshot
        self.speak = dialect(snapshot.engine)
        self.catalogue: Catalogue = reflect(snapshot)
        self.key = self.speak.literal(tenant_key)
        self.tenant_key = tenant_key
        self.tables = [table for table in self.catalogue.tables.values() if table.relation in _HOLDERS]
        self.collections: dict[tuple[str, str], Collection] = {
            (table.schema, table.name): collection
            for collection in store.collections.values()
            if (table := self.catalogue.find(collection.schema, collection.name))
        }

    def questions(self, samples: Samples, kept: Set[str]) -> list[_Question]:
        """Everything to be asked, each once, but of tables that are kept."""
        found = [*self.tenant_columns(), *self.inside_json(), *self.sampled(samples), *self.paths()]
        places = {place for place, collection in self.collections.items() if collection.key in kept}
        return [one for one in dict.fromkeys(found) if (one.table.schema, one.table.name) not in places]

    def ask(self, question: _Question) -> Iterator[Leftover]:
        table = question.table
        source = f"{qualified(self.snapshot.engine, table.schema, table.name)} AS t"
        count = int(self.snapshot.query(f"SELECT count(*) FROM {source} WHERE {question.condition}")[0][0] or 0)
        if not count:
            return
        shown = table.primary_key or (question.column,)
        select = ", ".join(f"CAST({self.column(name)} AS TEXT)" for name in shown)
        rows = self.snapshot.query(f"SELECT {select} FROM {source} WHERE {question.condition} LIMIT {_EXAMPLES}")
        examples = tuple(", ".join(value or "" for value in row) for row in rows)
        collection = self.collections.get((table.schema, table.name))
        shared = collection is not None and collection.ownership is Ownership.SHARED
        yield Leftover(table.key, question.column, question.why, count, examples, question.certain and not shared)

    def column(self, name: str) -> str:
        return f"t.{self.speak.name(name)}"

    def equals(self, column: LiveColumn) -> str:
        """The key in a column, by an index where there can be one."""
        name = self.column(column.name)
        plain = column.kind is Kind.INTEGER and re.fullmatch(r"[0-9]{1,18}", self.tenant_key)
        if plain or (column.kind is Kind.TEXT and column.type.startswith(("text", "character varying"))):
            return f"{name} = {self.key}"
        return f"CAST({name} AS TEXT) = {self.key}"

    # The tenant's key

    def tenant_columns(self) -> Iterator[_Question]:
        """Columns that refer to the tenant's row, those the map names, and all that are called like them."""
        own = self.store.collections[self.store.tenant.collection]
        home = self.catalogue.find(own.schema, own.name)
        names = self.names()
        for table in self.tables:
            referring = {
                column
                for key in table.foreign_keys
                if home and (key.target_schema or home.schema, key.target) == (home.schema, home.name)
                for column, target in zip(key.columns, key.target_columns, strict=True)
                if target == self.store.tenant.field
            }
            collection = self.collections.get((table.schema, table.name))
            if collection is not None and collection.scope.tenant_field:
                referring.add(collection.scope.tenant_field)
            if table is home:
                referring.add(self.store.tenant.field)
            for column in table.columns:
                if column.name in referring or column.name.casefold() in names:
                    yield _Question(table, column.name, "the tenant's key", self.equals(column))

    def names(self) -> set[str]:
        """What columns with a tenant's key are called on this platform, in small letters."""
        found = {self.store.tenant.field} | {c.scope.tenant_field for c in self.store.collections.values()}
        own = self.store.collections[self.store.tenant.collection]
        for table in self.tables:
            for key in table.foreign_keys:
                if key.target == own.name and len(key.columns) == 1:
                    found.add(key.columns[0])
        return {name.casefold() for name in found if name} - _EVERYWHERE

    def inside_json(self) -> Iterator[_Question]:
        """Values under a name that means the tenant, at any depth."""
        names = self.names()
        names |= {name.removesuffix("_id") for name in names}
        for collection in self.store.collections.values():
            names |= {name.casefold() for name in _IN_JSON.findall(collection.scope.where)}
        for table in self.tables:
            for column in table.columns:
                if column.kind is Kind.JSON and names:
                    listed = ", ".join(self.speak.literal(name) for name in sorted(names))
                    top, deep = self.json(self.column(column.name), listed)
                    yield _Question(table, column.name, "the tenant's key inside JSON", top)
                    yield _Question(table, column.name, "the tenant's key deep inside JSON", deep, certain=False)

    def json(self, name: str, listed: str) -> tuple[str, str]:
        """The conditions that a value under one of these names is the key: at the top, and only below it."""
        if self.snapshot.engine == "postgresql":
            pair = "jsonb_each_text(CASE jsonb_typeof({0}) WHEN 'object' THEN {0} ELSE '{{}}' END) AS pair"
            found = f"lower(pair.key) IN ({listed}) AND pair.value = {self.key}"
            top = f"EXISTS (SELECT FROM {pair.format(f'{name}::jsonb')} WHERE {found})"
            parts = f"jsonb_path_query({name}::jsonb, 'strict $.**') AS deep(part)"
            return top, f"NOT {top} AND EXISTS (SELECT FROM {parts}, {pair.format('part')} WHERE {found})"
        found = f"lower(deep.key) IN ({listed}) AND CAST(deep.atom AS TEXT) = {self.key}"
        top = f"json_valid({name}) AND EXISTS (SELECT 1 FROM json_each({name}) AS deep WHERE {found})"
        every = f"json_valid({name}) AND EXISTS (SELECT 1 FROM json_tree({name}) AS deep WHERE {found})"
        return top, f"({every}) AND NOT ({top})"

    # Keys of rows that were deleted

    def sampled(self, samples: Samples) -> Iterator[_Question]:
        for key, found in samples.items():
            own = self.store.collections[key]
            home = self.catalogue.find(own.schema, own.name)
            if home is None or not found:
                continue
            why = f"keys of deleted rows of {key}"
            yield _Question(home, home.primary_key[0], why, self.one_of(home.primary_key, home.primary_key, found))
            for table, columns, targets in self.referring(key, home):
                if set(targets) <= set(home.primary_key):
                    by_key = self.one_of(columns, tuple(targets), [self.part(home, targets, row) for row in found])
                    yield _Question(table, columns[0], why, by_key)

    def part(self, home: LiveTable, targets: Sequence[str], row: Sequence[str]) -> list[str]:
        return [row[home.primary_key.index(name)] for name in targets]

    def referring(self, key: str, home: LiveTable) -> Iterator[tuple[LiveTable, tuple[str, ...], tuple[str, ...]]]:
        """Whole keys that refer to the table: by foreign key, and as the map says."""
        for table in self.tables:
            for reference in table.foreign_keys:
                there = (reference.target_schema or home.schema, reference.target) == (home.schema, home.name)
                if there and len(reference.target_columns) == len(home.primary_key):
                    yield table, reference.columns, reference.target_columns
            collection = self.collections.get((table.schema, table.name))
            for through in collection.scope.through if collection else ():
                if through.collection == key and len(through.references) == len(home.primary_key):
                    yield table, through.fields, through.references

    def one_of(self, columns: Sequence[str], targets: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        assert len(columns) == len(targets)
        ways = [
            " AND ".join(
                f"{self.column(name)} = {self.speak.literal(value)}" for name, value in zip(columns, row, strict=True)
            )
            for row in rows
        ]
        return "(" + " OR ".join(f"({way})" for way in ways) + ")"

    # Paths

    def paths(self) -> Iterator[_Question]:
        prefixes = {
            (store.key, prefix.prefix.replace("{tenant}", self.tenant_key))
            for store in self.datamap.files.values()
            for prefix in store.prefixes
        }
        for table in self.tables:
            collection = self.collections.get((table.schema, table.name))
            for column in table.columns:
                field = collection.fields.get(column.name) if collection else None
                link = field.file if field else None
                if link is None and not (column.kind is Kind.TEXT and _PATHS.search(column.name)):
                    continue
                for store, prefix in sorted(prefixes):
                    if link is None or link.store == store:
                        inside = prefix.removeprefix(link.prefix) if link else prefix
                        yield _Question(table, column.name, f"paths below {prefix}", self.begins(column, inside))

    def begins(self, column: LiveColumn, prefix: str) -> str:
        text = f"CAST({self.column(column.name)} AS TEXT)"
        return f"substr({text}, 1, {len(prefix)}) = {self.speak.literal(prefix)}"
