"""A case is held as long as any hold keeps everything: from the first that was placed to the last that is released."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from offboarding import cases
from offboarding.actors import Actor
from retention import holds
from tests.retention.keeping.conftest import INVOICES, NOW, ended, events, letters
from tests.retention.keeping.refusing import refused

LATER = datetime(2027, 1, 5, 9, 0, tzinfo=UTC)
LAST = datetime(2027, 2, 5, 9, 0, tzinfo=UTC)


def since(agreement):
    agreement.refresh_from_db()
    return agreement.held_since


@pytest.mark.parametrize("first_to_go", [0, 1])
def test_of_two_whole_holds_the_last_frees_the_case(held, hers, time_machine, first_to_go):
    placed = [held()]
    time_machine.move_to(LATER, tick=False)
    placed.append(held(reference="T 99-27"))
    assert since(hers) == NOW
    time_machine.move_to(LAST, tick=False)
    by = placed[0].placed_by
    holds.release(placed.pop(first_to_go), by=by, because="Settled.")
    assert since(hers) == NOW
    holds.release(placed.pop(), by=by, because="Settled too.")
    assert since(hers) is None
    assert events() == ["hold.kept", "hold.placed", "hold.kept", "hold.lifted", "hold.lifted", "hold.released"]
    assert letters() == ["hold", "hold"]


def test_a_second_hold_may_be_told_where_the_first_is_secret(held, hers, time_machine):
    secret = held(tell=False)
    time_machine.move_to(LATER, tick=False)
    told = held()
    assert (letters(), since(hers)) == (["hold"], NOW)
    holds.release(told, by=told.placed_by, because="Settled.")
    assert letters() == ["hold"]
    holds.release(secret, by=told.placed_by, because="Closed.")
    assert letters() == ["hold", "hold"]


def test_a_partial_hold_beside_it_neither_holds_nor_frees_the_case(held, hers):
    part, whole = held(INVOICES), held()
    holds.release(part, by=part.placed_by, because="Paid.")
    assert since(hers) == NOW
    other = held(INVOICES)
    holds.release(whole, by=part.placed_by, because="Settled.")
    assert since(hers) is None
    holds.release(other, by=part.placed_by, because="Paid.")
    assert since(hers) is None


def test_all_agreements_of_the_customer_are_held_but_those_whose_data_is_gone(held, hers, alice):
    other, gone = ended(alice, "A-2"), ended(alice, "A-3")
    type(gone).objects.filter(pk=gone.pk).update(erased_at=NOW)
    hold = held()
    assert (since(hers), since(other), since(gone)) == (NOW, NOW, None)
    holds.release(hold, by=hold.placed_by, because="Settled.")
    assert (since(hers), since(other), since(gone)) == (None, None, None)


def test_an_agreement_made_while_the_hold_stands_is_no_trouble_when_it_goes(held, hers, alice):
    hold = held()
    late = ended(alice, "A-2")
    again = held(tell=False)
    assert since(late) == NOW
    for one in (hold, again):
        holds.release(one, by=hold.placed_by, because="Settled.")
    assert (since(hers), since(late)) == (None, None)


def test_what_is_released_cannot_be_released_or_reviewed_again(held):
    hold = held()
    holds.release(hold, by=hold.placed_by, because="Settled.")
    with refused("hold", "released already"):
        holds.release(hold, by=hold.placed_by, because="Again.")
    with refused("hold", "released already"):
        holds.review(hold, by=hold.placed_by, review_on=LAST.date(), because="x")


def test_a_release_has_a_reason(held):
    hold = held()
    with refused("because", "Say why"):
        holds.release(hold, by=hold.placed_by, because=" ")
    hold.refresh_from_db()
    assert hold.released_at is None


def test_nothing_is_marked_deleted_while_a_whole_hold_stands(held, hers, time_machine):
    held()
    time_machine.move_to(datetime(2027, 6, 1, tzinfo=UTC), tick=False)
    with refused("agreement", "on hold"):
        cases.mark_erased(hers, actor=Actor.machine("deletion"))
