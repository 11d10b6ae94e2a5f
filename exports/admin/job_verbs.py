"""What people do with an export, as a table: each line is a button and a page of what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from exports import jobs, removing
from exports.models import ExportJob
from exports.progress import grouped
from offboarding.admin.case_forms import CaseForm, SureForm
from offboarding.admin.case_verbs import Button, CaseVerb, form_of
from offboarding.admin.typed import TypedNameField
from offboarding.desk_matters import address_of

State = ExportJob.State
ExportVerb = partial(CaseVerb, app="exports", rehearsed=False, template="admin/exports/act.html")
HAS_A_PACKAGE = (State.COMPLETE, State.INCOMPLETE)


class RemovePackageForm(CaseForm):
    """The customer's name, typed: a removed package never comes back."""

    typed_name = TypedNameField()


def _again(job: ExportJob, _made: Any, user: Any) -> Button | None:
    """After a cancelled export: the form that starts it again."""
    if not RETRY.allowed(user):
        return None
    return Button(RETRY.label, form_of(job, RETRY.name))


def _another(job: ExportJob, _made: Any, user: Any) -> Button | None:
    """After a removed package: the form that asks for a new one."""
    if not user.has_perm("exports.request_exportjob"):
        return None
    return Button(_("Request an export"), f"{address_of('exports_exportjob_add')}?customer={job.customer_id}")


CANCEL = ExportVerb(
    name="cancel",
    permission="cancel_exportjob",
    label=gettext_lazy("Cancel the export"),
    form=SureForm,
    call=lambda job, by, _data: jobs.cancel(job, by=by),
    possible=lambda job: job.state in ExportJob.ACTIVE,
    explains=gettext_lazy(
        "The worker stops within seconds and what it has written is removed. The platform is not touched. The export "
        "can be started again from a new snapshot."
    ),
    done=gettext_lazy("The export is cancelled."),
    danger=True,
    then=_again,
)
RETRY = ExportVerb(
    name="retry",
    permission="retry_exportjob",
    label=gettext_lazy("Start again"),
    title=gettext_lazy("Start the export again"),
    form=SureForm,
    call=lambda job, by, _data: jobs.retry(job, by=by),
    possible=lambda job: job.state in ExportJob.RETRYABLE,
    explains=gettext_lazy(
        "Reads everything anew from a new snapshot. What this attempt left – volumes, checksums and statement – is "
        "replaced."
    ),
    done=gettext_lazy("The export starts again; this page shows how it goes."),
)
EXPIRE = ExportVerb(
    name="expire",
    permission="expire_exportjob",
    label=gettext_lazy("Remove the package"),
    form=RemovePackageForm,
    call=lambda job, by, data: removing.remove_package(job, by=by, typed_name=data["typed_name"]),
    possible=lambda job: job.state in HAS_A_PACKAGE,
    explains=gettext_lazy(
        "Every volume is removed from storage, now and for good: the customer can no longer have it. This record, its "
        "checksums and its completeness statement stay."
    ),
    done=gettext_lazy("The package is removed; its record stays."),
    danger=True,
    then=_another,
)
JOB_VERBS: Sequence[CaseVerb] = (RETRY, CANCEL, EXPIRE)
LAST_CHANCE = gettext_lazy("Nobody has confirmed that this package has arrived.")


def consequences(verb: CaseVerb, job: ExportJob) -> list[str]:
    """What goes and what stays, with this job's own figures."""
    found = list(job.volumes.values_list("bytes", "bytes_done"))
    written = sum(max(size, done) if verb is EXPIRE else done for size, done in found)
    lines = []
    if found:
        text = ngettext(
            "%(count)s volume is removed: %(size)s.", "%(count)s volumes are removed: %(size)s.", len(found)
        )
        lines.append(text % {"count": grouped(len(found)), "size": filesizeformat(written)})
    elif verb is CANCEL:
        lines.append(_("Nothing has been written yet."))
    if verb is EXPIRE and not job.receipts.filter(outcome="confirmed").exists():
        lines.append(str(LAST_CHANCE))
    if job.requested_by_contact is not None:
        text = _("The customer asked for it: %(name)s.")
        lines.append(text % {"name": job.requested_by_contact.name})
    if verb is CANCEL:
        lines.append(_("A customer who is owed an export is not deleted before it has one."))
    return lines
