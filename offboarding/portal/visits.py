"""Who looks at which case: asked on every request of the self-service page, and answered by the contact's own row.

A contact is found by the address that its sign-in proved. Staff never act as a customer here, whatever their address.
Whatever is not the visitor's own is 404: nobody learns that it exists.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import translation

from offboarding.as_told import as_told
from offboarding.models import Agreement, Contact


@dataclass(frozen=True, slots=True)
class Visit:
    """One contact of the customer looks at one of its agreements, which is as the customer may know it."""

    agreement: Agreement
    contact: Contact


def contacts_of(request: HttpRequest) -> QuerySet[Contact]:
    """The visitor's contacts, one for each customer; none for staff and for strangers."""
    user = request.user
    if not user.is_authenticated or user.is_staff or not user.email:
        return Contact.objects.none()
    return Contact.objects.active().with_address(user.email).filter(may_see=True).select_related("customer")


def visit(request: HttpRequest, reference: str) -> Visit:
    """The agreement with this reference, if it is the visitor's customer's; ``Http404`` otherwise."""
    try:
        agreement = Agreement.objects.select_related("customer").get(reference=reference)
        contact = contacts_of(request).select_related(None).get(customer=agreement.customer_id)
    except (Agreement.DoesNotExist, Contact.DoesNotExist) as unknown:
        raise Http404 from unknown
    contact.customer = agreement.customer
    return Visit(as_told(agreement), contact)


def signed_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Who is not signed in is asked to, and comes back; nobody's copy of the page is kept."""

    @wraps(view)
    def asked(request: HttpRequest, *values: Any, **others: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("portal-sign-in"))
        response = view(request, *values, **others)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return asked


def for_contacts(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For views of one case: takes ``reference`` from the address and gives a ``Visit``.

    Who is not signed in is asked to, and comes back; ``view(request, visit, **others)``. The page is in the language
    that the visitor has chosen, else in the one the contact is written to in.
    """

    @signed_in
    @wraps(view)
    def visited(request: HttpRequest, reference: str, **others: Any) -> HttpResponseBase:
        found = visit(request, reference)
        language = language_for(request, found.contact)
        with translation.override(language):
            response = view(request, found, **others)
        response.headers.setdefault("Content-Language", language)
        return response

    return visited


def language_for(request: HttpRequest, contact: Contact) -> str:
    """The language the visitor has chosen with the buttons, else the one the contact is written to in."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    return chosen if chosen in dict(settings.LANGUAGES) else contact.writes_in
