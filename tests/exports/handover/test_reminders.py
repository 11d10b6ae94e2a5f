"""Who says nothing about a package is reminded: on its days, once, whatever cron does; and what silence comes to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from exports import announcing, receipts, reminders
from exports.fair_time import FAIR_DAYS, answer_until, reminder_due
from offboarding import clock
from offboarding.models import Letter
from retention.facts import Limits

CAME = date(2026, 11, 2)
GONE = CAME + timedelta(90)


@pytest.mark.parametrize(
    ("days", "due"),
    [(0, ""), (6, ""), (7, "7"), (11, "7"), (12, "12"), (14, "12"), (15, ""), (82, ""), (83, "removal"),
     (89, "removal"), (90, ""), (400, "")],
)  # fmt: skip
def test_the_nearest_reminder_and_none_that_comes_too_late(days, due):
    assert reminder_due(CAME, GONE, CAME + timedelta(days)) == due


def test_a_package_that_is_kept_as_long_as_the_fair_time_only_is_reminded_within_it():
    removed = CAME + timedelta(FAIR_DAYS)
    assert [reminder_due(CAME, removed, CAME + timedelta(days)) for days in (7, 12, 13, 14, 15)] == [
        "7", "12", "12", "", "",
    ]  # fmt: skip


@given(st.integers(14, 400), st.integers(0, 500))
def test_nobody_is_asked_to_answer_by_a_day_that_is_past(kept, days):
    today = CAME + timedelta(days)
    due = reminder_due(CAME, CAME + timedelta(kept), today)
    assert due in ("7", "12", "removal", "")
    if due in ("7", "12"):
        assert today <= answer_until(CAME)
    if due:
        assert today < CAME + timedelta(kept)


def test_the_fair_time_is_the_one_by_which_deletion_is_decided():
    assert Limits().fair_days == FAIR_DAYS
    assert answer_until(CAME) == date(2026, 11, 16)


def said(occasion="export_reminder"):
    return [letter.key.split(":")[2] for letter in Letter.objects.filter(occasion=occasion).order_by("pk")]


def on(day, times=1):
    with time_machine.travel(timezone.now() + timedelta(days=day), tick=False):
        return [reminders.write_due(clock.today()) for _time in range(times)]


def test_each_reminder_once_to_everybody_however_often_cron_runs(agreement, package, eva, lea):
    job = package()
    assert on(6) == [0]
    assert on(7, times=3) == [2, 0, 0]
    assert on(10) == [0]
    assert on(12, times=2) == [2, 0]
    assert on(16) == [0]
    assert on(84, times=2) == [2, 0]
    assert on(90) == [0]
    assert sorted(set(said())) == sorted(f"{job.pk}-{due}" for due in ("7", "12", "removal"))
    first = Letter.objects.filter(occasion="export_reminder", contact=eva).earliest("pk")
    text = " ".join(first.text.split())
    assert "If we hear nothing from you until then, we count the package as delivered" in text
    assert f"/leaving/{agreement.reference}/" in text


def test_what_cron_missed_is_not_made_good(agreement, package, eva):
    job = package()
    assert on(13) == [1]
    assert said() == [f"{job.pk}-12"]


@pytest.mark.parametrize("word", ["confirmed", "objected"])
def test_who_has_answered_is_left_alone(agreement, package, eva, word):
    job = package()
    if word == "confirmed":
        receipts.confirm(job, contact=eva, digest=job.manifest_sha256)
    else:
        receipts.object_to(job, contact=eva, digest=job.manifest_sha256, missing={"users": "x"})
    assert on(7) == on(12) == on(84) == [0]


def test_nobody_is_reminded_of_what_is_not_whole_gone_or_deleted(agreement, package, eva):
    package(state="incomplete")
    package()
    agreement.erased_at = timezone.now()
    agreement.save()
    assert on(7) == on(84) == [0]


def test_a_customer_without_an_agreement_or_a_contact_is_no_error(package, alice):
    package()
    assert on(7) == [0]


def test_a_newer_package_is_reminded_of_on_its_own_days(agreement, package, eva):
    old, new = package(days=7), package(days=0)
    assert on(0) == [1] and said() == [f"{old.pk}-7"]
    receipts.confirm(old, contact=eva, digest=old.manifest_sha256)
    assert on(7) == [1] and said() == [f"{old.pk}-7", f"{new.pk}-7"]


def test_cron_does_it(agreement, package, eva, capsys):
    package(days=8)
    call_command("run_jobs")
    call_command("run_jobs")
    assert capsys.readouterr().out.count("reminders of packages to confirm: 1") == 1


def test_the_letter_that_a_package_is_ready_says_what_silence_means(agreement, package, eva):
    job = package()
    with transaction.atomic():
        announcing.ended(job)
    text = " ".join(Letter.objects.get(occasion="export_ready").text.split())
    assert "we count the package as delivered" in text and f"/leaving/{agreement.reference}/" in text
