"""What comes next after a verb of deletion, as a link beside the message that says what was done."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from offboarding.admin.case_verbs import Button, page_of
from retention.admin.records import begin, list_of
from retention.models import DeletionPlan, DeletionRun


def a_new_plan(run: Any, _made: Any, user: Any) -> Button | None:
    """What is left of a run that was given up goes only by a new plan."""
    if not user.has_perm("retention.make_deletionplan"):
        return None
    return Button(_("Make a deletion plan"), begin(DeletionPlan, agreement=run.agreement_id))


def see_runs(_record: Any, _made: Any, user: Any) -> Button | None:
    """The runs that stop, or go on."""
    return Button(_("See the runs"), list_of(DeletionRun)) if user.has_perm("retention.view_deletionrun") else None


def see_run(record: Any, _made: Any, user: Any) -> Button | None:
    """The run that a look or an attestation belongs to."""
    return Button(_("See the run"), page_of(record.run)) if user.has_perm("retention.view_deletionrun") else None


def see_customer(record: Any, _made: Any, user: Any) -> Button | None:
    """Whose data may go on being deleted, or is kept."""
    if record.customer is None or not user.has_perm("offboarding.view_customer"):
        return None
    return Button(_("See the customer and its agreements"), page_of(record.customer))
