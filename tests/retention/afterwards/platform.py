"""A small platform of which alice, tenant 7, has been erased; bob is tenant 8. Said and looked at from outside."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.retention import oracle

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
CREATE TABLE remarks (id serial PRIMARY KEY, course integer REFERENCES courses ON DELETE SET NULL, text text NOT NULL);
CREATE TABLE invoices (
    id serial PRIMARY KEY, organisation integer NOT NULL REFERENCES organisations, issued_on date NOT NULL
);
CREATE TABLE settings (id serial PRIMARY KEY, value jsonb NOT NULL);
CREATE INDEX ON memberships (person); CREATE INDEX ON courses (organisation); CREATE INDEX ON remarks (course);
CREATE INDEX ON invoices (organisation);
INSERT INTO organisations VALUES (7, 'Alice Academy', '2020-02-01'), (8, 'Bob School', '2021-03-01');
INSERT INTO people (email) SELECT 'person' || n || '@example.org' FROM generate_series(1, 30) n;
INSERT INTO memberships SELECT 7, n FROM generate_series(1, 20) n;
INSERT INTO memberships SELECT 8, n FROM generate_series(16, 30) n;
INSERT INTO courses (organisation, title) SELECT 7 + n % 2, 'Course ' || n FROM generate_series(1, 12) n;
INSERT INTO remarks (course, text) SELECT id, 'Well done, ' || title FROM courses;
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
    "remarks": "t.text ~ '[02468]$'",
    "invoices": "t.organisation = 7",
    "settings": "t.value ->> 'organisation' = '7'",
}
"""Table → which rows are alice's alone: every second course is hers, and so are its remarks."""
FILES = {"org/7/logo.png": b"alice", "org/7/courses/1.pdf": b"one", "org/70/logo.png": b"others", "org/8/b.pdf": b"bob"}


@dataclass
class Platform:
    """The database and the folder of files."""

    url: str
    media: Path

    def put_files(self) -> None:
        for name, content in FILES.items():
            self.put(name, content)

    def put(self, name: str, content: bytes = b"late") -> None:
        path = self.media / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def do(self, text: str) -> list[tuple[Any, ...]]:
        """SQL of somebody outside: a late writer, a backup that is read back."""
        with psycopg.connect(self.url, autocommit=True) as session:
            cursor = session.execute(text.encode())
            return cursor.fetchall() if cursor.description else []

    def neighbours(self) -> oracle.Oracle:
        """Everything that is not alice's."""
        return oracle.rows(self.url, ALICES) | oracle.folder(self.media, lambda name: name.startswith("org/7/"))
