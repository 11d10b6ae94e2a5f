"""With which package did the customer get what it asked for, and how long was it there?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from exports import announcing, jobs
from exports.models import ExportJob
from retention.facts import Delivery, ExportFact
from retention.gathering_exports import Request, exports_of, fact

NOW = datetime(2027, 4, 3, 9, tzinfo=UTC)
ALL = frozenset({("users", "csv"), ("courses", "csv")})
SOME = frozenset({("users", "csv")})


def day(number: int) -> datetime:
    """So many days ago."""
    return NOW - timedelta(days=number)


def request(number: int, asked: int, contents=ALL, **package: Any) -> Request:
    return Request(number, day(asked), contents, **package)


def got(number: int, asked: int, came: int, removed: int | None = None, contents=ALL) -> Request:
    """Asked, come and perhaps removed so many days ago."""
    gone = removed is not None
    return request(
        number, asked, contents, complete=True, available_at=day(came), removed=gone,
        removed_at=day(removed) if removed is not None else None,
    )  # fmt: skip


FAILED = request(1, 40)
OWED = ExportFact(1, day(40), Delivery.REQUESTED, None, None)


def met(available: int, removed: int | None = None) -> ExportFact:
    return ExportFact(1, day(40), Delivery.DELIVERED, day(available), None if removed is None else day(removed))


@pytest.mark.parametrize(
    ("others", "found"),
    [
        ([], OWED),
        ([request(2, 30)], OWED),
        ([got(2, 30, 29)], met(29)),
        ([got(2, 30, 29, contents=SOME)], OWED),
        ([got(2, 50, 45)], OWED),
        ([got(2, 30, 1)], met(1)),
        ([got(2, 30, 29, removed=28), got(3, 20, 19)], met(19)),
        ([got(2, 30, 29, removed=5), got(3, 20, 19)], met(29, 5)),
        ([got(2, 30, 29, removed=28)], met(29, 28)),
    ],
)
def test_a_failed_request_is_met_by_a_later_package_of_at_least_the_same(others, found):
    assert fact(FAILED, [FAILED, *others], NOW) == found


@pytest.mark.parametrize(
    ("mine", "others", "found"),
    [
        (got(1, 40, 39), [], met(39)),
        (got(1, 40, 39), [got(2, 30, 29)], met(39)),
        (got(1, 40, 39, removed=38), [], met(39, 38)),
        (got(1, 40, 39, removed=38), [got(2, 30, 29)], met(29)),
        (got(1, 40, 39, removed=10), [got(2, 30, 29)], met(39, 10)),
    ],
)
def test_its_own_package_counts_unless_another_was_there_longer(mine, others, found):
    assert fact(mine, [mine, *others], NOW) == found


def test_a_package_that_is_gone_without_a_word_of_it_in_the_journal_is_unclear():
    lost = request(1, 40, complete=True, available_at=day(39), removed=True)
    assert fact(lost, [lost], NOW).delivery is None
    assert fact(lost, [lost, got(2, 30, 29)], NOW) == met(29)


contents = st.frozensets(st.sampled_from(sorted(ALL)), min_size=1)
packages = st.builds(
    lambda number, asked, contents, came, removed, complete: (
        got(number, asked, min(asked, came), None if removed is None else min(asked, came, removed), contents)
        if complete else request(number, asked, contents)
    ),
    st.integers(1, 9), st.integers(0, 90), contents, st.integers(0, 90), st.none() | st.integers(0, 90), st.booleans(),
)  # fmt: skip


@given(st.lists(packages, min_size=1, max_size=5, unique_by=lambda one: one.number), st.data())
def test_one_more_delivered_request_never_takes_anything_away(requests, data):
    mine, more = requests[0], data.draw(packages)
    before, after = fact(mine, requests, NOW), fact(mine, [*requests, more], NOW)
    if before.delivery is Delivery.DELIVERED:
        assert after.delivery is Delivery.DELIVERED

        def there(one: ExportFact) -> timedelta:
            return (one.removed_at or NOW) - one.available_at

        assert there(after) >= there(before)


# From the records -----------------------------------------------------------------------------------------------------


def job(customer, staff, asked: datetime, state: str, **fields: Any) -> ExportJob:
    ended = state not in ("queued", "running")
    told = {"statement": {}, "manifest_sha256": "a" * 64} if state in ("complete", "expired") else {}
    made = ExportJob.objects.create(
        customer=customer, requested_by=staff, requested_at=asked, state=state, error="x" if state == "failed" else "",
        finished_at=asked + timedelta(hours=1) if ended else None, **told | fields,
    )  # fmt: skip
    if state in ("complete", "incomplete"):
        announce(made, f"export.{state}")
    return made


def announce(made: ExportJob, event: str) -> None:
    from django.db import transaction

    with transaction.atomic():
        facts = {"volumes": 1, "rows": 1, "files": 0, "manifest_sha256": "a" * 64}
        announcing.record(event, made.customer, actor=announcing.WORKER, export=made.pk, **facts)


@pytest.mark.parametrize(
    ("state", "delivery"),
    [
        ("queued", Delivery.REQUESTED), ("incomplete", Delivery.REQUESTED), ("failed", Delivery.REQUESTED),
        ("cancelled", Delivery.REQUESTED), ("complete", Delivery.DELIVERED),
        ("expired", Delivery.REQUESTED),
    ],
)  # fmt: skip
def test_what_became_of_a_job(alice, staff, state, delivery):
    made = job(alice, staff, day(40), state)
    (found,) = exports_of(alice)
    assert (found.number, found.requested_at, found.delivery) == (made.pk, day(40), delivery)
    complete = delivery is Delivery.DELIVERED
    assert found.available_at == (day(40) + timedelta(hours=1) if complete else None)


def test_the_journal_says_when_a_package_was_removed_and_whether_it_was_whole(alice, staff):
    whole = job(alice, staff, day(40), "complete")
    part = job(alice, staff, day(39), "incomplete", formats=["sql"])
    with time_machine.travel(day(10), tick=False):
        jobs.expire(whole, by=staff)
        jobs.expire(part, by=staff)
    first, second = exports_of(alice)
    assert (first.delivery, first.removed_at) == (Delivery.DELIVERED, day(10))
    assert second == ExportFact(part.pk, day(39), Delivery.REQUESTED, None, None)


def test_two_queries_at_most(alice, bob, staff, django_assert_num_queries):
    for asked in range(30, 60, 3):
        whole = job(alice, staff, day(asked), "complete")
        jobs.expire(whole, by=staff)
        job(bob, staff, day(asked), "failed")
    with django_assert_num_queries(2):
        assert len(exports_of(alice)) == 10
