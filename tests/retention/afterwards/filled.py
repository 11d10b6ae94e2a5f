"""What a case leaves behind in our own records and storages: every place where somebody's name can come to stand."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone
from django_q.models import OrmQ, Task
from django_q.signing import SignedPackage

from exports.models import ExportJob, MissingFile, Receipt, Volume
from offboarding import originals
from offboarding.models import (
    AssistanceHours,
    Letter,
    StoredMessage,
    TerminationNotice,
    TransferAssistance,
    Waiver,
)

PATH = "org/7/Alva Ekström/betyg.pdf"
"""A file that is called like the person it is about."""
BODY = "Vi sluter. Hälsningar, Alva Ekström <alva.ekstrom@alice.example>"
WORDS = ("alva.ekstrom@alice.example", "Alva Ekström", "betyg.pdf", "Vi sluter")
"""What nobody may find any more when the deletion is final."""
RECEIVED = datetime(2026, 10, 1, 8, tzinfo=UTC)


def fill(agreement, alva, staff) -> None:
    """All of it, as the verbs would leave it."""
    message = _message(agreement, "1")
    unmatched = _message(None, "2")
    StoredMessage.objects.filter(pk=unmatched.pk).update(
        state="settled", settled_by=staff, settled_because="Not about any agreement."
    )
    TerminationNotice.objects.create(
        agreement=agreement, channel="email", received_at=RECEIVED, received_by="machine:fetch_notices",
        recorded_at=RECEIVED, sender=alva.email, contact=alva, message=message, state="accepted", decision="timely",
        decided_by=staff, decided_at=RECEIVED, objected_at=RECEIVED, objection=BODY, objection_by=f"contact:{alva.pk}",
        objection_settled_at=RECEIVED,
    )  # fmt: skip
    Waiver.objects.create(
        agreement=agreement, delete_from=date(2027, 3, 1), asked_by=alva, document=message, because="Quicker.",
        recorded_by=staff, recorded_at=RECEIVED,
    )  # fmt: skip
    help_ = TransferAssistance.objects.create(
        agreement=agreement, requested_at=RECEIVED, requested_by=alva, scope=BODY, separate_agreement="T-1"
    )
    AssistanceHours.objects.create(
        assistance=help_, day=date(2027, 1, 5), hours=2, what="Called Alva Ekström", worked_by=staff
    )
    _letter(agreement, alva, "decision", "sent")
    _letter(agreement, alva, "warning_30", "bounced")
    _export(agreement.customer, staff)
    for row in (alva, message):
        kind = ContentType.objects.get_for_model(row)
        LogEntry.objects.create(
            user=staff, content_type=kind, object_id=str(row.pk), object_repr=str(row), action_flag=CHANGE,
            change_message=f'[{{"changed": "{alva.email}"}}]',
        )  # fmt: skip
    session = SessionStore()
    session["account_login"] = {"email": alva.email}
    session.save()
    account_of(alva, session.session_key)
    Receipt.objects.create(
        job=ExportJob.objects.get(state="complete"), manifest_sha256="a" * 64, outcome="objected", given_at=RECEIVED,
        contact=alva, missing={"users": BODY},
    )  # fmt: skip


def account_of(contact, session_key: str = "f" * 32) -> User:
    """As signing in by code leaves it: a user without a name, its address, and where it signed in from."""
    user = User.objects.create(username=f"x{contact.pk}", email=contact.email, password="!", is_staff=False)
    EmailAddress.objects.create(user=user, email=contact.email, verified=True, primary=True)
    UserSession.objects.create(user=user, ip="192.0.2.7", session_key=session_key, user_agent="Alva Ekström's phone")
    return user


def _message(agreement, number: str) -> StoredMessage:
    content = f"From: alva.ekstrom@alice.example\nMessage-ID: <{number}@x>\n\n{BODY}".encode()
    kept = originals.keep(io.BytesIO(content), "message/rfc822")
    return StoredMessage.objects.create(
        sha256=kept.sha256, storage_name=kept.storage_name, bytes=kept.bytes, source="mailbox", file_name="betyg.pdf",
        message_id="<alva.ekstrom@alice.example>", subject="Från Alva Ekström", sender="alva.ekstrom@alice.example",
        received_at=RECEIVED, stored_at=RECEIVED, attachments=[{"name": "betyg.pdf"}], state="matched",
        customer=agreement and agreement.customer, agreement=agreement,
    )  # fmt: skip


def _letter(agreement, contact, occasion: str, state: str) -> Letter:
    return Letter.objects.create(
        customer=agreement.customer, agreement=agreement, contact=contact, address=contact.email, language="sv",
        occasion=occasion, key=f"{occasion}:{agreement.pk}:x:{contact.email}", message_id=f"<{occasion}@notices>",
        subject=f"Till {contact.name}", text=f"Hej {contact.name}!", html=f"<p>{contact.name}</p>",
        calendar=f"ATTENDEE:{contact.email}", state=state, written_at=RECEIVED, due_at=RECEIVED, sent_at=RECEIVED,
        error=f"550 <{contact.email}> unknown" if state == "bounced" else "",
    )  # fmt: skip


def _export(customer, staff) -> ExportJob:
    now = timezone.now()
    job = ExportJob.objects.create(
        customer=customer, requested_by=staff, requested_at=RECEIVED, state="complete", epoch=1, attempt=1,
        started_at=RECEIVED, finished_at=RECEIVED, expires_at=now, manifest_sha256="a" * 64,
        tables_result={"missing": [PATH]}, statement={"missing": [PATH]}, manifest_name="",
    )  # fmt: skip
    job.manifest_name = storages["exports"].save(f"{job.folder}/e1/manifest.json", ContentFile(PATH.encode()))
    job.save()
    name = storages["exports"].save(f"{job.folder}/e1/volume-001.zip", ContentFile(BODY.encode()))
    Volume.objects.create(
        job=job, number=1, kind="media", state="verified", name=name, bytes=len(BODY), sha256="b" * 64,
        plan=[["media", PATH, 3, "users"]], result={"files": [PATH]},
    )  # fmt: skip
    failed = ExportJob.objects.create(
        customer=customer, requested_by=staff, requested_at=RECEIVED, state="failed", epoch=1, attempt=1,
        started_at=RECEIVED, finished_at=RECEIVED, error=f"{PATH} could not be read",
    )  # fmt: skip
    storages["exports"].save(f"{failed.folder}/e1/half.zip", ContentFile(BODY.encode()))
    MissingFile.objects.create(
        customer=customer, store="media", path=PATH, path_sha256="c" * 64, reason=f"{PATH} is not there", last_seen=job
    )
    work = Path(settings.EXPORT_WORK_DIR, f"{job.folder}-1")
    work.mkdir(parents=True)
    (work / "tables.csv").write_text(BODY)
    _tasks(job, now)
    return job


def _tasks(job: ExportJob, now: datetime) -> None:
    task = {"id": "d" * 32, "name": f"export {job.pk}", "func": "exports.tasks.run_export", "args": (job.pk,)}
    OrmQ.objects.create(key="offboarding", payload=SignedPackage.dumps(task), lock=now)
    Task.objects.create(
        id="e" * 32, name=f"export {job.pk}", func="exports.tasks.run_export", args=(job.pk,), kwargs={},
        result=f"Traceback … {PATH}", started=now, stopped=now, success=False,
    )  # fmt: skip
