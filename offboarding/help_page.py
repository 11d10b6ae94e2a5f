"""The public page ``/help/leaving/``: what happens when a customer leaves, when, and in which formats."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from offboarding import clock
from offboarding.dates import Cause, Ending, Terms, milestones
from offboarding.milestones import Mark
from offboarding.models import Agreement
from offboarding.rule_words import day_in_words


@require_safe
def leaving(request: HttpRequest) -> HttpResponse:
    """In the language of ``?language=``, else the one the browser asks for."""
    chosen = request.GET.get("language", "")
    known = [code for code, _name in settings.LANGUAGES]
    language = chosen if chosen in known else translation.get_language()
    with translation.override(language):
        response = render(request, "help/leaving.html", _context())
    response.headers["Content-Language"] = language or settings.LANGUAGE_CODE
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


def _context() -> dict[str, object]:
    last_day = date(clock.today().year, 12, 31)
    blank = Agreement()
    usual = {"notice_days": blank.notice_days, "export_window_days": blank.export_window_days}
    terms = Terms(
        term_start=date(last_day.year, 1, 1),
        term_end=last_day,
        notice_days=usual["notice_days"],
        window_days=usual["export_window_days"],
    )
    dates = milestones(terms, Ending(cause=Cause.NOTICE, notice_day=date(last_day.year, 10, 1)), clock.zone())
    return {
        "zone": settings.TIME_ZONE,
        "objection_days": settings.OBJECTION_DAYS,
        "example": {mark.value: day_in_words(dates[mark].day) for mark in Mark},
        **usual,
    }
