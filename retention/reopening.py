"""Data of a customer was found again after it had been certified as erased: the case is open again, and people know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.transaction import TransactionManagementError
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offboarding import cases, journal, letters
from offboarding.actors import Actor
from offboarding.models import Letter
from retention import certificates, holds
from retention.locking import locked_agreements
from retention.models import Certificate, DeletionRun

DELETION = Actor.machine("deletion")
MOST_PLACES = 5
"""As many places are named in a letter; the case's page has all."""


def reopen(run: DeletionRun, found: Sequence[Mapping[str, Any]], *, after_days: int | None = None) -> DeletionRun:
    """The run and every erased agreement of its customer open again, a supplement says so, and Legal is alarmed.

    ``found``: as ``Verification.found`` has it. In the caller's transaction; a run that is open again stays as it is.
    Nothing is deleted by this: a plan of the occasion *data was found again* follows, and an approval.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("A run is reopened in the transaction that writes down what was found.")
    agreements = locked_agreements(run.customer)
    run = DeletionRun.objects.select_for_update(of=("self",)).select_related("agreement", "customer").get(pk=run.pk)
    if run.state not in DeletionRun.ERASED:
        return run
    run.state = DeletionRun.State.REOPENED
    run.save(update_fields=["state"])
    with translation.override(settings.LEGAL_LANGUAGE):
        because = _("Found again: %(places)s.") % {"places": places_in_words(found)}
    for agreement in agreements:
        if agreement.erased_at is not None:
            holds.keep_again(cases.reopen(agreement, actor=DELETION, because=because), actor=DELETION)
    certificates.supplement(run, occasion=Certificate.Occasion.FOUND_AGAIN)
    told = [{name: value for name, value in one.items() if name != "examples"} for one in found]
    facts = {"run": run.pk, "plan": run.plan_id, "sha256": run.plan.sha256, "found": told}
    journal.record("run.reopened", actor=DELETION, reason=because, facts=facts, **journal.case_of(run.agreement))
    alarm(run, because, key=f"run-{run.pk}-{after_days}")
    return run


def alarm(run: DeletionRun, because: str, *, key: str) -> list[Letter]:
    """A letter to Legal, once per ``key``, in the caller's transaction; ``because`` in Legal's language."""
    page = reverse("admin:offboarding_agreement_change", args=[run.agreement_id])
    return letters.write(
        Letter.Occasion.ALARM, run.agreement, to=[], addresses=[settings.LEGAL_ADDRESS],
        language=settings.LEGAL_LANGUAGE, key=key, context={"because": because, "page": page},
    )  # fmt: skip


def places_in_words(found: Sequence[Mapping[str, Any]]) -> str:
    """Where and how many, in the active language, without examples: those may be keys of people."""
    told = [
        _("%(count)s in %(place)s of %(store)s") % {name: one[name] for name in ("count", "place", "store")}
        for one in found[:MOST_PLACES]
    ]
    more = len(found) - MOST_PLACES
    if more > 0:
        told.append(ngettext("and %(count)d more place", "and %(count)d more places", more) % {"count": more})
    return "; ".join(told)
