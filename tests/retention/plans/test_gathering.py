"""Each fact is read from the records: whatever stands against a deletion there is found, by its own code."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exports.models import ExportJob
from offboarding import end_dates, journal
from offboarding.models import Agreement, Contact, Customer, Letter, TerminationNotice
from retention import approvals, clocks, gathering, learning, plans, policy
from retention.facts import PlatformFact
from retention.models import DeletionPlan, DeletionRun, LegalHold, Pause
from retention.reach import Reach
from tests.retention.plans.case import CRON, NAME, ended

TODAY = date(2027, 4, 3)


@pytest.fixture
def approved(plan, lena) -> DeletionPlan:
    approvals.approve(plan, by=lena, typed_name=NAME)
    assert found(plan) == {}
    return plan


def found(plan: DeletionPlan) -> dict[str, dict]:
    return {one.code.value: dict(one.facts) for one in plans.blockers_of(Agreement.objects.get(pk=plan.agreement_id))}


def record(event: str, agreement: Agreement) -> None:
    with transaction.atomic():
        facts = {"service_ended": "2026-12-31", "export_was_until": "2027-03-31", "delete_was_from": "2027-04-01"}
        journal.record(
            event, actor=CRON, facts=facts | {"ending": "expiry", "letters": 0}, **journal.case_of(agreement)
        )


def test_another_agreement_that_has_not_ended(approved):
    other = Agreement.objects.create(
        customer=approved.customer, number="ON", term_start=date(2026, 1, 1), term_end=date(2027, 12, 31)
    )
    assert found(approved) == {"other_agreement": {"agreement": other.pk}}
    later = ended(approved.customer, "LATER", date(2027, 2, 1))
    assert found(approved)["other_agreement"]["agreement"] in (other.pk, later.pk)


def test_an_agreement_that_went_on_after_the_plan(approved, now):
    now.shift(timedelta(minutes=1))
    record("dates.cleared", approved.agreement)
    assert found(approved) == {"renewed": {}}


def test_an_agreement_that_goes_on(approved):
    agreement = Agreement.objects.get(pk=approved.agreement_id)
    with transaction.atomic():
        end_dates.clear_ending(agreement, actor=CRON, because="renewed")
    Agreement.objects.filter(pk=agreement.pk).update(ending="", service_ends=None, export_until=None, delete_from=None)
    assert {"renewed", "date_missing"} <= found(approved).keys()


def test_what_a_hold_keeps_must_be_readable(approved, staff):
    LegalHold.objects.create(
        customer=approved.customer, ground="court", reference="r", requested_by="c", because="b", reach={"all": True},
        review_on=date(2027, 9, 1), placed_by=staff, placed_at=timezone.now(),
    )  # fmt: skip
    assert found(approved) == {"hold_unknown": {}}


def test_a_released_hold_needs_a_new_plan(approved, staff):
    LegalHold.objects.create(
        customer=approved.customer, ground="court", reference="r", requested_by="c", because="b",
        reach=Reach(everything=True).to_json(), review_on=date(2027, 9, 1), placed_by=staff,
        placed_at=timezone.now(), released_at=timezone.now(), released_by=staff, released_because="over",
    )  # fmt: skip
    assert found(approved) == {"plan_before_release": {}}


def test_the_row_says_held_and_no_hold_does(approved):
    Agreement.objects.filter(pk=approved.agreement_id).update(held_since=timezone.now())
    assert found(approved) == {"hold_unknown": {}}


def test_exports_readers_warnings_and_objections(approved, staff):
    job = ExportJob.objects.create(
        customer=approved.customer, requested_by=staff, requested_at=timezone.now() - timedelta(days=30)
    )
    assert found(approved) == {"export_owed": {"export": job.pk}}
    job.delete()
    Letter.objects.filter(occasion="warning_7").update(state=Letter.State.BOUNCED)
    assert found(approved) == {"warning_bounced": {"days": 7}}
    Letter.objects.filter(occasion="warning_7").update(state=Letter.State.SENT)
    Contact.objects.update(email="nowhere")
    assert found(approved) == {"nobody_to_warn": {}}
    Contact.objects.update(email="vera@fjord.example")
    notice = TerminationNotice.objects.create(
        agreement=approved.agreement,
        received_at=timezone.now(),
        channel="letter",
        objected_at=timezone.now(),
        recorded_at=timezone.now(),
    )
    assert found(approved) == {"objection": {"notice": notice.pk}}


def test_a_pause_and_the_days_limit(approved, settings, lena):
    pause = Pause.objects.create(placed_by=str(CRON), placed_at=timezone.now(), because="look first")
    assert found(approved) == {"paused": {}}
    pause.delete()
    settings.DELETIONS_PER_DAY = 2
    midnight = datetime(2027, 4, 2, 22, tzinfo=UTC)  # 00:00 in Stockholm
    for number, began in enumerate((midnight, midnight, midnight - timedelta(seconds=1))):
        run_of_another(approved, lena, f"other-{number}", began)
    assert found(approved) == {"daily_limit": {"limit": 2}}
    DeletionRun.objects.filter(started_at=midnight).first().delete()
    assert found(approved) == {}


def run_of_another(plan: DeletionPlan, lena, key: str, began) -> DeletionRun:
    other = Customer.objects.create(tenant_key=key, name=key)
    copy = DeletionPlan.objects.create(
        customer=other, agreement=plan.agreement, state="used", made_by="machine:x", made_at=began,
        content=plan.content, sha256=plan.sha256,
    )  # fmt: skip
    approval = copy.approvals.create(sha256=plan.sha256, approved_by=lena, approved_at=began)
    return DeletionRun.objects.create(
        customer=other, agreement=plan.agreement, plan=copy, approval=approval, queued_at=began, started_at=began
    )


def test_clocks_apart(approved, monkeypatch):
    monkeypatch.setattr(clocks, "database_now", lambda: timezone.now() - timedelta(seconds=125))
    assert found(approved)["clocks_apart"]["seconds"] in (125, 126)


def test_erased_data_is_erased_and_may_go_again_only_after_an_erasure(approved):
    Agreement.objects.filter(pk=approved.agreement_id).update(erased_at=timezone.now())
    assert found(approved) == {"already_erased": {}}
    DeletionPlan.objects.filter(pk=approved.pk).update(occasion="remainder")
    assert found(approved) == {"never_erased": {}}
    run = DeletionRun.objects.create(
        customer=approved.customer, agreement=approved.agreement, plan=approved, approval=approvals.in_force(approved),
        queued_at=timezone.now(), state="live_erased", live_erased_at=timezone.now(),
    )  # fmt: skip
    assert found(approved) == {}
    run.delete()
    approved.approvals.update(tombstone="tombstones/C-000001")
    assert found(approved) == {}


def test_a_replaced_plan_is_found_by_its_run(approved):
    stale = DeletionPlan.objects.get(pk=approved.pk)
    DeletionPlan.objects.filter(pk=approved.pk).update(state="superseded")
    agreement = Agreement.objects.select_related("customer").get(pk=approved.agreement_id)
    facts = gathering.facts_of(agreement, plan=stale, known=learning.lately(stale))
    assert "plan_replaced" in {one.code.value for one in policy.blockers(facts, TODAY)}


# What is slow to learn ------------------------------------------------------------------------------------------------


def test_nothing_learnt_blocks(approved):
    agreement = Agreement.objects.select_related("customer").get(pk=approved.agreement_id)
    facts = gathering.facts_of(agreement, plan=approved, known=learning.Known.unknown())
    assert {one.code.value for one in policy.blockers(facts, TODAY)} == {
        "drift_unknown", "references_unknown", "plan_unknown", "journal_unknown",
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_everything_is_asked_before_a_run(approved, site):
    assert learning.journal_held() is None
    known = learning.know(approved.agreement, plan=approved)
    assert known == learning.Known(PlatformFact(0, 0), True, {}, approved.sha256)
    site.run("CREATE TABLE forgotten (x int)")
    known = learning.know(approved.agreement, plan=approved)
    assert (known.platform, known.sha256 != approved.sha256) == (PlatformFact(1, 0), True)
    assert learning.know(approved.agreement, plan=approved, again=False).platform == PlatformFact(0, 0)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE offboarding_journalentry DISABLE TRIGGER journal_refuses_rows")
        try:
            assert learning.know(approved.agreement, plan=approved, again=False).journal_holds is False
        finally:
            cursor.execute("ALTER TABLE offboarding_journalentry ENABLE ALWAYS TRIGGER journal_refuses_rows")


def test_a_verification_of_the_journal_is_remembered_for_two_days(approved, now):
    assert learning.journal_held() is None
    with transaction.atomic():
        journal.record("journal.verified", actor=CRON, facts={"entries": 1, "seq": 1, "head": "a" * 64})
    assert learning.journal_held() is True
    record("dates.cleared", approved.agreement)
    assert learning.journal_held() is True
    now.shift(timedelta(days=3))
    assert learning.journal_held() is None


def test_a_screen_asks_no_platform_and_few_questions(approved, site, settings):
    settings.PLATFORM_URLS = {}
    with CaptureQueriesContext(connection) as asked:
        assert found(approved) == {}
    assert len(asked) <= 21, [one["sql"] for one in asked]
