"""A contact objects: nothing stops by itself, a person settles it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied

from offboarding import notices
from offboarding.models import Agreement
from tests.offboarding.case.telling import days_of, events, given, last, letters_of, refused

TABLE = ("2026-12-31", "2027-03-31", "2027-04-01")


@pytest.fixture
def notice(hers, ada, staff):
    """Accepted on 20 November; objections until 27 November."""
    return notices.decide(given(hers, ada), "timely", by=staff)


def test_any_contact_of_the_customer_may_object_and_a_person_is_needed_while_the_dates_stand(hers, notice, eva):
    objected = notices.object_to(notice, text="Ada had no right to.", contact=eva)
    assert (objected.state, objected.objection, objected.objection_by) == (
        "accepted", "Ada had no right to.", f"contact:{eva.pk}",
    )  # fmt: skip
    assert (days_of(hers), list(Agreement.objects.needing_a_person())) == (TABLE, [hers])
    assert "right" not in str(last(hers, "notice.objected").facts)


def test_upheld_the_notice_is_withdrawn_with_everything_it_set_in_motion(hers, notice, eva, staff):
    notices.object_to(notice, text="Not we.", contact=eva)
    settled = notices.settle_objection(notice, by=staff, upheld=True, because="Ada has left the school.")
    assert (settled.state, days_of(hers)) == ("withdrawn", None)
    assert letters_of(hers)["continues", "eva"] == 1
    assert events(hers)[-3:] == ["notice.objection_settled", "notice.withdrawn", "dates.cleared"]
    assert not Agreement.objects.needing_a_person().exists()


def test_dismissed_the_notice_stays_and_all_contacts_are_told(hers, notice, eva, staff):
    notices.object_to(notice, text="Not we.", contact=eva)
    settled = notices.settle_objection(notice, by=staff, upheld=False, because="The board has confirmed it.")
    assert (settled.state, days_of(hers)) == ("accepted", TABLE)
    assert letters_of(hers)["decision", "eva"] == 2
    assert last(hers, "notice.objection_settled").facts["outcome"] == "dismissed"
    assert not Agreement.objects.needing_a_person().exists()


def test_contacts_object_until_the_last_day_for_it_and_staff_records_one_later_too(notice, eva, staff, time_machine):
    time_machine.move_to(datetime(2026, 11, 28, 9, tzinfo=UTC), tick=False)
    with refused("notice", "Friday 27 November 2026"):
        notices.object_to(notice, text="Not we.", contact=eva)
    assert notices.object_to(notice, text="By telephone.", by=staff).objection_by == f"staff:{staff.pk}:sam"


def test_one_objection_at_a_time_and_a_settled_one_stays_readable(notice, ada, eva, staff):
    notices.object_to(notice, text="First.", contact=eva)
    with refused("notice", "already being looked at"):
        notices.object_to(notice, text="Second.", contact=ada)
    notices.settle_objection(notice, by=staff, upheld=False, because="No.")
    with refused("notice", "no open objection"):
        notices.settle_objection(notice, by=staff, upheld=False, because="No.")
    assert notices.object_to(notice, text="Second.", contact=ada).objection == "First.\n\nSecond."


def test_an_undecided_notice_that_is_objected_to_is_not_accepted_before_that_is_settled(hers, ada, eva, staff):
    notice = given(hers, ada)
    notices.object_to(notice, text="Not we.", contact=eva)
    with refused("notice", "settle it first"):
        notices.decide(notice, "timely", by=staff)
    notices.settle_objection(notice, by=staff, upheld=False, because="Confirmed.")
    assert notices.decide(notice, "timely", by=staff).state == "accepted"


def test_strangers_and_those_without_the_permission_change_nothing(hers, notice, bo, charlie, staff):
    with pytest.raises(PermissionDenied):
        notices.object_to(notice, text="x", contact=bo)
    with pytest.raises(PermissionDenied):
        notices.object_to(notice, text="x", by=charlie)
    notices.object_to(notice, text="x", by=staff)
    with pytest.raises(PermissionDenied):
        notices.settle_objection(notice, by=charlie, upheld=True, because="x")
    assert days_of(hers) == TABLE


def test_words_are_needed_and_a_notice_that_means_nothing_is_not_objected_to(hers, notice, ada, staff):
    with refused("text"):
        notices.object_to(notice, text=" ", contact=ada)
    notices.withdraw(notice, because="We stay.", contact=ada)
    with refused("notice", "nothing to object to"):
        notices.object_to(notice, text="x", contact=ada)
