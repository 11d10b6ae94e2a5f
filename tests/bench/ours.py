"""One export, timed inside: ``python -m tests.bench.ours FORMATS`` prints seconds, megabytes and rows as JSON.

Reads what to export from ``DATA_MAP``, ``PLATFORM_URL`` and ``BENCH_TENANT``. Tables are read, formatted,
deflated, hashed and packed into volumes – the same code as an export job's – into a temporary folder.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import django
from django.conf import settings


def main(formats: list[str]) -> None:
    """Exports once and prints the figures."""
    django.setup()
    from django.utils import timezone

    from exports.bundle import part_limit
    from exports.contents import Category
    from exports.datamap_file import load
    from exports.packing import Label, pack
    from exports.sources.files import FileRegister
    from exports.tables import Order, write_tables

    with tempfile.TemporaryDirectory(prefix="offboarding-bench-") as folder:
        work = Path(folder)
        limit = settings.EXPORT_VOLUME_BYTES
        order = Order(
            datamap=load(settings.DATA_MAP),
            tenant_key=os.environ["BENCH_TENANT"],
            categories=list(Category),
            formats=formats,
            language="en",
            part_limit=part_limit(limit),
            progress=lambda rows, table: None,
            total=lambda rows: None,
        )
        started = time.perf_counter()
        result = write_tables(order, work, FileRegister(work / "files.sqlite3"))
        label = Label("bench", "bench", "", "bench", timezone.now(), "bench", work, limit)
        parts = {part.path: part for part in result.parts}
        tables = {one.selection.table.stem: one.selection.table for one in result.tables}
        size = sum(summary.bytes for _, summary in pack(label, result.staged, parts, tables, (), ()))
        seconds = time.perf_counter() - started
    figures = {
        "seconds": seconds,
        "megabytes": size / 1e6,
        "rows": sum(one.read_rows for one in result.tables),
        "peak_mib": _peak_mib(),
    }
    print(json.dumps(figures))


def _peak_mib() -> float:
    """This program's own peak: ``getrusage`` would count the process that started it too."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main(sys.argv[1].split(","))
