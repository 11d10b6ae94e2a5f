"""What PostgreSQL objects need each other: ``pg_depend`` as a graph, and which of it a dump can build again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exports.sources.snapshot import Snapshot

Node = tuple[str, int, int]
"""(catalogue, oid, column number): the column number is 0 for whatever is no column."""
Thing = tuple[str, int]
"""(catalogue, oid) of something a statement of its own creates."""

FIRST_USER_OID = 16384
"""PostgreSQL, transam.h, ``FirstNormalObjectId``: everything below comes with the server."""

_EDGES = f"""
SELECT classid::regclass::text, objid::text, objsubid::text, refclassid::regclass::text, refobjid::text,
       refobjsubid::text, deptype::text
FROM pg_depend WHERE objid >= {FIRST_USER_OID} AND refobjid >= {FIRST_USER_OID}
UNION ALL
SELECT 'pg_type', contypid::text, '0', 'pg_constraint', oid::text, '0', 'n' FROM pg_constraint WHERE contypid <> 0
UNION ALL
SELECT 'pg_type', reltype::text, '0', 'pg_class', oid::text, '0', 'n' FROM pg_class WHERE relkind = 'c'
ORDER BY 1, 2, 3, 4, 5, 6
"""
_RELATIONS = f"""
SELECT c.oid::text, c.relkind::text, coalesce(i.indisvalid, true)::int::text, c.relname
FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid WHERE c.oid >= {FIRST_USER_OID}
"""
_TYPES = f"""
SELECT oid::text, typtype::text, (typelem <> 0 AND typcategory = 'A')::int::text
FROM pg_type WHERE oid >= {FIRST_USER_OID}
"""
_FUNCTIONS = f"""
SELECT p.oid::text, p.proname, l.lanname, p.prokind::text, p.prosrc
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.oid >= {FIRST_USER_OID}
"""
_COLUMNS = f"""
SELECT attrelid::text, count(*)::text FROM pg_attribute
WHERE attnum > 0 AND NOT attisdropped AND attrelid >= {FIRST_USER_OID} GROUP BY attrelid
"""
_BUILDABLE = {"pg_namespace", "pg_collation", "pg_constraint", "pg_attrdef", "pg_extension"}
_WORD = re.compile(r"\w+")


class Dependencies:
    """Asks the graph from the side of a dump that holds only the ``usable`` columns of some tables."""

    def __init__(self, snapshot: Snapshot, usable: dict[int, set[int]]) -> None:
        self.usable = usable
        """oid of a table in the dump → numbers of the columns it has there as the source has them."""
        self.parents: dict[int, list[int]] = {}
        """oid of a table in the dump → tables it is a partition of or inherits from there."""
        self.table_needs: dict[int, list[Node]] = {}
        """oid of a table in the dump → what its CREATE TABLE mentions."""
        self.partition_keys: dict[int, list[Node]] = defaultdict(list)
        """oid of a partitioned table → the columns of its partition key."""
        self._snapshot = snapshot
        self._edges: dict[Node, list[Node]] = defaultdict(list)
        self._extension: dict[Thing, int] = {}
        for catalogue, oid, sub, needed, needed_oid, needed_sub, kind in _numbers(snapshot.query(_EDGES), 1, 2, 4, 5):
            if kind == "e":
                self._extension[catalogue, oid] = needed_oid
            elif kind == "i" and sub and (catalogue, oid, 0) == (needed, needed_oid, needed_sub):
                self.partition_keys[oid].append((catalogue, oid, sub))  # "reversed": they hold each other
            elif kind != "x":
                self._edges[catalogue, oid, sub].append((needed, needed_oid, needed_sub))
        relations = _numbers(snapshot.query(_RELATIONS), 0, 2)
        self.relations: dict[int, tuple[str, int]] = {oid: (kind, valid) for oid, kind, valid, _ in relations}
        self._types = {oid: (kind, array) for oid, kind, array in _numbers(snapshot.query(_TYPES), 0, 2)}
        self._functions = {row[0]: tuple(row[1:]) for row in _numbers(snapshot.query(_FUNCTIONS), 0)}
        self._widths: dict[int, int] = dict(_numbers(snapshot.query(_COLUMNS), 0, 1))
        self._named: dict[str, list[Node]] = defaultdict(list)
        for oid, kind, _, name in relations:
            if kind == "S":
                self._named[name].append(("pg_class", oid, 0))
        for oid, function in self._functions.items():
            if ("pg_proc", oid) not in self._extension:
                self._named[function[0]].append(("pg_proc", oid, 0))
        self._reasons: dict[Node, str] = {}

    def edges(self, node: Node) -> list[Node]:
        """What the node needs directly; for an index or a composite type that of all its columns."""
        catalogue, oid, sub = node
        if catalogue != "pg_class" or sub or oid not in self.relations:
            return self._edges.get(node, [])
        count = self._widths.get(oid, 0) if self.relations[oid][0] in "cIi" else 0
        return [edge for number in range(count + 1) for edge in self._edges.get((catalogue, oid, number), [])]

    def forget(self) -> None:
        """Ask again after ``usable`` changed."""
        self._reasons.clear()

    def why_not(self, node: Node) -> str:
        """Why the dump cannot have the node, '' when it can."""
        if (node[0], node[1]) in self._extension:
            return ""
        if node not in self._reasons:
            self._reasons[node] = ""  # objects in a circle do not keep each other out
            reason = self._obstacle(node)
            if not reason and not self._is_table(node) and not self._is_sequence(node):
                reason = self.first_reason(self.edges(node))
            self._reasons[node] = reason
        return self._reasons[node]

    def first_reason(self, nodes: Iterable[Node]) -> str:
        """The first reason among the nodes, '' when the dump can have all of them."""
        return next((reason for node in nodes if (reason := self.why_not(node))), "")

    def calls_functions(self, node: Node) -> bool:
        """Whether the platform's own functions run when the node is built or used."""
        return any(edge[0] == "pg_proc" and edge[:2] not in self._extension for edge in self.edges(node))

    def _is_table(self, node: Node) -> bool:
        return node[0] == "pg_class" and (node[1] in self.usable or self.relations[node[1]][0] in "rpft")

    def _is_sequence(self, node: Node) -> bool:
        return node[0] == "pg_class" and self.relations[node[1]][0] == "S"

    def _obstacle(self, node: Node) -> str:
        catalogue, oid, sub = node
        if catalogue == "pg_class":
            return self._relation_obstacle(oid, sub)
        if catalogue == "pg_type":
            return self._type_obstacle(node)
        if catalogue == "pg_proc":
            _, language, kind, _ = self._functions[oid]
            if language in ("c", "internal"):
                return f"it needs {self.describe(node)}, which is compiled code"
            return f"it needs the aggregate {self.describe(node)}" if kind == "a" else ""
        return (
            "" if catalogue in _BUILDABLE else f"it needs {self.describe(node)}, which a dump of tables does not carry"
        )

    def _relation_obstacle(self, oid: int, sub: int) -> str:
        kind, valid = self.relations[oid]
        if oid in self.usable or kind in "rpft":
            known = oid in self.usable and (not sub or sub in self.usable[oid])
            return (
                "" if known else f"it needs the {self.describe(('pg_class', oid, sub))}, which is not exported as it is"
            )
        if kind in "iI" and not valid:
            return f"the {self.describe(('pg_class', oid, 0))} is invalid in the source"
        return "" if kind in "cSiI" else f"it needs the {self.describe(('pg_class', oid, 0))}"

    def _type_obstacle(self, node: Node) -> str:
        kind, array = self._types[node[1]]
        if kind in "bp" and not array:
            return f"it needs the {self.describe(node)}, which is compiled code"
        for _, oid, _ in [edge for edge in self._edges.get(node, []) if edge[0] == "pg_class"]:
            if oid in self.usable and self.is_partial(oid):
                return f"it needs whole rows of the {self.describe(('pg_class', oid, 0))}, which is exported in part"
        return ""

    def is_partial(self, table: int) -> bool:
        """Whether the dump has the table without some of its columns."""
        return len(self.usable[table]) < self._widths[table]

    def describe(self, node: Node) -> str:
        """The node in PostgreSQL's own words, e.g. ``column email of table people``."""
        catalogue, oid, sub = node
        rows = self._snapshot.query(f"SELECT pg_describe_object('pg_catalog.{catalogue}'::regclass, {oid}, {sub})")
        return rows[0][0] or "something that is gone"

    def in_order(self, roots: Iterable[Node]) -> list[Thing]:
        """Everything the roots need and the dump can have, each before what needs it."""
        order: dict[Thing, None] = {}
        seen: set[Node] = set()
        for root in roots:
            self._visit(root, seen, order)
        return list(order)

    def _visit(self, node: Node, seen: set[Node], order: dict[Thing, None]) -> None:
        if node[:2] in self._extension:
            node = ("pg_extension", self._extension[node[:2]], 0)
        if self._is_table(node):
            node = (node[0], node[1], 0)
        if node in seen or self.why_not(node):
            return
        seen.add(node)
        for edge in self._needs(node):
            self._visit(edge, seen, order)
        order[node[0], node[1]] = None

    def _needs(self, node: Node) -> list[Node]:
        catalogue, oid, _ = node
        if self._is_table(node):
            parents: list[Node] = [("pg_class", parent, 0) for parent in self.parents.get(oid, [])]
            return self._schema(node) + parents + self.table_needs.get(oid, [])
        if self._is_sequence(node) or catalogue == "pg_extension":
            return self._schema(node)
        return self.edges(node) + (self._called(oid) if catalogue == "pg_proc" else [])

    def _schema(self, node: Node) -> list[Node]:
        return [edge for edge in self._edges.get(node, []) if edge[0] == "pg_namespace"]

    def _called(self, oid: int) -> list[Node]:
        """Functions and sequences whose names stand in the body, which PostgreSQL itself does not look into."""
        words = set(_WORD.findall(self._functions[oid][3] or ""))
        return [node for word in sorted(words) for node in self._named.get(word, [])]


def _numbers(rows: list[tuple[str | None, ...]], *places: int) -> list[list]:  # type: ignore[type-arg]
    """The rows with the given places as numbers."""
    return [[int(cell or 0) if place in places else cell for place, cell in enumerate(row)] for row in rows]
