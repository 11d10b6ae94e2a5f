"""Admin of missing files: accepted by name and with a reason, or found and exported again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from exports import jobs
from exports.forms import AcceptMissingForm
from exports.models import MissingFile
from offboarding.desk import OnlyVerbs, SeveralValues

if TYPE_CHECKING:
    _MissingFileAdmin = admin.ModelAdmin[MissingFile]
else:
    _MissingFileAdmin = admin.ModelAdmin

MOST_ACCEPTED = 200
"""Files that one page asks to accept by name."""
HEAVY = ("last_seen__tables_result", "last_seen__statement")


class AcceptedFilter(admin.SimpleListFilter):
    """Files that nobody has accepted, or those that somebody has."""

    title = _("accepted")
    parameter_name = "accepted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("not yet")), ("yes", _("by somebody"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[MissingFile]) -> QuerySet[MissingFile]:
        chosen = self.value()
        return queryset.filter(accepted_by__isnull=chosen == "no") if chosen in ("yes", "no") else queryset


def _with_way(text: str, file: MissingFile, user: Any) -> str:
    """What was done, and the way to the export that is started again now."""
    if not user.has_perm("exports.retry_exportjob"):
        return text
    form = reverse("admin:exports_exportjob_retry", args=[file.last_seen_id])
    return format_html('{} <a href="{}">{}</a>', text, form, _("Start the export again"))


@admin.register(MissingFile)
class MissingFileAdmin(OnlyVerbs, _MissingFileAdmin):
    """Files that rows name and storage lacks; accepted by name and with a reason, or found and exported again."""

    nothing = _("No file is missing. A file that customers' data names and storage does not have would stand here.")
    list_display = ("path_shown", "store", "customer", "reason", "referenced_by", "last_seen", "accepted")
    list_display_links = ("path_shown",)
    list_filter = (AcceptedFilter, ("store", SeveralValues))
    list_select_related = ("customer", "last_seen__customer", "accepted_by")
    list_per_page = 100
    show_full_result_count = False
    search_fields = ("path", "customer__name", "customer__tenant_key")
    search_help_text = _("Path, customer or tenant key")
    actions = ("accept_selected",)
    fields = ("customer", "store", "path", "reason", "referenced_by", "last_seen",
              "accepted_by", "accepted_at", "accepted_because")  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[MissingFile]:
        return super().get_queryset(request).defer(*HEAVY)

    @admin.display(description=_("path"), ordering="path")
    def path_shown(self, file: MissingFile) -> str:
        return format_html("<code>{}</code>", file.path)

    @admin.display(description=_("accepted"), ordering="accepted_at")
    def accepted(self, file: MissingFile) -> str:
        if file.accepted_by is None:
            return format_html('<span class="state state-failed">{}</span>', _("missing"))
        return format_html("{} <small>{}</small>", file.accepted_by, file.accepted_because)

    @admin.action(description=_("Accept that the selected files are missing"), permissions=["accept"])
    def accept_selected(self, request: HttpRequest, queryset: QuerySet[MissingFile]) -> HttpResponse | None:
        """Shows the files and asks for the reason first."""
        files = list(queryset.filter(accepted_by=None)[: MOST_ACCEPTED + 1])
        if not files:
            messages.warning(request, _("All of these are accepted already."))
            return None
        if len(files) > MOST_ACCEPTED:
            messages.error(request, _("Choose at most %(count)d files at a time.") % {"count": MOST_ACCEPTED})
            return None
        form = AcceptMissingForm(request.POST if "because" in request.POST else None)
        if form.is_bound and form.is_valid():
            count = jobs.accept_missing(files, by=cast(User, request.user), because=form.cleaned_data["because"])
            text = ngettext("%(count)d file accepted as missing.", "%(count)d files accepted as missing.", count)
            messages.success(request, _with_way(text % {"count": count}, files[0], request.user))
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Accept that these files are missing"),
            "opts": self.opts,
            "files": files,
            "form": form,
        }
        return TemplateResponse(request, "admin/exports/missingfile/accept.html", context)

    def has_accept_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("exports.accept_missingfile")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
