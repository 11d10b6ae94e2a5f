"""What must hold between the parts of a data map so that no scope gives too much or too little. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from exports import datamap_documents_check, datamap_retention
from exports.datamap import Collection, DatabaseStore, DataMap, FileStore, Mistake, Ownership, Through

PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
"""What has a meaning in a ``where``: doubled braces, ``{name}``, and braces that stand alone (a mistake)."""
TENANT = "tenant"


def placeholders(where: str) -> list[str]:
    """The names in braces of a ``where``; raises ``ValueError`` at a brace that stands alone."""
    names = []
    for match in PLACEHOLDER.finditer(where):
        if match[1] is not None:
            names.append(match[1])
        elif match[0] in "{}":
            raise ValueError(f"a single {match[0]!r} at character {match.start() + 1}; a literal brace is doubled")
    return names


def sources(collection: Collection) -> list[str]:
    """The collections whose tenant's part the scope of this one is built from."""
    named = [name for name in placeholders_or_none(collection.scope.where) if name != TENANT]
    return [through.collection for through in collection.scope.through] + named


def check(datamap: DataMap) -> list[Mistake]:
    """Everything that is wrong between the parts of the map; [] when it can be used."""
    mistakes: list[Mistake] = []
    for store in datamap.databases.values():
        mistakes += _Rules(datamap, store).check()
    for files in datamap.files.values():
        mistakes += _check_files(datamap, files)
    mistakes += datamap_documents_check.check(datamap)
    return mistakes


def _check_files(datamap: DataMap, store: FileStore) -> Iterator[Mistake]:
    where = f"{datamap.path.name}: stores.{store.key}"
    linked = any(
        field.file is not None and field.file.store == store.key
        for database in datamap.databases.values()
        for collection in database.collections.values()
        for field in collection.fields.values()
    )
    if not store.prefixes and not linked:
        yield Mistake(where, "neither a prefix nor a field with file = { store = … } says which files are a tenant's")
    for index, prefix in enumerate(store.prefixes, start=1):
        here = f"{where}.prefixes[{index}].prefix"
        unknown = [name for name in re.findall(r"\{([^{}]*)\}", prefix.prefix) if name != TENANT]
        if unknown:
            yield Mistake(here, f"{{{unknown[0]}}} is unknown; only {{tenant}} is replaced here")
        elif prefix.prefix.count("{tenant}") != 1:
            yield Mistake(here, "must contain {tenant} once, or every tenant would get the same files")
        elif not re.search(r"(^|[^A-Za-z0-9])\{tenant\}/", prefix.prefix):
            yield Mistake(
                here,
                "{tenant} must stand alone before a '/', as in org/{tenant}/, "
                "or tenant 1 would get the files of tenant 12",
            )


@dataclass
class _Rules:
    """The rules of one database store."""

    datamap: DataMap
    store: DatabaseStore
    limited: dict[str, bool] = field(default_factory=dict)

    def at(self, *names: str) -> str:
        return ".".join([f"{self.datamap.path.name}: stores", self.store.key, *names])

    def here(self, collection: Collection, *names: str) -> str:
        key = collection.key if re.fullmatch(r"[A-Za-z0-9_-]+", collection.key) else f'"{collection.key}"'
        return self.at("collections", key, *names)

    def check(self) -> Iterator[Mistake]:
        yield from self.tenant_row()
        yield from self.names()
        for collection in self.store.collections.values():
            yield from self.contents(collection)
            yield from self.scope(collection)
            for index, through in enumerate(collection.scope.through, start=1):
                yield from self.through(collection, through, self.here(collection, f"through[{index}]"))
            yield from self.where(collection)
        cycles = list(self.cycles())
        yield from cycles
        if not cycles:
            for collection in self.store.collections.values():
                yield from self.reach(collection)

    def tenant_row(self) -> Iterator[Mistake]:
        row = self.store.tenant
        if not row.collection:
            return
        if row.collection not in self.store.collections:
            yield Mistake(self.at("tenant.collection"), f"{row.collection!r} is no collection of this store")
            return
        fields = self.store.collections[row.collection].fields
        for key, name in (("field", row.field), ("name_field", row.name_field), ("created_field", row.created_field)):
            if name and name not in fields:
                yield Mistake(self.at("tenant", key), f"{name!r} is no field of {row.collection}")

    def names(self) -> Iterator[Mistake]:
        seen: dict[tuple[str, str], str] = {}
        for collection in self.store.collections.values():
            name = ("" if collection.schema == "public" else collection.schema, collection.name)
            if name in seen:
                yield Mistake(self.here(collection), f"is the same table as collection {seen[name]!r}")
            seen.setdefault(name, collection.key)
            spelled = {collection.name, f"public.{collection.name}"} if not name[0] else {".".join(name)}
            if spelled & self.store.excluded.keys():
                yield Mistake(self.here(collection), "is also excluded; it can only be one of the two")
            if self.store.schemas and (collection.schema or "public") not in self.store.schemas:
                yield Mistake(self.here(collection), "lies outside this store's schemas, where nothing is compared")

    def contents(self, collection: Collection) -> Iterator[Mistake]:
        if not collection.export and not collection.reason:
            yield Mistake(self.here(collection, "reason"), "is missing: why is this collection not exported?")
        if not collection.fields:
            yield Mistake(self.here(collection, "fields"), "at least one field is needed")
        elif collection.export and all(field.secret for field in collection.fields.values()):
            yield Mistake(self.here(collection, "fields"), "all are secret; use export = false with a reason")
        for item in collection.fields.values():
            if item.file is not None and item.file.store not in self.datamap.files:
                yield Mistake(
                    self.here(collection, "fields", item.name, "file.store"),
                    f'{item.file.store!r} is no store with kind = "files"',
                )
        for key, reason in datamap_retention.check(collection):
            yield Mistake(self.here(collection, "retention", *([key] if key else [])), reason)

    def scope(self, collection: Collection) -> Iterator[Mistake]:
        scope = collection.scope
        ways = [scope.tenant_field, scope.through, scope.where]
        if scope.everything and collection.ownership is not Ownership.REFERENCE:
            yield Mistake(
                self.here(collection, "everything"),
                'would give every tenant\'s rows; it is only for ownership = "reference"',
            )
        if scope.everything and any(ways):
            yield Mistake(self.here(collection, "everything"), "makes the other ways to the tenant meaningless")
        if collection.export and not scope.everything and not any(ways):
            yield Mistake(
                self.here(collection),
                "a person has to decide which rows are the tenant's: tenant_field, through or where is missing "
                '(or everything with ownership = "reference", or export = false with a reason)',
            )
        if scope.tenant_field and scope.tenant_field not in collection.fields:
            yield Mistake(self.here(collection, "tenant_field"), f"{scope.tenant_field!r} is no field of it")

    def through(self, collection: Collection, through: Through, where: str) -> Iterator[Mistake]:
        if through.fields and through.references and len(through.fields) != len(through.references):
            yield Mistake(where, f"{len(through.fields)} fields cannot equal {len(through.references)} references")
        for name in (name for name in through.fields if name not in collection.fields):
            yield Mistake(f"{where}.fields", f"{name!r} is no field of {collection.key}")
        target = self.store.collections.get(through.collection)
        if target is None:
            if through.collection:
                yield Mistake(f"{where}.collection", f"{through.collection!r} is no collection of this store")
            return
        for name in (name for name in through.references if name not in target.fields):
            yield Mistake(f"{where}.references", f"{name!r} is no field of {target.key}")

    def where(self, collection: Collection) -> Iterator[Mistake]:
        here, where = self.here(collection, "where"), collection.scope.where
        try:
            names = placeholders(where)
        except ValueError as error:
            yield Mistake(here, str(error))
            return
        for name in names:
            if name != TENANT and name not in self.store.collections:
                yield Mistake(here, f"{{{name}}} is neither {{tenant}} nor a collection of this store")
        if "'{tenant}'" in where:
            yield Mistake(here, "{tenant} brings its own quotes; write it without any")
        if where and not names and collection.ownership is not Ownership.REFERENCE:
            yield Mistake(here, "names neither {tenant} nor a collection: it would be the same rows for every tenant")

    def cycles(self) -> Iterator[Mistake]:
        """Scopes that lead back to themselves; only a plain reference to the own table can be followed."""
        done: set[str] = set()

        def visit(key: str, path: list[str]) -> Iterator[Mistake]:
            if key in path:
                circle = " → ".join([*path[path.index(key) :], key])
                yield Mistake(
                    self.here(self.store.collections[key]),
                    f"its scope leads in a circle ({circle}) and cannot be resolved; "
                    "name a way that ends in a tenant_field, or write a where",
                )
            elif key not in done and key in self.store.collections:
                collection = self.store.collections[key]
                own = [through for through in collection.scope.through if through.collection == key]
                for source in sources(collection):
                    if source != key:
                        yield from visit(source, [*path, key])
                if own and not (
                    collection.scope.tenant_field or collection.scope.where or set(sources(collection)) - {key}
                ):
                    yield Mistake(self.here(collection), "leads only to itself; another way must say where it begins")
                if key in placeholders_or_none(collection.scope.where):
                    yield Mistake(self.here(collection, "where"), f"{{{key}}} is the collection itself")
                done.add(key)

        for key in self.store.collections:
            yield from visit(key, [])

    def reach(self, collection: Collection) -> Iterator[Mistake]:
        """A way must not widen: not over rows of everybody, and over shared rows only to shared rows."""
        for key in dict.fromkeys(sources(collection)):
            source = self.store.collections.get(key)
            if source is None or key == collection.key:
                continue
            if not self.bounded(source) and collection.ownership is not Ownership.REFERENCE:
                yield Mistake(
                    self.here(collection),
                    f"its way over {key} gives every tenant's rows, because {key} is exported as a whole",
                )
            if not source.export and not _has_scope(source):
                yield Mistake(self.here(collection), f"its way leads over {key}, which has no way to the tenant itself")
            if collection.ownership is Ownership.TENANT and source.ownership is Ownership.SHARED:
                yield Mistake(
                    self.here(collection, "ownership"),
                    f"its way leads over {key}, whose rows several tenants use, so these rows are shared too: "
                    'ownership = "shared", or another way',
                )

    def bounded(self, collection: Collection) -> bool:
        """Whether the tenant's key limits the rows in every way; only asked when no scope leads in a circle."""
        if collection.key not in self.limited:
            scope = collection.scope
            found = [self.store.collections[key] for key in sources(collection) if key in self.store.collections]
            self.limited[collection.key] = (
                not scope.everything
                and not (scope.where and not placeholders_or_none(scope.where))
                and all(self.bounded(source) for source in found if source.key != collection.key)
            )
        return self.limited[collection.key]


def placeholders_or_none(where: str) -> list[str]:
    """Like ``placeholders``, but [] where the text is malformed."""
    try:
        return placeholders(where)
    except ValueError:
        return []


def _has_scope(collection: Collection) -> bool:
    scope = collection.scope
    return bool(scope.tenant_field or scope.through or scope.where or scope.everything)
