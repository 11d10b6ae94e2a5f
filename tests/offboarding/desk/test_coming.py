"""What comes in the next 90 days stands on the first page by day, with links to exactly these agreements."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from offboarding.desk_coming import coming_for
from offboarding.models import Agreement
from tests.offboarding.desk.pages import first


def _ends(agreement, days, **facts):
    today = timezone.localdate()
    dates = {
        "service_ends": today + timedelta(days=days),
        "export_until": today + timedelta(days=days + 40),
        "delete_from": today + timedelta(days=days + 41),
    }
    Agreement.objects.filter(pk=agreement.pk).update(ending="expiry", **{**dates, **facts})


def _by_kind(user, today):
    return {one.kind: dict(one.counts) for one in coming_for(user, today)}


def test_each_date_is_counted_on_its_day_and_links_to_its_agreement(desk, staff, hers, fixed):
    _ends(hers, 10)
    _ends(fixed, 10)
    today = timezone.localdate()
    counts = _by_kind(staff, today)
    assert counts["service"][today + timedelta(days=10)] == 2
    assert counts["window"][today + timedelta(days=50)] == 2
    assert counts["deletion"][today + timedelta(days=51)] == 2
    page = first(desk)
    links = re.findall(r'href="([^"]*service_ends__gte[^"]*)" aria-label="Service ends, next 30 days: (\d+)"', page)
    (address, count) = links[0]
    shown = desk.get(address.replace("&amp;", "&"))
    assert shown.status_code == 200
    assert int(count) == 2 + sum(n for day, n in counts["service"].items() if n and day == today)
    assert escape(hers.number) in shown.content.decode()


def test_what_is_held_or_erased_does_not_come(staff, hers, fixed):
    today = timezone.localdate()
    _ends(hers, 10, held_since=timezone.now())
    _ends(fixed, 10, erased_at=timezone.now())
    counts = _by_kind(staff, today)
    assert today + timedelta(days=51) not in counts["deletion"]
    assert counts["service"].get(today + timedelta(days=10)) == 1


def test_of_a_day_with_a_held_one_the_others_come(staff, hers, fixed):
    day = timezone.localdate() + timedelta(days=51)
    _ends(hers, 10, held_since=timezone.now())
    _ends(fixed, 10)
    assert _by_kind(staff, timezone.localdate())["deletion"][day] == 1


@pytest.mark.requires("postgresql")
def test_indexes_alone_answer_how_many_come(staff):
    with CaptureQueriesContext(connection) as asked:
        coming_for(staff, timezone.localdate())
    counts = [one["sql"] for one in asked if "COUNT(*)" in one["sql"] and '"held_since" IS NOT NULL' not in one["sql"]]
    counts = [sql for sql in counts if "offboarding_agreement" in sql]
    assert len(counts) == 3
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        for sql in counts:
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Index Only Scan" in plan, plan


def test_the_ninetieth_day_is_the_last(staff, hers):
    today = timezone.localdate()
    _ends(hers, 89)
    assert today + timedelta(days=89) in _by_kind(staff, today)["service"]
    _ends(hers, 90)
    assert today + timedelta(days=90) not in _by_kind(staff, today)["service"]


def test_the_page_has_a_table_for_whoever_does_not_see_the_drawing(desk, hers):
    _ends(hers, 10)
    page = first(desk)
    drawing = page[page.index('<div class="strip">') : page.index("</svg>", page.index('<div class="strip">'))]
    assert 'aria-hidden="true"' in drawing
    assert '<th scope="row">' in page
    assert "Day by day" in page
