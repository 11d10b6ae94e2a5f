"""The door of the site, and the list of what a contact may see."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from offboarding.models import Agreement
from offboarding.portal.visits import contacts_of, signed_in


@require_safe
@never_cache
def door(request: HttpRequest) -> HttpResponse:
    """Staff go to the desk, everybody else to the self-service page."""
    return redirect("admin:index" if request.user.is_authenticated and request.user.is_staff else "portal-home")


@require_safe
@signed_in
def agreements(request: HttpRequest) -> HttpResponse:
    """The visitor's agreements; where there is one, its page."""
    contacts = list(contacts_of(request))
    found = list(
        Agreement.objects.filter(customer__in=[contact.customer_id for contact in contacts])
        .select_related("customer")
        .order_by("customer__name", "-term_end", "-pk")[:100]
    )
    if len(found) == 1:
        return redirect("portal-case", found[0].reference)
    return render(request, "portal/list.html", {"agreements": found})
