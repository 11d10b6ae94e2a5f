"""Deletion runs: the list with live progress, the page of one, and the buttons that start, resume and give up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from offboarding.admin.case_forms import BecauseForm, SureForm
from offboarding.admin.case_verbs import page_of
from retention import plan_words, runs
from retention.admin import following, reason_words
from retention.admin.records import DeletionRecords, DeletionVerb, StateFilter
from retention.models import Attestation, Certificate, DeletionRun, LegalHold, Verification
from retention.progress import progress_of

if TYPE_CHECKING:
    _RunAdmin = admin.ModelAdmin[DeletionRun]
else:
    _RunAdmin = admin.ModelAdmin

MOST_FOLLOWED = 100
"""Runs whose progress one request may ask for."""

RUN_VERBS = (
    DeletionVerb(
        name="resume",
        permission="start_deletionrun",
        label=gettext_lazy("Resume the run"),
        form=SureForm,
        call=lambda run, by, _data: runs.resume(run, by=by),
        possible=lambda run: run.state == DeletionRun.State.STOPPED,
        explains=gettext_lazy(
            "Everything that may stand against it is asked again. Where nothing does the run goes on where it stopped, "
            "under the approval that is in force now."
        ),
        done=gettext_lazy("The run goes on."),
    ),
    DeletionVerb(
        name="abandon",
        permission="start_deletionrun",
        label=gettext_lazy("Give up the run"),
        form=BecauseForm,
        call=lambda run, by, data: runs.abandon(run, by=by, **data),
        possible=lambda run: run.state in DeletionRun.OPEN,
        explains=gettext_lazy(
            "Nothing more goes. What has gone is gone and stays counted here; what is left may go only by a new plan "
            "that somebody approves."
        ),
        done=gettext_lazy("The run is given up."),
        then=following.a_new_plan,
        danger=True,
    ),
)


class RunStateFilter(StateFilter):
    """How far it is."""

    words: ClassVar[dict[str, Any]] = {DeletionRun.State.LIVE_ERASED: gettext_lazy("data erased")}


@admin.register(DeletionRun)
class RunAdmin(DeletionRecords, _RunAdmin):
    """Runs with live progress; begun on a plan's page or by cron."""

    verbs = RUN_VERBS
    page_template = "admin/retention/deletionrun.html"
    list_display = ("number", "customer_shown", "state_shown", "progress_shown", "queued_shown")
    list_display_links = ("number",)
    list_filter = (("state", RunStateFilter), "queued_at")
    list_select_related = ("customer", "plan")
    search_fields = ("=pk", "customer__name", "customer__tenant_key")
    search_help_text = gettext_lazy("Number, customer or tenant key")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeletionRun]:
        return super().get_queryset(request).prefetch_related("steps").defer("plan__content", "plan__samples")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_GET(self.progress_view))
        return [path("progress/", view, name="retention_deletionrun_progress"), *super().get_urls()]

    def progress_view(self, request: HttpRequest) -> HttpResponse:
        """The figures of ``?job=1&job=2`` for the small script; with ``steps=1`` also each step."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        wanted = [int(pk) for pk in request.GET.getlist("job")[:MOST_FOLLOWED] if pk.isdecimal() and len(pk) < 19]
        now, shown = timezone.now(), []
        found = list(DeletionRun.objects.filter(pk__in=wanted).prefetch_related("steps"))
        held = _holds_of({run.customer_id for run in found})
        for run in found:
            numbers = [hold.pk for hold in held if hold.customer_id == run.customer_id]
            figures = progress_of(run, list(run.steps.all()), now, held=numbers)
            if "steps" not in request.GET:
                del figures["steps"]
            shown.append(figures)
        return JsonResponse({"jobs": shown})

    def context(self, record: DeletionRun, user: Any) -> dict[str, Any]:
        steps = list(record.steps.all())
        held = _holds_of({record.customer_id})
        progress = progress_of(record, steps, timezone.now(), held=[hold.pk for hold in held])
        return {
            "title": _("Deletion run %(number)s of %(customer)s") % {"number": record.pk, "customer": record.customer},
            "run": record,
            "progress": progress,
            "steps": progress["steps"],
            "took": _took(record),
            "holds": [(hold, page_of(hold)) for hold in held] if user.has_perm("retention.view_legalhold") else [],
            "stopped": reason_words.told(record.stopped_by),
            "plan_address": page_of(record.plan) if user.has_perm("retention.view_deletionplan") else "",
            **_afterwards(record, user),
        }

    @admin.display(description=gettext_lazy("number"), ordering="pk")
    def number(self, run: DeletionRun) -> str:
        return f"#{run.pk}"

    @admin.display(description=gettext_lazy("customer"), ordering="customer__name")
    def customer_shown(self, run: DeletionRun) -> SafeString:
        return format_html("<bdi>{}</bdi> <small>{}</small>", run.customer, run.customer.tenant_key)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_shown(self, run: DeletionRun) -> SafeString:
        return format_html(
            '<span class="state state-{}" data-show="state">{}</span>', run.state, run.get_state_display()
        )

    @admin.display(description=gettext_lazy("progress"))
    def progress_shown(self, run: DeletionRun) -> SafeString:
        progress = progress_of(run, list(run.steps.all()), timezone.now())
        reasons = reason_words.told(run.stopped_by) if run.state == DeletionRun.State.STOPPED else []
        return render_to_string("admin/retention/run_cell.html", {"run": run, "progress": progress, "reasons": reasons})

    @admin.display(description=gettext_lazy("queued"), ordering="queued_at")
    def queued_shown(self, run: DeletionRun) -> str:
        return date_format(timezone.localtime(run.queued_at), "SHORT_DATETIME_FORMAT")


def _holds_of(customers: set[int]) -> list[LegalHold]:
    """The holds in force of some customers, the newest first."""
    return list(LegalHold.objects.in_force().filter(customer__in=customers)[:MOST_FOLLOWED])


def _took(run: DeletionRun) -> str:
    if run.started_at is None or run.live_erased_at is None:
        return ""
    return plan_words.duration(int((run.live_erased_at - run.started_at).total_seconds()))


def _afterwards(run: DeletionRun, user: Any) -> dict[str, Any]:
    """What follows an erasure, as far as this person may look."""
    found: dict[str, Any] = {}
    if user.has_perm("retention.view_verification"):
        found["verifications"] = [(one, page_of(one)) for one in Verification.objects.filter(run=run)]
    if user.has_perm("retention.view_attestation"):
        found["attestations"] = [(one, page_of(one)) for one in Attestation.objects.filter(run=run)]
    if user.has_perm("retention.view_certificate"):
        issued = Certificate.objects.filter(run_number=run.pk).order_by("sequence")
        found["certificates"] = [(one, page_of(one)) for one in issued]
    return found
