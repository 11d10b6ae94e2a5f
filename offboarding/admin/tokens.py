"""Admin of the API's tokens: everybody of the staff sees and handles their own, a superuser all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from knox.models import AuthToken

from offboarding import tokens
from offboarding.desk import OnlyVerbs

if TYPE_CHECKING:
    _TokenAdmin = admin.ModelAdmin[AuthToken]
    _UserField = forms.ModelChoiceField[User]
else:
    _TokenAdmin, _UserField = admin.ModelAdmin, forms.ModelChoiceField


class IssueForm(forms.Form):
    """Whose token, and for how long."""

    user = _UserField(
        User.objects.filter(is_active=True),
        label=gettext_lazy("User"),
        help_text=gettext_lazy("The token may do what this user may."),
    )
    days = forms.IntegerField(label=gettext_lazy("Days it is valid"), min_value=1, initial=30)

    def __init__(self, by: User, data: Any = None) -> None:
        super().__init__(data, initial={"user": by.pk})
        if not by.is_superuser:
            self.fields["user"].queryset = User.objects.filter(pk=by.pk)  # type: ignore[attr-defined]
        self.fields["days"].widget.attrs["max"] = settings.API_TOKEN_DAYS


admin.site.unregister(AuthToken)
# The library names neither in any language; migrations look at what the class says, not at this.
AuthToken._meta.verbose_name, AuthToken._meta.verbose_name_plural = gettext_lazy("token"), gettext_lazy("tokens")
AuthToken._meta.app_config.verbose_name = gettext_lazy("Interface for integrations")


@admin.register(AuthToken)
class TokenAdmin(OnlyVerbs, _TokenAdmin):
    """Tokens: the beginning of each, whose it is, and until when."""

    adds = gettext_lazy("Issue a token")
    nothing = gettext_lazy("No integration has a token. Each token, with whose it is and until when, would stand here.")
    list_display = ("begins", "user", "created", "expiry", "revoking")
    list_display_links = None
    list_select_related = ("user",)
    list_per_page = 50
    ordering = ("-created",)
    actions = ()
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuthToken]:
        rows = super().get_queryset(request)
        return rows if cast(User, request.user).is_superuser else rows.filter(user=request.user.pk)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return cast(User, request.user).is_staff

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return cast(User, request.user).is_staff

    def has_add_permission(self, request: HttpRequest) -> bool:
        return cast(User, request.user).is_staff

    @admin.display(description=gettext_lazy("begins with"))
    def begins(self, token: AuthToken) -> str:
        return f"{token.token_key[:8]}…"

    @admin.display(description=gettext_lazy("revoke"))
    def revoking(self, token: AuthToken) -> str:
        address = reverse("admin:knox_authtoken_revoke", args=[token.pk])
        return format_html('<a href="{}">{}</a>', address, _("Revoke"))

    def get_urls(self) -> list[URLPattern]:
        revoke = self.admin_site.admin_view(self.revoke_view)
        return [path("<str:digest>/revoke/", revoke, name="knox_authtoken_revoke"), *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """There is nothing more to see of one."""
        raise PermissionDenied

    def history_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The journal has it."""
        raise PermissionDenied

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The form; after POST the token itself, once, in the answer that nobody keeps."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        by = cast(User, request.user)
        form = IssueForm(by, request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                token, text = tokens.issue(form.cleaned_data["user"], by=by, days=form.cleaned_data["days"])
            except ValidationError as error:
                form.add_error(None, error)
            else:
                context = {"title": _("The new token"), "token": token, "text": text}
                return self._page(request, "admin/tokens/issued.html", context)
        return self._page(request, "admin/tokens/issue.html", {"title": _("Issue a token"), "form": form})

    def revoke_view(self, request: HttpRequest, digest: str) -> HttpResponse:
        """GET asks, POST acts."""
        token = self.get_queryset(request).filter(pk=digest).first()
        if token is None:
            raise Http404
        if request.method == "POST":
            tokens.revoke(token, by=cast(User, request.user))
            messages.success(request, _("The token is revoked."))
            return HttpResponseRedirect(reverse("admin:knox_authtoken_changelist"))
        return self._page(request, "admin/tokens/revoke.html", {"title": _("Revoke a token"), "token": token})

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        everywhere = {**self.admin_site.each_context(request), "opts": self.opts}
        response: HttpResponse = never_cache(
            lambda _request: TemplateResponse(request, template, everywhere | context)
        )(request)
        return response
