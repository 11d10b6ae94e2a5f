"""The people who act for customers: added and changed with forms that keep the journal, never removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from offboarding import contacts
from offboarding.admin.case_forms import BecauseForm
from offboarding.admin.case_pages import ShowsRecord
from offboarding.admin.case_verbs import CaseVerb
from offboarding.admin.contact_forms import ContactForm
from offboarding.models import Contact
from offboarding.search_people import find_contacts

if TYPE_CHECKING:
    _ContactAdmin = admin.ModelAdmin[Contact]
else:
    _ContactAdmin = admin.ModelAdmin

ADD_CONTACT = CaseVerb(
    name="add_contact",
    permission="add_contact",
    label=_("Add a contact"),
    form=ContactForm,
    call=lambda customer, by, data: contacts.add(customer, by=by, **data),
    possible=lambda _customer: True,
    explains=_(
        "Every contact gets the letters about the customer's agreements. Only what is ticked here may be done for the "
        "customer; a notice of anybody else waits for a person."
    ),
    done=_("The contact is added."),
    rehearsed=False,
)
CONTACT_VERBS = (
    CaseVerb(
        name="edit",
        permission="change_contact",
        label=_("Change"),
        title=_("Change the contact"),
        form=ContactForm,
        call=lambda contact, by, data: contacts.change(contact, by=by, **data),
        possible=lambda contact: contact.ended_at is None,
        explains=_("From now on; what this person has done stays as it is."),
        done=_("The contact is changed."),
        rehearsed=False,
    ),
    CaseVerb(
        name="end",
        permission="change_contact",
        label=_("Remove as a contact"),
        form=BecauseForm,
        call=lambda contact, by, data: contacts.end(contact, by=by, because=data["because"]),
        possible=lambda contact: contact.ended_at is None,
        explains=_("This person gets no more letters and may do nothing for the customer. What was done stays."),
        done=_("This person is no contact any more."),
        danger=True,
        rehearsed=False,
    ),
    CaseVerb(
        name="take_back",
        permission="change_contact",
        label=_("Take back as a contact"),
        form=BecauseForm,
        call=lambda contact, by, data: contacts.take_back(contact, by=by, because=data["because"]),
        possible=lambda contact: contact.ended_at is not None,
        explains=_("This person gets letters again and may do what was ticked before."),
        done=_("This person is a contact again."),
        rehearsed=False,
    ),
)


class ActingFilter(admin.SimpleListFilter):
    """Who still acts for a customer, and who does not any more."""

    title = _("still a contact")
    parameter_name = "acting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("yes")), ("no", _("no"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        return queryset.filter(ended_at__isnull=self.value() == "yes") if self.value() in ("yes", "no") else queryset


@admin.register(Contact)
class ContactAdmin(ShowsRecord, _ContactAdmin):
    """Contacts of all customers, to be found by name or address."""

    verbs = CONTACT_VERBS
    shown = (
        "customer", "name", "email", "language", "may_see", "may_request", "may_confirm", "may_give_notice", "ended_at",
    )  # fmt: skip
    list_display = ("name", "email", "customer", "may_give_notice", "may_request", "may_confirm")
    list_filter = ("may_give_notice", ActingFilter)
    list_select_related = ("customer",)
    ordering = ("-pk",)
    search_fields = ("name",)  # shows the field; ``get_search_results`` searches
    search_help_text = _("Name, address, customer or tenant key")

    def named(self, record: Contact) -> str:
        return record.name

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return find_contacts(queryset, search_term), False
