"""Ten times the rows or files take no more memory: the peak, in KiB, of a process that does nothing else."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

READ = """
import sys
from exports.contents import Category, Column, Kind, Table
from exports.scope import Selection
from exports.sources.database import open_snapshot

url, source, wanted, order = [*sys.argv[1:], "(SELECT 1)"][:4]
columns = tuple(Column(name, "", Kind.TEXT) for name in ("i", "who"))
table = Table("platform", "t", "", "t", Category.USERS, columns, "t")
seen = 0
with open_snapshot("platform", url) as snapshot:
    for block in snapshot.read(Selection(table, source, "i, 'alice åäö ' || i" if "mysql" not in url else
                                         "i, concat('alice åäö ', i)", order)):
        seen += block.count
assert seen == int(wanted), seen
"""
REGISTER = """
import sys
from pathlib import Path
from exports.contents import Category
from exports.sources.files import FileRegister

register = FileRegister(Path(sys.argv[1]))
for start in range(0, int(sys.argv[2]), 1000):
    paths = (f"alice/{n:09}/a file.pdf" for n in range(start, start + 1000))
    register.note_references("media", paths, Category.USERS, "t")
assert sum(1 for _ in register.files()) == int(sys.argv[2])
"""


# Linux: getrusage would tell the peak of the test run too, from which the process was forked.
PEAK = """
import pathlib, re
print(re.search(r"VmHWM:\\s+(\\d+) kB", pathlib.Path("/proc/self/status").read_text())[1])
"""


def peak(program: str, *arguments: object) -> int:
    done = subprocess.run(
        [sys.executable, "-c", program + PEAK, *map(str, arguments)], check=True, capture_output=True, text=True
    )
    return int(done.stdout)


def assert_flat(once: int, tenfold: int) -> None:
    assert tenfold <= 1.1 * once
    assert tenfold < 200 * 1024


def test_reading_postgresql_takes_the_same_memory_for_ten_times_the_rows(make_database: Callable[..., str]) -> None:
    url = make_database()
    assert_flat(*(peak(READ, url, f"generate_series(1, {n}) AS i", n) for n in (60_000, 600_000)))


def test_reading_sqlite_takes_the_same_memory_for_ten_times_the_rows(tmp_path: Path) -> None:
    (tmp_path / "empty.sqlite3").touch()
    rows = "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0}) SELECT i FROM n)"
    url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    assert_flat(*(peak(READ, url, rows.format(n), n) for n in (40_000, 400_000)))


def test_large_rows_take_no_more_memory_than_a_few_of_them(tmp_path: Path) -> None:
    """Rows of half a megabyte: batches must shrink, or a thousand of them would be held at once."""
    path = tmp_path / "large.sqlite3"
    with sqlite3.connect(path) as database:
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)"
        database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, i TEXT)")
        database.execute(f"{numbers} INSERT INTO t SELECT i, hex(zeroblob(250000)) FROM n")
    assert peak(READ, f"sqlite:///{path}", "t", 200, "id") < 100 * 1024


@pytest.mark.requires("mariadbd")
def test_reading_mariadb_takes_the_same_memory_for_ten_times_the_rows(make_mariadb: Callable[..., str]) -> None:
    url = make_mariadb()
    assert_flat(*(peak(READ, url, f"(SELECT seq AS i FROM seq_1_to_{n}) AS t", n) for n in (15_000, 150_000)))


def test_the_register_takes_the_same_memory_for_ten_times_the_files(tmp_path: Path) -> None:
    assert_flat(*(peak(REGISTER, tmp_path / f"{n}.sqlite3", n) for n in (30_000, 300_000)))
