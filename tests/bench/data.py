"""What is measured: generated rows of one tenant beside a neighbour's, or a tenant of the OULAD data set."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.servers.postgres import OwnPostgres

MAPS = Path(__file__).parent
EVENTS = """
CREATE TABLE tenants (id integer PRIMARY KEY, name text NOT NULL);
INSERT INTO tenants VALUES (1, 'alice'), (2, 'bob');
CREATE TABLE events (
    id bigint PRIMARY KEY, tenant_id integer NOT NULL REFERENCES tenants, happened timestamptz NOT NULL, day date,
    person uuid NOT NULL, email text NOT NULL, action text NOT NULL, passed boolean, score numeric(6,2),
    seconds integer, ratio double precision, remark text
);
INSERT INTO events
SELECT n, 1 + (n %% 5 = 0)::integer, '2024-01-01'::timestamptz + n * interval '37 seconds',
    '2024-01-01'::date + n %% 700, md5(n::text)::uuid, 'person' || n %% 5000 || '@example.org',
    (ARRAY['opened a lesson', 'finished a quiz', 'sent feedback', 'downloaded material'])[1 + n %% 4],
    n %% 3 = 0, (n %% 10000) / 100.0, n %% 3600, sqrt(n),
    CASE WHEN n %% 4 = 0 THEN 'Svårt, men "lärorikt" – återkommer & läser mer <snart>. ' || md5((n * 7)::text) END
FROM generate_series(1, %d) n;
CREATE INDEX ON events (tenant_id);
ANALYZE;
"""


@dataclass(frozen=True)
class Ground:
    """A platform database, the map to read it with, and the same tenant alone in a database of its own."""

    url: str
    alone: str
    datamap: Path
    tenant: str
    title: str


def generated(server: OwnPostgres, rows: int) -> Ground:
    """``rows`` of the leaving tenant, in twelve columns of mixed types, and a quarter as many of a neighbour."""
    url = server.url(server.create(EVENTS % (rows * 5 // 4)))
    alone = _alone(server, url, {"tenants": "id = 1", "events": "tenant_id = 1"})
    return Ground(url, alone, MAPS / "events.toml", "1", f"generated, {rows:,} rows of 12 columns")


def oulad(server: OwnPostgres, folder: Path, tenant: str = "FFF") -> Ground:
    """One module of OULAD with its clicks; another small one is its neighbour."""
    place = urlsplit(server.url())
    environment = {**os.environ, "PGHOST": "127.0.0.1", "PGPORT": str(place.port), "PGUSER": "postgres"}
    command = ["bash", str(folder / "load_oulad.sh"), "-d", "oulad_bench", "-m", f"{tenant},GGG"]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    url = server.url("oulad_bench")
    mine = f"code_module = '{tenant}'"
    alone = _alone(
        server,
        url,
        {
            "modules": mine,
            "students": f"id_student IN (SELECT id_student FROM student_info WHERE {mine})",
            "courses": mine,
            "assessments": mine,
            "vle": mine,
            "student_info": mine,
            "student_registration": mine,
            "student_assessment": f"id_assessment IN (SELECT id_assessment FROM assessments WHERE {mine})",
            "student_vle": mine,
        },
    )
    return Ground(url, alone, MAPS.parent / "exports" / "maps" / "oulad.toml", tenant, f"OULAD, tenant {tenant}")


def _alone(server: OwnPostgres, url: str, tables: dict[str, str]) -> str:
    """A database that holds only the tenant's rows: what ``pg_dump`` of the same rows can be asked for."""
    assert server.bin is not None
    name = server.create()
    target = server.url(name)
    schema = [str(server.bin / "pg_dump"), "--schema-only", "--section=pre-data", url]
    load = [str(server.bin / "psql"), "-qX", "-v", "ON_ERROR_STOP=1", target]
    with subprocess.Popen(schema, stdout=subprocess.PIPE) as dump:
        subprocess.run(load, stdin=dump.stdout, stdout=subprocess.DEVNULL, check=True)
    with psycopg.connect(url) as source, psycopg.connect(target, autocommit=True) as sink:
        for table, where in tables.items():
            out, into = f"COPY (SELECT * FROM {table} WHERE {where}) TO STDOUT", f"COPY {table} FROM STDIN"
            with source.cursor().copy(out) as reading, sink.cursor().copy(into) as writing:  # type: ignore[arg-type]
                for block in reading:
                    writing.write(block)
        sink.execute("ANALYZE")
    return target
