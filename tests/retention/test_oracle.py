"""The neighbour oracle sees what it has to see."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest

from tests.retention import oracle

SCHEMA = """CREATE TABLE tenants (id serial PRIMARY KEY, name text); CREATE TABLE notes (tenant_id int, note text);
INSERT INTO tenants (name) VALUES ('bob'), ('alice'); INSERT INTO notes VALUES (1, 'a'), (2, 'b'), (NULL, 'c');"""
MINE = {"tenants": "t.id = 2", "notes": "t.tenant_id = 2"}


def test_what_is_the_tenants_may_go_and_nothing_else_may_move(make_database):
    url = make_database(SCHEMA)
    before = oracle.rows(url, MINE)
    with psycopg.connect(url, autocommit=True) as session:
        session.execute("DELETE FROM notes WHERE tenant_id = 2; DELETE FROM tenants WHERE id = 2")
        assert oracle.rows(url, MINE) == before
        for change in (
            "UPDATE notes SET note = 'z' WHERE tenant_id = 1",
            "DELETE FROM notes WHERE tenant_id IS NULL",
            "INSERT INTO notes VALUES (NULL, 'c')",
            "SELECT nextval('tenants_id_seq')",
            "CREATE TABLE more (id int)",
        ):
            known = oracle.rows(url, MINE)
            session.execute(change.encode())
            assert oracle.rows(url, MINE) != known, change


def test_a_condition_on_a_table_that_is_not_there_is_a_mistake(make_database):
    with pytest.raises(KeyError, match="noets"):
        oracle.rows(make_database(SCHEMA), {"noets": "t.tenant_id = 2"})


def test_sqlite_is_looked_at_the_same_way(tmp_path):
    path = tmp_path / "platform.sqlite3"
    with sqlite3.connect(path) as session:
        session.executescript(
            "CREATE TABLE notes (tenant_id int, note text); INSERT INTO notes VALUES (1, 'a'), (2, 'b')"
        )
        before = oracle.rows(f"sqlite:///{path}", {"notes": "tenant_id = 2"})
        session.execute("DELETE FROM notes WHERE tenant_id = 2")
        session.commit()
        assert oracle.rows(f"sqlite:///{path}", {"notes": "tenant_id = 2"}) == before
        session.execute("UPDATE notes SET note = x'61'")
        session.commit()
        assert oracle.rows(f"sqlite:///{path}", {"notes": "tenant_id = 2"}) != before


def test_files_and_links_of_others_stay_as_they_are(tmp_path):
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "mine").write_text("mine")
    (tmp_path / "8").mkdir()
    (tmp_path / "8" / "yours").write_text("yours")
    (tmp_path / "8" / "link").symlink_to("yours")

    def look() -> oracle.Oracle:
        return oracle.folder(tmp_path, lambda name: name.startswith("7/"))

    before = look()
    (tmp_path / "7" / "mine").unlink()
    assert look() == before != {}
    (tmp_path / "8" / "link").unlink()
    (tmp_path / "8" / "link").write_text("yours")
    assert look() != before


def test_versions_markers_and_unfinished_uploads_of_others_stay(s3):
    name, client = s3.make_bucket(), s3.client()
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    first = client.put_object(Bucket=name, Key="8/a", Body=b"one")["VersionId"]
    client.put_object(Bucket=name, Key="8/a", Body=b"two")
    client.put_object(Bucket=name, Key="7/a", Body=b"mine")
    client.delete_object(Bucket=name, Key="8/a")
    upload = client.create_multipart_upload(Bucket=name, Key="8/b")["UploadId"]

    def look() -> oracle.Oracle:
        return oracle.bucket(client, name, lambda key: key.startswith("7/"))

    before = look()
    client.delete_object(Bucket=name, Key="7/a")
    assert look() == before and len(before) == 4
    client.abort_multipart_upload(Bucket=name, Key="8/b", UploadId=upload)
    without = look()
    client.delete_object(Bucket=name, Key="8/a", VersionId=first)
    assert len({len(before), len(without), len(look())}) == 3
