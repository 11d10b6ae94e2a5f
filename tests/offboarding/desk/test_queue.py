"""A queue that stands still and an outbox that nobody sends are told, with what to do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import OrmQ

from tests.offboarding.desk.pages import first, kinds


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()
    yield
    cache.clear()


def _task(minutes):
    OrmQ.objects.create(key="offboarding", payload="x", lock=timezone.now() - timedelta(minutes=minutes))


def test_a_task_that_waits_is_told_after_ten_minutes(desk):
    _task(9)
    assert kinds(first(desk)) == []
    _task(11)
    page = first(desk)
    assert kinds(page) == ["queue"]
    assert "No worker shows a sign of life." in page


def test_workers_that_live_and_take_nothing_are_told_apart(desk):
    _task(30)
    cache.set(Conf.Q_STAT, ["q:1"], None)
    assert "No worker shows a sign of life." in first(desk), "a name without a heartbeat is an old one"
    cache.set("q:1", "signed", 60)
    assert "the queue is frozen" in first(desk)


def test_a_task_that_is_being_worked_on_waits_for_nobody(desk):
    _task(-30)
    assert kinds(first(desk)) == []


def test_whoever_does_not_follow_exports_is_not_told(client, charlie, permit):
    _task(30)
    client.force_login(permit(charlie, "view_agreement"))
    assert kinds(first(client)) == []
