"""One case with a record of every kind, made by the verbs, and everybody who may come to it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from tests.cast import UNUSABLE
from tests.retention.screens.cases import Records

NOW = datetime(2027, 4, 3, 9, 0, tzinfo=UTC)
RIGHTS = ("may_request", "may_confirm", "may_give_notice")


def people(alice: Any, bob: Any) -> dict[str, Any]:
    """Actor → user: one of each role, a superuser, staff without a group; a contact with each right, and Bob's."""
    from django.contrib.auth.models import Group, User

    from offboarding.models import Contact
    from offboarding.roles import Role

    found = {}
    for role in Role:
        found[role.value] = User.objects.create(username=role.value.lower(), is_staff=True, password=UNUSABLE)
        found[role.value].groups.add(Group.objects.get(name=role.value))
    found["superuser"] = User.objects.create(username="root", is_staff=True, is_superuser=True, password=UNUSABLE)
    found["no group"] = User.objects.create(username="nobody", is_staff=True, password=UNUSABLE)
    for number, (actor, customer, rights) in enumerate(
        [("may_see", alice, ()), *((right, alice, (right,)) for right in RIGHTS), ("stranger", bob, RIGHTS)]
    ):
        contact = Contact.objects.create(
            customer=customer, name=actor, email=f"{actor}@x.example", **dict.fromkeys(rights, True)
        )
        found[actor] = User.objects.create(username=f"x{number}", email=contact.email, password=UNUSABLE)
    return found


def records(alice: Any, bob: Any, root: Any) -> dict[str, Any]:
    """``app.model`` → the record that the addresses are about."""
    from django.contrib.auth.models import Group

    from offboarding.models import Letter, StoredMessage

    records = Records(alice, root, _second(root))
    certificate = records.certificate()
    found = {
        "retention.certificate": certificate,
        "retention.deletionrun": certificate_run(certificate),
        "retention.legalhold": records.hold(),
        "retention.retentionduty": records.duty(),
        "retention.resurrection": records.back(),
        "retention.pause": records.pause(),
        "offboarding.customer": alice,
        "auth.user": root,
        "auth.group": Group.objects.get(name="Auditor"),
    }
    run = found["retention.deletionrun"]
    found["retention.deletionplan"] = run.plan
    found["retention.attestation"] = _with_evidence(run.attestations.get())
    found["retention.verification"] = run.verifications.get()
    found |= _of_the_agreement(alice, root) | _of_exports(alice, root)
    found["offboarding.letter"] = Letter.objects.filter(agreement=found["offboarding.agreement"]).first()
    found["offboarding.storedmessage"] = StoredMessage.objects.get()
    return found


def _with_evidence(attestation: Any) -> Any:
    from django.core.files.base import ContentFile
    from django.core.files.storage import storages

    attestation.evidence = storages["evidence"].save("attestations/protocol.pdf", ContentFile(b"%PDF-1.7 gone"))
    attestation.save(update_fields=["evidence"])
    return attestation


def certificate_run(certificate: Any) -> Any:
    from retention.models import DeletionRun

    return DeletionRun.objects.get(pk=certificate.run_number)


def _second(root: Any) -> Any:
    from django.contrib.auth.models import User

    return User.objects.create(username="second", is_staff=True, is_superuser=True, password=UNUSABLE)


def _of_the_agreement(alice: Any, root: Any) -> dict[str, Any]:
    """An agreement in service, its notice in force, a waiver, help with the transfer, a scan."""
    from offboarding import assistance, endings, notices, uploads, windows
    from offboarding.models import Agreement, Contact, JournalEntry

    agreement = Agreement.objects.create(
        customer=alice, number="AVT-2", term_start=date(2027, 1, 1), term_end=date(2027, 12, 31)
    )
    endings.register(agreement, by=root)
    giver = Contact.objects.get(name="may_give_notice")
    scan = uploads.bring(b"%PDF-1.7 x", file_name="scan.pdf", received_at=NOW, by=root, because="Post.")
    notice = notices.record(agreement, channel="letter", received_at=NOW, by=root, because="Post.", contact=giver)
    notices.decide(notice, "timely", by=root)
    asked = assistance.request(agreement, scope="Help us", by=root)
    assistance.offer(asked, by=root, estimated_hours=3, charged=False)
    agreement.refresh_from_db()
    return {
        "offboarding.agreement": agreement,
        "offboarding.contact": giver,
        "offboarding.terminationnotice": notice,
        "offboarding.transferassistance": asked,
        "offboarding.waiver": windows.record_waiver(
            agreement,
            delete_from=date(2028, 1, 15),
            asked_by=Contact.objects.get(name="may_confirm"),
            document=scan,
            by=root,
            because="Quicker.",
        ),
        "offboarding.journalentry": JournalEntry.objects.order_by("-seq").first(),
    }


def _of_exports(alice: Any, root: Any) -> dict[str, Any]:
    """A package as its worker leaves it: complete, with a volume in storage, and a file that was not there."""
    from knox.models import AuthToken

    from exports import receipts
    from exports.models import ExportJob, MissingFile
    from offboarding.models import Contact
    from tests.exports.handover import packages

    older = packages.make(1, alice, root, days=2)
    job = packages.make(2, alice, root)
    asker = Contact.objects.get(name="may_request")
    ExportJob.objects.filter(pk=job.pk).update(requested_by=None, requested_by_contact=asker)
    job.refresh_from_db()
    return {
        "exports.exportjob": job,
        "exports.volume": job.volumes.get(number=1),
        "exports.missingfile": MissingFile.objects.create(
            customer=alice, store="media", path="a.pdf", path_sha256="c" * 64, reason="not there", last_seen=job
        ),
        "exports.receipt": receipts.object_to(
            older, digest=older.manifest_sha256, missing={"users": "Ada"}, by=root, because="She called."
        ),
        "knox.authtoken": AuthToken.objects.create(root)[0],
    }
