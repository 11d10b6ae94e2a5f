"""Facts gathered for many customers at once are the facts gathered for each; a glance is never acted upon."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from exports.contents import Category
from offboarding.models import Agreement, Contact, Customer, Letter
from retention import gathering, holds, keeping_duties, pausing
from retention.gathering import Known
from retention.gathering_many import facts_of_many
from retention.models import DeletionPlan
from retention.pausing import COMMAND
from retention.reach import Reach

TERM = {"term_start": date(2023, 1, 1), "term_end": date(2023, 12, 31)}


def nothing(case):
    pass


def warned_by_half(case):
    Contact.objects.create(customer=case.alice, name="Axel", email="axel@alice.example")
    Contact.objects.create(customer=case.alice, name="No address", email="nowhere")
    Letter.objects.filter(occasion="warning_7").update(state="bounced")
    Letter.objects.filter(occasion="warning_1").update(state="cancelled")


def nobody_there(case):
    Contact.objects.update(ended_at=timezone.now())


def held_and_released(case):
    first = case.place(categories=frozenset({Category.REPORTS}))
    case.place(tables=frozenset({("platform", "courses")}))
    holds.release(first, by=case.planner, because="Decided.")


def held_whole(case):
    case.place()


def more_agreements(case):
    Agreement.objects.create(customer=case.alice, number="A-71", **TERM)
    Agreement.objects.create(customer=case.bob, number="B-8", **TERM)


def duties(case):
    reach = Reach(tables=frozenset({("platform", "invoices")}))
    common = {
        "by": case.planner, "ground": "Bookkeeping", "source": "Law", "reach": reach, "rule": "bookkeeping", "years": 7,
        "until": None, "counted_from": "service_ends", "counted_day": None, "counted_column": "",
    }  # fmt: skip
    keeping_duties.decide(customer=None, **common)
    keeping_duties.decide(customer=case.alice, **common)


def exported(case):
    from exports import jobs

    jobs.request_export(case.alice, by=case.planner)


def objected(case):
    from offboarding.models import TerminationNotice

    TerminationNotice.objects.create(
        agreement=case.agreement, channel="letter", received_at=timezone.now(), recorded_at=timezone.now(),
        received_by="machine:test", objected_at=timezone.now(), state="received",
    )  # fmt: skip


def paused(case):
    pausing.pause(actor=COMMAND, because="Something is odd.")


@pytest.mark.parametrize(
    "happened",
    [nothing, warned_by_half, nobody_there, held_and_released, held_whole, more_agreements, duties, exported, objected,
     paused],
)  # fmt: skip
def test_the_same_facts_for_each_as_for_many(case, happened):
    with time_machine.travel("2024-04-10T03:00Z", tick=False):
        happened(case)
        agreements = list(Agreement.objects.select_related("customer").filter(number__in=["A-7", "B-8"]))
        many = facts_of_many(agreements)
        for one in agreements:
            assert many[one.pk] == gathering.facts_of(one, plan=None, known=Known.unknown())


def test_as_many_queries_for_two_customers_as_for_one(case, django_assert_max_num_queries):
    more_agreements(case)
    agreements = list(Agreement.objects.select_related("customer").filter(number__in=["A-7", "B-8"]))
    with django_assert_max_num_queries(13):
        facts_of_many(agreements)


def test_no_more_plans_are_made_than_can_be_carried_out_before_an_approval_is_too_old(case, cron, settings):
    settings.DELETIONS_PER_DAY = 1
    with time_machine.travel("2024-04-10T03:00Z", tick=True):
        for number in range(8):
            customer = Customer.objects.create(tenant_key=f"1{number}", name=f"Customer {number}")
            DeletionPlan.objects.create(
                customer=customer, agreement=case.agreement, state="ready", made_by="machine:test", content={},
                made_at=timezone.now(), sha256="0" * 64,
            )  # fmt: skip
        said = "waits for its turn: 8 plans are under way, as many as can be carried out."
        assert cron() == (0, [f"A-7, Alice Academy: {said}"])
        DeletionPlan.objects.update(made_at=timezone.now() - timedelta(days=8, seconds=1))
        code, (line,) = cron()
        assert (code, line.endswith("is made, and Legal is asked to approve it.")) == (1, True)
