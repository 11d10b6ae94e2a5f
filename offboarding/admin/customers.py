"""Customers: the list, and the page of one with its contacts and agreements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from offboarding import clock
from offboarding.admin.case_verbs import OpensForms, buttons, page_of
from offboarding.admin.contacts import ADD_CONTACT, CONTACT_VERBS
from offboarding.customers import save
from offboarding.desk import InJournal
from offboarding.models import Customer
from offboarding.paging import BoundedPaginator
from offboarding.phases import Phase
from offboarding.search_people import find_customers

if TYPE_CHECKING:
    _CustomerAdmin = admin.ModelAdmin[Customer]
else:
    _CustomerAdmin = admin.ModelAdmin

MOST = 50
"""Contacts and agreements that the page shows."""


@admin.register(Customer)
class CustomerAdmin(OpensForms, InJournal, _CustomerAdmin):
    """Customers; the tenant key is fixed once written, because packages and evidence name it."""

    verbs = (ADD_CONTACT,)
    list_display = ("name", "tenant_key", "language")
    ordering = ("-pk",)
    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    search_fields = ("name",)  # shows the field; ``get_search_results`` searches
    search_help_text = _("Name or tenant key")
    fields = ("tenant_key", "name", "language")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return find_customers(queryset, search_term), False

    def get_readonly_fields(self, request: HttpRequest, obj: Customer | None = None) -> tuple[str, ...]:
        return ("tenant_key",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        save(obj, by=cast(User, request.user))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def render_change_form(
        self, request: HttpRequest, context: Any, add: bool = False, change: bool = False, form_url: str = "",
        obj: Customer | None = None,
    ) -> HttpResponse:  # fmt: skip
        if obj is not None:
            context = {**context, **people_and_agreements(obj, request.user)}
        return super().render_change_form(request, context, add, change, form_url, obj)


def people_and_agreements(customer: Customer, user: Any) -> dict[str, Any]:
    """The panels of a customer's page, as far as this person may look."""
    context: dict[str, Any] = {"contact_ways": buttons((ADD_CONTACT,), user, customer)}
    if user.has_perm("offboarding.view_contact"):
        people = customer.contacts.order_by(F("ended_at").desc(nulls_first=True), "name", "pk")[:MOST]
        context["contacts"] = [(contact, buttons(CONTACT_VERBS, user, contact)) for contact in people]
    if user.has_perm("offboarding.view_agreement"):
        found: Any = customer.agreements.with_phase(clock.today())[:MOST]
        context["agreements"] = [(agreement, Phase(agreement.phase), page_of(agreement)) for agreement in found]
    return context
