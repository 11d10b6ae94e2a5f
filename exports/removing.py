"""A person removes a package before its time: the one act on an export that nobody can take back."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from exports import jobs
from exports.models import ExportJob
from offboarding.rights import allow


def remove_package(job: ExportJob, *, by: User, typed_name: str) -> ExportJob:
    """``jobs.expire`` by a person who has typed the customer's name, so that it is this customer's and no other's."""
    allow(by, "exports.expire_exportjob")
    if typed_name.strip() != job.customer.name.strip():
        raise ValidationError({"typed_name": _("Type the customer's name exactly as it stands above.")})
    return jobs.expire(job, by=by)
