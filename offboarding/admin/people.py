"""Admin of the staff: users and groups as Django has them, with permissions named in the reader's language."""

from __future__ import annotations

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
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from offboarding import customer_access
from offboarding.admin import people_pages

if TYPE_CHECKING:
    _PermissionsField = forms.ModelMultipleChoiceField[Permission]
    _UserAdmin = UserAdmin[User]
    _PasswordForm = AdminPasswordChangeForm[User]
else:
    _PermissionsField, _UserAdmin = forms.ModelMultipleChoiceField, UserAdmin
    _PasswordForm = AdminPasswordChangeForm

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
for _model in (Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken, UserSession):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)  # changed by their owners and by the verbs of ``offboarding.people`` only
FACTORS = {"totp": _("app"), "webauthn": _("passkey")}


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
