"""For migrations: groups get the permissions that a package's roles hold. Groups of other names are left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib.auth.management import create_permissions

Groups = Mapping[str, Iterable[str]]
"""Name of a group → codenames of one app's permissions."""
Operation = Callable[[Any, Any], None]


def grant(app: str, groups: Groups) -> Operation:
    """Makes groups that are missing and adds the permissions; again is harmless. What else a group may do stays."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        database = schema_editor.connection.alias
        config = apps.get_app_config(app)
        before, config.models_module = (
            getattr(config, "models_module", None),
            True,
        )  # else it counts as an app without models
        create_permissions(config, verbosity=0, using=database, apps=apps)
        config.models_module = before
        for name, codenames in groups.items():
            group, _made = apps.get_model("auth", "Group").objects.using(database).get_or_create(name=name)
            group.permissions.add(*_permissions(apps, database, app, codenames))

    return forwards


def revoke(app: str, groups: Groups) -> Operation:
    """Takes them back; a group that then may do nothing and has no members goes."""

    def backwards(apps: Any, schema_editor: Any) -> None:
        database = schema_editor.connection.alias
        for group in apps.get_model("auth", "Group").objects.using(database).filter(name__in=groups):
            group.permissions.remove(*_permissions(apps, database, app, groups[group.name]))
            if not group.permissions.exists() and not group.user_set.exists():
                group.delete()

    return backwards


def _permissions(apps: Any, database: str, app: str, codenames: Iterable[str]) -> list[Any]:
    """A ``LookupError`` names what is not there: a group that lacks a permission would only be noticed too late."""
    wanted = set(codenames)
    rows = apps.get_model("auth", "Permission").objects.using(database)
    found = list(rows.filter(content_type__app_label=app, codename__in=wanted))
    if missing := wanted - {permission.codename for permission in found}:
        raise LookupError(f"{app} has no permission {', '.join(sorted(missing))}.")
    return found
