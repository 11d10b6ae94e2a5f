"""A customer's package leaves the house: who may fetch a file of it, what is there, and that it was fetched.

Asked on every request, also of one transfer that was broken off. A contact needs the right to request or to confirm –
to see the case is not enough, for a package holds everything. The journal gets one entry per transfer, not per request:
what goes on with a transfer of the last hour is the same one.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exports import announcing
from exports.models import ExportJob, Volume
from offboarding.actors import Actor
from offboarding.models import Contact, JournalEntry
from offboarding.withdrawals import for_the_customer

SAME_TRANSFER = timedelta(hours=1)
_DIGEST = re.compile(r"[0-9a-f]{64}")


class UnknownFileError(LookupError):
    """There is no such file in the package, or no package yet."""


class RemovedError(LookupError):
    """The file was there and is removed for good."""


@dataclass(frozen=True, slots=True)
class Item:
    """One file that can be fetched. ``stored``: its name in the storage; ``sha256`` '' where no row knows it.

    ``volume`` is 0 for what belongs to the package as a whole, and ``text`` stands in for a file that is not stored.
    """

    name: str
    bytes: int = 0
    sha256: str = ""
    stored: str = ""
    volume: int = 0
    text: str = ""


def items_of(job: ExportJob) -> list[Item]:
    """The volumes, as far as they are in the storage."""
    found = job.volumes.verified().defer("plan", "result").order_by("number")
    return [
        Item(file_name(volume), volume.bytes, volume.sha256, volume.name, volume.number)
        for volume in found
        if _DIGEST.fullmatch(volume.sha256)
    ]


def file_name(volume: Volume) -> str:
    """What a volume is called outside the storage."""
    return PurePosixPath(volume.name).name


def sums_name(job: ExportJob) -> str:
    """The file with the digests; of each package its own, so that two in one folder do not mix."""
    return f"export-{job.pk}.sha256"


def sums(job: ExportJob) -> str:
    """All volumes' digests as ``sha256sum --check`` reads them."""
    return "".join(f"{item.sha256}  {item.name}\n" for item in items_of(job))


def may_fetch(job: ExportJob, contact: Contact) -> bool:
    """Whether this contact may fetch a whole package of its customer; the screens ask, ``fetch`` decides."""
    allowed = contact.customer_id == job.customer_id and contact.ended_at is None
    return allowed and contact.may_see and (contact.may_request or contact.may_confirm)


def find(job: ExportJob, name: str, *, by: User | None = None, contact: Contact | None = None) -> Item:
    """The file, for somebody who may fetch it.

    PermissionDenied without the right; ``UnknownFileError``, ``RemovedError``. Staff also gets an incomplete package,
    to look at it; a customer never does.
    """
    for_the_customer(by, contact, "exports.download_exportjob")
    if contact is not None and not may_fetch(job, Contact.objects.get(pk=contact.pk)):
        raise PermissionDenied(_("You may not do this for the customer."))
    if job.state == ExportJob.State.EXPIRED:
        raise RemovedError(name)
    handed_out = [ExportJob.State.COMPLETE] if contact is not None else _FOR_STAFF
    if job.state not in handed_out:
        raise UnknownFileError(name)
    if name == sums_name(job):
        text = sums(job)
        return Item(name, len(text.encode()), hashlib.sha256(text.encode()).hexdigest(), text=text)
    for item in _around(job):
        if item.name == name:
            return item
    for volume in job.volumes.defer("plan", "result"):
        if volume.name and file_name(volume) == name and volume.state == Volume.State.REMOVED:
            raise RemovedError(name)
    raise UnknownFileError(name)


_FOR_STAFF = [ExportJob.State.COMPLETE, ExportJob.State.INCOMPLETE]


def _around(job: ExportJob) -> list[Item]:
    """The volumes, and what proves them: the signed manifest and the program that checks it."""
    proofs = []
    if job.manifest_name:
        folder = PurePosixPath(job.manifest_name)
        proofs = [
            Item(folder.name, sha256=job.manifest_sha256, stored=job.manifest_name),
            Item(f"{folder.name}.sig", stored=f"{job.manifest_name}.sig"),
            Item("verify.py", stored=str(folder.with_name("verify.py"))),
        ]
    return [*items_of(job), *proofs]


@transaction.atomic
def note(job: ExportJob, item: Item, *, first: int, by: User | None = None, contact: Contact | None = None) -> bool:
    """Writes down that somebody fetches a volume, from byte ``first`` on; False where it goes on with a transfer.

    A transfer from its beginning is always a new one. What belongs to the package as a whole holds no data and is not
    noted.
    """
    actor = for_the_customer(by, contact, "exports.download_exportjob")
    if not item.volume or (first and _goes_on(job, item, actor)):
        return False
    announcing.record(
        "export.downloaded", job.customer, actor=actor, export=job.pk, volume=item.volume, start=first, bytes=item.bytes
    )
    return True


def _goes_on(job: ExportJob, item: Item, actor: Actor) -> bool:
    lately = JournalEntry.objects.filter(
        customer=job.customer_id, event="export.downloaded", actor=str(actor), at__gte=timezone.now() - SAME_TRANSFER
    )
    return lately.filter(facts__export=job.pk, facts__volume=item.volume).exists()
