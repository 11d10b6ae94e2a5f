"""Admin of the staff: users and groups as Django has them, with permissions named in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.models import Group, Permission, User
from django.contrib.auth.password_validation import password_validators_help_texts
from django.db.models import Q, QuerySet
from django.forms.models import ModelChoiceIterator
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from offboarding import customer_access
from offboarding.admin import people_pages

if TYPE_CHECKING:
    _PermissionsField = forms.ModelMultipleChoiceField[Permission]
    _Iterator = ModelChoiceIterator[Permission]
    _UserAdmin = UserAdmin[User]
    _PasswordForm = AdminPasswordChangeForm[User]
else:
    _PermissionsField, _UserAdmin = forms.ModelMultipleChoiceField, UserAdmin
    _Iterator = ModelChoiceIterator
    _PasswordForm = AdminPasswordChangeForm

ASKED = ("offboarding", "exports", "retention", "auth")
"""Applications whose permissions some screen asks for; libraries have others that nobody asks for."""
STANDARD = {
    "add": _("Can add %(what)s"),
    "change": _("Can change %(what)s"),
    "delete": _("Can delete %(what)s"),
    "view": _("Can view %(what)s"),
}


def permission_text(permission: Permission) -> str:
    """``Exports | Export job | Can cancel an export``, where Django shows names of code in one language."""
    return f"{_kind(permission)} | {_deed(permission)}" if permission.content_type.model_class() else str(permission)


def _kind(permission: Permission) -> str:
    """``Exports | Export job``; empty where the code has no such records any more."""
    model = permission.content_type.model_class()
    return f"{model._meta.app_config.verbose_name} | {capfirst(model._meta.verbose_name)}" if model else ""


def _deed(permission: Permission) -> str:
    """``Can cancel an export``."""
    model = permission.content_type.model_class()
    verb, _underscore, name = permission.codename.partition("_")
    if model is not None and verb in STANDARD and name == model._meta.model_name:
        return str(STANDARD[verb]) % {"what": model._meta.verbose_name}
    return gettext(permission.name)


class _ByKind(_Iterator):
    """Permissions under the kind of records that they are about."""

    def __iter__(self) -> Iterator[Any]:
        found = self.queryset.select_related("content_type")
        for kind, permissions in groupby(sorted(found, key=_kind), key=_kind):
            yield kind, [self.choice(one) for one in permissions]


class PermissionsField(_PermissionsField):
    """Permissions to choose from, in words."""

    iterator = _ByKind

    def label_from_instance(self, obj: Permission) -> str:
        return _deed(obj)


class _InWords:
    """Shows permissions in words and everything to be ticked as boxes; only for the screens below."""

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.remote_field.model is Permission:
            kwargs["form_class"] = PermissionsField
            kwargs["queryset"] = Permission.objects.filter(content_type__app_label__in=ASKED)
        kwargs["widget"] = forms.CheckboxSelectMultiple(attrs={"class": "radiolist boxes"})
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]


admin.site.unregister([User, Group])
for _model in (Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken, UserSession):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)  # changed by their owners and by the verbs of ``offboarding.people`` only
FACTORS = {"totp": _("app"), "webauthn": _("passkey")}


class GroupFilter(admin.RelatedFieldListFilter):
    """Those of a group, or of none."""

    def __init__(self, *values: Any, **others: Any) -> None:
        super().__init__(*values, **others)
        self.empty_value_display = format_html("{}", gettext("no group"))


class PasswordForm(_PasswordForm):
    """Django's, with what a password needs as sentences: its own lists cannot stand in paragraphs."""

    def __init__(self, *values: Any, **others: Any) -> None:
        super().__init__(*values, **others)
        self.fields.pop("usable_password", None)
        self.fields["password1"].help_text = " ".join(password_validators_help_texts())


@admin.register(User)
class StaffAdmin(_InWords, _UserAdmin):
    """Staff, not contacts; who has done something cannot be deleted, only switched off."""

    list_display = (
        "username",
        "email",
        "first_name",
        "last_name",
        "is_staff",
        "is_active",
        "second_factor",
        "last_login",
    )
    show_facets = admin.ShowFacets.NEVER
    list_filter = ("is_staff", "is_superuser", "is_active", ("groups", GroupFilter))
    readonly_fields = ("second_factor", "sessions", "last_login", "date_joined")
    filter_horizontal = ()
    change_password_form = PasswordForm
    change_form_template = "admin/auth/user/sign_in_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        found: QuerySet[User] = super().get_queryset(request)
        contacts = Q(is_staff=False, username__startswith=customer_access.USERNAME)
        return found.exclude(contacts).prefetch_related("authenticator_set")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = super().get_fieldsets(request, obj)
        return [*shown, (_("Sign-in"), {"fields": ("second_factor", "sessions")})] if obj else shown

    def get_urls(self) -> list[Any]:
        return people_pages.urls(self) + super().get_urls()

    @admin.display(description=_("second factor"))
    def second_factor(self, obj: User) -> str:
        factors: Any = getattr(obj, "authenticator_set")  # noqa: B009 – allauth's, which mypy does not know
        kinds = {factor.type for factor in factors.all()}
        return ", ".join(str(name) for kind, name in FACTORS.items() if kind in kinds) or gettext("none yet")

    @admin.display(description=_("sessions"))
    def sessions(self, obj: User) -> int:
        return int(UserSession.objects.filter(user=obj).count())

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(Group)
class StaffGroupAdmin(_InWords, GroupAdmin):  # type: ignore[misc]
    """Groups of staff."""

    filter_horizontal = ()

    def get_deleted_objects(self, objs: Sequence[Group] | QuerySet[Group], request: HttpRequest) -> Any:
        """What goes with a group, counted: Django names a row for each permission and each person."""
        _rows, _counts, lacking, protected = super().get_deleted_objects(objs, request)
        shown = [part for group in objs for part in (str(group), _with_group(group))]
        return shown, {self.opts.verbose_name_plural: len(objs)}, lacking, protected


def _with_group(group: Group) -> list[str]:
    permissions, people = group.permissions.count(), group.user_set.count()
    return [
        ngettext("%(count)s permission", "%(count)s permissions", permissions) % {"count": permissions},
        ngettext("%(count)s person loses it", "%(count)s people lose it", people) % {"count": people},
    ]
