"""When everything else is gone, what we know ourselves of the customer's people goes too – and only then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from exports.models import ExportJob
from offboarding import letters
from offboarding.models import Agreement, Contact, JournalEntry, Letter, StoredMessage, TerminationNotice
from retention import attestations, finishing, packages, traces, verifications
from retention.models import Certificate, DeletionPlan, DeletionRun, LegalHold
from retention.reach import Reach
from tests.retention.afterwards.filled import WORDS, fill
from tests.retention.afterwards.seeking import holding
from tests.retention.afterwards.story import carried_out, erase_packages

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def erased(platform, agreement, alva, staff, charlie, erased_on):
    """Live-erased, with everything that a case leaves behind."""
    fill(agreement, alva, staff)
    run = carried_out(agreement, charlie)
    erase_packages(run)
    assert finishing.live_erased(run)
    Letter.objects.filter(state="queued").update(state="sent", sent_at=timezone.now())
    return run


@pytest.fixture
def over(erased, erased_on, staff):
    """All copies attested, all looks done: nothing stands against the end."""
    for look in erased.verifications.filter(done_at=None).order_by("due_on"):
        erased_on.move_to(f"{look.due_on}T12:00:00Z")
        assert verifications.look(erased, look.after_days).passed
    erased_on.move_to("2027-05-10T12:00:00Z")
    for attestation in erased.attestations.all():
        attestations.attest(attestation, by=staff, statement="Rotated out.")
    return erased


def test_nothing_of_the_customers_people_is_left_anywhere(over):
    assert holding(WORDS)
    assert finishing.finalise(over)
    assert holding(WORDS) == {}


def test_the_evidence_stays(over, agreement, alva):
    before = list(JournalEntry.objects.order_by("seq").values())
    hashes = set(StoredMessage.objects.values_list("sha256", flat=True))
    text = Letter.objects.get(occasion="warning_30").text
    finishing.finalise(over)
    assert list(JournalEntry.objects.order_by("seq").values())[: len(before)] == before
    assert set(StoredMessage.objects.values_list("sha256", flat=True)) == hashes
    assert Letter.objects.get(occasion="warning_30").text == f"SHA-256 {_digest(text)}"
    notice = TerminationNotice.objects.get()
    assert (notice.contact, notice.decision, notice.objection[:8]) == (alva, "timely", "SHA-256 ")
    job = ExportJob.objects.get(state="expired")
    assert (job.manifest_sha256, job.statement, job.tables_result) == ("a" * 64, None, {})
    plan = DeletionPlan.objects.get()
    assert (plan.samples, plan.content["customer"]["name"]) == ({}, "Alice Academy")
    assert list(Certificate.objects.order_by("pk").values_list("occasion", flat=True)) == ["live_erased", "copies_gone"]
    told = list(JournalEntry.objects.order_by("-seq").values_list("event", flat=True)[:3])
    assert told == ["run.final", "certificate.issued", "run.traces"]


def _digest(text: str) -> str:
    from hashlib import sha256

    return sha256(text.encode()).hexdigest()


def test_a_letter_that_was_reduced_is_not_sent_again(over, staff):
    Letter.objects.filter(occasion="decision").update(contact=None)
    finishing.finalise(over)
    for letter in Letter.objects.filter(state__in=["sent", "bounced"]):
        with pytest.raises(ValidationError):
            letters.resend(letter, by=staff)


def test_the_neighbours_people_are_untouched(over, bob, staff):
    theirs = Agreement.objects.create(
        customer=bob, number="B", term_start=timezone.now().date(), term_end=timezone.now().date()
    )
    bo = Contact.objects.create(customer=bob, name="Bo", email="bo@bob.example")
    before = holding(("bo@bob.example",))
    finishing.finalise(over)
    assert holding(("bo@bob.example",)) == before
    assert (Contact.objects.get(pk=bo.pk).email, theirs.customer) == ("bo@bob.example", bob)


def test_a_second_time_changes_nothing(over):
    finishing.finalise(over)
    entries = JournalEntry.objects.count()
    assert finishing.finalise(over)
    assert (JournalEntry.objects.count(), Certificate.objects.count()) == (entries, 2)


def _unattested(run):
    run.attestations.filter(store="backups").update(attested_at=None, attested_by=None, statement="")


def _unlooked(run):
    run.verifications.filter(after_days=30).update(done_at=None, passed=None)


def _unsettled(run):
    run.verifications.filter(after_days=7).update(passed=None)


def _queued(run):
    Letter.objects.filter(occasion="decision").update(state="queued")


def _asking(run):
    StoredMessage.objects.filter(agreement=None).update(state="problem")


def _held(run):
    LegalHold.objects.create(
        customer=run.customer, ground="court", reference="T 1", requested_by="court", because="asked",
        placed_by=run.approval.approved_by, reach=Reach(everything=True).to_json(), review_on=timezone.now().date(),
        placed_at=timezone.now(),
    )  # fmt: skip


def test_it_is_not_final_while_something_stands_against_it(over):
    before = holding(WORDS)
    for something in (_unattested, _unlooked, _unsettled, _queued, _asking, _held):
        with transaction.atomic():
            something(over)
            over.refresh_from_db()
            assert len(finishing.why_not_final(over)) == 1, something
            assert not finishing.finalise(over)
            transaction.set_rollback(True)
    assert DeletionRun.objects.get().state == "live_erased"
    assert holding(WORDS) == before


def test_a_customer_that_came_back_keeps_its_people(over, alice, alva, agreement):
    Agreement.objects.create(
        customer=alice, number="AVT-2027-1", term_start=timezone.now().date(),
        term_end=timezone.now().date() + timedelta(days=365),
    )  # fmt: skip
    finishing.finalise(over)
    alva.refresh_from_db()
    assert (alva.email, alva.ended_at) == ("alva.ekstrom@alice.example", None)
    assert not Letter.objects.filter(agreement=agreement, address=alva.email).exists()


def test_where_the_storage_does_not_answer_nothing_is_marked(over, settings):
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": "/proc/nothing"}}
    settings.STORAGES = {**settings.STORAGES, "evidence": place}
    with pytest.raises(OSError, match="nothing"):
        finishing.finalise(over)
    assert DeletionRun.objects.get().state == "live_erased"
    assert Contact.objects.get().name == "Alva Ekström"


# Before the end: what goes with the run itself ----------------------------------------------------------------------


def test_packages_task_rows_and_sessions_are_gone_when_the_data_is(erased):
    assert set(holding(("Vi sluter",))) & {"exports", "EXPORT_WORK_DIR"} == set()
    left = traces.count(erased.customer)
    assert {name: left[name] for name in ("volumes", "queued_tasks", "task_results", "sessions")} == {
        "volumes": 0, "queued_tasks": 0, "task_results": 0, "sessions": 0,
    }  # fmt: skip
    assert packages.left(erased.customer) == 0
    assert not [place for place in holding(("Vi sluter", "betyg.pdf")) if place.startswith(("exports:", "EXPORT"))]
    assert not [place for place in holding(("betyg.pdf",)) if place.startswith("django_q")]


def test_counting_what_there_is(platform, agreement, alva, staff):
    fill(agreement, alva, staff)
    counted = traces.count(agreement.customer)
    assert counted == {
        "export_jobs": 2, "volumes": 1, "volume_bytes": counted["volume_bytes"], "queued_tasks": 1, "task_results": 1,
        "sessions": 1, "contacts": 1, "letters": 2, "messages": 2, "notices": 1,
        "accounts": 1,
    }  # fmt: skip
    assert connection.vendor == "postgresql"


def test_erasing_packages_again_finds_nothing(erased):
    cleared = traces.erase_packages(erased)
    assert (cleared.gone, cleared.left) == (0, 0)


def test_a_running_export_is_cancelled_and_its_worker_can_write_nothing_more(run, alice, staff):
    job = ExportJob.objects.create(
        customer=alice, requested_by=staff, requested_at=timezone.now(), state="running", epoch=3,
        heartbeat_at=timezone.now(), started_at=timezone.now(),
    )  # fmt: skip
    traces.erase_packages(run)
    job.refresh_from_db()
    assert (job.state, job.epoch) == ("cancelled", 4)
