"""The page of one agreement: where it stands, what its customer can do now, what comes, and what happened."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from offboarding.portal.visits import Visit, for_contacts


@require_safe
@for_contacts
def page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Everything on one page."""
    return render(request, "portal/case.html", {"visit": visit})
