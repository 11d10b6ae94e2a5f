"""The door of the site, and the list of what a contact may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.text import capfirst
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from offboarding import clock
from offboarding.as_told import as_told
from offboarding.dates import ClockError
from offboarding.models import Agreement, Contact
from offboarding.next_dates import next_date
from offboarding.phases import Phase, phase_of
from offboarding.portal.standing import badge
from offboarding.portal.visits import contacts_of, language_for, signed_in
from offboarding.rule_words import day_in_words

MOST = 100
"""Agreements that the list shows; nobody acts for so many customers."""


@require_safe
@never_cache
def door(request: HttpRequest) -> HttpResponse:
    """Staff go to the desk, everybody else to the self-service page."""
    return redirect("admin:index" if request.user.is_authenticated and request.user.is_staff else "portal-home")


@require_safe
@signed_in
def agreements(request: HttpRequest) -> HttpResponse:
    """The visitor's agreements, each with where it stands; where there is one, its page. 404 for who has none."""
    contacts = list(contacts_of(request))
    if not contacts:
        raise Http404
    found = list(
        Agreement.objects.filter(customer__in=[contact.customer_id for contact in contacts])
        .select_related("customer")
        .with_phase(clock.today())
        .order_by("customer__name", "-term_end", "-pk")[:MOST]
    )
    if len(found) == 1:
        return redirect("portal-case", found[0].reference)
    return _listed(request, contacts, found)


def _listed(request: HttpRequest, contacts: Sequence[Contact], found: Sequence[Agreement]) -> HttpResponse:
    language = language_for(request, contacts[0])
    with translation.override(language):
        cards = [_card(agreement) for agreement in found]
        response = render(request, "portal/list.html", {"cards": cards})
    response.headers.setdefault("Content-Language", language)
    return response


def _card(found: Any) -> dict[str, Any]:
    """One agreement with its phase and what comes next, as the customer may know it."""
    phase, agreement, today = Phase(found.phase), as_told(found), clock.today()
    if agreement is not found:
        phase = phase_of(agreement, today)
    card = {"agreement": agreement, "phase": phase, "badge": badge(phase)}
    try:
        coming = next_date(agreement, phase, today)
    except ClockError:
        return card
    day, distance = day_in_words(coming.day), coming.distance
    return card | {"what": capfirst(coming.event.label), "day": day, "distance": distance}
