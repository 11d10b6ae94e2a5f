"""What follows an erasure, and what tidies up before the next: packages, duties, attestations, looks, the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exports import jobs
from exports.models import ExportJob
from offboarding.rule_words import day_in_words
from retention import attestations, finishing, keeping_duties, verifications
from retention.enforcing_lines import Line, Stage, named
from retention.models import Attestation, DeletionRun, Verification
from retention.next_step import Grade
from retention.platform_map import datamap


def stages(today: date, customer: int | None) -> Iterator[Stage]:
    """All that is due of it, of all customers or of one; each stage is selected when its turn comes."""
    yield from _expiring(customer)
    yield "duties of the data map", _duties
    if customer is None:
        yield "attestations", partial(_reminded, today)
    for verification in verifications.due(today):
        if customer in (None, verification.run.customer_id):
            yield named(verification.run.agreement), partial(_looked, verification)
    for run in to_finish(customer):
        yield named(run.agreement), partial(_finished, run)
    yield from ((line.about, partial(iter, [line])) for line in waiting(today, customer))


def _expiring(customer: int | None) -> Iterator[Stage]:
    due = ExportJob.objects.due_to_expire(timezone.now()).order_by("pk")
    for job in due if customer is None else due.filter(customer=customer):
        yield f"export {job.pk}", partial(_expired, job)


def _expired(job: ExportJob) -> Iterator[Line]:
    jobs.expire(job)
    yield Line(f"export {job.pk}", _("the package is removed, its time of keeping is over."))


def _duties() -> Iterator[Line]:
    """Says nothing where all stands as before."""
    keeping_duties.sync(datamap())
    yield from ()


def _reminded(today: date) -> Iterator[Line]:
    """Legal gets a letter for each, once; the line about it is that of ``waiting``."""
    attestations.remind(today)
    yield from ()


def _looked(verification: Verification) -> Iterator[Line]:
    done = verifications.look(verification.run, verification.after_days)
    about, days = named(done.run.agreement), done.after_days
    if done.passed:
        said = ngettext(
            "looked again, %(days)s day after the erasure: nothing is left.",
            "looked again, %(days)s days after the erasure: nothing is left.", days,
        )  # fmt: skip
        yield Line(about, said % {"days": days})
    elif done.passed is False:
        said = ngettext(
            "ALARM: looked again, %(days)s day after the erasure, and found data. The case is open again.",
            "ALARM: looked again, %(days)s days after the erasure, and found data. The case is open again.", days,
        )  # fmt: skip
        yield Line(about, said % {"days": days}, Grade.PERSON)


def to_finish(customer: int | None) -> list[DeletionRun]:
    """Live-erased runs that nothing keeps from being final any more."""
    open_copies = Attestation.objects.open().filter(run=OuterRef("pk"))
    looks = Verification.objects.filter(run=OuterRef("pk"))
    runs = DeletionRun.objects.filter(
        ~Exists(open_copies), ~Exists(looks.exclude(passed=True)), Exists(looks),
        state=DeletionRun.State.LIVE_ERASED,
    ).select_related("customer", "agreement__customer")  # fmt: skip
    return list((runs if customer is None else runs.filter(customer=customer)).order_by("live_erased_at", "pk"))


def _finished(run: DeletionRun) -> Iterator[Line]:
    if finishing.finalise(run):
        yield Line(named(run.agreement), _("run %(run)s is final.") % {"run": run.pk})
        return
    said = _("run %(run)s is not final yet.") % {"run": run.pk}
    yield Line(named(run.agreement), " ".join([said, *finishing.why_not_final(run)]))


def waiting(today: date, customer: int | None) -> Iterator[Line]:
    """What only a person can do after an erasure: attest a copy whose time is over, settle what a look found."""
    runs = DeletionRun.objects.filter(state=DeletionRun.State.LIVE_ERASED)
    runs = runs if customer is None else runs.filter(customer=customer)
    copies = Attestation.objects.due(today).filter(run__in=runs).select_related("run__agreement__customer")
    for copy in copies.order_by("due_on", "pk"):
        said = _("a person has to attest “%(store)s”, since %(day)s.")
        facts = {"store": copy.store, "day": day_in_words(copy.due_on)}
        yield Line(named(copy.run.agreement), said % facts, Grade.PERSON)
    unsure = Verification.objects.filter(run__in=runs, passed=None).exclude(done_at=None)
    for look in unsure.select_related("run__agreement__customer").order_by("pk"):
        said = ngettext(
            "a person has to settle what was found %(days)s day after the erasure.",
            "a person has to settle what was found %(days)s days after the erasure.", look.after_days,
        )  # fmt: skip
        yield Line(named(look.run.agreement), said % {"days": look.after_days}, Grade.PERSON)
