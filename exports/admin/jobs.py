"""Admin of export jobs: what runs, what it proves, and the buttons that call the verbs. POST acts, GET never."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from exports import admin_receipts, completeness_paper, jobs
from exports.admin.filters import TurnFilter
from exports.admin.job_verbs import CANCEL, JOB_VERBS, RETRY, consequences
from exports.forms import RequestExportForm
from exports.labels import category_names, format_names, requester
from exports.models import ExportJob
from exports.progress import progress_of, took, volumes_of
from exports.report import report_of
from offboarding.admin.case_verbs import CaseVerb, OpensForms, buttons, page_of
from offboarding.admin.papers import OffersPaper
from offboarding.desk import OnlyVerbs
from offboarding.paper import Paper

if TYPE_CHECKING:
    _ExportJobAdmin = admin.ModelAdmin[ExportJob]
else:
    _ExportJobAdmin = admin.ModelAdmin

HEAVY = ("tables_result", "statement")
"""Columns of many kilobytes that only the detail page reads."""
MOST_FOLLOWED = 200
"""Jobs whose progress one request may ask for."""
MOST_SELECTED = 200
"""Jobs of the list that one page asks about."""


def _staff(request: HttpRequest) -> User:
    return cast(User, request.user)


def _may(request: HttpRequest, verb: str) -> bool:
    return request.user.has_perm(f"exports.{verb}_exportjob")


@admin.register(ExportJob)
class ExportJobAdmin(OffersPaper, OpensForms, OnlyVerbs, _ExportJobAdmin):
    """Export jobs with live progress; requested with the form, changed only by the buttons."""

    verbs = JOB_VERBS
    list_display = ("number", "customer", "state_shown", "progress_shown", "requested_shown")
    list_display_links = ("number", "customer")
    list_filter = (TurnFilter, "state", "requested_at", "language")
    list_select_related = ("customer", "requested_by", "requested_by_contact")
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("=pk", "customer__name", "customer__tenant_key", "requested_by__username")
    search_help_text = _("Number, customer, tenant key or who requested it")
    actions = ("cancel_selected", "retry_selected")
    change_form_template = "admin/exports/exportjob/detail.html"
    change_list_template = "admin/exports/exportjob/list.html"
    add_form_template = "admin/exports/exportjob/request.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExportJob]:
        return super().get_queryset(request).defer(*HEAVY)

    @admin.display(description=_("number"), ordering="pk")
    def number(self, job: ExportJob) -> str:
        return f"#{job.pk}"

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, job: ExportJob) -> str:
        return format_html(
            '<span class="state state-{}" data-show="state">{}</span>', job.state, job.get_state_display()
        )

    @admin.display(description=_("progress"))
    def progress_shown(self, job: ExportJob) -> str:
        context = {"job": job, "progress": progress_of(job, timezone.now())}
        return render_to_string("admin/exports/exportjob/cell.html", context)

    @admin.display(description=_("requested"), ordering="requested_at")
    def requested_shown(self, job: ExportJob) -> str:
        when = date_format(timezone.localtime(job.requested_at), "SHORT_DATETIME_FORMAT")
        return format_html("{} <small>{}</small>", when, requester(job))

    @admin.action(description=_("Cancel the selected exports"), permissions=["cancel"])
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[ExportJob]) -> HttpResponse | None:
        return self._selected(request, queryset, CANCEL)

    @admin.action(description=_("Start the selected exports again"), permissions=["retry"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[ExportJob]) -> HttpResponse | None:
        return self._selected(request, queryset, RETRY)

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return _may(request, "cancel")

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return _may(request, "retry")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _may(request, "request")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("progress/", wrap(require_GET(self.progress_view)), name="exports_exportjob_progress"),
            *admin_receipts.urls(self),
        ]
        return own + super().get_urls()

    def paper_of(self, record: ExportJob, language: str) -> Paper:
        if not record.statement:
            raise Http404
        return completeness_paper.of_job(record, language)

    def paper_name(self, record: ExportJob) -> str:
        return f"completeness-{record.pk}"

    def progress_view(self, request: HttpRequest) -> HttpResponse:
        """The figures of ``?job=1&job=2`` for the small script; with ``volumes=1`` also each volume."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        wanted = [int(pk) for pk in request.GET.getlist("job")[:MOST_FOLLOWED] if pk.isdecimal() and len(pk) < 19]
        now, shown = timezone.now(), []
        for job in ExportJob.objects.filter(pk__in=wanted).defer(*HEAVY):
            figures = progress_of(job, now)
            if "volumes" in request.GET:
                figures["volumes"] = volumes_of(job)
            shown.append(figures)
        return JsonResponse({"jobs": shown})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The request form; the verb decides."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        customer = request.GET.get("customer", "")
        form = RequestExportForm(request.POST or None, initial={"customer": customer} if customer.isdecimal() else {})
        if request.method == "POST" and form.is_valid():
            try:
                job = jobs.request_export(by=_staff(request), **form.cleaned_data)
            except ValidationError as error:
                form.update_errors(error)
            else:
                messages.success(request, _("The export is requested; this page shows how it goes."))
                return HttpResponseRedirect(reverse("admin:exports_exportjob_change", args=[job.pk]))
        context = {"title": _("Request an export"), "form": form, "media": form.media}
        return self._page(request, "admin/exports/exportjob/request.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One job: state, progress, volumes with checksums, the completeness statement in words."""
        if request.method != "GET" or not self.has_view_permission(request):
            raise PermissionDenied
        job = self._job(object_id)
        if job is None:
            raise Http404
        context = {
            "title": _("Export %(number)d of %(customer)s") % {"number": job.pk, "customer": job.customer},
            "job": job,
            "progress": progress_of(job, timezone.now()),
            "volumes": volumes_of(job),
            "took": took(job),
            "report": report_of(job.statement, get_language()) if job.statement else None,
            "requester": requester(job),
            "papers": self.papers(job) if job.statement else [],
            "categories": category_names(job.categories),
            "formats": format_names(job.formats),
            "missing": job.missing_files.filter(accepted_by=None).count(),
            "buttons": buttons(self.verbs, request.user, job),
            "may_see_customer": request.user.has_perm("offboarding.view_customer"),
        }
        return self._page(request, "admin/exports/exportjob/detail.html", context)

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> TemplateResponse:
        return TemplateResponse(
            request, template, {**self.admin_site.each_context(request), "opts": self.opts, **context}
        )

    def _job(self, pk: str) -> ExportJob | None:
        found = ExportJob.objects.select_related("customer", "requested_by", "requested_by_contact")
        jobs = found.defer("tables_result")
        return jobs.filter(pk=pk).first() if pk.isdecimal() and len(pk) < 19 else None

    def about(self, record: ExportJob) -> dict[str, Any]:
        return {
            "record_words": f"{capfirst(self.opts.verbose_name)} #{record.pk}",
            "home": f"#{record.pk}",
            "homes": capfirst(self.opts.verbose_name_plural),
            "homes_address": reverse("admin:exports_exportjob_changelist"),
            "back": page_of(record),
            "customer": record.customer,
        }

    def beside(self, verb: CaseVerb, record: ExportJob, user: Any) -> dict[str, Any]:
        return {"lines": consequences(verb, record), "name_to_type": record.customer.name}

    def after(self, record: ExportJob, made: Any) -> str:
        return page_of(record)

    def _selected(self, request: HttpRequest, queryset: QuerySet[ExportJob], verb: CaseVerb) -> HttpResponse | None:
        """Shows first what it would be done to; acts on what was shown once that is confirmed."""
        chosen = list(queryset[: MOST_SELECTED + 1])
        if len(chosen) > MOST_SELECTED:
            messages.error(request, _("Choose at most %(count)d exports at a time.") % {"count": MOST_SELECTED})
            return None
        if request.POST.get("confirmed") == "yes":
            for job in chosen:
                self._one(request, job, verb)
            return None
        context = {
            "title": dict(self.get_action_choices(request))[f"{verb.name}_selected"],
            "verb": verb,
            "possible": [job for job in chosen if verb.possible(job)],
            "others": [job for job in chosen if not verb.possible(job)],
        }
        return self._page(request, "admin/exports/exportjob/selected.html", context)

    def _one(self, request: HttpRequest, job: ExportJob, verb: CaseVerb) -> None:
        try:
            verb.call(job, _staff(request), {})
        except ValidationError as error:
            messages.error(request, f"#{job.pk}: {' '.join(error.messages)}")
        else:
            messages.success(request, f"#{job.pk}: {verb.done}")
