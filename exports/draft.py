"""Writes the first data map of a live database. Pure: what a person has to decide says DECIDE and does not load."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from exports.catalogue import Catalogue, LiveColumn, LiveTable, Relation, made_at
from exports.contents import Category, Kind
from exports.paths import Found, Place, Proposal, Way, propose

_WORDS = {
    Category.USERS: "user account person people member membership profile student learner teacher tutor employee staff "
    "customer contact certificate certification organisation organization tenant role login team address",
    Category.COURSES: "course lesson module material quiz question answer survey result completion enrolment "
    "enrollment assessment grade feedback media video content chapter assignment comment",
    Category.REPORTS: "report log stat statistic analytic event audit usage metric activity history dashboard click "
    "invoice",
}
_CATEGORY_OF = {word: category for category, words in _WORDS.items() for word in words.split()}
_SECRET = re.compile(
    r"(^|_)(password|passwd|pwd|passphrase|secret|token|salt|otp|totp|credentials?|cookie|pin|apikey|hash|hashed|key)"
    r"(_(hash|digest|enc|encrypted|salt))?$"
)
_FRAMEWORK = {
    "django_migrations": "the platform's own schema history",
    "django_content_type": "the platform's own list of its tables",
    "auth_permission": "the platform's own list of permissions",
    "alembic_version": "the platform's own schema history",
    "schema_migrations": "the platform's own schema history",
    "flyway_schema_history": "the platform's own schema history",
}
_NO_TABLE = {
    Relation.VIEW: "a view: it only shows rows of tables that are mapped themselves",
    Relation.MATERIALIZED_VIEW: "DECIDE: a materialised view keeps copies of rows; say how it is refreshed",
    Relation.FOREIGN_TABLE: "DECIDE: its rows live in another database; map that one as a store of its own",
}
_HEAD = """\
# A first data map, drafted from the live {engine} {version}. Read all of it; it is reviewed like code.
# Paths were found by foreign keys, categories guessed from names, secrets suspected by name.
# Whatever says DECIDE waits for a person: the map does not load before.
version = 1

[stores.{store}]
kind = "database"
"""


def find_column(catalogue: Catalogue, wanted: str) -> tuple[Place, str]:
    """``table.column`` or ``schema.table.column`` → (place, column); raises ``ValueError`` when it is not one."""
    found = [
        (place, column.name)
        for place, table in catalogue.tables.items()
        for column in table.columns
        if wanted in {f"{table.key}.{column.name}", f"{table.schema}.{table.name}.{column.name}"}
    ]
    if len(found) != 1:
        what = "is no column of the database" if not found else "can mean several columns; write the schema too"
        raise ValueError(f"{wanted!r} {what}")
    return found[0]


def draft(store: str, catalogue: Catalogue, tenant: str) -> str:
    """The TOML of a first map; ``tenant`` is the column with the tenant's key. Raises ``ValueError`` for no column."""
    place, column = find_column(catalogue, tenant)
    return "\n".join(_Draft(store, catalogue, place, column).lines()) + "\n"


class _Draft:
    def __init__(self, store: str, catalogue: Catalogue, tenant: Place, column: str) -> None:
        self.store = store
        self.catalogue = catalogue
        self.tenant = tenant
        self.column = column
        self.proposals = propose(catalogue, tenant, column)
        self.keys = self.collection_keys()
        self.linked = self.linked_columns()

    def collection_keys(self) -> dict[Place, str]:
        keys: dict[Place, str] = {}
        for place, proposal in self.proposals.items():
            key = proposal.table.key
            while key in keys.values():
                key += "_"
            keys[place] = key
        return keys

    def linked_columns(self) -> set[tuple[Place, str]]:
        """Columns of keys: they link rows and are no secrets."""
        linked = set()
        for place, proposal in self.proposals.items():
            linked |= {(place, name) for name in proposal.table.primary_key}
            for key in proposal.table.foreign_keys:
                linked |= {(place, name) for name in key.columns}
                linked |= {((key.target_schema, key.target), name) for name in key.target_columns}
        return linked

    def lines(self) -> Iterator[str]:
        yield _HEAD.format(
            engine=self.catalogue.engine, version=_comment(self.catalogue.version), store=self.store
        ).rstrip("\n")
        table = self.proposals[self.tenant].table
        names = {column.name.lower(): column.name for column in table.columns}
        label = next((names[name] for name in ("name", "display_name", "last_name", "title") if name in names), "")
        name_field = f", name_field = {_string(label)}" if label else ""
        key, field = _string(self.keys[self.tenant]), _string(self.column)
        made = made_at(table.columns)
        created_field = f", created_field = {_string(made)}" if made else ""
        yield f"tenant = {{ collection = {key}, field = {field}{name_field}{created_field} }}"
        if self.catalogue.large_objects:
            yield 'large_objects = "DECIDE: the database holds large objects; find out whose they are"'
        yield from self.exclusions()
        yield from self.triggers()
        categories: dict[Place, Category] = {}
        for place, proposal in self.proposals.items():
            if not self.framework(proposal):
                yield ""
                yield from self.collection(place, proposal, categories)

    def framework(self, proposal: Proposal) -> str:
        return _FRAMEWORK.get(proposal.table.name, "") if proposal.found is Found.NOT_AT_ALL else ""

    def exclusions(self) -> Iterator[str]:
        excluded = {
            table.key: _NO_TABLE[table.relation]
            for table in self.catalogue.tables.values()
            if table.relation in _NO_TABLE
        }
        excluded |= {
            proposal.table.key: reason for proposal in self.proposals.values() if (reason := self.framework(proposal))
        }
        if excluded:
            yield f"\n[stores.{self.store}.excluded]"
            yield from (f"{_key(key)} = {_string(reason)}" for key, reason in excluded.items())

    def triggers(self) -> Iterator[str]:
        excluded = {place for place, proposal in self.proposals.items() if self.framework(proposal)}
        found = [
            f"{table.key}.{trigger}"
            for place, table in self.catalogue.tables.items()
            if (place in self.proposals or table.relation is Relation.PARTITION) and place not in excluded
            for trigger in table.triggers
        ]
        if found:
            yield f"\n[stores.{self.store}.triggers]"
            yield from (f'{_key(name)} = "DECIDE: read it; where do the rows go that it copies?"' for name in found)

    def collection(self, place: Place, proposal: Proposal, categories: dict[Place, Category]) -> Iterator[str]:
        table, key = proposal.table, self.keys[place]
        yield f"[stores.{self.store}.collections.{_key(key)}]"
        if key != table.key or "." in table.schema + table.name:
            yield f"name = {_string(table.name)}"
            if table.schema and table.key != table.name:
                yield f"schema = {_string(table.schema)}"
        if proposal.found in (Found.OWNED, Found.SHARED):
            categories[place] = _category(table.name) or self.inherited(proposal, categories)
            yield f'category = "{categories[place]}"'
            yield from self.scope(proposal)
        else:
            yield from self.undecided(table, proposal)
        yield f"[stores.{self.store}.collections.{_key(key)}.fields]"
        for column in table.columns:
            yield self.field(place, column)

    def inherited(self, proposal: Proposal, categories: dict[Place, Category]) -> Category:
        return next((categories[way.over] for way in proposal.ways if way.over in categories), Category.COURSES)

    def scope(self, proposal: Proposal) -> Iterator[str]:
        if proposal.found is Found.SHARED:
            yield "# Rows of the tenant point here, so several tenants may use the same row. If these are the vendor's"
            yield '# own rows (countries, plans …) write ownership = "reference".'
            yield 'ownership = "shared"'
            yield from self.through(proposal.ways)
            yield from (f"# left out, it would lead in a circle: {self.spell(way)}" for way in proposal.others)
            return
        way = proposal.ways[0]
        if way.nullable:
            columns = ", ".join(way.fields) or way.tenant_field
            yield f"# {_comment(columns)} may be NULL: such rows are nobody's by this way."
        if way.tenant_field:
            yield f"tenant_field = {_string(way.tenant_field)}"
        else:
            yield from self.through(proposal.ways)
        yield from (f"# also possible: {self.spell(other)}" for other in proposal.others)

    def undecided(self, table: LiveTable, proposal: Proposal) -> Iterator[str]:
        yield f'category = "DECIDE: {_category(table.name) or " or ".join(Category)}?"'
        yield f"# It leads to the tenant {proposal.found.value}."
        if table.relation is Relation.INHERITANCE_CHILD:
            parents = ", ".join(".".join(parent) for parent in table.parents)
            yield f"# It inherits from {_comment(parents)}, but keys are not inherited."
        yield from (f"# perhaps: tenant_field = {_string(name)}" for name in proposal.alike)
        if proposal.others:
            yield '# perhaps, with ownership = "shared":'
            yield from (f"#   {self.spell(way)}" for way in proposal.others)
        yield '# or: ownership = "reference" and everything = true'
        yield '# or: export = false and reason = "…"; or take it out and list it under excluded'

    def through(self, ways: list[Way]) -> Iterator[str]:
        if len(ways) == 1:
            yield f"through = [ {self.item(ways[0])} ]"
        else:
            yield "through = ["
            yield from (f"    {self.item(way)}," for way in ways)
            yield "]"

    def spell(self, way: Way) -> str:
        if way.tenant_field:
            return f"tenant_field = {_string(way.tenant_field)}"
        return f"through = [ {self.item(way)} ]" + ("  (may be NULL)" if way.nullable else "")

    def item(self, way: Way) -> str:
        fields, references = (", ".join(map(_string, names)) for names in (way.fields, way.references))
        return f"{{ collection = {_string(self.keys[way.over])}, fields = [{fields}], references = [{references}] }}"

    def field(self, place: Place, column: LiveColumn) -> str:
        suspicious = (
            column.kind in (Kind.TEXT, Kind.BINARY, Kind.JSON, Kind.OTHER)
            and (place, column.name) not in self.linked
            and _SECRET.search(_words(column.name))
        )
        if not suspicious:
            return f"{_key(column.name)} = {_string(column.type)}"
        reason = "DECIDE: by its name a secret; write why it never leaves, or remove this"
        return f"{_key(column.name)} = {{ type = {_string(column.type)}, secret = {_string(reason)} }}"


def _words(name: str) -> str:
    """``apiToken`` and ``API-token`` → ``api_token``."""
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower())


def _category(table: str) -> Category | None:
    """The category that the last telling word of a table's name stands for."""
    for word in reversed(_words(table).split("_")):
        for form in (word, word.removesuffix("s"), re.sub("ies$", "y", word), re.sub("zes$", "", word)):
            if form in _CATEGORY_OF:
                return _CATEGORY_OF[form]
    return None


def _string(text: str) -> str:
    """A TOML basic string; JSON's escapes are a subset of TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else _string(text)


def _comment(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())
