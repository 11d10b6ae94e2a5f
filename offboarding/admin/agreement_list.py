"""The list of agreements: where each stands, what comes next and what waits for a person, also among a million."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from offboarding.admin.filters import (
    DATES,
    ORDER,
    ClockFilter,
    DueFilter,
    PersonFilter,
    PhaseFilter,
    WaitingFilter,
    is_narrow,
)
from offboarding.dates import ClockError
from offboarding.models import Agreement
from offboarding.next_dates import NextDate, last_day_of_service, next_date
from offboarding.paging import BoundedPaginator, sorted_last
from offboarding.phases import Phase, phase_of
from offboarding.reasons import Reason, reasons_by_agreement
from offboarding.search import MOST_FOUND

if TYPE_CHECKING:
    _AgreementAdmin = admin.ModelAdmin[Agreement]
else:
    _AgreementAdmin = admin.ModelAdmin

HEAVY = ("milestones", "decisions")
"""Columns that only one agreement's page reads."""


class AgreementChangeList(ChangeList):
    """Reads its page's rows once, and for all of them together what waits."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        first, *then = super().get_ordering(request, queryset)
        walked = first in DATES or not is_narrow(self.params)
        return [first if walked else sorted_last(first), *then]

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if self.paginator.few and not self.multi_page:
            self.result_list = self.paginator.page(1).object_list
        self.result_list = self.prepare(list(self.result_list.defer(*HEAVY)))

    def prepare(self, rows: list[Any]) -> list[Any]:
        """The rows with their phase and what waits, for all of them at once."""
        today, waiting = timezone.localdate(), reasons_by_agreement(rows)
        for row in rows:
            row.reasons = waiting[row.pk]
            row.phase = phase_of(row, today, undecided=Reason.NOTICE in row.reasons)
        return rows


class AgreementList(_AgreementAdmin):
    """What the list shows, filters and finds."""

    list_display = ("number_shown", "customer_shown", "phase_shown", "ends_shown", "next_shown", "person_shown")
    list_display_links = ("number_shown",)
    list_filter = (PhaseFilter, PersonFilter, WaitingFilter, DueFilter, ClockFilter)
    list_select_related = ("customer",)
    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ("number_shown",)
    search_fields = ("number",)  # shows the field; ``get_search_results`` searches
    search_help_text = _("Customer, agreement number, reference, tenant key or a contact's address")
    change_list_template = "admin/offboarding/agreement/list.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return AgreementChangeList

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """By the date that is filtered for, else the newest term first: an index stands behind each."""
        asked = request.GET.get("due") or request.GET.get("phase") or ""
        return ORDER.get(asked, ("-term_end", "-pk"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Agreement], search_term: str
    ) -> tuple[QuerySet[Agreement], bool]:
        return cast(Any, queryset).found_by(search_term), False

    def get_paginator(self, request: HttpRequest, *args: Any, **kwargs: Any) -> BoundedPaginator:
        """Words that are too common give fewer rows than a list has pages for; what no date orders is found once."""
        pages = BoundedPaginator(*args, **kwargs)
        pages.most = MOST_FOUND if request.GET.get(SEARCH_VAR, "").strip() else pages.most
        pages.few = is_narrow(request.GET) and self.get_ordering(request)[0] not in DATES
        return pages

    @admin.display(description=_("number"), ordering="number")
    def number_shown(self, agreement: Agreement) -> str:
        return format_html("{} <small>{}</small>", agreement.number, agreement.reference)

    @admin.display(description=_("customer"))
    def customer_shown(self, agreement: Agreement) -> str:
        return format_html("{} <small>{}</small>", agreement.customer, agreement.customer.tenant_key)

    @admin.display(description=_("phase"))
    def phase_shown(self, agreement: Any) -> str:
        return format_html('<span class="state state-{}">{}</span>', agreement.phase, agreement.phase.label)

    @admin.display(description=_("service ends"))
    def ends_shown(self, agreement: Agreement) -> str:
        renews = _("renews itself") if agreement.auto_renews else _("does not renew itself")
        why = agreement.get_ending_display() if agreement.ending else renews
        try:
            day = last_day_of_service(agreement, timezone.localdate())
        except ClockError:
            return format_html("<small>{}</small>", why)
        return format_html("{} <small>{}</small>", date_format(day), why)

    @admin.display(description=_("next date"))
    def next_shown(self, agreement: Any) -> str:
        try:
            coming = next_date(agreement, agreement.phase, timezone.localdate())
        except ClockError:
            return "–"
        return format_html(
            '<small>{}</small> {} <small class="{}">{}</small>',
            capfirst(coming.event.label),
            date_format(coming.day),
            "soon" if _is_soon(coming, agreement.phase) else "",
            coming.distance,
        )

    @admin.display(description=_("needs a person"), empty_value="")
    def person_shown(self, agreement: Any) -> str:
        reasons = ((capfirst(reason.label),) for reason in agreement.reasons)
        return format_html_join("", '<span class="person">{}</span>', reasons)


def _is_soon(coming: NextDate, phase: Phase) -> bool:
    return phase not in (Phase.ACTIVE, Phase.DELETED, Phase.ON_HOLD) and coming.days <= 7
