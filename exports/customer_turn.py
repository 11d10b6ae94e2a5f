"""What of exports waits for the customer: a package that is there, and about which nothing was said."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from exports.models import ExportJob
from offboarding import customer_turn


def declare_all() -> None:
    """For the filter of the list of agreements."""
    customer_turn.declare("package", _("a package that is not confirmed"), _unanswered)


def _unanswered(today: date) -> Q:
    return Q(customer__in=ExportJob.objects.unanswered().values("customer"))
