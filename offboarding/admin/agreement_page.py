"""One agreement's page: where it stands, its timeline and rules, what belongs to it, and the ways to its forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import DateField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from offboarding import clock, endings, story_marks
from offboarding.admin.agreement_terms import TermsForm
from offboarding.admin.agreement_verbs import AGREEMENT_VERBS
from offboarding.admin.assistance import ASSISTANCE_VERBS
from offboarding.admin.case_attention import matters_of
from offboarding.admin.case_forms import DayField
from offboarding.admin.case_panels import panels_of
from offboarding.admin.case_story import legend, story_of
from offboarding.admin.case_verbs import CaseVerb, OpensForms, buttons, page_of
from offboarding.admin.case_words import distance, standing
from offboarding.admin.notice_verbs import NOTICE_VERBS
from offboarding.admin.rehearsal import shown_days
from offboarding.admin.waivers import WAIVER_VERBS
from offboarding.desk import InJournal
from offboarding.models import Agreement, TerminationNotice, TransferAssistance, Waiver
from offboarding.phases import phase_of
from offboarding.reasons import Reason, reasons_of
from offboarding.timeline_across import across
from offboarding.timeline_down import down

if TYPE_CHECKING:
    _AgreementAdmin = admin.ModelAdmin[Agreement]
else:
    _AgreementAdmin = admin.ModelAdmin

VERBS: dict[type, Sequence[CaseVerb]] = {
    Agreement: AGREEMENT_VERBS,
    TerminationNotice: NOTICE_VERBS,
    Waiver: WAIVER_VERBS,
    TransferAssistance: ASSISTANCE_VERBS,
}
TERMS = (
    "customer", "number", "term_start", "term_end", "notice_days", "export_window_days", "auto_renews",
    "renewal_months", "policy",
)  # fmt: skip


class AgreementPage(OpensForms, InJournal, _AgreementAdmin):
    """What one agreement's page shows and which forms it opens. Terms have a form of Django's own."""

    verbs = AGREEMENT_VERBS
    form = TermsForm
    fields = TERMS
    autocomplete_fields = ("customer",)

    def get_readonly_fields(self, request: HttpRequest, obj: Agreement | None = None) -> tuple[str, ...]:
        return ("customer", "number") if obj else ()

    def get_urls(self) -> list[URLPattern]:
        terms = self.admin_site.admin_view(self.terms_view)
        return [path("<int:pk>/terms/", terms, name="offboarding_agreement_terms"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One agreement; GET only."""
        if request.method != "GET" or not self.has_view_permission(request):
            raise PermissionDenied
        found = Agreement.objects.select_related("customer").filter(pk=object_id) if object_id.isdecimal() else ()
        for agreement in found if len(object_id) < len(str(2**63)) else ():
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": f"{agreement.number} · {agreement.customer}",
                **page_context(agreement, request.user),
                "may_change_terms": agreement.erased_at is None and self.has_change_permission(request),
            }
            return TemplateResponse(request, "admin/offboarding/agreement/page.html", context)
        raise Http404

    def terms_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The terms, for whoever may change them."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        context = {"title": _("Terms of the agreement"), "show_save_and_add_another": False}
        return self.changeform_view(request, str(pk), extra_context=context)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, DateField):
            return db_field.formfield(form_class=DayField)
        found = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "customer" and found is not None:
            found.widget.can_add_related = found.widget.can_change_related = found.widget.can_view_related = False
        return found

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return type("TermsFormOf", (super().get_form(request, obj, change, **kwargs),), {"by": request.user})

    def save_model(self, request: HttpRequest, obj: Agreement, form: Any, change: Any) -> None:
        super().save_model(request, obj, form, change)
        endings.register(obj, by=request.user)  # type: ignore[arg-type]

    def response_post_save_add(self, request: HttpRequest, obj: Agreement) -> HttpResponseRedirect:
        return HttpResponseRedirect(page_of(obj))

    def response_post_save_change(self, request: HttpRequest, obj: Agreement) -> HttpResponseRedirect:
        return HttpResponseRedirect(page_of(obj))


def page_context(agreement: Agreement, user: Any) -> dict[str, Any]:
    """Everything the page says about one agreement to one person, in a number of queries that does not grow."""
    today, waits = clock.today(), reasons_of(agreement)
    phase = phase_of(agreement, today, undecided=Reason.NOTICE in waits)
    panels = panels_of(agreement, user, VERBS)
    marks = story_marks.marks_of(agreement, user, today)
    story = story_of(agreement, today, notices=panels.counting, letters=panels.letters, marks=marks, warned=True)
    milestones = clock.milestones_of(agreement)
    return {
        "agreement": agreement,
        "phase": phase,
        "standing": standing(agreement, phase, today),
        "matters": matters_of(agreement, user, waits, VERBS),
        "buttons": buttons(AGREEMENT_VERBS, user, agreement),
        "across": across(story),
        "down": down(story),
        "story": story,
        "legend": legend(story),
        "dots": sorted(story.dots, key=lambda dot: dot.day),
        "days": [
            (day, distance(day.day, today), day.day < today) for day in (shown_days(milestones) if milestones else ())
        ],
        "ending": capfirst(agreement.get_ending_display()) if agreement.ending else "",
        "panels": panels,
        "may_see_customer": user.has_perm("offboarding.view_customer"),
    }
