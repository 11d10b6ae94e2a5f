"""Admin of the staff: users and groups as Django has them, with permissions named in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    _PermissionsField = forms.ModelMultipleChoiceField[Permission]
    _UserAdmin = UserAdmin[User]
else:
    _PermissionsField, _UserAdmin = forms.ModelMultipleChoiceField, UserAdmin

STANDARD = {
    "add": _("Can add %(what)s"),
    "change": _("Can change %(what)s"),
    "delete": _("Can delete %(what)s"),
    "view": _("Can view %(what)s"),
}


def permission_text(permission: Permission) -> str:
    """``Exports | Export job | Can cancel an export``, where Django shows names of code in one language."""
    model = permission.content_type.model_class()
    verb, _underscore, name = permission.codename.partition("_")
    if model is None:
        return str(permission)
    if verb in STANDARD and name == model._meta.model_name:
        text = str(STANDARD[verb]) % {"what": model._meta.verbose_name}
    else:
        text = gettext(permission.name)
    return f"{model._meta.app_config.verbose_name} | {capfirst(model._meta.verbose_name)} | {text}"


class PermissionsField(_PermissionsField):
    """Permissions to choose from, in words."""

    def label_from_instance(self, obj: Permission) -> str:
        return permission_text(obj)


class _InWords:
    """Shows permissions in words; only for the screens below."""

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.remote_field.model is Permission:
            kwargs["form_class"] = PermissionsField
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]


admin.site.unregister([User, Group])


@admin.register(User)
class StaffAdmin(_InWords, _UserAdmin):
    """Staff; a person who has done something cannot be deleted, only switched off."""

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(Group)
class StaffGroupAdmin(_InWords, GroupAdmin):  # type: ignore[misc]
    """Groups of staff."""
