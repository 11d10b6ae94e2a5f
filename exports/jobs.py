"""What people do with export jobs: request, cancel, retry, expire, accept a missing file.

Every verb checks the permission and the precondition under a row lock and changes the row in one transaction;
a refusal is a ``PermissionDenied`` or a ``ValidationError`` that names the field and the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from exports import announcing, delivery, requesting
from exports.contents import Category, of_rows
from exports.labels import format_names
from exports.models import FORMATS, ExportJob, MissingFile, Volume
from offboarding.actors import Actor
from offboarding.models import Agreement, Contact, Customer
from offboarding.rights import allow
from offboarding.withdrawals import for_the_customer


def _chosen(field: str, chosen: Sequence[str], known: Sequence[str]) -> list[str]:
    unknown = sorted(set(chosen) - set(known))
    if unknown:
        raise ValidationError({field: _("Unknown: %(names)s.") % {"names": ", ".join(unknown)}})
    if not chosen:
        raise ValidationError({field: _("Choose at least one.")})
    return [name for name in known if name in chosen]


def _chosen_formats(chosen: Sequence[str]) -> list[str]:
    """Rows that no format holds would keep every package from being complete."""
    formats = _chosen("formats", chosen, FORMATS)
    if not of_rows(formats):
        text = _("These hold documents and files, but not the rows. Choose one of these too: %(names)s.")
        raise ValidationError({"formats": text % {"names": format_names(of_rows(FORMATS))}})
    return formats


def ring(job: ExportJob) -> None:
    """Puts the job's id into the queue, in the transaction that is open; a lost ring is made good by ``run_jobs``."""
    async_task("exports.tasks.run_export", job.pk, task_name=f"export {job.pk}", save=False)


def request_export(
    customer: Customer,
    *,
    by: User | None = None,
    contact: Contact | None = None,
    agreement: Agreement | None = None,
    categories: Sequence[str] = tuple(Category),
    formats: Sequence[str] = FORMATS,
    language: str = "",
) -> ExportJob:
    """Asks for a package of the customer's data; a customer has one export under way at a time.

    A contact who may request asks under one agreement, while its time for exports is open; staff may at any time.
    """
    actor = for_the_customer(by, contact, "exports.request_exportjob", "may_request")
    chosen: dict[str, Any] = {
        "categories": _chosen("categories", categories, [category.value for category in Category]),
        "formats": _chosen_formats(formats),
    }
    try:
        with transaction.atomic():
            if contact is not None:
                requesting.check(customer, agreement, contact)
            job = ExportJob.objects.create(
                customer=customer,
                language=language or customer.language,
                requested_by=by,
                requested_by_contact=contact,
                requested_at=timezone.now(),
                **chosen,
            )
            announcing.record("export.requested", customer, actor=actor, export=job.pk, **chosen)
            ring(job)
    except IntegrityError as error:
        if ExportJob.objects.filter(customer=customer, state__in=ExportJob.ACTIVE).exists():
            raise ValidationError({"customer": _("An export of this customer is already under way.")}) from error
        raise
    return job


def _locked(job: ExportJob) -> ExportJob:
    return ExportJob.objects.select_for_update().get(pk=job.pk)


def cancel(job: ExportJob, *, by: User | None = None, contact: Contact | None = None) -> ExportJob:
    """Stops a waiting or running job; its worker notices within seconds and clears up.

    A contact takes back what it has asked for itself; the customer is then owed that package no more.
    """
    actor = for_the_customer(by, contact, "exports.cancel_exportjob", "may_request")
    with transaction.atomic():
        job = _locked(job)
        if contact is not None and job.requested_by_contact_id != contact.pk:
            raise PermissionDenied(_("You can cancel only what you have asked for yourself."))
        if job.state not in ExportJob.ACTIVE:
            raise ValidationError({"state": _("Only an export that waits or runs can be cancelled.")})
        job.state, job.epoch, job.step = ExportJob.State.CANCELLED, job.epoch + 1, ""
        job.finished_at = timezone.now()
        job.save()
        names = _remove_volumes(job)
        announcing.record("export.cancelled", job.customer, actor=actor, export=job.pk)
    delivery.remove(names)
    return job


def may_cancel(job: ExportJob, contact: Contact) -> bool:
    """Whether a contact gets the button: for what it has asked for itself; ``cancel`` decides."""
    return job.state in ExportJob.ACTIVE and job.requested_by_contact_id == contact.pk and contact.may_request


def retry(job: ExportJob, *, by: User) -> ExportJob:
    """Starts an export again from a new snapshot; what the failed one left is removed."""
    actor = allow(by, "exports.retry_exportjob")
    try:
        with transaction.atomic():
            job = _locked(job)
            if job.state not in ExportJob.RETRYABLE:
                raise ValidationError(
                    {"state": _("Only an export that is incomplete, failed or cancelled can be started again.")}
                )
            names = _remove_volumes(job)
            job.state, job.epoch, job.attempt = ExportJob.State.QUEUED, job.epoch + 1, 0
            job.started_at = job.finished_at = job.expires_at = job.heartbeat_at = None
            job.tables_result, job.statement = {}, None
            job.error = job.step = job.worker = job.manifest_name = job.manifest_sha256 = ""
            job.rows_done = job.bytes_done = job.rows_total = job.bytes_total = 0
            job.save()
            announcing.record("export.retried", job.customer, actor=actor, export=job.pk)
            ring(job)
    except IntegrityError as error:
        raise ValidationError({"customer": _("An export of this customer is already under way.")}) from error
    delivery.remove(names)
    return job


def expire(job: ExportJob, *, by: User | None = None) -> ExportJob:
    """Removes the package from storage; the record, its checksums and its completeness statement stay.

    ``by`` is None when ``run_jobs`` finds the time of keeping over.
    """
    actor = allow(by, "exports.expire_exportjob") if by is not None else announcing.CRON
    with transaction.atomic():
        job = _locked(job)
        due = job.expires_at is not None and job.expires_at <= timezone.now()
        if job.state not in (ExportJob.State.COMPLETE, ExportJob.State.INCOMPLETE) or not (by or due):
            raise ValidationError({"state": _("Only a finished package can be removed.")})
        names = [*job.volumes.verified().values_list("name", flat=True)]
        names += [job.manifest_name, f"{job.manifest_name}.sig"] if job.manifest_name else []
        job.volumes.verified().update(state=Volume.State.REMOVED)
        job.state, job.expires_at = ExportJob.State.EXPIRED, None
        job.save()
        announcing.record("export.expired", job.customer, actor=actor, export=job.pk)
    delivery.remove(names)
    return job


@transaction.atomic
def withdraw_all(customer: Customer, *, actor: Actor) -> list[ExportJob]:
    """The customer's data is deleted, so no package of it may stay: what waits or runs is cancelled, the rest expires.

    Gives all jobs of the customer, whose files the caller removes and looks for. No permission is asked here: whoever
    deletes has asked.
    """
    jobs = ExportJob.objects.select_for_update(of=("self",)).select_related("customer")
    found = list(jobs.filter(customer=customer).order_by("pk"))
    for job in found:
        if job.state in ExportJob.ACTIVE:
            job.state, job.epoch, job.step = ExportJob.State.CANCELLED, job.epoch + 1, ""
            job.finished_at, event = timezone.now(), "export.cancelled"
            _remove_volumes(job)
        elif job.state in (ExportJob.State.COMPLETE, ExportJob.State.INCOMPLETE):
            job.volumes.verified().update(state=Volume.State.REMOVED)
            job.state, job.expires_at, event = ExportJob.State.EXPIRED, None, "export.expired"
        else:
            continue
        job.save(update_fields=["state", "epoch", "step", "finished_at", "expires_at"])
        announcing.record(event, customer, actor=actor, export=job.pk)
    return found


def _remove_volumes(job: ExportJob) -> list[str]:
    """Forgets the volumes of an attempt that is given up; gives the names to remove from storage after the commit."""
    names = [*job.volumes.exclude(name="").values_list("name", flat=True)]
    names += [job.manifest_name, f"{job.manifest_name}.sig"] if job.manifest_name else []
    job.volumes.all().delete()
    return names


@transaction.atomic
def accept_missing(files: Sequence[MissingFile], *, by: User, because: str) -> int:
    """Accepts, by name and with a reason, that these files are gone; the next run of the export counts them so."""
    actor = allow(by, "exports.accept_missingfile")
    because = because.strip()
    if not because:
        raise ValidationError({"accepted_because": _("Say why the export is complete without this file.")})
    chosen = MissingFile.objects.select_for_update(of=("self",)).select_related("customer").order_by("pk")
    open_ = list(chosen.filter(pk__in=[file.pk for file in files], accepted_by=None))
    for file in open_:
        file.accepted_by, file.accepted_at, file.accepted_because = by, timezone.now(), because
        file.save()
    for customer in {file.customer for file in open_}:
        digests = [file.path_sha256 for file in open_ if file.customer_id == customer.pk]
        facts = {"count": len(digests), "files": digests}
        announcing.record("export.missing_accepted", customer, actor=actor, reason=because, **facts)
    return len(open_)
