"""Copies that this application cannot reach: somebody attests that they are gone, and until then nothing is final."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import clock, evidence, journal, letters, rule_words
from offboarding.actors import Actor
from offboarding.canonical import digest
from offboarding.models import Letter
from offboarding.rights import allow
from offboarding.stating import stated
from retention.locking import locked_agreements
from retention.models import Attestation, DeletionRun

DELETION = Actor.machine("deletion")
FOLDER = "attestations"
MOST_BYTES = 25 * 1024 * 1024
"""Bytes of a file that goes with an attestation."""


def open_for(run: DeletionRun) -> list[Attestation]:
    """One task per attested store of the plan, due when the copies there have died by themselves; again is harmless.

    In the caller's transaction, with ``live_erased_at`` set.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("Attestations are opened in the transaction that says the data is gone.")
    return [_opened(run, store) for store in run.plan.content["attested"]]


def _opened(run: DeletionRun, store: Mapping[str, Any]) -> Attestation:
    assert run.live_erased_at is not None
    due_on = clock.local_day(run.live_erased_at) + timedelta(days=store["keep_days"])
    attestation, created = Attestation.objects.get_or_create(
        run=run,
        store=store["store"],
        defaults={
            "description": store["description"][:500],
            "attester": store["attester"][:255],
            "keep_days": store["keep_days"],
            "due_on": due_on,
        },
    )
    if created:
        facts = {
            "run": run.pk, "attestation": attestation.pk, "store": attestation.store, "due_on": due_on.isoformat(),
        }  # fmt: skip
        journal.record("attestation.opened", actor=DELETION, facts=facts, **journal.case_of(run.agreement))
    return attestation


def attest(
    attestation: Attestation,
    *,
    by: User,
    statement: str,
    evidence: tuple[str, bytes] | None = None,
    early_because: str = "",
) -> Attestation:
    """A person says, by name, that the store holds nothing of the customer any more, and how that is known.

    Before ``due_on`` copies still live unless somebody destroyed them: then ``early_because`` must say how, and it
    becomes part of the statement. ``evidence`` is a file's name and bytes, kept under its hash in the ``evidence``
    storage. ValidationError for what is missing or too large; OSError where the storage does not answer.
    """
    actor = allow(by, "retention.attest_attestation")
    statement = stated(statement, _("Say what was checked and how."), field="statement")
    name, sha256 = _kept(evidence)
    with transaction.atomic():
        locked_agreements(attestation.run.customer)
        attestation = Attestation.objects.select_for_update(of=("self",)).get(pk=attestation.pk)
        _check_open(attestation)
        statement = _with_early(attestation, statement, early_because)
        attestation.attested_by, attestation.attested_at, attestation.statement = by, timezone.now(), statement
        attestation.evidence, attestation.evidence_sha256 = name, sha256
        attestation.save()
        facts = {"run": attestation.run_id, "attestation": attestation.pk, "store": attestation.store, "sha256": sha256}
        case = journal.case_of(attestation.run.agreement)
        journal.record("attestation.done", actor=actor, reason=statement, facts=facts, **case)
    return attestation


def remind(on: date) -> list[Letter]:
    """Asks Legal, once for each, for the attestations that are due; gives the letters written now."""
    due = Attestation.objects.due(on).filter(run__state=DeletionRun.State.LIVE_ERASED)
    written: list[Letter] = []
    for attestation in due.select_related("run__agreement__customer").order_by("pk"):
        with transaction.atomic():
            written += _asked(attestation)
    return written


def _asked(attestation: Attestation) -> list[Letter]:
    agreement = letters.locked_agreement(attestation.run.agreement_id)
    key = f"attestation-{attestation.pk}"
    if agreement.letters.filter(occasion=Letter.Occasion.ATTESTATION, key__contains=f":{key}:").exists():
        return []
    return letters.write(
        Letter.Occasion.ATTESTATION, agreement, to=[], addresses=[settings.LEGAL_ADDRESS],
        language=settings.LEGAL_LANGUAGE, key=key,
        context={"store": attestation.store, "attester": attestation.attester, "due_on": attestation.due_on,
                 "because": attestation.description},
    )  # fmt: skip


def _check_open(attestation: Attestation) -> None:
    if attestation.attested_at is not None:
        raise ValidationError({"attestation": _("This is attested already.")})
    if attestation.run.state != DeletionRun.State.LIVE_ERASED:
        raise ValidationError({"attestation": _("The deletion that this belongs to does not wait for it any more.")})


def _with_early(attestation: Attestation, statement: str, early_because: str) -> str:
    if clock.today() >= attestation.due_on:
        return statement
    text = _("Copies live there until %(day)s. To attest before that, say how they were destroyed.")
    day = rule_words.day_in_words(attestation.due_on)
    return f"{statement}\n\n{stated(early_because, text % {'day': day}, field='early_because')}"


def _kept(file: tuple[str, bytes] | None) -> tuple[str, str]:
    """Name in the ``evidence`` storage and SHA-256 of the file; nothing for none. An identical one is kept once."""
    if file is None:
        return "", ""
    name, content = file
    if not content:
        raise ValidationError({"evidence": _("The file is empty.")})
    if len(content) > MOST_BYTES:
        most = MOST_BYTES // 1024**2
        raise ValidationError({"evidence": _("The file is too large: at most %(most)d MB.") % {"most": most}})
    sha256 = digest(content)
    ending = re.sub(r"[^a-z0-9]", "", name.rpartition(".")[2].lower())[:8] if "." in name else ""
    stored = f"{FOLDER}/{sha256[:2]}/{sha256}.{ending or 'bin'}"
    evidence.create(stored, content)
    if digest(evidence.read(stored, MOST_BYTES + 1)) != sha256:
        raise OSError(f"{stored} in the evidence storage holds other bytes than its name says.")
    return stored, sha256
