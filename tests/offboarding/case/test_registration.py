"""An agreement is entered or changed: checked against the clause, journalled with what changed, dated."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from offboarding import endings, notices
from tests.offboarding.case.telling import days_of, events, given, last, letters_of, refused

TABLE = ("2026-12-31", "2027-03-31", "2027-04-01")


def changed(agreement, by, **terms):
    for name, value in terms.items():
        setattr(agreement, name, value)
    agreement.save()
    endings.register(agreement, by=by)


def test_an_agreement_that_renews_itself_has_no_dates_and_one_that_does_not_has_its_expirys(hers, fixed, staff):
    endings.register(hers, by=staff)
    assert (days_of(hers), events(hers)) == (None, ["agreement.registered"])
    assert (days_of(fixed), fixed.ending) == (TABLE, "expiry")
    assert events(fixed) == ["agreement.registered", "dates.set"]
    assert not letters_of(fixed)


def test_registering_twice_writes_once(fixed):
    endings.register(fixed, by=None)
    assert events(fixed) == ["agreement.registered", "dates.set"]


@pytest.mark.parametrize(
    ("terms", "field", "clause"),
    [
        ({"notice_days": 31}, "notice_days", "Notice of Termination"),
        ({"policy": "data_act", "notice_days": 60}, "notice_days", "art. 25(2)(d)"),
    ],
)
def test_terms_below_the_promised_ones_are_refused_on_their_field_with_the_clause(hers, staff, terms, field, clause):
    with refused(field, clause):
        changed(hers, staff, **terms)
    assert events(hers) == []


def test_what_changed_stands_in_the_journal_with_what_it_was(hers, staff):
    endings.register(hers, by=staff)
    changed(hers, staff, notice_days=14, renewal_months=6)
    facts = last(hers, "agreement.changed").facts
    assert facts["changed"] == ["notice_days", "renewal_months"]
    assert (facts["notice_days"], facts["was"]) == (14, {"notice_days": 30, "renewal_months": 12})


def test_dates_that_stand_move_later_with_the_terms_and_everybody_is_told(fixed, staff):
    changed(fixed, staff, term_end=date(2027, 1, 31))
    assert days_of(fixed) == ("2027-01-31", "2027-05-01", "2027-05-02")
    assert letters_of(fixed) == {("dates_changed", "ada"): 1}
    assert last(fixed, "dates.moved").facts["service_ended"] == "2026-12-31"


def test_no_date_moves_earlier_whatever_the_terms_say_later(hers, ada, staff):
    changed(hers, staff, export_window_days=180)
    notices.decide(given(hers, ada), "timely", by=staff)
    before = days_of(hers)
    changed(hers, staff, export_window_days=90, term_end=date(2026, 12, 20))
    assert days_of(hers) == before
    assert not letters_of(hers)["dates_changed", "ada"]


def test_an_agreement_that_renews_itself_from_now_on_expires_no_more(fixed, staff):
    changed(fixed, staff, auto_renews=True)
    assert (days_of(fixed), fixed.ending) == (None, "")
    assert letters_of(fixed) == {("continues", "ada"): 1}


def test_once_it_has_expired_it_cannot_begin_to_renew_itself(fixed, staff, time_machine):
    time_machine.move_to(datetime(2027, 1, 1, 9, tzinfo=UTC), tick=False)
    fixed.auto_renews = True
    fixed.save()
    with refused("auto_renews", "has ended"):
        endings.register(fixed, by=staff)


def test_registering_needs_the_permission_to_add_or_to_change(hers, charlie, permit):
    with pytest.raises(PermissionDenied):
        endings.register(hers, by=charlie)
    endings.register(hers, by=permit(charlie, "add_agreement"))
    assert last(hers, "agreement.registered").actor == f"staff:{charlie.pk}:charlie"


def test_after_a_renewal_the_journal_knows_the_new_term(fixed, staff):
    endings.renew(fixed, until=date(2027, 12, 31), by=staff, because="Another year.")
    count = len(events(fixed))
    fixed.refresh_from_db()
    endings.register(fixed, by=staff)
    assert len(events(fixed)) == count
