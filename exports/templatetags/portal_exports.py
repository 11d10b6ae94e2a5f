"""What this package adds to the customer's page (DESIGN §4)."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from exports.models import ExportJob
from exports.portal_packages import NEWEST, card, jobs_of, why_no_request
from offboarding.portal.visits import Visit

register = template.Library()


@register.inclusion_tag("portal/exports/panel.html", takes_context=True)
def portal_exports(context: dict[str, Any], visit: Visit) -> dict[str, Any]:
    """The newest packages with what can be done about them, what is under way, and what was before."""
    found, more = jobs_of(visit.agreement)
    under_way = [job for job in found if job.state in ExportJob.ACTIVE]
    there = [job for job in found if job.state == ExportJob.State.COMPLETE][:NEWEST]
    shown = [*under_way, *there]
    now = timezone.now()
    cards = [card(job, visit.contact, now) for job in shown]
    return {
        "visit": visit,
        "deleted": visit.agreement.erased_at is not None,
        "ready": any(one["may_fetch"] for one in cards),
        "csrf_token": context.get("csrf_token"),
        "cards": cards,
        "earlier": [card(job, visit.contact, now) for job in found if job not in shown],
        "more": more,
        "most": len(found),
        "why": why_no_request(visit.agreement, visit.contact, bool(under_way)),
    }
