"""PostgreSQL is read as one consistent, read-only snapshot, and whatever goes wrong is said in plain words."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from exports.scope import Selection
from exports.sources.database import Note, SourceError, open_snapshot
from exports.sources.snapshot import BLOCK_BYTES
from tests.exports.sources.selecting import select, values
from tests.servers.postgres import OwnPostgres, Postgres

MANY = "CREATE TABLE clicks AS SELECT i AS id, 'alice ' || i AS who FROM generate_series(1, 60000) AS i"
Make = Callable[..., str]


def test_rows_come_in_order_in_whole_row_blocks_numbered_from_one(make_database: Make) -> None:
    with open_snapshot("platform", make_database(MANY)) as snapshot:
        blocks = list(snapshot.read(select(snapshot, "clicks", "id who")))
    assert len(blocks) > 3
    assert all(BLOCK_BYTES <= len(block.data) < 2 * BLOCK_BYTES for block in blocks[:-1])
    assert values(blocks) == [[str(i), f"alice {i}"] for i in range(1, 60001)]


def test_an_empty_table_gives_no_block_and_counts_zero(make_database: Make) -> None:
    with open_snapshot("platform", make_database("CREATE TABLE empty (id int)")) as snapshot:
        selection = select(snapshot, "empty", "id")
        assert list(snapshot.read(selection)) == []
        assert snapshot.count(selection) == 0


def test_a_percent_sign_in_the_statement_is_only_a_percent_sign(make_database: Make) -> None:
    url = make_database("CREATE TABLE t AS SELECT '100 %s'::text AS a UNION SELECT 'bob'")
    with open_snapshot("platform", url) as snapshot:
        selection = select(snapshot, "t", "a", where="a LIKE '100 %s%'")
        assert values(snapshot.read(selection)) == [["100 %s"]]
        assert snapshot.count(selection) == 1


def test_every_value_of_a_query_is_the_servers_own_text(make_database: Make) -> None:
    with open_snapshot("platform", make_database()) as snapshot:
        answer = snapshot.query("SELECT NULL, '', 1.50, true, '{1,2}'::int[], DATE '0044-03-15 BC', '\\x00'::bytea")
    assert answer == [(None, "", "1.50", "t", "{1,2}", "0044-03-15 BC", "\\x00")]


def test_a_snapshot_says_when_and_from_what_it_was_taken(make_database: Make) -> None:
    with open_snapshot("platform", make_database()) as snapshot:
        assert snapshot.engine == "postgresql"
        assert snapshot.version[:2].isdigit()
        assert timedelta() <= datetime.now(UTC) - snapshot.taken_at < timedelta(minutes=1)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "psql", "postgresql+psycopg"])
def test_every_usual_spelling_of_the_scheme_goes_through_psycopg(make_database: Make, scheme: str) -> None:
    url = make_database().replace("postgresql://", f"{scheme}://")
    with open_snapshot("platform", url) as snapshot:
        assert isinstance(snapshot.connection, psycopg.Connection)


def test_what_others_commit_between_two_tables_is_not_seen(make_database: Make) -> None:
    url = make_database("CREATE TABLE a AS SELECT 'alice' AS who; CREATE TABLE b AS SELECT 'alice' AS who")
    with open_snapshot("platform", url) as snapshot, psycopg.connect(url, autocommit=True) as writer:
        first = values(snapshot.read(select(snapshot, "a", "who")))
        writer.execute("UPDATE a SET who = 'bob'; UPDATE b SET who = 'bob'; INSERT INTO b VALUES ('charlie')")
        selection = select(snapshot, "b", "who")
        assert values(snapshot.read(selection)) == first == [["alice"]]
        assert snapshot.count(selection) == 1


def test_the_snapshot_is_fixed_when_it_is_opened_and_not_at_the_first_read(make_database: Make) -> None:
    url = make_database("CREATE TABLE a AS SELECT 'alice' AS who")
    with open_snapshot("platform", url) as snapshot, psycopg.connect(url, autocommit=True) as writer:
        writer.execute("UPDATE a SET who = 'bob'")
        assert values(snapshot.read(select(snapshot, "a", "who"))) == [["alice"]]


def test_nothing_can_be_written_through_a_snapshot(make_database: Make) -> None:
    url = make_database("CREATE TABLE a AS SELECT 'alice' AS who")
    with open_snapshot("platform", url) as snapshot:
        with pytest.raises(SourceError, match="read-only"):
            snapshot.query("DELETE FROM a RETURNING who")
        assert snapshot.query("SELECT who FROM a") == [("alice",)]


def test_the_platforms_own_settings_do_not_change_the_text(make_database: Make) -> None:
    url = make_database(
        """DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET DateStyle = ''German''', current_database());
        EXECUTE format('ALTER DATABASE %I SET bytea_output = ''escape''', current_database());
        EXECUTE format('ALTER DATABASE %I SET extra_float_digits = 0', current_database());
        EXECUTE format('ALTER DATABASE %I SET IntervalStyle = ''iso_8601''', current_database());
        EXECUTE format('ALTER DATABASE %I SET TimeZone = ''Asia/Tokyo''', current_database());
        EXECUTE format('ALTER DATABASE %I SET statement_timeout = ''100ms''', current_database()); END $$;
        CREATE TABLE t (d date, b bytea, f float8, i interval, z timestamptz);
        INSERT INTO t VALUES ('2026-12-31', '\\x00ff', 0.1::float8 + 0.2, '1 mon 2 days', '2026-12-31 23:00+00')"""
    )
    with open_snapshot("platform", url) as snapshot:
        assert snapshot.query("SELECT pg_sleep(0.2)::text") == [("",)]
        assert values(snapshot.read(select(snapshot, "t", "d b f i z"))) == [
            ["2026-12-31", "\\x00ff", "0.30000000000000004", "1 mon 2 days", "2026-12-31 23:00:00+00"]
        ]


def test_a_policy_that_would_hide_rows_is_an_error_and_not_a_smaller_export(make_database: Make) -> None:
    url = make_database(
        """CREATE TABLE t (who text); INSERT INTO t VALUES ('alice'), ('bob');
        ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (who = 'bob');
        DROP ROLE IF EXISTS sources_reader; CREATE ROLE sources_reader LOGIN; GRANT SELECT ON t TO sources_reader"""
    )
    reader = psycopg.conninfo.make_conninfo(url, user="sources_reader")
    try:
        with psycopg.connect(reader) as connection:
            assert connection.execute("SELECT who FROM t").fetchall() == [("bob",)]
        with (
            open_snapshot("platform", _as(url, "sources_reader")) as snapshot,
            pytest.raises(SourceError, match=r"table t: .*row-level security"),
        ):
            list(snapshot.read(select(snapshot, "t", "who")))
    finally:
        with psycopg.connect(url) as connection:
            connection.execute("DROP OWNED BY sources_reader; DROP ROLE sources_reader")


def test_a_reader_that_stops_early_stops_the_server_and_leaves_the_snapshot_usable(make_database: Make) -> None:
    url = make_database(MANY)
    threads = threading.active_count()
    with open_snapshot("platform", url) as snapshot:
        table = select(snapshot, "clicks", "id who").table
        # without a sort the server starts to send at once, and would send 6,000 million rows
        endless = Selection(table, "clicks, generate_series(1, 100000) AS more", "id, who", "(SELECT 1)")
        reading = snapshot.read(endless)
        assert next(reading).first_row == 1
        reading.close()
        assert snapshot.count(select(snapshot, "clicks", "id who")) == 60000
        assert len(values(snapshot.read(select(snapshot, "clicks", "id who")))) == 60000
    assert threading.active_count() == threads


def test_a_reader_that_stops_at_the_last_block_leaves_the_snapshot_usable(make_database: Make) -> None:
    with open_snapshot("platform", make_database("CREATE TABLE t AS SELECT 1 AS id")) as snapshot:
        selection = select(snapshot, "t", "id")
        reading = snapshot.read(selection)
        next(reading)
        reading.close()
        assert values(snapshot.read(selection)) == [["1"]]


def test_an_error_in_the_middle_of_a_table_names_store_table_and_reason(make_database: Make) -> None:
    with open_snapshot("platform", make_database(MANY)) as snapshot:
        selection = select(snapshot, "clicks", "id who")
        failing = replace(selection, columns="id, 1 / (50000 - id)", order="(SELECT 1)")
        reading = snapshot.read(failing)
        assert next(reading).count > 0
        with pytest.raises(SourceError) as caught:
            list(reading)
        assert (caught.value.store, caught.value.table, caught.value.reason) == (
            "platform",
            "clicks",
            "division by zero",
        )
        assert snapshot.count(selection) == 60000


def test_a_table_that_is_not_there_is_named(make_database: Make) -> None:
    with open_snapshot("platform", make_database()) as snapshot:
        with pytest.raises(SourceError, match=r'Store platform, table gone: relation "gone" does not exist'):
            list(snapshot.read(select(snapshot, "gone", "id")))
        with pytest.raises(SourceError, match=r"table gone: relation"):
            snapshot.count(select(snapshot, "gone", "id"))


def test_two_tables_cannot_be_read_at_once_and_that_is_said_instead_of_waiting_forever(make_database: Make) -> None:
    with open_snapshot("platform", make_database(MANY)) as snapshot:
        selection = select(snapshot, "clicks", "id who")
        reading = snapshot.read(selection)
        next(reading)
        for attempt in (lambda: next(snapshot.read(selection)), lambda: snapshot.query("SELECT 1")):
            with pytest.raises(SourceError, match="clicks of the same snapshot is still being read"):
                attempt()
        assert sum(block.count for block in reading) > 0


def test_a_server_that_cannot_be_reached_is_named_without_the_password() -> None:
    with (
        pytest.raises(SourceError, match=r"Store platform: no connection to the database: .*refused") as caught,
        open_snapshot("platform", "postgresql://alice:s3cret@127.0.0.1:1/platform"),
    ):
        pass
    assert "s3cret" not in str(caught.value)


def test_a_connection_that_breaks_is_an_error_and_never_the_end_of_the_table(make_database: Make) -> None:
    url = make_database(MANY)
    with open_snapshot("platform", url) as snapshot:
        pid = snapshot.query("SELECT pg_backend_pid()")[0][0]
        reading = snapshot.read(select(snapshot, "clicks", "id who", order="(SELECT 1)"))
        next(reading)
        with psycopg.connect(url) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        with pytest.raises(SourceError, match=r"table clicks: .*(terminat|lost)"):
            list(reading)
        with pytest.raises(SourceError):
            snapshot.query("SELECT 1")


def test_a_server_that_dies_is_an_error(own_postgres: OwnPostgres) -> None:
    name = own_postgres.create(MANY)
    with open_snapshot("platform", own_postgres.url(name)) as snapshot:
        reading = snapshot.read(select(snapshot, "clicks", "id who"))
        next(reading)
        own_postgres.halt()
        with pytest.raises(SourceError, match="table clicks: "):
            list(reading)


def test_bytes_that_are_no_text_become_replacement_characters_and_are_reported(postgres: Postgres) -> None:
    """A database with encoding SQL_ASCII keeps whatever it was given."""
    admin = postgres.url("postgres")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS sources_ascii")
        connection.execute(
            "CREATE DATABASE sources_ascii ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
        )
    try:
        with psycopg.connect(postgres.url("sources_ascii"), client_encoding="SQL_ASCII") as connection:
            connection.execute(
                b"CREATE TABLE t AS SELECT 1 AS id, E'Malm\\xf6\\tx\\\\'::text AS a UNION SELECT 2, 'ok \xc3\xb6'"
            )
        with open_snapshot("platform", postgres.url("sources_ascii")) as snapshot:
            selection = select(snapshot, "t", "id a")
            with pytest.raises(SourceError, match="row 1, column a: the stored bytes are not valid UTF-8"):
                list(snapshot.read(selection))
            notes: list[Note] = []
            snapshot.report = notes.append
            assert values(snapshot.read(selection)) == [["1", "Malm\ufffd\tx\\"], ["2", "ok ö"]]
        assert [(note.table, note.row, note.column) for note in notes] == [("t", 1, "a")]
        assert bytes.fromhex(notes[0].original_hex) == b"Malm\xf6\tx\\"
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute("DROP DATABASE sources_ascii WITH (FORCE)")


def _as(url: str, user: str) -> str:
    """The same database for another role."""
    scheme, _, rest = url.partition("://")
    place = rest.rpartition("@")[2]
    return f"{scheme}://{user}@{place}"
