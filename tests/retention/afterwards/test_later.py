"""The looks on days 1, 7 and 30: a late writer reopens the case loudly, somebody else's rows ask a person."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from offboarding.models import Agreement, JournalEntry, Letter
from retention import finishing, holds, verifications
from retention.erasers.findings import BusyError, RefusedError
from retention.models import Certificate, LegalHold, Verification
from retention.reach import Reach
from tests.retention.afterwards.story import carried_out

pytestmark = pytest.mark.django_db(transaction=True)

LATE = 'INSERT INTO settings (value) VALUES (\'{"organisation": "7"}\')'


@pytest.fixture
def erased(run, settings):
    settings.LEGAL_ADDRESS = "legal@vendor.example"
    assert finishing.live_erased(run)
    return run


def test_cron_may_be_late_and_nothing_is_done_twice(erased, erased_on):
    assert verifications.due(date(2027, 4, 5)) == []
    assert [look.after_days for look in verifications.due(date(2027, 4, 6))] == [1]
    erased_on.move_to("2027-04-14T09:00:00Z")
    late = verifications.due(date(2027, 4, 14))
    assert [look.after_days for look in late] == [1, 7]
    for look in late:
        assert verifications.look(look.run, look.after_days).passed
    assert verifications.due(date(2027, 4, 14)) == []
    done = Verification.objects.get(after_days=1).done_at
    erased_on.shift(timedelta(hours=1))
    assert verifications.look(erased, 1).done_at == done


def test_a_late_writer_reopens_the_case_loudly(erased, agreement, platform, erased_on):
    platform.do(LATE)
    erased_on.move_to("2027-04-06T09:00:00Z")
    look = verifications.look(erased, 1)
    assert (look.passed, [one["place"] for one in look.found]) == (False, ["settings.value"])
    erased.refresh_from_db()
    agreement.refresh_from_db()
    assert (erased.state, agreement.erased_at) == ("reopened", None)
    assert Certificate.objects.order_by("-pk").first().occasion == "found_again"
    alarm = Letter.objects.get(occasion="alarm")
    assert (alarm.address, alarm.contact) == ("legal@vendor.example", None)
    assert "1 in settings.value of platform" in alarm.text
    assert f"/admin/offboarding/agreement/{agreement.pk}/change/" in alarm.text
    events = set(JournalEntry.objects.values_list("event", flat=True))
    assert {"verification.failed", "run.reopened", "data.reopened"} <= events
    assert verifications.due(date(2027, 6, 1)) == []
    assert not finishing.finalise(erased)


def test_a_case_that_is_open_again_is_on_hold_where_a_hold_was_placed_meanwhile(
    erased, agreement, platform, erased_on, staff
):
    holds.place(
        agreement.customer, by=staff, ground=LegalHold.Ground.COURT, reference="T 1-27", requested_by="Svea hovrätt",
        because="Tvist.", review_on=date(2028, 1, 1), tell=False, reach=Reach(everything=True),
    )  # fmt: skip
    platform.do(LATE)
    erased_on.move_to("2027-04-06T09:00:00Z")
    verifications.look(erased, 1)
    agreement.refresh_from_db()
    assert agreement.erased_at is None
    assert agreement.held_since == timezone.now()


def test_what_was_found_again_is_erased_again(erased, agreement, platform, erased_on, charlie):
    before = platform.neighbours()
    platform.do("INSERT INTO organisations VALUES (7, 'Alice Academy', '2020-02-01')")
    platform.do("INSERT INTO courses (organisation, title) VALUES (7, 'Late 2')")
    erased_on.move_to("2027-04-06T09:00:00Z")
    verifications.look(erased, 1)
    agreement.refresh_from_db()
    again = carried_out(agreement, charlie, occasion="reopened")
    assert finishing.live_erased(again)
    agreement.refresh_from_db()
    assert agreement.erased_at == timezone.now()
    occasions = list(Certificate.objects.order_by("sequence").values_list("occasion", "run_number"))
    assert occasions == [("live_erased", erased.pk), ("found_again", erased.pk), ("erased_again", again.pk)]
    assert [look.after_days for look in verifications.due(date(2027, 4, 7))] == [1]
    after = platform.neighbours()
    assert {name: rows for name, rows in after.items() if name != "sequences"} == {
        name: rows for name, rows in before.items() if name != "sequences"
    }


def test_a_file_that_comes_later_reopens_the_case_too(erased, platform):
    platform.put("org/7/late.png")
    assert verifications.look(erased, 1).passed is False
    erased.refresh_from_db()
    assert erased.state == "reopened"


def test_somebody_who_has_the_key_now_is_no_leftover(erased, platform):
    platform.do("INSERT INTO organisations VALUES (7, 'Someone Else', '2027-04-05')")
    platform.do("INSERT INTO courses (organisation, title) VALUES (7, 'Theirs')")
    look = verifications.look(erased, 1)
    assert (look.passed, {one["certain"] for one in look.found}) == (None, {False})
    erased.refresh_from_db()
    assert erased.state == "live_erased"


def test_a_customer_that_came_back_is_no_leftover(erased, alice, platform):
    Agreement.objects.create(
        customer=alice, number="AVT-2027-1", term_start=date(2027, 4, 5), term_end=date(2028, 4, 4)
    )
    platform.do("INSERT INTO organisations VALUES (7, 'Alice Academy', '2020-02-01')")
    assert verifications.look(erased, 1).passed is None


def test_what_may_be_somebody_elses_is_settled_by_name(erased, platform, charlie, permit, staff):
    platform.do('INSERT INTO settings (value) VALUES (\'{"links": [{"organisation": "7"}]}\')')
    look = verifications.look(erased, 1)
    assert look.passed is None
    assert JournalEntry.objects.get(event="verification.unsure").facts["found"][0]["count"] == 1
    with pytest.raises(PermissionDenied):
        verifications.settle(look, by=charlie, because="Bob's own link.")
    with pytest.raises(ValidationError, match="how you know"):
        verifications.settle(look, by=staff, because=" ")
    settled = verifications.settle(look, by=permit(charlie, "attest_attestation"), because="Bob's own link.")
    assert (settled.passed, settled.looked_at["settled"]["because"]) == (True, "Bob's own link.")
    with pytest.raises(ValidationError, match="Nothing here"):
        verifications.settle(look, by=staff, because="Again.")


def test_what_a_person_says_is_the_customers_reopens_the_case(erased, agreement, platform, charlie, staff):
    platform.do('INSERT INTO settings (value) VALUES (\'{"links": [{"organisation": "7"}]}\')')
    look = verifications.look(erased, 1)
    with pytest.raises(PermissionDenied):
        verifications.confirm(look, by=charlie, because="It names Alice's school.")
    assert verifications.confirm(look, by=staff, because="It names Alice's school.").passed is False
    erased.refresh_from_db()
    agreement.refresh_from_db()
    assert (erased.state, agreement.erased_at) == ("reopened", None)
    assert Letter.objects.filter(occasion="alarm").count() == 1


def test_a_platform_that_does_not_answer_leaves_the_look_due(erased, settings):
    url = settings.PLATFORM_URLS["platform"]
    settings.PLATFORM_URLS = {"platform": url.rpartition("/")[0] + "/no_such_database"}
    with pytest.raises(BusyError):
        verifications.look(erased, 1)
    assert [look.after_days for look in verifications.due(date(2027, 4, 6))] == [1]


def test_a_missing_mount_is_not_an_empty_folder(erased, platform):
    platform.media.rename(platform.media.with_name("away"))
    with pytest.raises(RefusedError, match="cannot be reached"):
        verifications.look(erased, 1)
    assert [look.after_days for look in verifications.due(date(2027, 4, 6))] == [1]


def test_shared_people_of_the_neighbour_are_no_leftovers(erased, platform):
    assert platform.do("SELECT count(*) FROM people") == [(15,)]
    assert verifications.look(erased, 1).found == []
