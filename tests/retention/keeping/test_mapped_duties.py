"""What the data map says of law becomes records, once, and follows the map's words."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from threading import Thread

import pytest
from django.db import connections

from exports.datamap import load
from retention import keeping_duties
from retention.models import RetentionDuty
from tests.retention.keeping.conftest import INVOICES, KEPT, MAP, events, newest
from tests.retention.keeping.refusing import refused

pytestmark = pytest.mark.django_db
COURSES = """
[stores.platform.collections.courses.retention]
ground = "certificates"
source = "a contract"
rule = "fixed"
until = 2031-08-31
"""


def standing() -> dict[str, RetentionDuty]:
    return {duty.key: duty for duty in RetentionDuty.objects.in_force()}


def test_a_duty_of_the_map_becomes_a_record_once(datamap):
    whole = datamap(MAP + KEPT + COURSES)
    assert keeping_duties.sync(whole) == 2
    assert keeping_duties.sync(whole) == 0
    books, courses = standing()["platform.invoices"], standing()["platform.courses"]
    assert (books.origin, books.customer, books.decided_by, books.keeps) == ("map", None, None, INVOICES)
    assert (books.rule, books.years, books.until) == ("bookkeeping", 7, None)
    assert (books.counted_from, books.counted_column) == ("column", "platform.invoices.issued_on")
    assert (courses.rule, courses.years, courses.until) == ("fixed", None, date(2031, 8, 31))
    assert events() == ["duty.decided", "duty.decided"]
    entry = newest("duty.decided")
    assert (entry.actor, entry.customer, entry.facts["origin"]) == ("machine:data_map", None, "map")


def test_a_duty_that_leaves_the_map_ends(datamap):
    keeping_duties.sync(datamap(MAP + KEPT + COURSES))
    assert keeping_duties.sync(datamap(MAP + COURSES)) == 1
    assert list(standing()) == ["platform.courses"]
    assert (newest("duty.ended").actor, newest("duty.ended").facts["origin"]) == ("machine:data_map", "map")
    assert keeping_duties.sync(datamap(MAP)) == 1
    assert standing() == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [("years = 7", "years = 10"), ('"bookkeeping"\nsource', '"the books"\nsource'), ("issued_on", "paid_at")],
)
def test_a_duty_whose_words_change_is_replaced(datamap, old, new):
    keeping_duties.sync(datamap(MAP + KEPT))
    before = standing()["platform.invoices"]
    assert keeping_duties.sync(datamap(MAP + KEPT.replace(old, new))) == 2
    after = standing()["platform.invoices"]
    assert after.pk != before.pk
    before.refresh_from_db()
    assert before.ended_at is not None
    assert events() == ["duty.decided", "duty.ended", "duty.decided"]


def test_a_comment_in_the_map_changes_no_duty(datamap):
    keeping_duties.sync(datamap(MAP + KEPT))
    assert keeping_duties.sync(datamap("# reviewed\n" + MAP + KEPT)) == 0


def test_what_was_decided_here_is_left_alone(datamap, lea):
    desk = keeping_duties.decide(
        by=lea, customer=None, ground="g", source="s", reach=INVOICES, rule="years", years=1
    )  # fmt: skip
    keeping_duties.sync(datamap(MAP + KEPT))
    keeping_duties.sync(datamap(MAP))
    assert list(RetentionDuty.objects.in_force()) == [desk]


def test_a_duty_of_the_map_is_not_ended_by_hand(datamap, lea):
    keeping_duties.sync(datamap(MAP + KEPT))
    duty = standing()["platform.invoices"]
    with refused("duty", "data map"):
        keeping_duties.end(duty, by=lea, because="x")


@pytest.mark.django_db(transaction=True)
def test_two_who_look_at_once_make_it_once(tmp_path: Path):
    path = tmp_path / "map.toml"
    path.write_text(MAP + KEPT + COURSES)
    whole, made = load(path), []

    def look() -> None:
        try:
            made.append(keeping_duties.sync(whole))
        finally:
            connections.close_all()

    for _turn in range(5):
        RetentionDuty.objects.all().delete()
        made.clear()
        together = [Thread(target=look) for _ in range(3)]
        for thread in together:
            thread.start()
        for thread in together:
            thread.join()
        assert (sorted(made), len(standing())) == ([0, 0, 2], 2)
