"""Deletion plans: the list, the page of one as a document, and the forms that make, approve and take back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from exports.progress import grouped
from offboarding import clock
from offboarding.admin.case_verbs import buttons, page_of
from offboarding.admin.papers import OffersPaper
from offboarding.paper import Paper
from retention import approvals, plan_content, plan_paper, plan_words, plans, refusal_words
from retention.actor_words import in_words as actor_in_words
from retention.admin import reason_words
from retention.admin.plan_verbs import APPROVE, MAKE, PLAN_VERBS, open_runs
from retention.admin.records import DeletionRecords, StateFilter, begin
from retention.models import DeletionPlan, DeletionRun, PlanApproval
from retention.next_step import A_NEW_PLAN
from retention.policy_approval import same_person

if TYPE_CHECKING:
    _PlanAdmin = admin.ModelAdmin[DeletionPlan]
else:
    _PlanAdmin = admin.ModelAdmin

State = DeletionPlan.State


class ApprovalFilter(admin.SimpleListFilter):
    """Those that wait for somebody."""

    title = gettext_lazy("waits for a person")
    parameter_name = "person"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("approval", gettext_lazy("for an approval")), ("refused", gettext_lazy("cannot be carried out"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DeletionPlan]) -> QuerySet[DeletionPlan]:
        if self.value() == "approval":
            standing = PlanApproval.objects.filter(withdrawn_at=None).values("plan")
            return queryset.filter(state=State.READY).exclude(pk__in=standing)
        return queryset.filter(state=State.REFUSED) if self.value() == "refused" else queryset


class PlanStateFilter(StateFilter):
    """Whether it stands or not."""

    words: ClassVar[dict[str, Any]] = {State.READY: gettext_lazy("can be carried out")}


@admin.register(DeletionPlan)
class PlanAdmin(OffersPaper, DeletionRecords, _PlanAdmin):
    """Plans, current and past; what each says never changes."""

    verbs = PLAN_VERBS
    begins = MAKE
    page_template = "admin/retention/deletionplan.html"
    list_display = ("number", "customer_shown", "occasion", "made_shown", "goes_shown", "state_shown")
    list_display_links = ("number",)
    list_filter = (ApprovalFilter, ("state", PlanStateFilter), "occasion")
    list_select_related = ("customer", "agreement")
    search_fields = ("=pk", "customer__name", "customer__tenant_key", "agreement__number")
    search_help_text = gettext_lazy("Number, customer, tenant key or agreement")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeletionPlan]:
        return super().get_queryset(request).prefetch_related("approvals__approved_by").defer("samples")

    def paper_of(self, record: DeletionPlan, language: str) -> Paper:
        return plan_paper.paper(record, language)

    def paper_name(self, record: DeletionPlan) -> str:
        return f"deletion-plan-{record.pk}"

    def said(self, verb: Any, made: Any) -> str:
        if verb is APPROVE and isinstance(made, DeletionRun):
            return _("The plan is approved, and its run is queued; this page shows how it goes.")
        if isinstance(made, ValidationError):
            return _("The plan is approved. It has not begun: %(why)s") % {"why": " ".join(made.messages)}
        return super().said(verb, made)

    def after(self, record: Any, made: Any) -> str:
        return page_of(made) if isinstance(made, DeletionPlan | DeletionRun) else page_of(record)

    def beside(self, verb: Any, record: Any, user: Any) -> dict[str, Any]:
        if verb is not APPROVE:
            return {}
        return {
            "plan": record,
            "name_to_type": record.customer.name,
            "may_start": user.has_perm("retention.start_deletionrun"),
            **plan_words.shown(record),
        }

    def context(self, record: DeletionPlan, user: Any) -> dict[str, Any]:
        current = record.state in DeletionPlan.CURRENT
        other = None if current else plans.current(record.customer)
        run = record.runs.order_by("-pk").first()
        reasons = plans.blockers_of(record.agreement) if current else []
        outdated = any(one.code in A_NEW_PLAN for one in reasons)
        return {
            "title": _("Deletion plan %(number)s for %(customer)s")
            % {"number": record.pk, "customer": record.customer},
            "plan": record,
            "current": current,
            "approval": approvals.in_force(record),
            "history": plan_words.approvals_of(record),
            "made_by": actor_in_words(record.made_by),
            "own": same_person(record.made_by, f"staff:{user.pk}:{user.get_username()}"),
            "refusals": refusal_words.sentences(record.content),
            "reasons": reason_words.in_words(reasons),
            "outdated": outdated,
            "buttons": buttons([one for one in PLAN_VERBS if one.name == "withdraw" or not outdated], user, record),
            "other_address": page_of(other) if other else "",
            "run": run,
            "run_address": page_of(run) if run and user.has_perm("retention.view_deletionrun") else "",
            "plan_again": begin(DeletionPlan, agreement=record.agreement_id) if self._may_plan(record, user) else "",
            "papers": self.papers(record),
            "part": plan_words.shown(record),
        }

    def _may_plan(self, plan: DeletionPlan, user: Any) -> bool:
        working = open_runs(plan).exclude(state=DeletionRun.State.STOPPED).exists()
        return MAKE.allowed(user) and not working and plan.agreement.delete_from is not None

    @admin.display(description=gettext_lazy("number"), ordering="pk")
    def number(self, plan: DeletionPlan) -> str:
        return f"#{plan.pk}"

    @admin.display(description=gettext_lazy("customer"), ordering="customer__name")
    def customer_shown(self, plan: DeletionPlan) -> SafeString:
        return format_html("<bdi>{}</bdi> <small>{}</small>", plan.customer, plan.agreement.number)

    @admin.display(description=gettext_lazy("made"), ordering="made_at")
    def made_shown(self, plan: DeletionPlan) -> SafeString:
        day = date_format(clock.local_day(plan.made_at))
        return format_html("{} <small>{}</small>", day, actor_in_words(plan.made_by))

    @admin.display(description=gettext_lazy("goes"))
    def goes_shown(self, plan: DeletionPlan) -> SafeString:
        totals = plan_content.totals(plan.content)
        rows = ngettext("%(count)s row", "%(count)s rows", totals.rows) % {"count": grouped(totals.rows)}
        files = ngettext("%(count)s file", "%(count)s files", totals.files) % {"count": grouped(totals.files)}
        return format_html("{} <small>{}</small>", rows, files)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_shown(self, plan: DeletionPlan) -> SafeString:
        standing = [one for one in plan.approvals.all() if one.withdrawn_at is None]
        badge = format_html('<span class="state state-plan-{}">{}</span>', plan.state, plan.get_state_display())
        if plan.state != State.READY or not standing:
            return badge
        text = _("by %(who)s") % {"who": standing[0].approved_by}
        return format_html("{} <small>{}</small>", badge, text)
