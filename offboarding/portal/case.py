"""The page of one agreement: where it stands, what its customer can do now, what comes, and what happened."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from offboarding import calendar_file, clock, notices
from offboarding.admin.case_story import story_of
from offboarding.letter_body import one_line
from offboarding.letter_context import dates_in_words, zone_in_words
from offboarding.models import Letter, TerminationNotice
from offboarding.phases import Phase
from offboarding.portal import history, ways
from offboarding.portal.matters import Matters, matters_of
from offboarding.portal.outcomes import outcomes_of
from offboarding.portal.remembering import remembered
from offboarding.portal.standing import standing_of
from offboarding.portal.upcoming import never, steps_of
from offboarding.portal.visits import Visit, for_contacts
from offboarding.timeline import Story
from offboarding.timeline_across import across
from offboarding.timeline_down import down


@require_safe
@for_contacts
def page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Everything on one page; what follows from the case alone is made once for each state of it."""
    parts = remembered(visit, lambda: _parts(visit))
    return render(request, "portal/case.html", {"visit": visit, "parts": parts})


def _parts(visit: Visit) -> dict[str, str]:
    """What stands before and after the exports, which change by themselves."""
    context = context_of(matters_of(visit))
    return {name: render_to_string(f"portal/case_{name}.html", context) for name in ("before", "after")}


def context_of(matters: Matters) -> dict[str, Any]:
    """What the page shows, in the active language."""
    agreement, phase, today = matters.agreement, matters.phase, matters.today
    story = story_of(agreement, today, notices=matters.notices)
    happened, more = history.history_of(agreement, matters.contact, _names(matters), history.SHOWN_AT_ONCE)
    in_force = matters.notice if matters.notice and matters.notice.state == TerminationNotice.State.ACCEPTED else None
    return {
        "visit": matters.visit,
        "standing": standing_of(agreement, phase, today),
        "across": across(story),
        "down": down(story),
        "legend": _legend(story),
        "dates": dates_in_words(agreement, Letter.Occasion.WINDOW_OPEN, matters.milestones),
        "outcomes": _outcomes(matters),
        "zone": zone_in_words(),
        **_ways(matters),
        "steps": steps_of(agreement, phase, today, in_force),
        "never": never(agreement, phase),
        "history": happened,
        "more_history": more,
        "people": [person for person in matters.people if person.ended_at is None],
        "deleted": phase is Phase.DELETED,
        "held": agreement.held_since is not None and phase not in (Phase.ON_HOLD, Phase.DELETED),
    }


def _legend(story: Story) -> list[tuple[str, str, str]]:
    """What the colours mean, where there is more than one: kind, words, ``band``."""
    words = {
        "service": _("the service runs"),
        "window": _("exports can be requested"),
        "closing": _("the time of deletion"),
        "hold": _("data is kept for legal reasons"),
    }
    drawn = dict.fromkeys(band.kind for band in story.bands)
    return [(kind, words[kind], "band") for kind in drawn] if len(drawn) > 1 else []


def _ways(matters: Matters) -> dict[str, list[ways.Way]]:
    """Before and after the exports: to give notice comes first; once it is given, the data does."""
    about_notice, others = ways.about_the_notice(matters), ways.about_the_rest(matters)
    if matters.phase is Phase.ACTIVE:
        return {"first_ways": about_notice, "then_ways": others}
    return {"first_ways": [way for way in others if way.main], "then_ways": [
        *about_notice, *(way for way in others if not way.main)
    ]}  # fmt: skip


def _names(matters: Matters) -> dict[int, str]:
    return {person.pk: person.name for person in matters.people}


def _outcomes(matters: Matters) -> list[dict[str, Any]]:
    """While a notice waits for its decision: what each decision would lead to."""
    if matters.phase is not Phase.NOTICE_GIVEN or matters.notice is None:
        return []
    try:
        found = notices.preview(matters.agreement, clock.local_day(matters.notice.received_at))
    except ValidationError:
        return []
    return outcomes_of(found)


@require_safe
@for_contacts
def past(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The whole history, a page at a time; ``?before=`` goes on where the last page ended."""
    matters, before = matters_of(visit), request.GET.get("before", "")
    start = int(before) if before.isdecimal() and len(before) < 19 else None
    happened, more = history.history_of(visit.agreement, visit.contact, _names(matters), history.PAGE, start)
    context = {"visit": visit, "history": happened, "more": more, "first": start is None}
    return render(request, "portal/history.html", context)


@require_safe
@for_contacts
def calendar(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The dates as a calendar file; 404 where there are none."""
    agreement = visit.agreement
    milestones = clock.milestones_of(agreement)
    if milestones is None:
        raise Http404
    sequence = agreement.letters.exclude(calendar="").count()
    issue = calendar_file.Issue(settings.NOTICE_ADDRESS, sequence, timezone.now())
    text = calendar_file.published(
        milestones, issue, reference=agreement.reference, number=one_line(agreement.number),
        page=f"{settings.SITE_URL}{matters_of(visit).at('portal-case')}",
    )  # fmt: skip
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    response.headers["Content-Disposition"] = f'attachment; filename="{agreement.reference}.ics"'
    return response
