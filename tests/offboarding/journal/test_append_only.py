"""The database refuses to change or remove an entry, whoever asks and however."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from offboarding import journal
from offboarding.actors import Actor
from offboarding.models import JournalEntry

CRON = Actor.machine("fetch_notices")
TABLE = "offboarding_journalentry"
CHANGES = [
    f"UPDATE {TABLE} SET reason = 'other'",
    f"UPDATE {TABLE} SET reason = 'other' WHERE seq = 1",
    f"DELETE FROM {TABLE}",
    f"DELETE FROM {TABLE} WHERE seq = 2",
]
ON_POSTGRESQL = [
    f"TRUNCATE {TABLE}",
    f"TRUNCATE {TABLE} CASCADE",
    f"UPDATE {TABLE} SET reason = 'other' WHERE seq = -1",
    f"SET LOCAL session_replication_role = 'replica'; DELETE FROM {TABLE}",
    f"INSERT INTO {TABLE} SELECT * FROM {TABLE} ON CONFLICT (seq) DO UPDATE SET reason = 'other'",
]
ON_SQLITE = [f"INSERT OR REPLACE INTO {TABLE} SELECT * FROM {TABLE}", f"REPLACE INTO {TABLE} SELECT * FROM {TABLE}"]


@pytest.fixture
def two(db) -> list[JournalEntry]:
    return [journal.record("customer.added", actor=CRON, customer=number) for number in (1, 2)]


def stands_as(entries: list[JournalEntry]) -> bool:
    fields = [field.attname for field in JournalEntry._meta.fields]
    expected = [{name: getattr(entry, name) for name in fields} for entry in entries]
    return list(JournalEntry.objects.order_by("seq").values(*fields)) == expected


@pytest.mark.requires("postgresql")
@pytest.mark.parametrize("statement", CHANGES + ON_POSTGRESQL)
def test_postgresql_refuses_the_tables_own_owner(two, statement):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert stands_as(two)


@pytest.mark.parametrize(
    "change",
    [
        lambda: JournalEntry.objects.all().delete(),
        lambda: JournalEntry.objects.get(seq=1).delete(),
        lambda: JournalEntry.objects.update(actor="staff:1:somebody"),
        lambda: JournalEntry(seq=1, hash="ab" * 32, facts={}, at=JournalEntry.objects.get(seq=1).at).save(),
        lambda: JournalEntry.objects.bulk_update([JournalEntry(seq=1, reason="other")], ["reason"]),
    ],
    ids=["delete all", "delete one", "update", "save over", "bulk update"],
)
def test_django_is_refused_too(two, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        change()
    assert stands_as(two)


def test_nothing_that_goes_takes_an_entry_along(db, alice, charlie):
    entry = journal.record("customer.added", actor=Actor.staff(charlie.pk, "charlie"), customer=alice.pk)
    charlie.delete()
    alice.delete()
    assert stands_as([entry])
    assert [f.name for f in JournalEntry._meta.get_fields() if f.is_relation] == []


def test_the_triggers_stand_on_sqlite_after_all_migrations(tmp_path):
    """In a process of its own, on a file of its own; ``manage.py`` made the database."""
    done = on_sqlite(
        tmp_path,
        f"""
from django.db import IntegrityError, connection, transaction
from offboarding import journal
from offboarding.actors import Actor
from offboarding.models import JournalEntry
with transaction.atomic():
    for number in (1, 2):
        journal.record("customer.added", actor=Actor.machine("worker"), customer=number)
before = list(JournalEntry.objects.values())
changes = [lambda sql=sql: connection.cursor().execute(sql) for sql in {CHANGES + ON_SQLITE!r}]
for change in [*changes, JournalEntry.objects.all().delete, lambda: JournalEntry.objects.update(reason="other")]:
    try:
        with transaction.atomic():
            change()
    except IntegrityError as error:
        assert "append-only" in str(error), error
    else:
        raise AssertionError("not refused")
assert list(JournalEntry.objects.values()) == before
print("all refused")
""",
    )
    assert done.stdout == "all refused\n", done.stderr


def on_sqlite(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Runs a script with Django on a fresh SQLite file with all migrations applied."""
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder / 'own.sqlite3'}"}
    code = f"import django; django.setup()\n{script}"
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=environment, check=True)
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_that_commits_leaves_an_empty_journal_to_the_next(turn):
    assert not JournalEntry.objects.exists()
    with transaction.atomic():
        assert journal.record("customer.added", actor=CRON).seq == 1
    with pytest.raises(IntegrityError, match="append-only"):
        JournalEntry.objects.all().delete()
