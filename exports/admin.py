"""Admin of export jobs: what runs, what it proves, and the buttons that call the verbs. POST acts, GET never."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from exports import jobs
from exports.forms import AcceptMissingForm, RequestExportForm
from exports.models import ExportJob, MissingFile
from exports.progress import progress_of

if TYPE_CHECKING:
    _ExportJobAdmin = admin.ModelAdmin[ExportJob]
    _MissingFileAdmin = admin.ModelAdmin[MissingFile]
else:
    _ExportJobAdmin = _MissingFileAdmin = admin.ModelAdmin

VERBS: dict[str, Callable[..., ExportJob]] = {"cancel": jobs.cancel, "retry": jobs.retry, "expire": jobs.expire}
DONE = {
    "cancel": _("The export is cancelled."),
    "retry": _("The export starts again."),
    "expire": _("The package is removed; its record stays."),
}


def _staff(request: HttpRequest) -> User:
    return cast(User, request.user)


def _refusal(error: ValidationError | PermissionDenied) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


@admin.register(ExportJob)
class ExportJobAdmin(_ExportJobAdmin):
    """Export jobs with live progress; requested with the form, changed only by the buttons."""

    list_display = ("number", "customer", "state_shown", "progress_shown", "requested_at", "requested_by")
    list_display_links = ("number",)
    list_filter = ("state", "requested_at", "language")
    list_select_related = ("customer", "requested_by")
    list_per_page = 50
    search_fields = ("customer__name", "customer__tenant_key")
    actions = ("cancel_selected", "retry_selected")
    change_form_template = "admin/exports/exportjob/detail.html"
    change_list_template = "admin/exports/exportjob/list.html"
    add_form_template = "admin/exports/exportjob/request.html"

    @admin.display(description=_("number"), ordering="pk")
    def number(self, job: ExportJob) -> str:
        return f"#{job.pk}"

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, job: ExportJob) -> str:
        return format_html('<span class="state state-{}">{}</span>', job.state, job.get_state_display())

    @admin.display(description=_("progress"))
    def progress_shown(self, job: ExportJob) -> str:
        shown = progress_of(job, timezone.now())
        return format_html(
            '<div class="live" data-live="{}"><progress max="100" value="{}">{} %</progress> <span>{}</span></div>'
            if job.state in ExportJob.ACTIVE
            else '<div data-was="{}"><progress max="100" value="{}">{} %</progress> <span>{}</span></div>',
            reverse("admin:exports_exportjob_progress", args=[job.pk]),
            shown["percent"],
            shown["percent"],
            shown["text"],
        )

    @admin.action(description=_("Cancel the selected exports"), permissions=["cancel"])
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[ExportJob]) -> None:
        self._each(request, queryset, "cancel")

    @admin.action(description=_("Start the selected exports again"), permissions=["retry"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[ExportJob]) -> None:
        self._each(request, queryset, "retry")

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("exports.cancel_exportjob")

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("exports.retry_exportjob")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("exports.request_exportjob")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and request.user.has_perm("exports.view_exportjob")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/progress/", wrap(self.progress_view), name="exports_exportjob_progress"),
            *(
                path(f"<int:pk>/{verb}/", wrap(require_POST(self._verb_view(verb))), name=f"exports_exportjob_{verb}")
                for verb in VERBS
            ),
        ]
        return own + super().get_urls()

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The figures that the small script shows."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        job = self._job(pk)
        return HttpResponse(status=404) if job is None else JsonResponse(progress_of(job, timezone.now()))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The request form; the verb decides."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        initial = {"customer": request.GET.get("customer")}
        form = RequestExportForm(request.POST or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            try:
                job = jobs.request_export(by=_staff(request), **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error) if not hasattr(error, "error_dict") else form.update_errors(error)
            else:
                messages.success(request, _("The export is requested; this page shows how it goes."))
                return HttpResponseRedirect(reverse("admin:exports_exportjob_change", args=[job.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Request an export"),
            "opts": self.opts,
            "form": form,
            "is_popup": IS_POPUP_VAR in request.GET,
        }
        return TemplateResponse(request, "admin/exports/exportjob/request.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One job: state, progress, volumes with checksums, the completeness statement in words."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        job = self._job(object_id)
        if job is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Export %(number)d of %(customer)s") % {"number": job.pk, "customer": job.customer},
            "opts": self.opts,
            "job": job,
            "progress": progress_of(job, timezone.now()),
            "volumes": job.volumes.all(),
            "missing": job.missing_files.filter(accepted_by=None),
            "may": {verb: request.user.has_perm(f"exports.{verb}_exportjob") for verb in VERBS},
        }
        return TemplateResponse(request, self.change_form_template, context)

    def _job(self, pk: Any) -> ExportJob | None:
        try:
            return ExportJob.objects.select_related("customer", "requested_by").get(pk=pk)
        except (ExportJob.DoesNotExist, ValueError):
            return None

    def _verb_view(self, verb: str) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            self._each(request, ExportJob.objects.filter(pk=pk), verb)
            return HttpResponseRedirect(reverse("admin:exports_exportjob_change", args=[pk]))

        return view

    def _each(self, request: HttpRequest, queryset: QuerySet[ExportJob], verb: str) -> None:
        for job in queryset:
            try:
                VERBS[verb](job, by=_staff(request))
            except (ValidationError, PermissionDenied) as error:
                messages.error(request, f"#{job.pk}: {_refusal(error)}")
            else:
                messages.success(request, f"#{job.pk}: {DONE[verb]}")


@admin.register(MissingFile)
class MissingFileAdmin(_MissingFileAdmin):
    """Files that rows name and storage lacks; accepted by name and with a reason, or found and exported again."""

    list_display = ("path", "store", "customer", "reason", "referenced_by", "last_seen", "accepted_by")
    list_filter = (("accepted_by", admin.EmptyFieldListFilter), "store")
    list_select_related = ("customer", "last_seen__customer", "accepted_by")
    search_fields = ("path", "customer__name", "customer__tenant_key")
    actions = ("accept_selected",)

    @admin.action(description=_("Accept that the selected files are missing"), permissions=["accept"])
    def accept_selected(self, request: HttpRequest, queryset: QuerySet[MissingFile]) -> HttpResponse | None:
        """Shows the files and asks for the reason first."""
        form = AcceptMissingForm(request.POST if "because" in request.POST else None)
        if form.is_bound and form.is_valid():
            count = jobs.accept_missing(list(queryset), by=_staff(request), because=form.cleaned_data["because"])
            messages.success(request, _("%(count)d files accepted as missing.") % {"count": count})
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Accept that these files are missing"),
            "opts": self.opts,
            "files": queryset,
            "form": form,
        }
        return TemplateResponse(request, "admin/exports/missingfile/accept.html", context)

    def has_accept_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("exports.accept_missingfile")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
