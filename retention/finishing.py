"""How a deletion ends: live-erased when nothing is left where we can look, final when every other copy is gone too.

Everything that follows from either is one transaction. Files in the ``evidence`` storage are written before its commit,
under names that depend on what they say, so that a kill in between leaves at most a file that speaks for nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from offboarding import cases, clock, journal
from offboarding.actors import Actor
from offboarding.models import Agreement
from retention import attestations, certificates, packages, tombstones, traces, verifications
from retention.certificates import Sitting
from retention.codes import Code, blocker
from retention.erasers.findings import EraserError
from retention.finality import lapsed, why_not_final
from retention.locking import locked_agreements
from retention.models import Certificate, DeletionPlan, DeletionRun, LegalHold, Resurrection
from retention.reopening import places_in_words, reopen
from retention.run_places import forget
from retention.stepping import BlockedByPolicyError

__all__ = ["LeftError", "finalise", "lapsed", "live_erased", "reopen", "why_not_final"]

DELETION = Actor.machine("deletion")
_CERTIFIED = {
    DeletionPlan.Occasion.END: Certificate.Occasion.LIVE_ERASED,
    DeletionPlan.Occasion.REMAINDER: Certificate.Occasion.REMAINDER,
    DeletionPlan.Occasion.REOPENED: Certificate.Occasion.ERASED_AGAIN,
    DeletionPlan.Occasion.RESTORED: Certificate.Occasion.ERASED_AGAIN,
}


class LeftError(EraserError):
    """Something of the customer is still there after all steps; ``str()`` says where. A person has to look."""


def live_erased(run: DeletionRun) -> bool:
    """Called by the worker behind the last step: looks independently, and where nothing is left says so everywhere.

    False where the run is not this worker's any more. Where it raises nothing is marked: ``LeftError`` when something
    certain is left, ``BlockedByPolicyError`` when a hold keeps everything, ``BusyError`` or OSError when a store does
    not answer. Again is harmless.
    """
    run.refresh_from_db(fields=["state"])
    if run.state in DeletionRun.ERASED:
        return True
    traces.erase(run)  # somebody may have signed in since that step
    look = verifications.look(run, verifications.AT_THE_END)
    if look.passed is False:
        places = places_in_words(look.found)
        raise LeftError(_("Something is still there after the last step: %(places)s.") % {"places": places})
    sitting = _rehearsed(run, _begin, _certified(run))
    with transaction.atomic():
        agreements = locked_agreements(run.customer)
        fresh = _locked(run)
        if fresh.state != DeletionRun.State.RUNNING or fresh.epoch != run.epoch:
            return fresh.state in DeletionRun.ERASED
        _check_holds(run)
        _lock_letters(run)
        _begin(fresh, sitting)
        _mark(fresh, agreements, sitting)
        transaction.on_commit(lambda: forget(fresh))
    run.refresh_from_db()
    return True


def _locked(run: DeletionRun) -> DeletionRun:
    rows = DeletionRun.objects.select_for_update(of=("self",))
    return rows.select_related("customer", "agreement__customer", "plan", "approval").get(pk=run.pk)


def _check_holds(run: DeletionRun) -> None:
    """A hold on everything that came behind the last batch: the case stays open until it is released."""
    holds = LegalHold.objects.in_force().filter(customer=run.customer).order_by("pk")
    if found := [blocker(Code.HOLD, hold=hold.pk) for hold in holds if hold.keeps.whole]:
        raise BlockedByPolicyError(found)


def _lock_letters(run: DeletionRun) -> None:
    """Before the journal is touched: whoever posts a letter holds its row and waits for the journal."""
    list(run.customer.letters.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))


def _rehearsed(run: DeletionRun, begin: Callable[[DeletionRun, Sitting], None], occasion: str) -> Sitting:
    """Draws the certificate from what the records are going to say, before anybody has to wait for our locks.

    What is written for that is taken back. Should the records say something else in the end, it is drawn then.
    """
    sitting = Sitting()
    with transaction.atomic():
        fresh = _locked(run)
        begin(fresh, sitting)
        content = certificates.drafted(fresh, occasion=occasion, sitting=sitting)
        transaction.set_rollback(True)
    certificates.draw(content, sitting)
    return sitting


def _begin(run: DeletionRun, sitting: Sitting) -> None:
    """What the certificate is about to say of the run, its copies and the looks to come."""
    run.state, run.live_erased_at, run.error, run.stopped_by = DeletionRun.State.LIVE_ERASED, sitting.at, "", []
    run.save(update_fields=["state", "live_erased_at", "error", "stopped_by"])
    run.plan.state = DeletionPlan.State.USED
    run.plan.save(update_fields=["state"])
    attestations.open_for(run)
    verifications.schedule(run)


def _mark(run: DeletionRun, agreements: list[Agreement], sitting: Sitting) -> None:
    """In the transaction that holds the agreements' and the run's rows."""
    certificate = _issued(run, _certified(run), sitting)
    facts = {"run": run.pk, "certificate": certificate.pk, "sha256": certificate.sha256}
    today = clock.today()
    for agreement in agreements:
        if agreement.erased_at is None and agreement.delete_from is not None and agreement.delete_from <= today:
            _close(agreement, certificate, facts)
    tombstones.write(run, certificate)
    steps = run.steps.all()
    counts = {
        "rows": sum(step.gone for step in steps if step.kind == "table"),
        "files": sum(step.gone for step in steps if step.kind == "files"),
    }
    named = {"run": run.pk, "plan": run.plan_id, "sha256": run.plan.sha256}
    journal.record("run.live_erased", actor=DELETION, facts={**named, **counts}, **journal.case_of(run.agreement))
    Resurrection.objects.filter(run_number=run.pk, state=Resurrection.State.CONFIRMED).update(
        state=Resurrection.State.ERASED
    )


def _certified(run: DeletionRun) -> Certificate.Occasion:
    return _CERTIFIED[DeletionPlan.Occasion(run.plan.occasion)]


def _issued(run: DeletionRun, occasion: Certificate.Occasion, sitting: Sitting) -> Certificate:
    """The first erasure of a customer gets a certificate, everything that follows it a supplement."""
    if occasion is Certificate.Occasion.LIVE_ERASED:
        return certificates.issue(run, occasion=occasion, sitting=sitting)
    return certificates.supplement(run, occasion=occasion, sitting=sitting)


def _close(agreement: Agreement, certificate: Certificate, facts: dict[str, object]) -> None:
    document = certificate.documents[agreement.customer.language]
    told = {"certificate": certificate.number, "code": certificate.code, "page": reverse("verify")}
    cases.mark_erased(agreement, actor=DELETION, enclosure=document["name"], facts=facts, context=told)


def finalise(run: DeletionRun) -> bool:
    """Makes the run final where nothing stands against it (``why_not_final``); whether it is.

    What we ourselves hold of the customer's people is reduced, the samples and the work folder go, and a supplement
    says that the other copies are gone. Raises OSError where a storage does not answer: then nothing is marked.
    """
    run = DeletionRun.objects.select_related("customer").get(pk=run.pk)
    if run.state == DeletionRun.State.FINAL:
        return True
    if why_not_final(run):
        return False
    if traces.nothing_goes_on(run.customer):
        packages.erase(run.customer)
    sitting = _rehearsed(run, _end, Certificate.Occasion.COPIES_GONE)
    with transaction.atomic():
        locked_agreements(run.customer)
        fresh = _locked(run)
        if fresh.state == DeletionRun.State.FINAL or why_not_final(fresh):
            return fresh.state == DeletionRun.State.FINAL
        _lock_letters(fresh)
        _end(fresh, sitting)
        _finish(fresh, sitting)
    return True


def _end(run: DeletionRun, sitting: Sitting) -> None:
    run.state, run.final_at = DeletionRun.State.FINAL, sitting.at
    run.save(update_fields=["state", "final_at"])


def _finish(run: DeletionRun, sitting: Sitting) -> None:
    reduced = {**traces.erase(run).what, **traces.reduce(run)}
    named = {"run": run.pk, "plan": run.plan_id, "sha256": run.plan.sha256}
    case = journal.case_of(run.agreement)
    journal.record("run.traces", actor=DELETION, facts={**named, "what": reduced}, **case)
    _issued(run, Certificate.Occasion.COPIES_GONE, sitting)
    journal.record("run.final", actor=DELETION, facts=named, **case)
    transaction.on_commit(lambda: forget(run))
