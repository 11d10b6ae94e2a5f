"""What the four roles may do, said once: the tables, the groups a new database gets, and who can never do both."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group, Permission, User
from django.db import connection

from offboarding import neighbours
from offboarding.role_groups import grant, revoke
from offboarding.roles import NAMES, WHO, Role, codenames

ROLES = [pytest.param(role, id=role.value) for role in Role]


def _tables():
    return {app.label: module.ROLES for app, module in neighbours.modules("roles")}


def _may(role):
    return {f"{app}.{name}" for app, table in _tables().items() for name in codenames(table, role)}


def _known():
    for app in _tables():
        for model in apps.get_app_config(app).get_models():
            for action in model._meta.default_permissions:
                yield f"{app}.{action}_{model._meta.model_name}"
            for name, _text in model._meta.permissions:
                yield f"{app}.{name}"


def test_each_package_says_something_of_each_role():
    assert list(_tables()) == ["offboarding", "exports", "retention"]
    assert all(set(table) == set(Role) for table in _tables().values())
    assert set(NAMES) == set(WHO) == set(Role)


def test_no_role_has_a_permission_that_does_not_exist():
    assert set.union(*map(_may, Role)) <= set(_known())


def test_every_permission_of_ours_belongs_to_a_role():
    ours = {name for name in _known() if name.split(".")[1].split("_")[0] not in ("add", "change", "delete")}
    assert ours == {name for name in set.union(*map(_may, Role)) if name in ours}


def test_an_auditor_may_look_at_everything_and_do_nothing():
    looking = {name for name in _known() if ".view_" in name}
    assert _may(Role.AUDITOR) == looking
    assert all(looking <= _may(role) for role in Role)


@pytest.mark.parametrize("role", ROLES)
def test_no_role_may_delete_records_or_manage_people(role):
    assert not [name for name in _may(role) if ".delete_" in name]
    assert {name.split(".")[0] for name in _may(role)} == {"offboarding", "exports", "retention"}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("doing", ["make_deletionplan", "start_deletionrun"])
def test_who_sets_a_deletion_going_may_not_approve_one(role, doing):
    assert not {f"retention.{doing}", "retention.approve_deletionplan"} <= _may(role)


def test_a_lead_can_do_what_support_can():
    assert _may(Role.SUPPORT) < _may(Role.LEAD)


# The groups -----------------------------------------------------------------------------------------------------------


def test_the_groups_of_a_new_database_are_what_the_tables_say(tmp_path):
    file = tmp_path / "new.sqlite3"
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{file}", "DJANGO_SETTINGS_MODULE": "offboarding.settings"}
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0", "--skip-checks"]
    subprocess.run(command, env=environment, cwd=settings.BASE_DIR, check=True, timeout=120)
    with sqlite3.connect(file) as database:
        rows = database.execute(
            "SELECT g.name, c.app_label || '.' || p.codename FROM auth_group g"
            " JOIN auth_group_permissions gp ON gp.group_id = g.id JOIN auth_permission p ON p.id = gp.permission_id"
            " JOIN django_content_type c ON c.id = p.content_type_id"
        ).fetchall()
    assert {role: {name for group, name in rows if group == role} for role, _name in rows} == {
        role.value: _may(role) for role in Role
    }


def _migrate(operation):
    operation(apps, SimpleNamespace(connection=connection))


@pytest.mark.django_db
def test_granting_again_changes_nothing_and_leaves_other_groups_and_permissions_alone():
    Group.objects.all().delete()
    own = Group.objects.create(name="Night shift")
    support = Group.objects.create(name="Support")
    extra = Permission.objects.get(codename="decide_terminationnotice")
    support.permissions.add(extra)
    for _time in range(2):
        _migrate(grant("exports", {"Support": ["view_exportjob"]}))
    assert set(support.permissions.values_list("codename", flat=True)) == {"view_exportjob", extra.codename}
    assert not own.permissions.exists()


@pytest.mark.django_db
def test_taking_back_removes_a_group_only_when_nothing_is_left_of_it():
    Group.objects.all().delete()
    groups = {"Support": ["view_exportjob"], "Legal": ["view_exportjob"], "Auditor": ["view_exportjob"]}
    _migrate(grant("exports", groups))
    Group.objects.get(name="Legal").permissions.add(Permission.objects.get(codename="place_legalhold"))
    User.objects.create(username="ann").groups.add(Group.objects.get(name="Auditor"))
    _migrate(revoke("exports", groups))
    assert set(Group.objects.values_list("name", flat=True)) == {"Legal", "Auditor"}
    assert not Permission.objects.filter(codename="view_exportjob", group__isnull=False).exists()


@pytest.mark.django_db
def test_a_permission_that_does_not_exist_stops_the_migration():
    with pytest.raises(LookupError, match="exports has no permission view_nothing"):
        _migrate(grant("exports", {"Support": ["view_nothing"]}))
