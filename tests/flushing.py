"""Lets pytest empty the database after a test that commits: the journal's triggers step aside for that alone, and
the groups that migrations have made are there again afterwards, as Django's permissions are.

Django is imported inside: this file is read before it is set up.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

JOURNAL = "offboarding_journalentry"
KEPT = ("django_content_type", "auth_permission", "auth_group", "auth_group_permissions")
"""What migrations have made; to make it again takes longer than most tests."""


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


@dataclass
class _Standing:
    """What stood in the kept tables when they were made, and whether the flush that goes on leaves them alone."""

    digest: str = ""
    left_alone: bool = False


@pytest.fixture(scope="session", autouse=True)
def roles_outlive_a_flush():
    """The groups, after Django's own flush has made the permissions again; both are left alone where nobody has
    touched them. To delete the few rows of a test is five times as quick as to truncate every table."""
    from django.core.management.commands import flush
    from django.db import connections
    from django.db.backends.postgresql.operations import DatabaseOperations

    emit, truncate, standing = flush.emit_post_migrate_signal, DatabaseOperations.sql_flush, _Standing()

    def sql_flush(operations, style, tables, *, reset_sequences=False, allow_cascade=False):
        untouched = bool(standing.digest) and _digest(operations.connection) == standing.digest
        standing.left_alone = untouched and not reset_sequences
        if not standing.left_alone:
            return truncate(operations, style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade)
        names = [operations.quote_name(table) for table in tables if table not in KEPT]
        # The lock waits for whoever still writes, as TRUNCATE does.
        return [f"LOCK TABLE {', '.join(names)}", "; ".join(f"DELETE FROM {name}" for name in names)]

    def with_the_roles(verbosity, interactive, db, **others):
        if standing.left_alone:
            standing.left_alone = False
            return
        emit(verbosity, interactive, db, **others)
        _hold_roles(db)
        if connections[db].vendor == "postgresql":
            standing.digest = _digest(connections[db])

    patch = pytest.MonkeyPatch()
    patch.setattr(flush, "emit_post_migrate_signal", with_the_roles)
    patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
    yield
    patch.undo()


def _digest(connection) -> str:
    """Of every row of the kept tables."""
    each = ", ".join(f"(SELECT md5(string_agg(t::text, ' ' ORDER BY id)) FROM {name} t)" for name in KEPT)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT concat_ws(' ', {each})")
        return str(cursor.fetchone()[0])


def _hold_roles(database: str) -> None:
    from django.contrib.auth.models import Group, Permission

    from offboarding import neighbours
    from offboarding.roles import Role, codenames

    rows = Permission.objects.using(database).values_list("content_type__app_label", "codename", "pk")
    permissions = {(app, codename): pk for app, codename, pk in rows}
    groups = Group.objects.using(database).bulk_create([Group(name=role.value) for role in Role])
    held = Group.permissions.through
    held.objects.using(database).bulk_create(
        held(group_id=group.pk, permission_id=permissions[app.label, codename])
        for app, module in neighbours.modules("roles")
        for group, role in zip(groups, Role, strict=True)
        for codename in codenames(module.ROLES, role)
    )


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
