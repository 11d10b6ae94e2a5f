"""A small platform in a real PostgreSQL, seen from outside: what alice has there, what bob has, and its backups."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from tests.retention import oracle
from tests.servers.postgres import Postgres

MAP = Path(__file__).with_name("platform.toml")
SCHEMA = """
CREATE TABLE organisations (id integer PRIMARY KEY, name text NOT NULL, created_on date NOT NULL);
CREATE TABLE people (id serial PRIMARY KEY, email text NOT NULL);
CREATE TABLE memberships (
    organisation integer NOT NULL REFERENCES organisations, person integer NOT NULL REFERENCES people,
    PRIMARY KEY (organisation, person)
);
CREATE TABLE courses (
    id serial PRIMARY KEY, organisation integer NOT NULL REFERENCES organisations, title text NOT NULL
);
CREATE TABLE results (
    id serial PRIMARY KEY, course integer NOT NULL REFERENCES courses, person integer NOT NULL REFERENCES people,
    points integer NOT NULL
);
CREATE TABLE invoices (
    id serial PRIMARY KEY, organisation integer NOT NULL REFERENCES organisations, issued_on date NOT NULL
);
CREATE TABLE settings (id serial PRIMARY KEY, value jsonb NOT NULL);
CREATE INDEX ON memberships (person); CREATE INDEX ON courses (organisation); CREATE INDEX ON results (course);
CREATE INDEX ON results (person); CREATE INDEX ON invoices (organisation);
INSERT INTO organisations VALUES (7, 'Alice Academy', '2020-02-01'), (8, 'Bob School', '2021-03-01');
INSERT INTO people (email) SELECT 'person' || n || '@example.org' FROM generate_series(1, 30) n;
INSERT INTO memberships SELECT 7, n FROM generate_series(1, 20) n;
INSERT INTO memberships SELECT 8, n FROM generate_series(16, 30) n;
INSERT INTO courses (organisation, title) SELECT 7 + n % 2, 'Course ' || n FROM generate_series(1, 12) n;
INSERT INTO results (course, person, points)
SELECT c.id, m.person, m.person % 10 FROM courses c JOIN memberships m ON m.organisation = c.organisation
ORDER BY c.id, m.person;
INSERT INTO invoices (organisation, issued_on)
SELECT 7 + n % 2, date '2025-01-31' + 30 * n FROM generate_series(1, 10) n;
INSERT INTO settings (value)
SELECT jsonb_build_object('organisation', (7 + n % 2)::text, 'theme', n) FROM generate_series(1, 6) n;
"""
ALICES = {
    "organisations": "t.id = 7",
    "people": "t.id <= 15",
    "memberships": "t.organisation = 7",
    "courses": "t.organisation = 7",
    "results": "t.course IN (SELECT id FROM courses WHERE organisation = 7)",
    "invoices": "t.organisation = 7",
    "settings": "t.value ->> 'organisation' = '7'",
}
"""Table → which rows are alice's alone, said here once more and not taken from the map."""
FILES = {"org/7/logo.png": b"alice", "org/7/courses/1.pdf": b"one", "org/70/logo.png": b"others", "org/8/b.pdf": b"bob"}


@dataclass
class World:
    """The platform's database and files, and how they were at the beginning."""

    postgres: Postgres
    name: str
    media: Path
    first: list[int] = field(init=False)
    """The numbers of alice's courses at the beginning."""

    @classmethod
    def create(cls, postgres: Postgres, media: Path) -> World:
        """A fresh one."""
        world = cls(postgres, postgres.create(SCHEMA), media)
        world.put_files()
        world.first = world.courses()
        return world

    @property
    def url(self) -> str:
        return self.postgres.url(self.name)

    def put_files(self) -> None:
        for name, content in FILES.items():
            path = self.media / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def courses(self) -> list[int]:
        """The numbers of alice's courses: a row of results is alice's by them, also where the course is gone."""
        with psycopg.connect(self.url) as session:
            return [n for (n,) in session.execute("SELECT id FROM courses WHERE organisation = 7 ORDER BY id")]

    def left(self) -> dict[str, int]:
        """How many of alice's rows and files there are, by table; ``files`` for files."""
        numbers = ", ".join(map(str, self.first))
        with psycopg.connect(self.url) as session:
            found = {}
            for table, mine in (ALICES | {"results": f"t.course IN ({numbers})"}).items():
                query = sql.SQL("SELECT count(*) FROM {} t WHERE {}").format(sql.Identifier(table), sql.SQL(mine))
                found[table] = session.execute(query).fetchone()[0]
        found["files"] = sum(1 for path in (self.media / "org" / "7").rglob("*") if path.is_file())
        return found

    def neighbours(self) -> oracle.Oracle:
        """Everything that is not alice's."""
        numbers = ", ".join(map(str, self.first))
        rows = oracle.rows(self.url, ALICES | {"results": f"t.course IN ({numbers})"})
        return rows | oracle.folder(self.media, lambda name: name.startswith("org/7/"))

    def run(self, text: str) -> None:
        """SQL of somebody outside: a late writer, a schema change."""
        with psycopg.connect(self.url, autocommit=True) as session:
            session.execute(text)

    def restore(self) -> None:
        """A backup from the beginning is read back: rows and files."""
        self.postgres.drop(self.name)
        self.name = self.postgres.create(SCHEMA)
        self.put_files()

    def drop(self) -> None:
        self.postgres.drop(self.name)
