"""Law keeps some data for a time: decided for one customer or for all, counted as the law counts."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from retention import keeping_duties
from retention.duties import lapses_on
from retention.models import RetentionDuty
from retention.reach import Reach
from tests.retention.keeping.conftest import INVOICES, ended, newest
from tests.retention.keeping.refusing import refused

LAW = "bokföringslagen (1999:1078) 7 kap. 2 §"


@pytest.fixture
def decide(lea):
    """``decide(customer=None, …)`` lays down that bookkeeping is kept for seven years."""

    def say(customer=None, **other):
        asked = {
            "ground": "bookkeeping",
            "source": LAW,
            "reach": INVOICES,
            "rule": "bookkeeping",
            "years": 7,
            "by": lea,
        }
        return keeping_duties.decide(customer=customer, **asked | other)

    return say


def only(agreement, events=None):
    (duty,) = keeping_duties.duties_of(agreement, events=events)
    return duty


def test_bookkeeping_is_kept_through_the_seventh_year_after_the_end_of_service(decide, hers):
    decide()
    assert hers.service_ends == date(2026, 12, 31)
    assert only(hers).last_day == date(2033, 12, 31)
    assert lapses_on(only(hers)) == date(2034, 1, 1)


@pytest.mark.parametrize(
    ("year_ends", "issued", "last_day"),
    [
        (12, date(2026, 12, 31), date(2033, 12, 31)),
        (6, date(2026, 6, 30), date(2033, 12, 31)),
        (6, date(2026, 7, 1), date(2034, 12, 31)),
        (4, date(2027, 4, 30), date(2034, 12, 31)),
        (8, date(2026, 9, 1), date(2034, 12, 31)),
    ],
)
def test_a_broken_financial_year_ends_when_the_setting_says(decide, hers, settings, year_ends, issued, last_day):
    settings.FINANCIAL_YEAR_ENDS = year_ends
    duty = decide(counted_from="column", counted_column="platform.invoices.issued_on")
    assert only(hers, {duty.pk: issued}).last_day == last_day


def test_every_rule_counts_in_its_own_way(decide, hers):
    day = {"counted_from": "day", "counted_day": date(2024, 2, 29)}
    found = {
        "until": decide(rule="fixed", years=None, until=date(2030, 5, 31)),
        "years": decide(rule="years", years=3, **day),
        "calendar": decide(rule="calendar_years", years=3, **day),
        "books": decide(years=3, **day),
        "service": decide(rule="years", years=1),
    }
    last = {duty.number: duty.last_day for duty in keeping_duties.duties_of(hers, events=None)}
    assert {name: last[duty.pk] for name, duty in found.items()} == {
        "until": date(2030, 5, 31),
        "years": date(2027, 2, 28),
        "calendar": date(2027, 12, 31),
        "books": date(2027, 12, 31),
        "service": date(2027, 12, 31),
    }


def test_the_end_of_service_is_the_last_of_all_the_customers_agreements(decide, hers, alice):
    decide(rule="years", years=1)
    ended(alice, "A-2", term_end=date(2027, 6, 30))
    assert only(hers).last_day == date(2028, 6, 30)


def test_what_a_duty_counts_from_is_never_guessed(decide, hers, alice):
    from offboarding.models import Agreement

    duty = decide(counted_from="column", counted_column="platform.invoices.issued_on")
    for events in (None, {}, {duty.pk: None}):
        assert (only(hers, events).last_day, only(hers, events).keeps_on(date(2999, 1, 1))) == (None, True)
    living = Agreement(customer=alice, number="A-9")
    keeping_duties.end(duty, by=duty.decided_by, because="x")
    decide()
    assert only(living).last_day is None


def test_a_single_case_is_about_its_customer_alone(decide, hers, his):
    duty = decide(hers.customer, ground="a claim")
    assert (only(hers).number, only(hers).single, only(hers).ground) == (duty.pk, True, "a claim")
    assert keeping_duties.duties_of(his, events=None) == ()


def test_a_standing_rule_is_about_everybody_and_names_each_tenants_own_files(decide, hers, his):
    reach = Reach(prefixes=frozenset({("media", "org/{tenant}/invoices/")}))
    decide(reach=reach)
    assert only(hers).reaches.prefixes == {("media", "org/7/invoices/")}
    assert only(his).reaches.prefixes == {("media", "org/8/invoices/")}
    assert not only(hers).single
    with refused("prefixes", "org/{tenant}/"):
        decide(reach=Reach(prefixes=frozenset({("media", "org/7/invoices/")})))


def test_an_ended_duty_keeps_nothing_and_says_who_ended_it(decide, hers, lea):
    duty = decide(hers.customer)
    keeping_duties.end(duty, by=lea, because=" The claim was paid. ")
    assert keeping_duties.duties_of(hers, events=None) == ()
    duty.refresh_from_db()
    assert (duty.ended_by, duty.ended_because) == (lea, "The claim was paid.")
    entry = newest("duty.ended")
    assert (entry.customer, entry.reason, entry.facts["origin"]) == (hers.customer_id, "The claim was paid.", "desk")
    with refused("duty", "ended already"):
        keeping_duties.end(duty, by=lea, because="x")


def test_the_journal_says_what_was_decided(decide, hers):
    duty = decide(hers.customer, because="Asked by Finance.")
    entry = newest("duty.decided")
    assert (entry.customer, entry.reason) == (hers.customer_id, "Asked by Finance.")
    assert entry.facts.items() >= {
        "duty": duty.pk, "rule": "bookkeeping", "years": 7, "until": None, "origin": "desk",
    }.items()  # fmt: skip
    assert entry.facts["reach"]["tables"] == ["platform.invoices"]
    decide()
    assert newest("duty.decided").customer is None


def test_who_may_not_decide_changes_nothing(decide, hers, charlie, permit):
    reader = permit(charlie, "view_retentionduty", "place_legalhold")
    with pytest.raises(PermissionDenied):
        decide(by=reader)
    duty = decide()
    with pytest.raises(PermissionDenied):
        keeping_duties.end(duty, by=reader, because="x")
    assert RetentionDuty.objects.in_force().get() == duty


@pytest.mark.parametrize(
    ("field", "asked", "words"),
    [
        ("ground", {"ground": " "}, "blank"),
        ("source", {"source": "x" * 256}, "255"),
        ("rule", {"rule": "for_ever"}, "for_ever"),
        ("years", {"years": None}, "how many years"),
        ("years", {"years": 101}, "100"),
        ("years", {"years": -1}, "0"),
        ("until", {"until": date(2030, 1, 1)}, "means nothing"),
        ("until", {"rule": "fixed", "years": None}, "last day"),
        ("until", {"rule": "fixed", "years": None, "until": date(2026, 11, 19)}, "over already"),
        ("years", {"rule": "fixed", "until": date(2030, 1, 1)}, "means nothing"),
        ("counted_day", {"counted_from": "day"}, "Name the day"),
        ("counted_day", {"counted_day": date(2026, 1, 1)}, "means nothing"),
        ("counted_column", {"counted_from": "column"}, "Name a column"),
        ("counted_column", {"counted_column": "platform.invoices.issued_on"}, "means nothing"),
        ("counted_column", {"counted_from": "column", "counted_column": "platform.invoices.sent_on"}, "no column"),
        ("counted_column", {"counted_from": "column", "counted_column": "platform.countries.code"}, "no column"),
        ("counted_column", {"counted_from": "column", "counted_column": "platform.orgs.created_at"}, "must hold"),
        ("reach", {"reach": Reach()}, "Say what is kept"),
        ("tables", {"reach": Reach(tables=frozenset({("platform", "bills")}))}, "bills"),
    ],
)
def test_what_a_duty_lacks_is_refused_by_field(decide, field, asked, words):
    with refused(field, words):
        decide(**asked)
    assert not RetentionDuty.objects.exists()
