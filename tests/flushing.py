"""Lets pytest empty the database after a test that commits: the journal's triggers step aside for that alone, and
the groups that migrations have made are there again afterwards, as Django's permissions are.

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


@pytest.fixture(scope="session", autouse=True)
def roles_outlive_a_flush():
    """The groups, after Django's own flush has made the permissions again."""
    from django.core.management.commands import flush

    emit = flush.emit_post_migrate_signal

    def with_the_roles(verbosity, interactive, db, **others):
        emit(verbosity, interactive, db, **others)
        _hold_roles(db)

    patch = pytest.MonkeyPatch()
    patch.setattr(flush, "emit_post_migrate_signal", with_the_roles)
    yield
    patch.undo()


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
