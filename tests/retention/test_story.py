"""The second half of the story: from a notice through a hold to a certificate that anybody can check, and the silence
after it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from exports import jobs, worker
from exports.models import ExportJob
from offboarding import clock, endings, journal_proof, notices
from offboarding.models import Agreement, Contact, Customer, TerminationNotice
from offboarding.phases import Phase, phase_of
from retention import approvals, attestations, holds, plans
from retention.models import Attestation, Certificate, DeletionPlan, DeletionRun, LegalHold, Verification
from retention.reach import Reach
from tests.retention.machine.world import MAP, World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requires("postgresql")]

TERM = {"term_start": date(2026, 1, 1), "term_end": date(2026, 12, 31)}
FILES = "django.core.files.storage.FileSystemStorage"


@pytest.fixture
def world(postgres, tmp_path, settings):
    """A platform with alice and bob on it, and storages of this test's own."""
    world = World.create(postgres, tmp_path / "media")
    places = {"platform_media": world.media, "evidence": tmp_path / "evidence", "exports": tmp_path / "exports"}
    settings.STORAGES = {
        **settings.STORAGES,
        **{name: {"BACKEND": FILES, "OPTIONS": {"location": str(place)}} for name, place in places.items()},
    }
    settings.DATA_MAP, settings.PLATFORM_URLS = MAP, {"platform": world.url}
    settings.DELETION_WORK_DIR, settings.LEGAL_ADDRESS = tmp_path / "deletion", "legal@vendor.example"
    yield world
    world.drop()


@pytest.fixture
def lee(db):
    """Who may approve what sam has begun."""
    return User.objects.create(username="lee", is_staff=True, is_superuser=True)


@pytest.fixture
def agreement(db):
    alice = Customer.objects.create(tenant_key="7", name="Alice Academy", language="sv")
    Contact.objects.create(customer=alice, name="Alva Ek", email="alva@alice.example", may_give_notice=True)
    return Agreement.objects.create(customer=alice, number="AVT-2026-17", **TERM)


def give_notice(agreement: Agreement, staff: User) -> None:
    """A letter of the contact's, received yesterday, taken as timely."""
    endings.register(agreement, by=staff)
    received = notices.record(
        agreement, channel="letter", received_at=datetime(2026, 11, 19, 9, tzinfo=UTC), by=staff, because="By post.",
        contact=agreement.customer.contacts.get(),
    )  # fmt: skip
    notices.decide(received, TerminationNotice.Decision.TIMELY, by=staff)


def cron(smtp, *, alright: bool = True) -> dict[str, list[EmailMessage]]:
    """What cron calls every night; the mails by their recipient. Not ``alright``: it says that a person is needed."""
    smtp.clear()
    call_command("send_reminders")
    if alright:
        call_command("enforce_retention")
    else:
        with pytest.raises(CommandError) as said:
            call_command("enforce_retention")
        assert said.value.returncode == 1
    call_command("send_reminders")
    got: dict[str, list[EmailMessage]] = {}
    for mail in smtp.mails:
        got.setdefault(mail.recipients[0], []).append(mail.parsed)
    return got


def text_of(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content()


def pdfs_of(mail: EmailMessage) -> list[bytes]:
    return [part.get_payload(decode=True) for part in mail.walk() if part.get_content_type() == "application/pdf"]


def test_from_a_notice_through_a_hold_to_a_final_certificate(world, agreement, staff, lee, smtp, client):
    alice, before, bobs = agreement.customer, world.left(), world.neighbours()
    assert all(before.values())

    with time_machine.travel("2026-11-20T12:00:00Z"):
        give_notice(agreement, staff)
        cron(smtp)

    with time_machine.travel("2027-02-01T12:00:00Z"):
        job = jobs.request_export(alice, by=staff)
        worker.run(job.pk)
        job.refresh_from_db()
        assert job.state == ExportJob.State.COMPLETE
        cron(smtp)

    for day in ("2027-03-02T06:00:00Z", "2027-03-25T06:00:00Z", "2027-03-31T06:00:00Z"):
        with time_machine.travel(day):
            assert "alva@alice.example" in cron(smtp)
    assert world.left() == before

    with time_machine.travel("2027-04-01T06:00:00Z"):
        asked = cron(smtp, alright=False)
        first = plans.current(alice)
        assert first is not None
        assert [mail["Subject"] for mail in asked["legal@vendor.example"]]
        approvals.approve(first, by=lee, typed_name="Alice Academy")
        hold = holds.place(
            alice, by=staff, ground=LegalHold.Ground.COURT, reference="T 1234-27", requested_by="Svea hovrätt",
            because="Kvarstad på resultat.", review_on=date(2027, 9, 1), tell=True, reach=Reach(everything=True),
        )  # fmt: skip
        cron(smtp)
        assert phase_of(Agreement.objects.get(pk=agreement.pk), clock.today()) == Phase.ON_HOLD
    assert world.left() == before, "an approved plan does not go before a hold"

    with time_machine.travel("2027-04-20T06:00:00Z"):
        holds.release(hold, by=staff, because="Domen har vunnit laga kraft.")
        cron(smtp, alright=False)
        second = plans.current(alice)
        assert second is not None and second != first
        assert world.left() == before, "an approval from before the release counts no more"
        approvals.approve(second, by=lee, typed_name=" Alice Academy ")
        told = cron(smtp)
        erased = Agreement.objects.get(pk=agreement.pk)
        assert phase_of(erased, clock.today()) == Phase.DELETED
        run = DeletionRun.objects.get()
        assert run.state == DeletionRun.State.LIVE_ERASED
        certificate = Certificate.objects.get()
    assert set(world.left().values()) == {0}
    assert world.neighbours() == bobs

    (mail,) = told["alva@alice.example"]
    assert pdfs_of(mail) and pdfs_of(mail)[0].startswith(b"%PDF")
    assert certificate.number in text_of(mail)
    assert checked(client, certificate)

    for days in (1, 7, 14, 30):
        with time_machine.travel(datetime(2027, 4, 20, 7, tzinfo=UTC) + timedelta(days=days)):
            for open_ in Attestation.objects.due(clock.today()):
                attestations.attest(open_, by=lee, statement="Alla band är överskrivna.")
            cron(smtp)
    run.refresh_from_db()
    assert run.state == DeletionRun.State.FINAL
    assert set(Verification.objects.filter(run=run).values_list("after_days", "passed")) == {
        (0, True), (1, True), (7, True), (30, True),
    }  # fmt: skip
    final = Certificate.objects.order_by("sequence").last()
    assert (final.sequence, final.supplements, final.occasion) == (2, certificate, "copies_gone")
    assert checked(client, certificate) and checked(client, final)
    assert not Contact.objects.filter(email="alva@alice.example").exists()
    assert journal_proof.verify().findings == []
    assert world.neighbours() == bobs
    assert not any(DeletionPlan.objects.values_list("samples", flat=True))


def checked(client, certificate: Certificate) -> bool:
    """What a stranger reads on the public page."""
    page = client.post("/verify/", {"number": certificate.number, "code": certificate.code}, follow=True)
    return page.status_code == 200 and certificate.customer_name in page.content.decode()


def test_what_a_hold_keeps_stays_and_goes_when_it_is_released(world, agreement, staff, lee, smtp):
    alice, before, bobs = agreement.customer, world.left(), world.neighbours()
    with time_machine.travel("2026-11-20T12:00:00Z"):
        give_notice(agreement, staff)
        hold = holds.place(
            alice, by=staff, ground=LegalHold.Ground.AUTHORITY, reference="Dnr 7", requested_by="Skatteverket",
            because="Revision.", review_on=date(2027, 9, 1), tell=False,
            reach=Reach(tables=frozenset({("platform", "invoices")})),
        )  # fmt: skip
    for day in ("2027-03-02T06:00:00Z", "2027-03-25T06:00:00Z", "2027-03-31T06:00:00Z"):
        with time_machine.travel(day):
            cron(smtp)
    with time_machine.travel("2027-04-01T06:00:00Z"):
        cron(smtp, alright=False)
        approvals.approve(plans.current(alice), by=lee, typed_name="Alice Academy")
        cron(smtp)
    kept = {name: count for name, count in world.left().items() if count}
    assert kept == {"invoices": before["invoices"], "organisations": 1}, "what it keeps, and what that refers to"

    with time_machine.travel("2027-06-01T06:00:00Z"):
        holds.release(hold, by=staff, because="Revisionen är klar.")
        cron(smtp, alright=False)
        rest = plans.current(alice)
        assert rest is not None and rest.occasion == DeletionPlan.Occasion.REMAINDER
        approvals.approve(rest, by=lee, typed_name="Alice Academy")
        cron(smtp, alright=False)
    assert set(world.left().values()) == {0}
    assert world.neighbours() == bobs
    assert Certificate.objects.order_by("sequence").last().occasion == Certificate.Occasion.REMAINDER
