"""``make bench``: prints the table of ratios and writes it to ``bench.json``.

Environment: ``OULAD`` folder of the OULAD data (else generated rows), ``BENCH_ROWS`` (400000), ``BENCH_ROUNDS`` (3),
``BENCH_MEDIA_GB`` (5), ``BENCH_ONLY`` words that choose rows of the table.
"""

from __future__ import annotations

import base64
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

SAFE = {
    "DEBUG": "true",
    "DJANGO_SETTINGS_MODULE": "offboarding.settings",
    "SIGNING_KEY": base64.b64encode(bytes(32)).decode(),
}
os.environ.update(SAFE)

from tests import parts  # noqa: E402 – settings are read from the environment
from tests.bench import data, media, peers  # noqa: E402
from tests.servers.postgres import OwnPostgres  # noqa: E402

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
ROWS = int(os.environ.get("BENCH_ROWS", "400000"))
ONLY = os.environ.get("BENCH_ONLY", "").split()
FEW_ROWS = 60_000
"""Rows for openpyxl, which needs a minute and a half for half a million."""


@dataclass
class Line:
    """One row of the table: medians in ``unit``, their ratio and what it should reach, None for nothing stated."""

    work: str
    ours: float
    peer: str
    theirs: float
    ratio: float
    reach: float | None
    unit: str = "s"


def ours(ground: data.Ground, formats: str) -> dict[str, Any]:
    """One export in a process of its own → its figures."""
    environment = {
        **os.environ,
        "DATA_MAP": str(ground.datamap),
        "PLATFORM_URL": ground.url,
        "BENCH_TENANT": ground.tenant,
    }
    command = [sys.executable, "-m", "tests.bench.ours", formats]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def median(work: dict[str, Callable[[], float]]) -> dict[str, float]:
    """Medians of several works that take turns, so that a slow moment of the machine meets all of them."""
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(ROUNDS):
        for name, one in work.items():
            seconds[name].append(one())
    return {name: statistics.median(values) for name, values in seconds.items()}


def tables(server: OwnPostgres, ground: data.Ground) -> list[Line]:
    """CSV, SQL, JSON and all formats at once against psql and pg_dump."""
    assert server.bin is not None
    bin, wanted = server.bin, peers.chosen(ground)
    gzip = "| gzip -6 > /dev/null"
    commands = {
        "psql COPY csv": peers.copy(bin, ground, wanted, "> /dev/null"),
        "psql COPY csv | gzip -6": peers.copy(bin, ground, wanted, gzip),
        "pg_dump": peers.dump(bin, ground, "> /dev/null"),
        "pg_dump | gzip -6": peers.dump(bin, ground, gzip),
        "psql row_to_json": peers.copy(bin, ground, wanted, "> /dev/null", as_json=True),
        "psql row_to_json | gzip -6": peers.copy(bin, ground, wanted, gzip, as_json=True),
    }
    work: dict[str, Callable[[], float]] = {
        name: lambda command=command: peers.timed(command)
        for name, command in commands.items()  # type: ignore[misc]
    }
    for formats in ("csv", "sql", "json", "csv,sql,json,xml,xlsx"):
        work[formats] = lambda formats=formats: ours(ground, formats)["seconds"]  # type: ignore[misc]
    took = median(work)
    took["the three with gzip -6"] = sum(took[name] for name in took if name.endswith("gzip -6"))
    compared = [
        ("exact CSV into a ZIP", "csv", "psql COPY csv", 1.5),
        ("exact CSV into a ZIP", "csv", "psql COPY csv | gzip -6", 0.8),
        ("SQL dump into a ZIP", "sql", "pg_dump", 1.7),
        ("SQL dump into a ZIP", "sql", "pg_dump | gzip -6", 0.9),
        ("JSON", "json", "psql row_to_json", 1.5),
        ("JSON", "json", "psql row_to_json | gzip -6", 0.8),
        ("all five formats at once", "csv,sql,json,xml,xlsx", "the three with gzip -6", 1.2),
    ]
    return [Line(name, took[us], peer, took[peer], took[us] / took[peer], reach) for name, us, peer, reach in compared]


def workbooks(server: OwnPostgres) -> list[Line]:
    """XLSX against openpyxl on fewer rows."""
    ground = data.generated(server, FEW_ROWS)
    wanted = peers.chosen(ground)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "peer.xlsx"
        took = median(
            {
                "xlsx": lambda: ours(ground, "xlsx")["seconds"],
                "peer": lambda: peers.workbook(ground, wanted, target),
            }
        )
    title = f"XLSX ({FEW_ROWS:,} rows)"
    return [Line(title, took["xlsx"], "openpyxl write-only", took["peer"], took["xlsx"] / took["peer"], 0.15)]


def memory(server: OwnPostgres) -> list[Line]:
    """Peak memory of one process that writes all formats, at one and at ten times the rows."""
    few, many = (ours(data.generated(server, rows), "csv,sql,json,xml,xlsx") for rows in (ROWS // 4, ROWS * 10 // 4))
    once, ten = few["peak_mib"], many["peak_mib"]
    return [
        Line("peak memory, 10 × the rows", ten, "1 × the rows", once, ten / once, 1.1, "MiB"),
        Line("peak memory, 10 × the rows", ten, "200 MB", 190.7, ten / 190.7, 1.0, "MiB"),
    ]


def show(title: str, lines: list[Line]) -> None:
    """Prints one part of the table."""
    print(f"\n{title}\n")
    print(f"  {'work':28} {'ours':>9}  {'peer':28} {'peer':>9}  {'ratio':>6}  {'reach':>6}")
    for line in lines:
        reach = "" if line.reach is None else f"≤ {line.reach:4.2f}{'' if line.ratio <= line.reach else '  over'}"
        print(
            f"  {line.work:28} {line.ours:7.2f} {line.unit:3} {line.peer:28} {line.theirs:7.2f} {line.unit:3}"
            f" {line.ratio:6.2f}  {reach}",
            flush=True,
        )


def main() -> None:
    """Runs every part that ``BENCH_ONLY`` does not exclude."""
    found = parts.postgres_bin()
    if found is None:
        sys.exit("The benchmark needs PostgreSQL's programs: apt-get install postgresql")
    server = OwnPostgres(found)
    server.start()
    result: dict[str, list[Line]] = {}

    def part(word: str, title: str, work: Callable[[], list[Line]]) -> None:
        if not ONLY or word in ONLY:
            result[title] = work()
            show(title, result[title])

    try:
        folder = os.environ.get("OULAD", "")
        if not ONLY or "tables" in ONLY:
            ground = data.oulad(server, Path(folder)) if folder else data.generated(server, ROWS)
            part("tables", f"Tables – {ground.title}", lambda: tables(server, ground))
        part("xlsx", "Workbooks", lambda: workbooks(server))
        part("memory", "Memory", lambda: memory(server))
        part("media", "Media", lambda: [Line(*line) for line in media.compare(ROUNDS)])
    finally:
        server.close()
    written = {title: [asdict(line) for line in lines] for title, lines in result.items()}
    Path("bench.json").write_text(json.dumps({"rounds": ROUNDS, "parts": written}, indent=1) + "\n")


main()
