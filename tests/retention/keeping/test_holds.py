"""A hold is placed by name, with ground, reference and reason; the journal says so, the customer only where it may."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from exports.contents import Category
from offboarding import journal_words
from retention import holds
from retention.models import LegalHold
from retention.reach import Reach
from tests.retention.keeping.conftest import EVERYTHING, INVOICES, NOW, events, letters, newest
from tests.retention.keeping.refusing import refused


def test_a_hold_over_everything_holds_the_case_and_tells_the_customer(held, hers, lea):
    hold = held()
    hers.refresh_from_db()
    assert hers.held_since == hold.placed_at == NOW
    assert (hold.placed_by, hold.gone_before, hold.released_at) == (lea, [], None)
    assert events() == ["hold.kept", "hold.placed"]
    assert letters() == ["hold"]


def test_every_category_by_name_is_everything(held, hers):
    assert held(Reach(categories=frozenset(Category))).keeps.whole
    hers.refresh_from_db()
    assert hers.held_since == NOW


def test_a_customer_that_must_not_know_is_not_told(held, hers):
    held(tell=False)
    assert letters() == []
    assert newest("hold.kept").facts["told"] is False


def test_a_hold_over_a_part_leaves_the_case_to_the_clock(held, hers):
    hold = held(INVOICES)
    hers.refresh_from_db()
    assert hers.held_since is None
    assert (hold.keeps, letters(), events()) == (INVOICES, [], ["hold.kept"])


def test_the_journal_says_what_is_kept_by_whom_and_why_but_no_name_of_a_file(held, hers):
    reach = Reach(
        categories=frozenset({Category.USERS}),
        tables=frozenset({("platform", "invoices")}),
        files=frozenset({("media", "org/7/anna svensson.pdf"), ("media", "org/7/b.pdf")}),
    )
    hold = held(reach, because="  The court asked.  ")
    entry = newest("hold.kept")
    assert (entry.actor, entry.reason) == (f"staff:{hold.placed_by_id}:lea", "The court asked.")
    assert (entry.customer, entry.agreement) == (hers.customer_id, hers.pk)
    assert entry.facts["reach"].items() >= {
        "categories": ["users"], "tables": ["platform.invoices"], "prefixes": 0, "files": 2,
    }.items()  # fmt: skip
    assert {name: entry.facts[name] for name in ("ground", "whole", "review_on", "gone")} == {
        "ground": "court", "whole": False, "review_on": "2027-03-01", "gone": [],
    }  # fmt: skip
    assert "svensson" not in str(entry.facts)
    assert journal_words.sentence(entry) == f"Hold {hold.pk} placed (court proceedings)."


def test_a_hold_can_be_placed_on_data_that_is_gone(held, hers):
    """For what was kept of it, and for what a restored backup brings back."""
    type(hers).objects.filter(pk=hers.pk).update(erased_at=NOW)
    hold = held()
    hers.refresh_from_db()
    assert (hers.held_since, letters(), hold.keeps) == (None, [], EVERYTHING)
    holds.release(hold, by=hold.placed_by, because="Settled.")
    assert events() == ["hold.kept", "hold.lifted"]


def test_a_customer_without_an_agreement_can_be_held_too(bob, held, lea, db):
    from offboarding.models import Customer

    other = Customer.objects.create(tenant_key="9", name="Cara College")
    hold = holds.place(
        other, by=lea, ground="other", reference="a call", requested_by="Legal", because="x",
        review_on=date(2027, 1, 1), tell=True, reach=EVERYTHING,
    )  # fmt: skip
    assert (newest("hold.kept").customer, newest("hold.kept").agreement) == (other.pk, None)
    holds.release(hold, by=lea, because="Settled.")
    assert (hold.customer, letters()) == (other, [])


def test_who_may_not_place_review_or_release_changes_nothing(held, charlie, permit):
    reader = permit(charlie, "view_legalhold", "decide_retentionduty")
    with pytest.raises(PermissionDenied):
        held(by=reader)
    hold = held()
    with pytest.raises(PermissionDenied):
        holds.review(hold, by=reader, review_on=date(2028, 1, 1), because="x")
    with pytest.raises(PermissionDenied):
        holds.release(hold, by=permit(charlie, "place_legalhold"), because="x")
    hold.refresh_from_db()
    assert (hold.released_at, hold.review_on) == (None, date(2027, 3, 1))
    assert LegalHold.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("ground", "whim", "whim"),
        ("reference", "  ", "blank"),
        ("reference", "T" * 201, "200"),
        ("reference", "T\x00", "no text"),
        ("requested_by", "", "blank"),
        ("because", " \n", "Say why"),
        ("review_on", NOW.date(), "future"),
        ("review_on", date(2026, 11, 19), "future"),
    ],
)
def test_what_a_hold_lacks_is_refused_by_field(held, field, value, words):
    with refused(field, words):
        held(**{field: value})
    assert not LegalHold.objects.exists()


def test_a_review_moves_the_date_and_is_written_down(held):
    hold = held()
    holds.review(hold, by=hold.placed_by, review_on=date(2028, 3, 1), because="The case goes on.")
    entry = newest("hold.reviewed")
    assert (entry.reason, entry.facts["was_review_on"]) == ("The case goes on.", "2027-03-01")
    assert LegalHold.objects.to_review(date(2028, 2, 29)).count() == 0
    assert LegalHold.objects.to_review(date(2028, 3, 1)).get() == hold
    with refused("review_on"):
        holds.review(hold, by=hold.placed_by, review_on=NOW.date(), because="x")
    with refused("because"):
        holds.review(hold, by=hold.placed_by, review_on=date(2029, 1, 1), because="")
