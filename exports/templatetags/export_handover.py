"""What an export's page on the desk shows of its handing over: files to download, and what the customer said."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.defaultfilters import filesizeformat

from exports import downloads
from exports.models import ExportJob
from exports.portal_packages import said_of, silence
from exports.receipts import handed_over

register = template.Library()


@register.inclusion_tag("admin/exports/exportjob/files.html", takes_context=True)
def package_files(context: dict[str, Any], job: ExportJob) -> dict[str, Any]:
    """The files of a package that is in the storage, for staff who may download them."""
    there = job.state in (ExportJob.State.COMPLETE, ExportJob.State.INCOMPLETE)
    allowed = there and context["request"].user.has_perm("exports.download_exportjob")
    items = downloads.items_of(job) if allowed else []
    return {"job": job, "items": [(one, filesizeformat(one.bytes)) for one in items], "sums": downloads.sums_name(job)}


@register.inclusion_tag("admin/exports/exportjob/receipts.html", takes_context=True)
def package_receipts(context: dict[str, Any], job: ExportJob) -> dict[str, Any]:
    """What was said about the package, and the ways to record more or to settle it."""
    user = context["request"].user
    receipts = list(job.receipts.select_related("contact", "recorded_by", "settled_by"))
    said = [said_of(one) for one in receipts]
    is_open = any(one["open"] for one in said)
    may_record = handed_over(job) and user.has_perm("exports.record_receipt")
    confirmed = any(not one["missing"] for one in said)
    return {
        "job": job,
        "said": said,
        "silence": silence(job, receipts),
        "may_see": user.has_perm("exports.view_receipt"),
        "may_confirm": may_record and not is_open and not confirmed,
        "may_object": may_record and not is_open,
        "may_settle": is_open and user.has_perm("exports.settle_receipt"),
    }
