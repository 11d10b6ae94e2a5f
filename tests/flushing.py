"""Lets pytest empty the database after a test that commits: the journal's triggers step aside for that alone.

Django is imported inside: this file is read before it is set up.
"""

from __future__ import annotations

import pytest

JOURNAL = "offboarding_journalentry"


@pytest.fixture(scope="session", autouse=True)
def journal_may_be_flushed():
    """Around Django's own flush, and in its transaction."""
    from django.db.backends.base.operations import BaseDatabaseOperations

    flush = BaseDatabaseOperations.execute_sql_flush

    def with_the_journal(operations, statements):
        aside, back = (_postgresql if operations.connection.vendor == "postgresql" else _sqlite)(operations.connection)
        flush(operations, [*aside, *statements, *back])

    patch = pytest.MonkeyPatch()
    patch.setattr(BaseDatabaseOperations, "execute_sql_flush", with_the_journal)
    yield
    patch.undo()


def _postgresql(connection) -> tuple[list[str], list[str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND NOT tgisinternal", [JOURNAL])
        names = [name for (name,) in cursor.fetchall()]
    return (
        [f"ALTER TABLE {JOURNAL} DISABLE TRIGGER {name}" for name in names],
        [f"ALTER TABLE {JOURNAL} ENABLE ALWAYS TRIGGER {name}" for name in names],
    )


def _sqlite(connection) -> tuple[list[str], list[str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [JOURNAL])
        found = cursor.fetchall()
    return [f"DROP TRIGGER {name}" for name, _sql in found], [sql for _name, sql in found]
