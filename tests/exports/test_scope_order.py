"""Rows come once and in an order that neither collation nor chance decides."""

from __future__ import annotations

import psycopg

from tests.exports.mapping import catalogue_of, read, store_of


def test_partitions_and_children_are_read_once(make_database):
    url = make_database(
        """
        CREATE TABLE events (org int, at date, PRIMARY KEY (org, at)) PARTITION BY LIST (org);
        CREATE TABLE events_1 PARTITION OF events FOR VALUES IN (1) PARTITION BY RANGE (at);
        CREATE TABLE events_1_old PARTITION OF events_1 FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
        CREATE TABLE events_1_new PARTITION OF events_1 DEFAULT;
        CREATE TABLE events_rest PARTITION OF events DEFAULT;
        INSERT INTO events VALUES (1, '2019-01-01'), (1, '2021-01-01'), (12, '2021-01-01');
        CREATE TABLE notes (org int, line text);
        CREATE TABLE notes_2020 (extra int) INHERITS (notes);
        INSERT INTO notes VALUES (1, 'parent');
        INSERT INTO notes_2020 VALUES (1, 'child', 5), (12, 'bob', 6);
        """
    )
    scopes = {name: {"tenant_field": "org"} for name in ("events", "notes", "notes_2020")}
    rows = read(url, store_of(catalogue_of(url), "events.org", scopes), "1")
    assert rows == {
        "events": [("1", "2019-01-01"), ("1", "2021-01-01")],
        "notes": [("1", "parent")],
        "notes_2020": [("1", "child", "5")],
    }


def test_rows_with_a_key_come_in_its_order_whatever_the_collation(make_database):
    url = make_database(
        """
        CREATE TABLE t (org int, word text COLLATE "en-x-icu" PRIMARY KEY);
        INSERT INTO t VALUES (1, 'b'), (1, 'B'), (1, 'ä'), (1, 'a');
        """
    )
    store = store_of(catalogue_of(url), "t.org", {"t": {"tenant_field": "org"}})
    assert [row[1] for row in read(url, store, "1")["t"]] == ["B", "a", "b", "ä"]


def test_rows_without_a_key_come_as_they_lie_the_same_in_every_reading(make_database):
    """Exact duplicates, values that have no order of their own, and partitions too."""
    url = make_database(
        """
        CREATE TABLE t (org int, word text, doc json);
        INSERT INTO t VALUES (1, 'b', '{"a": 1}'), (1, 'a', '{"a": 1}'), (1, 'b', '{"a": 1}'), (2, 'bob', NULL);
        CREATE TABLE log (org int, day date) PARTITION BY RANGE (day);
        CREATE TABLE log_old PARTITION OF log FOR VALUES FROM ('2019-01-01') TO ('2020-01-01');
        CREATE TABLE log_new PARTITION OF log DEFAULT;
        INSERT INTO log VALUES (1, '2024-05-01'), (1, '2019-05-01'), (1, '2023-05-01'), (2, '2019-06-01');
        """
    )
    store = store_of(catalogue_of(url), "t.org", {name: {"tenant_field": "org"} for name in ("t", "log")})
    found = read(url, store, "1")
    assert [row[1] for row in found["t"]] == ["b", "a", "b"]
    assert [row[1] for row in found["log"]] == ["2019-05-01", "2024-05-01", "2023-05-01"]
    assert read(url, store, "1") == found


def test_an_index_that_would_be_faster_does_not_change_how_rows_without_a_key_come(make_database):
    url = make_database(
        """
        CREATE TABLE t (org int, n int);
        INSERT INTO t SELECT n % 200, n FROM generate_series(1, 40000) n;
        CREATE INDEX ON t (org, n DESC);
        """
    )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {connection.info.dbname} SET enable_bitmapscan = off; ANALYZE t")
    with psycopg.connect(url) as connection:
        plan = connection.execute("EXPLAIN SELECT org, n FROM t WHERE org = 7").fetchall()
    assert "Index" in str(plan)
    assert "Seq Scan" not in str(plan)
    store = store_of(catalogue_of(url), "t.org", {"t": {"tenant_field": "org"}})
    numbers = [int(row[1]) for row in read(url, store, "7")["t"]]
    assert len(numbers) == 200
    assert numbers == sorted(numbers)
