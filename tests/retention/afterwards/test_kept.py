"""What a hold or a duty kept: the run ends without it, and it goes on its own when it may."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from exports.contents import Category
from retention import finishing, holds, keeping_duties, verifications
from retention.models import Certificate, DeletionPlan, LegalHold, RetentionDuty
from retention.reach import Reach
from tests.retention.afterwards.story import carried_out

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2027, 4, 5)
REPORTS = Reach(categories=frozenset({Category.REPORTS}))


@pytest.fixture
def hold(platform, agreement, alva, alice, staff, erased_on):
    return holds.place(
        alice, by=staff, ground=LegalHold.Ground.COURT, reference="T 1-27", requested_by="The court", reach=REPORTS,
        because="A court asked.", review_on=date(2027, 9, 1), tell=True,
    )  # fmt: skip


@pytest.fixture
def duty(platform, agreement, alva, alice, staff, erased_on):
    return keeping_duties.decide(
        by=staff, customer=alice, ground="bookkeeping", source="BFL 7:2", rule=RetentionDuty.Rule.FIXED, years=None,
        reach=Reach(tables=frozenset({("platform", "invoices")})), until=date(2027, 12, 31),
        counted_from=RetentionDuty.CountedFrom.SERVICE_ENDS, counted_day=None, counted_column="",
    )  # fmt: skip


def counts(platform) -> dict[str, int]:
    tables = ("organisations", "courses", "invoices", "settings")
    own = {"organisations": "id = 7", "settings": "value ->> 'organisation' = '7'"}
    return {
        table: platform.do(f"SELECT count(*) FROM {table} WHERE {own.get(table, 'organisation = 7')}")[0][0]
        for table in tables
    }


def test_what_a_hold_keeps_is_no_leftover_and_goes_when_it_is_released(hold, agreement, platform, charlie, staff):
    before = platform.neighbours()
    run = carried_out(agreement, charlie)
    assert finishing.live_erased(run)
    assert counts(platform) == {"organisations": 1, "courses": 0, "invoices": 5, "settings": 3}
    looked = run.verifications.get(after_days=0).looked_at["databases"]["platform"]
    assert looked["left_out"] == ["invoices", "organisations", "settings"]
    agreement.refresh_from_db()
    erased_at = agreement.erased_at
    assert erased_at is not None
    assert finishing.lapsed(TODAY) == []
    assert "A legal hold is in force: what we know of the case may be what it is about." in finishing.why_not_final(run)

    holds.release(hold, by=staff, because="The court has decided.")
    assert finishing.lapsed(TODAY) == [agreement]
    assert "What a hold kept, and released since, is not erased yet." in finishing.why_not_final(run)

    rest = carried_out(agreement, charlie, occasion=DeletionPlan.Occasion.REMAINDER)
    assert finishing.lapsed(TODAY) == []
    assert finishing.live_erased(rest)
    assert counts(platform) == dict.fromkeys(counts(platform), 0)
    assert finishing.lapsed(TODAY) == []
    agreement.refresh_from_db()
    assert agreement.erased_at == erased_at
    first, supplement = Certificate.objects.order_by("sequence")
    assert (supplement.occasion, supplement.supplements, supplement.run_number) == ("remainder", first, rest.pk)
    assert platform.neighbours() == before


def test_what_a_duty_keeps_goes_after_its_last_day(duty, agreement, platform, charlie, erased_on):
    run = carried_out(agreement, charlie)
    assert finishing.live_erased(run)
    assert counts(platform) == {"organisations": 1, "courses": 0, "invoices": 5, "settings": 0}
    assert finishing.lapsed(date(2027, 12, 31)) == []
    assert finishing.lapsed(date(2028, 1, 1)) == [agreement]


def test_a_late_writer_into_what_is_kept_is_no_leftover(duty, agreement, platform, charlie, erased_on):
    run = carried_out(agreement, charlie)
    assert finishing.live_erased(run)
    platform.do("INSERT INTO invoices (organisation, issued_on) VALUES (7, '2027-04-05')")
    erased_on.shift(timedelta(days=1))
    assert verifications.look(run, 1).found == []
    platform.do("INSERT INTO courses (organisation, title) VALUES (7, 'Late')")
    assert verifications.look(run, 7).passed is False
