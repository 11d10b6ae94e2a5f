"""A date once promised moves later only, but by a waiver; and what people decide shows in the rule."""

from __future__ import annotations

from datetime import date

import pytest

from offboarding.dates import Cause, Decisions, Ending, Late, PolicyError
from offboarding.refusals import ClockError
from tests.offboarding.clock.contracts import ACT_2026, ONCE_2026, YEAR_2026, clock, codes, days, notice

NEXT_TERM = notice(date(2026, 12, 2), Late.NEXT_TERM)
ACCEPTED = notice(date(2026, 12, 2), Late.ACCEPTED)


def test_no_date_moves_earlier_by_counting_again():
    promised = clock(ending=NEXT_TERM)
    again = clock(ending=ACCEPTED, previous=promised)
    assert days(again) == days(promised) | {"latest_notice": "2026-12-01"}
    assert codes(again) == ["notice_before_end", "kept", "window", "after_window"], "counted from the end that was kept"


def test_a_later_date_replaces_the_promised_one():
    assert clock(ending=NEXT_TERM, previous=clock(ending=ACCEPTED)) == clock(ending=NEXT_TERM)


def test_counting_again_with_the_same_facts_changes_nothing():
    for decisions in (
        Decisions(),
        Decisions(export_until=date(2027, 5, 1)),
        Decisions(delete_from=date(2027, 2, 1)),
        Decisions(export_until=date(2027, 5, 1), delete_from=date(2027, 4, 20)),
    ):
        first = clock(decisions=decisions)
        assert clock(decisions=decisions, previous=first) == first


def test_a_window_never_counts_from_an_earlier_end_than_the_promised_one():
    promised = clock(ending=Ending(Cause.MUTUAL, service_ends=date(2027, 2, 28)))
    assert days(clock(previous=promised)) == days(clock(ending=NEXT_TERM)) | {
        "latest_notice": "2026-12-01", "service_ends": "2027-02-28", "export_until": "2027-05-29",
        "delete_from": "2027-05-30",
    }  # fmt: skip


def test_an_extension_moves_the_window_and_deletion_later():
    found = clock(decisions=Decisions(export_until=date(2027, 5, 1)))
    assert list(days(found).values())[2:] == ["2027-05-01", "2027-05-02"]
    assert found.export_until.rule.code == "extended"
    assert found.export_until.rule.facts == {"computed": "2027-03-31"}


def test_an_extension_to_the_day_itself_is_none():
    assert codes(clock(decisions=Decisions(export_until=date(2027, 3, 31)))) == codes(clock())


def test_an_extension_to_an_earlier_day_is_refused():
    with pytest.raises(PolicyError, match="earlier than 2027-03-31, which is promised") as caught:
        clock(decisions=Decisions(export_until=date(2027, 3, 30)))
    assert caught.value.field == "export_until"
    longer = clock(decisions=Decisions(export_until=date(2027, 5, 1)))
    with pytest.raises(PolicyError, match="earlier than 2027-05-01"):
        clock(decisions=Decisions(export_until=date(2027, 4, 30)), previous=longer)


def test_an_extension_that_is_no_longer_stated_is_still_kept():
    longer = clock(decisions=Decisions(export_until=date(2027, 5, 1)))
    again = clock(previous=longer)
    assert days(again) == days(longer)
    assert again.export_until.rule.facts == {"day": "2027-05-01", "computed": "2027-03-31"}


def test_an_extension_that_stands_is_overtaken_by_later_facts_without_a_word():
    decisions = Decisions(export_until=date(2027, 4, 10))
    longer = clock(ONCE_2026, Ending(Cause.EXPIRY), decisions=decisions)
    overtaken = clock(ONCE_2026, notice(date(2027, 1, 20)), decisions=decisions, previous=longer)
    assert (overtaken.export_until.day, overtaken.export_until.rule.code) == (date(2027, 4, 20), "window_from_notice")
    assert clock(ONCE_2026, notice(date(2027, 1, 20)), decisions=decisions, previous=overtaken) == overtaken


def test_a_transition_that_stands_ends_with_the_notice_it_belonged_to():
    decisions = Decisions(transition_until=date(2027, 6, 30))
    extended = clock(ACT_2026, decisions=decisions)
    agreed = Ending(Cause.MUTUAL, service_ends=date(2027, 7, 31))
    assert clock(ACT_2026, agreed, decisions=decisions, previous=extended).service_ends.day == date(2027, 7, 31)
    later = clock(ACT_2026, notice(date(2027, 8, 1)), decisions=decisions, previous=extended)
    assert later.service_ends.day == date(2027, 12, 31)


def test_a_waiver_brings_deletion_forward_and_ends_the_window_the_day_before():
    found = clock(decisions=Decisions(delete_from=date(2027, 2, 1)), previous=clock())
    assert list(days(found).values())[1:] == ["2026-12-31", "2027-01-31", "2027-02-01"]
    assert codes(found)[2:] == ["waived", "waived"]
    assert found.delete_from.rule.facts == {"computed": "2027-04-01"}


def test_a_waiver_may_reach_the_day_after_the_service_and_no_further():
    assert days(clock(decisions=Decisions(delete_from=date(2027, 1, 1))))["export_until"] == "2026-12-31"
    with pytest.raises(PolicyError, match="before the service has ended on 2026-12-31"):
        clock(decisions=Decisions(delete_from=date(2026, 12, 31)))


def test_a_waiver_that_stands_is_void_where_the_service_goes_on_longer():
    decisions = Decisions(delete_from=date(2027, 2, 1))
    waived = clock(ending=ACCEPTED, decisions=decisions)
    assert days(clock(ending=NEXT_TERM, decisions=decisions, previous=waived)) == days(clock(ending=NEXT_TERM))


def test_a_waiver_to_a_later_day_is_none():
    with pytest.raises(PolicyError, match="deletion may begin on 2027-04-01 anyway"):
        clock(decisions=Decisions(delete_from=date(2027, 4, 2)))


def test_a_waiver_forgotten_in_a_later_count_keeps_the_data_longer():
    waived = clock(decisions=Decisions(delete_from=date(2027, 2, 1)))
    assert days(clock(previous=waived)) == days(clock())


@pytest.mark.parametrize(
    "decisions",
    [Decisions(transition_until=date(2027, 3, 1)),
     Decisions(infeasible_until=date(2027, 3, 1), infeasible_told_on=date(2026, 10, 2))],
)  # fmt: skip
def test_a_transition_is_refused_where_the_data_act_does_not_apply(decisions):
    for terms in (YEAR_2026, ONCE_2026):
        with pytest.raises(PolicyError, match="not under the Data Act"):
            clock(terms, decisions=decisions)


def test_decisions_survive_their_json():
    decisions = Decisions(export_until=date(2027, 5, 1), delete_from=date(2027, 4, 20))
    assert decisions.to_json() == {"export_until": "2027-05-01", "delete_from": "2027-04-20"}
    assert Decisions.from_json(decisions.to_json()) == decisions
    assert Decisions.from_json({}) == Decisions()


@pytest.mark.parametrize("data", [{"delete": "2027-01-01"}, {"delete_from": "20270101"}, {"delete_from": None}, [], 3])
def test_decisions_that_cannot_be_read_are_refused(data):
    with pytest.raises(ClockError, match="decisions: The stored values are not readable"):
        Decisions.from_json(data)
