"""``python -m tests.bench.journal [entries]``: how long verifying the journal takes, and the memory it needs.

Seeds a database of its own in a PostgreSQL of its own by COPY, then runs ``manage.py verify_journal`` as cron does.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from tests import parts
from tests.servers.ground import Ground
from tests.servers.postgres import OwnPostgres

COLUMNS = "seq, at, actor, event, customer, agreement, reason, facts, previous, hash, key_id, seal"


def seed(url: str, entries: int) -> None:
    """A chain as ``journal.record`` would have written it, one entry a minute."""
    from offboarding import signing
    from offboarding.journal_chain import GENESIS, Entry, hash_of, instant, seal_of

    (key_id, key), previous, start = signing.seal_key(), GENESIS, datetime(2024, 1, 1, 8, 0, 0, 123456, tzinfo=UTC)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        with cursor.copy(f"COPY offboarding_journalentry ({COLUMNS}) FROM STDIN") as copy:
            for seq in range(1, entries + 1):
                facts = {"notice": seq, "channel": "email", "received_on": "2024-05-06", "sha256": f"{seq:064x}"}
                at = start + timedelta(minutes=seq)
                entry = Entry(
                    seq, instant(at), "staff:3:sam", "notice.received", seq % 9973, seq % 19937,
                    "The customer rang; see the letter of 5 May – åäö." if seq % 3 == 0 else "", facts, previous,
                )  # fmt: skip
                previous = hash_of(entry)
                row = entry._replace(facts=json.dumps(facts))
                copy.write_row((*row, previous, key_id, seal_of(previous, key)))
        connection.commit()
        cursor.execute("ANALYZE offboarding_journalentry")


def main() -> None:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    ground, server = Ground("bench"), OwnPostgres(parts.need("postgresql"))
    server.start()
    os.environ.update(
        DEBUG="true",
        DJANGO_SETTINGS_MODULE="offboarding.settings",
        DATABASE_URL=server.url(server.create()),
        STORAGE_EVIDENCE_URL=f"file://{ground.directory / 'evidence'}",
        SIGNING_KEY=base64.b64encode(bytes(range(32))).decode(),
    )
    try:
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True)
        import django

        django.setup()
        started = time.perf_counter()
        seed(os.environ["DATABASE_URL"], entries)
        print(f"seeded {entries:,} entries in {time.perf_counter() - started:.1f} s")
        for turn in ("first", "second"):
            verify(turn)
    finally:
        server.close()
        ground.close()


def verify(turn: str) -> None:
    """Runs the command and reads the process's own peak of memory (VmHWM) when it ends."""
    code = (
        "import atexit, re; from pathlib import Path\n"
        "atexit.register(lambda: print(re.search(r'VmHWM:.*', Path('/proc/self/status').read_text())[0]))\n"
        "from django.core.management import execute_from_command_line as run; run(['manage.py', 'verify_journal'])"
    )
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path.cwd())
    took, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{turn}: {took:.1f} s, of which {busy:.1f} s of its own processor time; exit code {done.returncode}")
    print(done.stdout + done.stderr, flush=True)


if __name__ == "__main__":
    main()
