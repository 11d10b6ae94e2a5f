"""Switching under Regulation (EU) 2023/2854: its clock beside the contract's, its limits, its charges."""

from __future__ import annotations

from datetime import date

import pytest
from django.conf import settings

from offboarding.calendar_days import is_working_day, plus_working_days
from offboarding.data_act import Charge, SwitchingRules, charges_allowed, shortest_span, told_by
from offboarding.dates import Cause, Decisions, Ending, Late, Policy, PolicyError, Terms, preview
from offboarding.refusals import ClockError
from tests.offboarding.clock.contracts import ACT_2026, STOCKHOLM, clock, days, notice

LATE = date(2026, 12, 15)


def test_the_settings_are_the_regulations_own_numbers():
    assert SwitchingRules(**settings.DATA_ACT, country=settings.WORKING_DAYS_COUNTRY) == SwitchingRules()


def test_the_contracts_clock_wins_where_it_is_later_and_the_rule_says_what_the_law_would_give():
    found = clock(ACT_2026)
    assert list(days(found).values())[1:] == ["2026-12-31", "2027-03-31", "2027-04-01"]
    assert found.service_ends.rule.facts["data_act_clock"] == "2026-11-30", "30 days of notice, 30 of transition"
    assert found.export_until.rule.facts["data_act_clock"] == "2026-12-30"


def test_where_both_clocks_give_the_same_day_the_contract_is_named():
    found = clock(ACT_2026, notice(date(2026, 11, 1)))
    assert found.service_ends.rule.code == "term_end_timely"
    assert found.service_ends.rule.facts["data_act_clock"] == "2026-12-31"


def test_the_laws_clock_wins_where_it_is_later_and_the_rule_says_what_the_contract_would_give():
    found = clock(ACT_2026, notice(LATE))
    assert found.service_ends.day == date(2027, 2, 13), "15 December + 30 + 30 days"
    assert found.service_ends.rule.code == "transition"
    assert found.service_ends.rule.facts["contract_clock"] == "2026-12-31"


def test_the_contracts_window_counts_from_the_day_service_really_ends():
    found = clock(ACT_2026, notice(LATE))
    assert found.export_until.day == date(2027, 5, 14), "13 February + 90 days, not 31 December + 90"
    assert found.export_until.rule.facts["data_act_clock"] == "2027-03-15"


def test_a_longer_retrieval_than_the_contracts_window_wins():
    terms = Terms(date(2026, 1, 1), date(2026, 12, 31), window_days=30, policy=Policy.DATA_ACT)
    found = clock(terms, notice(LATE), switching=SwitchingRules(retrieval_days=60))
    assert found.export_until.rule.code == "retrieval"
    assert (found.export_until.day, found.export_until.rule.facts["contract_clock"]) == (
        date(2027, 4, 14),
        "2027-03-15",
    )


def test_a_switching_customer_is_never_kept_for_another_term():
    assert list(preview(ACT_2026, LATE, STOCKHOLM).outcomes) == [None]
    with pytest.raises(PolicyError, match=r"cannot be kept for another term.*art. 25\(2\)\(d\)"):
        clock(ACT_2026, notice(LATE, Late.NEXT_TERM))


def test_a_notice_after_the_agreement_has_expired_brings_no_service_back():
    terms = Terms(date(2026, 1, 1), date(2026, 12, 31), auto_renews=False, policy=Policy.DATA_ACT)
    found = clock(terms, notice(date(2027, 1, 10)))
    assert (found.service_ends.day, found.export_until.day) == (date(2026, 12, 31), date(2027, 4, 10))


def test_other_ways_to_end_follow_the_contract_alone():
    found = clock(ACT_2026, Ending(Cause.VENDOR, service_ends=date(2026, 6, 30)))
    assert (found.service_ends.day, found.export_until.day) == (date(2026, 6, 30), date(2026, 9, 28))
    with pytest.raises(PolicyError, match="no switching was requested"):
        clock(ACT_2026, Ending(Cause.VENDOR, service_ends=LATE), decisions=Decisions(transition_until=date(2027, 5, 1)))


def test_notice_is_two_months_at_most_however_short_they_are():
    assert [shortest_span(months) for months in (0, 1, 2)] == [0, 28, 59]
    terms = Terms(date(2026, 1, 1), date(2026, 12, 31), notice_days=59, policy=Policy.DATA_ACT)
    one_month = SwitchingRules(notice_months=1)
    with pytest.raises(PolicyError, match="59 days of notice are more than the 28 days"):
        clock(terms, switching=one_month)


def test_the_customer_extends_the_transition():
    found = clock(ACT_2026, notice(LATE), decisions=Decisions(transition_until=date(2027, 6, 30)))
    assert (found.service_ends.day, found.service_ends.rule.code) == (date(2027, 6, 30), "transition_extended")
    with pytest.raises(PolicyError, match=r"lasts until 2027-02-13 at least.*art. 25\(5\)"):
        clock(ACT_2026, notice(LATE), decisions=Decisions(transition_until=date(2027, 2, 12)))


def test_the_customer_extends_it_once():
    decisions = Decisions(transition_until=date(2027, 6, 30))
    extended = clock(ACT_2026, notice(LATE), decisions=decisions)
    assert clock(ACT_2026, notice(LATE), decisions=decisions, previous=extended) == extended
    with pytest.raises(PolicyError, match=r"extended to 2027-06-30 already.*art. 25\(5\)"):
        clock(ACT_2026, notice(LATE), decisions=Decisions(transition_until=date(2027, 7, 31)), previous=extended)


def infeasible(until: date, told_on: date | None) -> Decisions:
    return Decisions(infeasible_until=until, infeasible_told_on=told_on)


def test_the_vendor_takes_up_to_seven_months_where_it_says_so_in_time():
    found = clock(ACT_2026, notice(LATE), decisions=infeasible(date(2027, 8, 14), date(2027, 1, 7)))
    assert (found.service_ends.day, found.service_ends.rule.code) == (date(2027, 8, 14), "transition_infeasible")
    with pytest.raises(PolicyError, match=r"until 2027-08-14 at most, not 2027-08-15.*art. 25\(4\)"):
        clock(ACT_2026, notice(LATE), decisions=infeasible(date(2027, 8, 15), date(2027, 1, 7)))


def test_the_vendor_has_fourteen_working_days_to_say_so():
    assert told_by(SwitchingRules(), LATE) == date(2027, 1, 7), "without weekends, Christmas, New Year and Epiphany"
    with pytest.raises(PolicyError, match=r"told on 2027-01-08; the last day for it was 2027-01-07.*art. 25\(4\)"):
        clock(ACT_2026, notice(LATE), decisions=infeasible(date(2027, 5, 1), date(2027, 1, 8)))
    with pytest.raises(PolicyError, match="cannot be told on 2026-12-14"):
        clock(ACT_2026, notice(LATE), decisions=infeasible(date(2027, 5, 1), date(2026, 12, 14)))
    with pytest.raises(PolicyError, match="needs both"):
        clock(ACT_2026, notice(LATE), decisions=infeasible(date(2027, 5, 1), None))


def test_the_longer_of_two_longer_transitions_counts_whoever_asked_first():
    both = Decisions(
        transition_until=date(2027, 3, 31), infeasible_until=date(2027, 5, 1), infeasible_told_on=date(2026, 12, 20)
    )
    assert clock(ACT_2026, notice(LATE), decisions=both).service_ends.rule.code == "transition_infeasible"


def test_working_days_leave_out_weekends_and_the_countrys_own_holidays():
    assert not is_working_day(date(2026, 6, 6), "SE")  # National Day, a Saturday
    assert not is_working_day(date(2025, 6, 6), "SE")  # National Day, a Friday
    assert is_working_day(date(2025, 6, 6), "DE")
    assert plus_working_days(date(2026, 4, 2), 1, "SE") == date(2026, 4, 7), "over Easter"
    assert plus_working_days(date(2026, 4, 4), 0, "SE") == date(2026, 4, 4)
    with pytest.raises(ClockError, match="No working days are known for the country XX"):
        told_by(SwitchingRules(country="XX"), LATE)


@pytest.mark.parametrize(
    ("on", "charge"),
    [
        (date(2024, 1, 10), Charge.FULL),
        (date(2024, 1, 11), Charge.REDUCED),
        (date(2027, 1, 11), Charge.REDUCED),
        (date(2027, 1, 12), Charge.NONE),
        (date(2030, 1, 1), Charge.NONE),
    ],
)
def test_switching_charges_are_withdrawn_on_the_days_of_article_29(on, charge):
    assert charges_allowed(on) is charge


@pytest.mark.parametrize(
    ("values", "article"),
    [
        ({"notice_months": 3}, "25(2)(d)"),
        ({"transition_days": 29}, "25(2)(a)"),
        ({"infeasible_months": 8}, "25(4)"),
        ({"infeasible_working_days": 15}, "25(4)"),
        ({"retrieval_days": 29}, "25(2)(g)"),
        ({"notice_months": -1}, "25(2)(d)"),
    ],
)
def test_numbers_that_grant_less_than_the_law_are_refused_with_the_article(values, article):
    with pytest.raises(PolicyError) as caught:
        SwitchingRules(**values)
    assert article in caught.value.clause
    assert caught.value.field in values
