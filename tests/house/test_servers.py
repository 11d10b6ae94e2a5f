"""The servers the other tests stand on are real, reachable in every promised way, and leave nothing behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import sqlalchemy
from django.db import connection

from tests.servers.ground import Ground


def test_a_made_database_holds_what_the_script_made(make_database):
    url = make_database("CREATE TABLE t (n int); INSERT INTO t VALUES (1), (2)")
    with psycopg.connect(url) as database:
        assert database.execute("SELECT sum(n) FROM t").fetchone() == (3,)
        assert database.info.encoding == "utf-8"


def test_two_made_databases_do_not_see_each_other(make_database):
    make_database("CREATE TABLE only_alice (n int)")
    with psycopg.connect(make_database()) as database:
        assert database.execute("SELECT to_regclass('only_alice')").fetchone() == (None,)


def test_our_server_comes_back_after_a_crash_with_its_data(own_postgres):
    with psycopg.connect(own_postgres.socket_url, autocommit=True) as database:
        assert database.execute("SHOW lc_collate").fetchone() == ("C",)
        database.execute("CREATE TABLE t AS SELECT 1 AS n")
        database.execute("CHECKPOINT")
        own_postgres.halt()
        with pytest.raises(psycopg.OperationalError):
            database.execute("SELECT 1")
    own_postgres.run()
    with psycopg.connect(own_postgres.url()) as database:
        assert database.execute("SELECT n FROM t").fetchone() == (1,)


@pytest.mark.django_db
def test_the_application_s_own_database_stands_on_the_same_server(postgres):
    if connection.vendor != "postgresql":
        pytest.skip("DATABASE_URL names another kind of database")
    connection.ensure_connection()
    assert str(connection.connection.info.port) in postgres.url()


def test_a_made_mariadb_holds_what_the_script_made(make_mariadb):
    engine = sqlalchemy.create_engine(make_mariadb("CREATE TABLE t (s text); INSERT INTO t VALUES ('räksmörgås 🦐')"))
    with engine.connect() as database:
        assert database.execute(sqlalchemy.text("SELECT s FROM t")).scalar() == "räksmörgås 🦐"
    engine.dispose()


def test_the_s3_server_keeps_what_it_is_given(s3):
    bucket = s3.make_bucket()
    s3.client().put_object(Bucket=bucket, Key="a", Body=b"abc")
    assert s3.client().get_object(Bucket=bucket, Key="a")["Body"].read() == b"abc"


def test_a_server_does_not_outlive_a_killed_test_run(tmp_path):
    """Not even kill -9 of the test run leaves its server or its directory behind."""
    script = (
        "import subprocess, sys, time; from tests.servers.ground import Ground\n"
        "ground = Ground('tests'); child = subprocess.Popen(['sleep', '600'])\n"
        "ground.pid_file.write_text(f'{child.pid}\\n'); print(ground.directory, child.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as run:
        directory, pid = run.stdout.readline().split()
        assert Path(directory).is_dir()
        run.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and (Path(directory).exists() or _runs(int(pid))):
        time.sleep(0.05)
    assert not Path(directory).exists()
    assert not _runs(int(pid))


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_closed_ground_is_gone():
    ground = Ground("tests")
    ground.close()
    assert not ground.directory.exists()
    assert not _runs(ground.guard.pid)
