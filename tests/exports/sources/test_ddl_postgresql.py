"""The schema of a dump: what comes back, what is left out, and that nothing is left out in silence."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import psycopg
import pytest

from exports.sources.database import open_snapshot
from exports.sources.ddl import Ddl, ddl
from tests.exports.dumping import Dumped, contents, dump, everything, psql
from tests.exports.formats.test_sql import AWKWARD


class Moved:
    """A database that was dumped and loaded again."""

    def __init__(self, source: str, target: str, dumped: Dumped, warnings: str, same: bool) -> None:
        self.source, self.target, self.dumped, self.warnings, self.same = source, target, dumped, warnings, same
        self.left_out = "\n".join(dumped.ddl.left_out)

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.target) as connection:
            return connection.execute(sql).fetchall()  # type: ignore[arg-type]


@pytest.fixture
def move(postgres, make_database, tmp_path) -> Callable[..., Moved]:
    """``move(sql, secrets=…, skip=…)`` makes a database, dumps it and loads the dump into an empty one."""

    def move(script: str, **options) -> Moved:
        source, target = make_database(script), make_database()
        with open_snapshot("platform", source) as snapshot:
            selections = everything(snapshot, **options)
            before = contents(snapshot, selections)
            dumped = dump(snapshot, tmp_path / "dump", selections)
        warnings = psql(postgres.bin / "psql", target, *dumped.files)
        with open_snapshot("platform", target) as snapshot:
            return Moved(source, target, dumped, warnings, contents(snapshot, selections) == before)

    return move


def schema(program: str, url: str) -> list[str]:
    """What pg_dump says of a schema; the order of columns in an attached partition is not part of it."""
    done = subprocess.run([program, "--schema-only", "-d", url], capture_output=True, text=True, check=True)
    return sorted(line.rstrip(",") for line in done.stdout.splitlines() if "restrict" not in line)


def test_the_schema_that_comes_back_is_the_same_to_pg_dump(move, program):
    moved = move(AWKWARD)
    assert schema(program("pg_dump"), moved.target) == schema(program("pg_dump"), moved.source)


def test_sequences_go_on_where_the_source_stood(move):
    moved = move(AWKWARD)
    assert moved.ask("INSERT INTO people (email) VALUES ('new@x') RETURNING id, code") == [(25, "code-22")]
    assert moved.ask("INSERT INTO teams (leader) VALUES (10) RETURNING id") == [(4,)]
    assert moved.ask("INSERT INTO events (at, kind) VALUES (now(), 'x') RETURNING id") == [(5,)]


def test_a_sequence_that_may_not_be_read_goes_on_after_the_highest_value(make_database, postgres, tmp_path):
    source = make_database("""
        CREATE TABLE numbered (id serial PRIMARY KEY, n integer);
        INSERT INTO numbered (n) SELECT 1 FROM generate_series(1, 7);
        CREATE TABLE unused (id integer GENERATED ALWAYS AS IDENTITY);
        DROP ROLE IF EXISTS reader_of_tables; CREATE ROLE reader_of_tables LOGIN;
        GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader_of_tables;
    """)
    target = make_database()
    with open_snapshot("platform", source) as snapshot:
        snapshot.query("SELECT set_config('role', 'reader_of_tables', false)")
        dumped = dump(snapshot, tmp_path / "dump", everything(snapshot))
    psql(postgres.bin / "psql", target, *dumped.files)
    with psycopg.connect(source) as connection:
        connection.execute("DROP OWNED BY reader_of_tables; DROP ROLE reader_of_tables")
    with psycopg.connect(target) as connection:
        assert connection.execute("INSERT INTO numbered (n) VALUES (2) RETURNING id").fetchall() == [(8,)]
        assert connection.execute("INSERT INTO unused DEFAULT VALUES RETURNING id").fetchall() == [(1,)]


SECRETS = """
CREATE FUNCTION is_long(t text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT length(t) > 3';
CREATE TABLE plans (id integer PRIMARY KEY, price integer);
CREATE TABLE people (id integer PRIMARY KEY, name text UNIQUE, token text UNIQUE DEFAULT md5('x'),
    salted text GENERATED ALWAYS AS (name || token) STORED,
    plan integer REFERENCES plans, CHECK (is_long(token)), CHECK (name <> ''), CHECK (people IS NOT NULL),
    UNIQUE (name, token));
COMMENT ON COLUMN people.token IS 'the canary of comments';
CREATE TABLE logins (token text REFERENCES people (token),
    name text REFERENCES people (name), person integer REFERENCES people ON DELETE CASCADE);
CREATE INDEX by_token ON people (lower(token)); CREATE INDEX by_name ON people (name);
CREATE INDEX partly ON people (id) WHERE token > 'a';
CREATE TABLE parts (id integer, secret integer) PARTITION BY LIST (secret);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1); CREATE TABLE parts_2 PARTITION OF parts DEFAULT;
INSERT INTO plans VALUES (1, 99); INSERT INTO people (id, name, token, plan) VALUES (1, 'alice', 'canary', 1);
INSERT INTO logins VALUES ('canary', 'alice', 1); INSERT INTO parts VALUES (1, 1), (2, 1), (3, 7);
"""


def test_columns_that_are_not_exported_take_what_needs_them_along_and_that_is_named(move):
    moved = move(SECRETS, secrets={"people": ["token"], "logins": ["token"], "parts": ["secret"]}, skip=["plans"])
    assert moved.same
    assert moved.warnings == ""
    assert "canary" not in moved.dumped.text.replace("alicecanary", "")
    kept = "SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n' ORDER BY 1"
    assert [row[0] for row in moved.ask(kept)] == [
        *("logins_name_fkey", "logins_person_fkey", "people_name_check", "people_name_key", "people_pkey")
    ]
    assert moved.ask("SELECT indexname FROM pg_indexes WHERE indexname IN ('by_token', 'by_name', 'partly')") == [
        ("by_name",)
    ]
    for what in (
        "constraint people_token_key of public.people: it needs the column token of table public.people",
        "constraint people_name_token_key of public.people",
        "constraint people_check of public.people: it looks at whole rows",
        "constraint people_token_check of public.people",
        "constraint logins_token_fkey of public.logins",
        "constraint people_plan_fkey of public.people: it needs the column id of table public.plans",
        "index by_token on public.people",
        "index partly on public.people",
        "expression of public.people.salted: it needs the column token of table public.people",
        "partitions of public.parts: it needs the column secret of table public.parts",
    ):
        assert what in moved.left_out
        assert f"-- Left out: {what}" in moved.dumped.text
    assert len(moved.dumped.ddl.left_out) == 10


def test_rows_that_point_outside_the_export_load_with_a_warning_and_an_unproven_key(make_database, postgres, tmp_path):
    source = make_database("""
        CREATE TABLE orgs (id integer PRIMARY KEY);
        CREATE TABLE people (id integer PRIMARY KEY, org integer REFERENCES orgs, friend integer REFERENCES people);
        CREATE TABLE parted (org integer REFERENCES orgs) PARTITION BY LIST (org);
        CREATE TABLE parted_all PARTITION OF parted DEFAULT;
        INSERT INTO orgs VALUES (1), (2); INSERT INTO people VALUES (1, 1, 2), (2, 2, 1); INSERT INTO parted VALUES (2);
    """)
    target = make_database()
    with open_snapshot("platform", source) as snapshot:
        selections = everything(snapshot)
        (orgs,) = [one for one in selections if one.table.name == "orgs"]
        orgs = type(orgs)(orgs.table, orgs.source + " WHERE id = 1", orgs.columns, orgs.order)
        selections = [orgs, *(one for one in selections if one.table.name != "orgs")]
        dumped = dump(snapshot, tmp_path / "dump", selections)
    warnings = psql(postgres.bin / "psql", target, *dumped.files)
    assert warnings.count("WARNING") == 2
    assert (
        "foreign key people_org_fkey of public.people: some rows point to rows that are not in this export" in warnings
    )
    with psycopg.connect(target) as connection:
        query = "SELECT conname, convalidated FROM pg_constraint WHERE contype = 'f' ORDER BY 1"
        assert connection.execute(query).fetchall() == [("people_friend_fkey", True), ("people_org_fkey", False)]
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute("INSERT INTO people VALUES (3, 77, 1)")


def test_rules_of_the_platform_stay_there_and_are_named(move):
    moved = move("""
        CREATE TABLE people (id integer, a integer, b integer);
        CREATE FUNCTION noop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER changed AFTER UPDATE ON people FOR EACH ROW EXECUTE FUNCTION noop();
        CREATE POLICY own ON people USING (id > 0); CREATE RULE quiet AS ON DELETE TO people DO INSTEAD NOTHING;
        CREATE VIEW names AS SELECT id FROM people; CREATE MATERIALIZED VIEW counts AS SELECT count(*) FROM people;
        CREATE STATISTICS both_columns ON a, b FROM people;
        CREATE TABLE other (id integer); CREATE VIEW others AS SELECT 1 FROM other;
    """, skip=["other"])  # fmt: skip
    assert [text.split(":")[0] for text in moved.dumped.ddl.left_out] == [
        "materialised view public.counts",
        "policy own on public.people",
        "rule quiet on public.people",
        "statistics both_columns on public.people",
        "trigger changed on public.people",
        "view public.names",
    ]
    assert "noop" not in moved.dumped.ddl.before


def test_a_view_that_the_map_exports_is_a_table_in_the_dump(make_database, postgres, tmp_path):
    source = make_database("""
        CREATE TABLE people (id integer PRIMARY KEY, name text); INSERT INTO people VALUES (1, 'alice'), (2, 'bob');
        CREATE MATERIALIZED VIEW counts AS SELECT count(*), 'x'::text AS kind FROM people;
        CREATE INDEX ON counts (kind);
        CREATE VIEW names AS SELECT name FROM people;
    """)
    target = make_database()
    with open_snapshot("platform", source) as snapshot:
        selections = everything(snapshot, views=["counts", "names"])
        before = contents(snapshot, selections)
        dumped = dump(snapshot, tmp_path / "dump", selections)
    assert dumped.ddl.left_out == []
    assert psql(postgres.bin / "psql", target, *dumped.files) == ""
    with open_snapshot("platform", target) as snapshot:
        assert contents(snapshot, selections) == before
        assert before.keys() == {"people", "counts", "names"}


def test_types_that_cannot_travel_become_text(move):
    moved = move("""
        CREATE TABLE hidden (id integer PRIMARY KEY, secret text);
        CREATE TABLE odd (c regclass DEFAULT 'hidden'::regclass, f regproc[], kept hidden, whole hidden[]);
        INSERT INTO odd VALUES ('hidden', '{now}', '(1,x)', ARRAY[ROW(2, 'y')::hidden]);
    """, skip=["hidden"])  # fmt: skip
    assert moved.same
    types = "SELECT format_type(atttypid, -1) FROM pg_attribute WHERE attrelid = 'odd'::regclass AND attnum > 0"
    assert moved.ask(types) == [("text",)] * 4
    assert moved.left_out.count("its values are text") == 4


def test_a_table_of_generated_columns_only_keeps_their_values(move):
    moved = move("""
        CREATE TABLE t (id integer, twice integer GENERATED ALWAYS AS (7 * 2) STORED); INSERT INTO t VALUES (1), (2);
    """, secrets={"t": ["id"]})  # fmt: skip
    assert moved.same
    assert moved.ask("SELECT * FROM t") == [(14,), (14,)]
    assert "expressions of public.t" in moved.left_out


def test_functions_that_lean_on_the_search_path_still_work_while_loading(move):
    moved = move("""
        CREATE SCHEMA lib;
        CREATE FUNCTION lib.inner_part(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper(t)';
        CREATE FUNCTION shout(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
            'BEGIN RETURN lib.inner_part(t) || mark(); END';
        CREATE FUNCTION mark() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT '!' $$;
        CREATE TABLE limits (n integer); INSERT INTO limits VALUES (5);
        CREATE FUNCTION within(n integer) RETURNS boolean LANGUAGE plpgsql STABLE AS
            'BEGIN RETURN n < (SELECT max(l.n) FROM limits l); END';
        CREATE TABLE said (what text, n integer CHECK (within(n)), loud text GENERATED ALWAYS AS (shout(what)) STORED);
        CREATE INDEX loudly ON said (shout(what)); INSERT INTO said VALUES ('hej', 1);
    """, skip=["limits"])  # fmt: skip
    assert moved.same
    assert moved.ask("SELECT loud FROM said") == [("HEJ!",)]
    assert "check said_n_check of public.said does not hold here" in moved.warnings
    assert moved.warnings.count("WARNING") == 1


def test_an_unproven_constraint_of_the_source_stays_unproven(move):
    moved = move("""
        CREATE DOMAIN positive AS integer; CREATE TABLE t (id integer, p positive, q integer);
        INSERT INTO t VALUES (-1, -1, 9);
        ALTER TABLE t ADD CONSTRAINT above CHECK (id > 0) NOT VALID; ALTER TABLE t ADD UNIQUE (id);
        ALTER DOMAIN positive ADD CONSTRAINT above CHECK (VALUE > 0) NOT VALID;
        ALTER TABLE t ADD CONSTRAINT self FOREIGN KEY (q) REFERENCES t (id) NOT VALID;
    """)
    assert (moved.same, moved.warnings) == (True, "")
    assert moved.ask("SELECT conname FROM pg_constraint WHERE NOT convalidated ORDER BY 1, contype") == [
        *[("above",), ("above",), ("self",)]
    ]


def test_a_foreign_partition_becomes_an_ordinary_one(make_database):
    source = make_database("""
        CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
        CREATE TABLE parted (id integer) PARTITION BY LIST (id);
        CREATE FOREIGN TABLE parted_away PARTITION OF parted FOR VALUES IN (1)
            SERVER files OPTIONS (filename '/nowhere');
        CREATE TABLE parted_here PARTITION OF parted DEFAULT;
    """)
    with open_snapshot("platform", source) as snapshot:
        (parted,) = everything(snapshot)
        found = ddl(snapshot, [parted.table])
    assert "CREATE TABLE public.parted_away PARTITION OF public.parted FOR VALUES IN (1);" in found.before
    assert found.left_out[0].startswith("foreign table public.parted_away: its rows are here")
    assert "file_fdw" not in found.before


def test_reading_the_schema_leaves_the_session_as_it_was(make_database):
    with open_snapshot("platform", make_database("CREATE TABLE t (id integer)")) as snapshot:
        selections = everything(snapshot)
        before = snapshot.query("SELECT current_setting('search_path')")
        ddl(snapshot, [one.table for one in selections])
        assert snapshot.query("SELECT current_setting('search_path')") == before == [('"$user", public',)]


def test_a_table_that_is_gone_and_an_unknown_engine_are_errors(make_database):
    with open_snapshot("platform", make_database("CREATE TABLE t (id integer)")) as snapshot:
        (selection,) = everything(snapshot)
    with open_snapshot("platform", make_database()) as snapshot:
        with pytest.raises(LookupError, match=r"platform: the table public\.t is gone"):
            ddl(snapshot, [selection.table])
        snapshot.engine = "oracle"
        with pytest.raises(ValueError, match="'oracle'"):
            ddl(snapshot, [])


def test_no_tables_give_an_empty_schema(make_database):
    with open_snapshot("platform", make_database(AWKWARD)) as snapshot:
        found = ddl(snapshot, [])
    assert isinstance(found, Ddl)
    assert (found.before, found.after, found.left_out) == ("", "", [])
