"""``python -m tests.bench.retention``: how long ``enforce_retention`` takes, and how much memory, with many agreements.

1. A million agreements, of which none is due. 2. Ten thousand of them become due on one day: five eighths could be
planned and were warned in time, one eighth each has a warning that came back, has none, is on hold. Then again, when
plans wait for their approval; and a dry run.

Environment: ``AGREEMENTS`` (1000000), ``DUE`` (10000). Everything runs in servers of its own, gone afterwards.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg

from tests import parts
from tests.servers.postgres import OwnPostgres

COUNT = int(os.environ.get("AGREEMENTS", "1000000"))
DUE = int(os.environ.get("DUE", "10000"))
ROOT = Path(__file__).resolve().parents[2]
NONE_DUE = "UPDATE offboarding_agreement SET erased_at = now() WHERE delete_from <= current_date AND erased_at IS NULL"
# Agreements of customers that have no other.
BECOME_DUE = """
CREATE TEMPORARY TABLE chosen AS SELECT a.id, a.customer_id, row_number() OVER (ORDER BY a.id) %% 8 AS kind
FROM offboarding_agreement a WHERE a.erased_at IS NULL AND a.delete_from IS NULL AND NOT EXISTS
    (SELECT FROM offboarding_agreement o WHERE o.customer_id = a.customer_id AND o.id <> a.id) LIMIT %(due)s;
UPDATE offboarding_agreement a SET ending = 'expiry', service_ends = current_date - 91,
    export_until = current_date - 1, delete_from = current_date, auto_renews = false, term_end = current_date - 91,
    term_start = current_date - 456, milestones = %(milestones)s::jsonb,
    held_since = CASE WHEN kind = 7 THEN now() - interval '20 days' END
FROM chosen WHERE chosen.id = a.id;
DELETE FROM offboarding_terminationnotice WHERE agreement_id IN (SELECT id FROM chosen);
UPDATE offboarding_customer SET tenant_key = id::text WHERE id IN (SELECT customer_id FROM chosen);
INSERT INTO retention_legalhold (customer_id, ground, reference, requested_by, because, reach, review_on, told,
    placed_by_id, placed_at, gone_before, released_because)
SELECT customer_id, 'court', 'T 1-26', 'The court', 'Ordered.', %(reach)s::jsonb, current_date + 90, false, %(staff)s,
    now() - interval '20 days', '[]'::jsonb, '' FROM chosen WHERE kind = 7;
INSERT INTO offboarding_letter (customer_id, agreement_id, contact_id, address, language, occasion, key, message_id,
    subject, text, html, calendar, enclosure, state, written_at, due_at, attempts, sent_at, error)
SELECT c.customer_id, c.id, p.id, p.email, 'en', 'warning_' || days,
    'warning_' || days || ':' || c.id || ':' || current_date || ':' || p.email,
    '<' || days || '.' || c.id || '@vendor.example>', 'Warning', 'Text', '<p>Text</p>', '', '',
    CASE WHEN kind = 5 AND days = 7 THEN 'bounced' ELSE 'sent' END, sent, sent, 1, sent, ''
FROM chosen c JOIN offboarding_contact p ON p.customer_id = c.customer_id CROSS JOIN unnest(ARRAY[30, 7, 1]) days
CROSS JOIN LATERAL (SELECT current_date + time '09:00' - days * interval '1 day' AS sent) moments WHERE kind <> 6;
"""
TENANTS = "SELECT id, name FROM offboarding_customer WHERE tenant_key = id::text"


def call(*arguments: str) -> tuple[float, float, float, int, list[str]]:
    """One call of the command as cron makes it: seconds, those of its own CPU, MB at its peak, exit code, lines."""
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "enforce_retention", *arguments], cwd=ROOT, stdout=out,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        _pid, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        out.seek(0)
        peak, busy = usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime
        return seconds, busy, peak, os.waitstatus_to_exitcode(status), out.read().splitlines()


def measured(name: str, *arguments: str) -> None:
    """Prints one row of the table, and how many lines say what."""
    seconds, busy, peak, code, lines = call(*arguments)
    print(f"{name:<32}{seconds:>8.1f} s (CPU {busy:.1f}){peak:>6.0f} MB  exit {code}  {len(lines)} lines", flush=True)
    kinds = Counter(_kind(line) for line in lines)
    for kind, count in kinds.most_common(8):
        print(f"    {count:>6}  {kind}")


def _kind(line: str) -> str:
    said = line.partition(": ")[2]
    return " ".join("…" if any(letter.isdigit() for letter in word) else word for word in said.split())[:110]


def become_due(platform: str) -> None:
    """``DUE`` agreements are due from today on, and their tenants are on the platform."""
    import json

    from django.db import connection

    from retention.reach import Reach
    from tests.bench import agreements_seed

    values: dict[str, Any] = {
        "due": DUE, "milestones": agreements_seed._milestones(), "staff": agreements_seed.staff().pk,
        "reach": json.dumps(Reach(everything=True).to_json()),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(BECOME_DUE, values)
        cursor.execute(TENANTS)
        tenants = cursor.fetchall()
        cursor.execute("VACUUM ANALYZE")
    with psycopg.connect(platform) as session, session.cursor() as cursor:
        with cursor.copy("COPY organisations (id, name, created_on) FROM STDIN") as copy:
            for number, name in tenants:
                copy.write_row((number, name, "2020-01-01"))
        cursor.execute("INSERT INTO courses (organisation, title) SELECT id, 'Course' FROM organisations")
        cursor.execute("INSERT INTO invoices (organisation, issued_on) SELECT id, '2021-01-01' FROM organisations")
        session.commit()
        session.autocommit = True
        cursor.execute("VACUUM ANALYZE")


def run(platform: str) -> None:
    """Fill, measure, make some due, measure again."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from tests.bench import agreements_seed

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    agreements_seed.fill(COUNT)
    with connection.cursor() as cursor:
        cursor.execute(NONE_DUE)
        cursor.execute("VACUUM ANALYZE")
    print(f"{COUNT:,} agreements in {time.perf_counter() - began:.0f} s\n", flush=True)
    measured(f"{COUNT:,} agreements, none due")
    measured("the same, once more")
    began = time.perf_counter()
    become_due(platform)
    print(f"\n{DUE:,} made due in {time.perf_counter() - began:.0f} s", flush=True)
    measured(
        f"{DUE:,} due",
    )
    measured("the next night")
    measured("a dry run", "--dry-run")


def main() -> None:
    """Brings the servers up, and down again."""
    from tests.retention.machine.world import MAP, SCHEMA

    server = OwnPostgres(parts.need("postgresql"))
    server.start()
    with tempfile.TemporaryDirectory() as folder:
        platform = server.url(server.create(SCHEMA))
        storages = {f"STORAGE_{name}_URL": f"file://{folder}/{name}" for name in
                    ("DEFAULT", "EXPORTS", "EVIDENCE", "PLATFORM_MEDIA")}  # fmt: skip
        for place in storages.values():
            Path(place.removeprefix("file://")).mkdir()
        os.environ.update(
            DEBUG="true", DJANGO_SETTINGS_MODULE="offboarding.settings", DATABASE_URL=server.url(server.create()),
            SIGNING_KEY=base64.b64encode(bytes(32)).decode(), DATA_MAP=str(MAP), PLATFORM_URL=platform,
            DELETION_WORK_DIR=f"{folder}/deletion", **storages,
        )  # fmt: skip
        try:
            run(platform)
        finally:
            server.close()


if __name__ == "__main__":
    main()
