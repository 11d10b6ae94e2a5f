"""Certificates: issued, supplemented and checked, in one series of numbers without gaps.

A certificate is four files in the ``evidence`` storage: ``certificates/C-000042-<hash12>.json`` (the canonical JSON
that is signed), ``.sv.pdf`` and ``.en.pdf``, which nothing overwrites, and ``.sig``, written once the transaction is
committed: what has no signature was never issued. So a kill between files and commit leaves nothing that counts.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exports.build import SOFTWARE
from offboarding import evidence, journal, signing
from offboarding.actors import Actor
from offboarding.canonical import canonical, digest
from offboarding.journal_chain import instant
from retention import certificate_content, certificate_files, certificate_records, documents
from retention.certificate_checks import Answer, Checked, check, check_json
from retention.certificate_content import Heading
from retention.models import Certificate, DeletionRun

__all__ = ["Answer", "Checked", "check", "check_json", "issue", "new_code", "page_of", "supplement"]

DELETION = Actor.machine("deletion")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
OBJECTIONS = {
    "not_done": gettext_lazy("Not every step of the deletion is done."),
    "not_verified": gettext_lazy("A place was not found empty after its last batch."),
    "not_looked": gettext_lazy("Nobody has looked independently whether something is left."),
    "not_erased": gettext_lazy("The run does not say when the live data was gone."),
    "not_attested": gettext_lazy("A copy has not been attested to be gone."),
    "nothing_found": gettext_lazy("No look has found anything."),
}


@dataclass
class Sitting:
    """What an issue fixes beforehand, so that its documents can be drawn before anybody waits for its locks.

    ``drawn``: (SHA-256 of the statement, language) → PDF. A statement that became another one is drawn when it is
    issued.
    """

    at: datetime = field(default_factory=lambda: timezone.now())  # asked anew: the demo turns the clock
    code: str = field(default_factory=lambda: new_code())
    drawn: dict[tuple[str, str], bytes] = field(default_factory=dict)


def issue(
    run: DeletionRun, *, occasion: str = Certificate.Occasion.LIVE_ERASED, sitting: Sitting | None = None
) -> Certificate:
    """A certificate of its own for an erasure that is done and verified, in the caller's transaction.

    The run, its steps, looks and attestations must say by now what the certificate is to say. ValidationError where
    they do not bear out the occasion; ``pdf.PdfError`` where a document does not say what it should; OSError where the
    ``evidence`` storage does not answer. Takes the journal's lock: row locks come before it.
    """
    return _issued(run, Certificate.Occasion(occasion), None, sitting or Sitting())


def supplement(run: DeletionRun, *, occasion: str, sitting: Sitting | None = None) -> Certificate:
    """What has changed since the customer's certificate, as ``issue`` makes it, with its number and hash.

    Where the customer has none, because the first erasure stopped half-way, it stands on its own.
    """
    return _issued(run, Certificate.Occasion(occasion), _first(run), sitting or Sitting())


def drafted(run: DeletionRun, *, occasion: str, sitting: Sitting) -> dict[str, Any]:
    """What ``issue`` or ``supplement`` would say now, in a transaction that is rolled back; nothing is written."""
    supplements = None if occasion == Certificate.Occasion.LIVE_ERASED else _first(run)
    return _content(run, Certificate.Occasion(occasion), supplements, sitting)[1]


def draw(content: dict[str, Any], sitting: Sitting) -> None:
    """Draws the documents of a draft, which takes its time: outside every transaction."""
    said = canonical(content)
    key_id = signing.sign(said).key_id
    for language, _name in settings.LANGUAGES:
        pdf = documents.certificate_pdf(content, language, key_id=key_id, sha256=digest(said))
        sitting.drawn[digest(said), language] = pdf


def _first(run: DeletionRun) -> Certificate | None:
    """Also where our own database was restored to before it was issued: then it gets its row back first."""
    journal.take_turn()
    certificate_files.reinstate()
    return Certificate.objects.filter(customer_number=run.customer_id, supplements=None).order_by("-sequence").first()


def new_code() -> str:
    """``7K3M-9QXW-2B4T``: 60 random bits in Crockford's base32, which has no letter that looks like a digit."""
    digits = "".join(secrets.choice(_CROCKFORD) for _digit in range(12))
    return "-".join(digits[start : start + 4] for start in range(0, 12, 4))


def page_of(certificate: Certificate) -> str:
    """The address of the public page, as the certificate names it."""
    return str(json.loads(certificate.content)["verify"])


def _content(
    run: DeletionRun, occasion: Certificate.Occasion, supplements: Certificate | None, sitting: Sitting
) -> tuple[int, dict[str, Any]]:
    """The number and the whole statement; the number is ours until the open transaction ends."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("A certificate is issued in the transaction of what it certifies.")
    journal.take_turn()
    sequence = certificate_files.next_sequence()
    heading = Heading(
        number=Certificate(sequence=sequence).number,
        code=sitting.code,
        occasion=occasion.value,
        issued_at=instant(sitting.at),
        language=run.customer.language,
        vendor=settings.VENDOR_NAME,
        software=SOFTWARE,
        verify=f"{settings.SITE_URL}{reverse('verify')}",
        supplements={"number": supplements.number, "sha256": supplements.sha256} if supplements else None,
    )
    content = certificate_content.build(heading, run.plan.content, certificate_records.of(run))
    _check(content)
    return sequence, content


def _issued(
    run: DeletionRun, occasion: Certificate.Occasion, supplements: Certificate | None, sitting: Sitting
) -> Certificate:
    sequence, content = _content(run, occasion, supplements, sitting)
    said = canonical(content)
    signature = signing.sign(said)
    signing.verify(said, signature, signing.known_key_ids()[0])
    if (digest(said), settings.LANGUAGES[0][0]) not in sitting.drawn:
        draw(content, sitting)
    certificate = Certificate.objects.create(
        sequence=sequence,
        supplements=supplements,
        issued_at=sitting.at,
        **certificate_files.columns(content, said, signature),
        documents=_written(content, said, sitting),
    )
    _record(certificate, run)
    name = certificate_files.stem(certificate.number, certificate.sha256)
    transaction.on_commit(lambda: certificate_files.complete(name, certificate.signature), robust=True)
    return certificate


def _check(content: dict[str, Any]) -> None:
    if objections := certificate_content.objections(content):
        words = [str(OBJECTIONS[code]) for code in objections]
        raise ValidationError({"certificate": [_("No certificate can be issued."), *words]})


def _written(content: dict[str, Any], said: bytes, sitting: Sitting) -> dict[str, Any]:
    """Writes all files, whose PDFs were read back when they were drawn; name, hash and bytes of each."""
    stem = certificate_files.stem(content["number"], digest(said))
    files = {"json": (f"{stem}.json", said)}
    for language, _name in settings.LANGUAGES:
        files[language] = (f"{stem}.{language}.pdf", sitting.drawn[digest(said), language])
    for name, written in files.values():
        evidence.create(name, written)
        if evidence.read(name, len(written) + 1) != written:
            raise OSError(f"{name} in the evidence storage is not what was written.")
    return {kind: {"name": name, "sha256": digest(body), "bytes": len(body)} for kind, (name, body) in files.items()}


def _record(certificate: Certificate, run: DeletionRun) -> None:
    facts = {
        "certificate": certificate.pk,
        "number": certificate.number,
        "why": certificate.occasion,
        "sha256": certificate.sha256,
        "run": run.pk,
        "supplements": certificate.supplements.number if certificate.supplements else "",
    }
    journal.record("certificate.issued", actor=DELETION, facts=facts, **journal.case_of(run.agreement))
