"""What this package adds to the screens below it (DESIGN §4)."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from exports.labels import requester
from exports.models import ExportJob
from exports.progress import progress_of
from offboarding.models import Customer

register = template.Library()
MOST = 10
"""The newest jobs that the panel shows; the change list has them all."""


@register.inclusion_tag("admin/exports/export_panel.html", takes_context=True)
def export_panel(context: dict[str, Any], customer: Customer) -> dict[str, Any]:
    """A customer's exports, and the way to the request form."""
    user = context["request"].user
    may_view = user.has_perm("exports.view_exportjob")
    newest = ExportJob.objects.filter(customer=customer).defer("tables_result", "statement")
    found = list(newest.select_related("requested_by", "requested_by_contact")[: MOST + 1]) if may_view else []
    now = timezone.now()
    ended = list(customer.agreements.values_list("erased_at", flat=True))
    erased = bool(ended) and None not in ended
    return {
        "customer": customer,
        "jobs": [(job, progress_of(job, now), requester(job)) for job in found[:MOST]],
        "more": len(found) > MOST,
        "under_way": ExportJob.objects.filter(customer=customer, state__in=ExportJob.ACTIVE).exists(),
        "may_view": may_view,
        "may_request": user.has_perm("exports.request_exportjob") and not erased,
        "erased": erased,
    }
