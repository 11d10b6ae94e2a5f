"""What the customer says about a package: that everything has arrived, or what is missing; and how that is settled.

A contact who may confirm says it on its page, or staff records what came otherwise and by what it knows. Every word is
about one package, named by its manifest's digest: what is said about one counts for no newer one.

Lock order: the agreement's row, the export's, its receipts, then letters and the journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exports import announcing
from exports.contents import Category
from exports.models import ExportJob, Receipt
from offboarding import end_dates
from offboarding.actors import Actor
from offboarding.journal_chain import check_text
from offboarding.models import Agreement, Contact
from offboarding.rights import allow
from offboarding.stating import stated
from offboarding.withdrawals import for_the_customer

Outcome = Receipt.Outcome
MOST_WORDS = 4000
"""Characters about one category."""


@transaction.atomic
def confirm(
    job: ExportJob, *, digest: str, by: User | None = None, contact: Contact | None = None, because: str = ""
) -> Receipt:
    """Everything in the package with this digest has arrived: nobody waits for the fair time any more.

    ``because``: staff says by what it knows. Refused while an objection to the package is open.
    """
    actor = for_the_customer(by, contact, "exports.record_receipt", "may_confirm")
    because = _how_known(by, because)
    agreement, job = _locked(job, contact)
    _check_package(job, digest)
    if _open_objection(job) is not None:
        raise ValidationError({"job": _("Something is said to be missing in this package; that is settled first.")})
    if job.receipts.filter(outcome=Outcome.CONFIRMED).exists():
        raise ValidationError({"job": _("This package is confirmed already.")})
    receipt = _given(job, Outcome.CONFIRMED, by, contact, because)
    _tell(receipt, agreement, actor, "confirmed", because)
    return receipt


@transaction.atomic
def object_to(
    job: ExportJob,
    *,
    digest: str,
    missing: Mapping[str, str],
    by: User | None = None,
    contact: Contact | None = None,
    because: str = "",
) -> Receipt:
    """Something is missing in the package: ``missing`` says of each category what. Nothing is deleted until settled.

    Also after a confirmation, as long as the data is there.
    """
    actor = for_the_customer(by, contact, "exports.record_receipt", "may_confirm")
    because = _how_known(by, because)
    agreement, job = _locked(job, contact)
    _check_package(job, digest)
    told = _missing(job, missing)
    if _open_objection(job) is not None:
        raise ValidationError({"job": _("An objection to this package is being looked at already.")})
    receipt = _given(job, Outcome.OBJECTED, by, contact, because, told)
    _tell(receipt, agreement, actor, "objected", because, categories=list(told))
    return receipt


@transaction.atomic
def settle(receipt: Receipt, *, by: User, because: str, by_export: ExportJob | None = None) -> Receipt:
    """Staff settles an objection and says how; the fair time begins again, with a newer package or an answer."""
    actor = allow(by, "exports.settle_receipt")
    because = stated(because, _("Say how it was settled; the customer reads it."))
    agreement, job = _locked(receipt.job, None)
    receipt = Receipt.objects.select_for_update(of=("self",)).get(pk=receipt.pk)
    receipt.job = job
    if receipt.outcome != Outcome.OBJECTED or receipt.settled_at is not None:
        raise ValidationError({"receipt": _("There is no open objection.")})
    if by_export is not None:
        _check_makes_good(receipt, by_export)
    receipt.settled_at, receipt.settled_by, receipt.settled_because = timezone.now(), by, because
    receipt.save(update_fields=["settled_at", "settled_by", "settled_because"])
    announcing.record(
        "export.objection_settled", job.customer, actor=actor, reason=because, export=job.pk, receipt=receipt.pk,
        by_export=by_export.pk if by_export else None,
    )  # fmt: skip
    if agreement is not None:
        announcing.receipt(receipt, agreement, "settled", because=because, by_export=by_export)
    return receipt


def handed_over(job: ExportJob) -> bool:
    """Whether the customer could get a whole package of this export, even if it is removed by now."""
    whole = job.state == ExportJob.State.EXPIRED and bool((job.statement or {}).get("complete"))
    return bool(job.manifest_sha256) and (job.state == ExportJob.State.COMPLETE or whole)


def could_make_good(receipt: Receipt) -> list[ExportJob]:
    """The packages with which an objection can be settled: newer ones with all categories that were missed."""
    newer = ExportJob.objects.filter(
        customer=receipt.job.customer_id, state=ExportJob.State.COMPLETE, pk__gt=receipt.job_id,
        finished_at__gte=receipt.given_at,
    )  # fmt: skip
    return [job for job in newer.order_by("-pk") if set(receipt.missing) <= set(job.categories)]


def _how_known(by: User | None, because: str) -> str:
    if by is None:
        return ""
    return stated(because, _("Say by what you know it: who said it, when and how."))


def _locked(job: ExportJob, contact: Contact | None) -> tuple[Agreement | None, ExportJob]:
    if contact is not None and contact.customer_id != job.customer_id:
        raise PermissionDenied(_("You may not do this for the customer."))
    agreement = announcing.agreement_of(job.customer)
    if agreement is not None:
        agreement = end_dates.locked_undeleted(agreement)
    return agreement, ExportJob.objects.select_for_update(of=("self",)).select_related("customer").get(pk=job.pk)


def _check_package(job: ExportJob, digest: str) -> None:
    if not handed_over(job):
        raise ValidationError({"job": _("There is no whole package of this export to confirm or object to.")})
    if digest != job.manifest_sha256:
        raise ValidationError(
            {"digest": _("This is not the package that you were shown. Look at the page again, then answer.")}
        )


def _open_objection(job: ExportJob) -> Receipt | None:
    return job.receipts.filter(outcome=Outcome.OBJECTED, settled_at=None).first()


def _missing(job: ExportJob, missing: Mapping[str, str]) -> dict[str, str]:
    """Category → words, in the order of the categories; only what the export was to hold."""
    told = {category.value: missing.get(category.value, "").strip() for category in Category}
    told = {category: words for category, words in told.items() if words}
    if not told or set(missing) - set(Category):
        raise ValidationError({"missing": _("Say of at least one category what is missing.")})
    for category, words in told.items():
        if category not in job.categories:
            raise ValidationError({category: _("This was not asked for in this export; request it instead.")})
        if len(words) > MOST_WORDS:
            raise ValidationError({category: _("At most %(most)d characters.") % {"most": MOST_WORDS}})
        if check_text(words):
            raise ValidationError({category: _("It has a character that is no text and cannot be kept.")})
    return told


def _check_makes_good(receipt: Receipt, by_export: ExportJob) -> None:
    if by_export.pk not in [job.pk for job in could_make_good(receipt)]:
        raise ValidationError(
            {
                "by_export": _(
                    "This export does not make it good: it needs a whole package of the same customer that came after "
                    "the objection and holds every category in which something was missing."
                )
            }
        )


def _given(
    job: ExportJob,
    outcome: Receipt.Outcome,
    by: User | None,
    contact: Contact | None,
    because: str,
    missing: Mapping[str, str] | None = None,
) -> Receipt:
    return Receipt.objects.create(
        job=job, manifest_sha256=job.manifest_sha256, outcome=outcome, given_at=timezone.now(), contact=contact,
        recorded_by=by, because=because, missing=dict(missing or {}),
    )  # fmt: skip


def _tell(
    receipt: Receipt, agreement: Agreement | None, actor: Actor, outcome: str, because: str, **facts: Any
) -> None:
    """The journal, and all contacts."""
    job = receipt.job
    announcing.record(
        f"export.{outcome}", job.customer, actor=actor, reason=because, export=job.pk, receipt=receipt.pk,
        manifest_sha256=receipt.manifest_sha256, **facts,
    )  # fmt: skip
    if agreement is not None:
        announcing.receipt(receipt, agreement, outcome)
