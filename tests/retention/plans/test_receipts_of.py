"""What the customer says about its packages, and what follows for its requests: a matrix, and what always holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.facts import Delivery, ExportFact
from retention.gathering_exports import Request, fact
from tests.retention.plans.test_exports_of import ALL, NOW, SOME, day, got, met, packages, request

SETTLED = ExportFact(1, day(40), Delivery.SETTLED, None, None)
OBJECTED = ExportFact(1, day(40), Delivery.OBJECTED, None, None)
OWED = ExportFact(1, day(40), Delivery.REQUESTED, None, None)
MINE = got(1, 40, 39)
REMOVED_EARLY = got(1, 40, 39, removed=38)
FAILED = request(1, 40)
NEWER = got(2, 30, 29)


def confirmed(one: Request) -> Request:
    return replace(one, confirmed=True)


def objected(one: Request) -> Request:
    return replace(one, objected=True)


def made_good(one: Request, by: int) -> Request:
    return replace(one, settled_by=by)


def answered(one: Request) -> Request:
    return replace(one, answered_at=day(3))


@pytest.mark.parametrize(
    ("mine", "others", "found"),
    [
        # its own package
        (confirmed(MINE), [], SETTLED),
        (confirmed(REMOVED_EARLY), [], SETTLED),
        (objected(MINE), [], OBJECTED),
        (objected(confirmed(MINE)), [], OBJECTED),
        (objected(REMOVED_EARLY), [], OBJECTED),
        (replace(FAILED, given_up=True), [], SETTLED),
        # a newer package
        (confirmed(MINE), [request(2, 30)], SETTLED),
        (MINE, [confirmed(NEWER)], SETTLED),
        (FAILED, [confirmed(NEWER)], SETTLED),
        (FAILED, [confirmed(got(2, 30, 29, contents=SOME))], OWED),
        (MINE, [confirmed(got(2, 30, 29, contents=SOME))], met(39)),
        (objected(MINE), [NEWER], OBJECTED),
        (objected(MINE), [confirmed(NEWER)], OBJECTED),
        (FAILED, [objected(NEWER)], OWED),
        (MINE, [objected(NEWER)], met(39)),
        (FAILED, [objected(NEWER), got(3, 20, 19)], met(19)),
        # an older package says nothing about this one
        (FAILED, [confirmed(got(2, 50, 45))], OWED),
        (MINE, [confirmed(got(2, 50, 45))], met(39)),
        (MINE, [objected(got(2, 50, 45))], met(39)),
        # made good with another package: the fair time begins with that
        (made_good(MINE, 2), [got(2, 10, 9)], met(9)),
        (made_good(MINE, 2), [got(2, 10, 9, contents=SOME)], met(9)),
        (made_good(MINE, 2), [confirmed(got(2, 10, 9, contents=SOME))], SETTLED),
        (made_good(confirmed(MINE), 2), [got(2, 10, 9)], SETTLED),
        (made_good(MINE, 2), [objected(got(2, 10, 9))], OWED),
        (made_good(MINE, 2), [made_good(got(2, 10, 9), 3), got(3, 5, 4)], met(4)),
        (made_good(MINE, 2), [got(2, 10, 9), got(3, 8, 7)], met(9)),
        (made_good(MINE, 3), [got(2, 30, 29), got(3, 5, 4)], met(4)),
        (made_good(MINE, 2), [request(2, 10)], OWED),
        (made_good(MINE, 7), [NEWER], OWED),
        (FAILED, [made_good(NEWER, 3), got(3, 5, 4, contents=SOME)], met(4)),
        # answered: the fair time begins with the answer, unless the customer's last word is that all has arrived
        (answered(MINE), [], replace(met(39), answered_at=day(3))),
        (answered(made_good(MINE, 2)), [got(2, 10, 9)], replace(met(9), answered_at=day(3))),
        (answered(made_good(MINE, 2)), [request(2, 10)], replace(OWED, answered_at=day(3))),
        (answered(confirmed(MINE)), [], SETTLED),
        (answered(objected(MINE)), [], OBJECTED),
    ],
)  # fmt: skip
def test_the_matrix_of_words_and_packages(mine, others, found):
    assert fact(mine, [mine, *others], NOW) == found


words = st.sampled_from(["confirmed", "objected", "given_up", ""])
said = st.builds(
    lambda one, word, by: replace(
        one, settled_by=by if one.complete else None,
        **({word: True} if word and (one.complete or word == "given_up") else {}),
    ),
    packages, words, st.none() | st.integers(1, 9),
)  # fmt: skip
several = st.lists(said, min_size=1, max_size=6, unique_by=lambda one: one.number)


@given(several, st.data())
def test_an_objection_reopens_whatever_else_has_come(requests, data):
    mine = data.draw(st.sampled_from(requests))
    others = [one for one in requests if one is not mine]
    again = replace(mine, objected=True)
    assert fact(again, [again, *others], NOW).delivery is Delivery.OBJECTED


@given(several)
def test_a_request_is_settled_only_by_the_customers_own_word(requests):
    silent = [replace(one, confirmed=False, given_up=False) for one in requests]
    for one in silent:
        assert fact(one, silent, NOW).delivery is not Delivery.SETTLED


@given(several, st.data())
def test_the_confirmation_of_an_earlier_package_settles_no_later_request(requests, data):
    mine = data.draw(st.sampled_from(requests))
    others = [one for one in requests if one is not mine]
    mute = [replace(one, confirmed=False) for one in others]
    earlier = [
        replace(one, confirmed=one.complete) if (one.requested_at, one.number) < (mine.requested_at, mine.number)
        and one.number < mine.number else one
        for one in mute
    ]  # fmt: skip
    assert fact(mine, [mine, *earlier], NOW) == fact(mine, [mine, *mute], NOW)


@given(several)
def test_nothing_that_is_still_objected_to_counts_as_delivered(requests):
    bad = [replace(one, objected=one.complete, confirmed=False, given_up=False) for one in requests]
    for one in bad:
        assert fact(one, bad, NOW).delivery in (Delivery.OBJECTED, Delivery.REQUESTED)


@given(several)
def test_what_was_made_good_was_there_since_the_new_package_at_the_earliest(requests):
    for one in requests:
        found = fact(one, requests, NOW)
        if one.settled_by is not None and found.delivery is Delivery.DELIVERED:
            chain = [other for other in requests if other.number >= one.settled_by]
            assert found.available_at in {other.available_at for other in chain}


def test_a_confirmation_beats_the_fair_time_but_only_of_what_was_asked_for():
    wide = confirmed(got(2, 3, 2, contents=ALL))
    assert fact(request(1, 40, SOME), [request(1, 40, SOME), wide], NOW).delivery is Delivery.SETTLED
    assert fact(wide, [wide], NOW + timedelta(days=1)).delivery is Delivery.SETTLED
