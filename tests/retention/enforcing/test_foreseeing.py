"""A dry run says what would happen and everything that stands against it, and changes nothing, anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.db.utils import InternalError

from offboarding.models import Letter
from retention import approvals, pausing, plans
from retention.pausing import COMMAND
from retention.read_only import reading_only
from tests.retention import oracle

DUE = "2024-04-10T03:00Z"


@pytest.fixture
def everything(ground):
    """``everything()`` hashes our own database, row by row, the platform, and every file of ours."""

    def look():
        own, platform = oracle.rows(ground.environment["DATABASE_URL"]), oracle.rows(ground.url)
        return own, platform, oracle.folder(Path(ground.media).parent)

    return look


def test_before_there_is_a_plan(case, cron, everything):
    with time_machine.travel(DUE):
        before = everything()
        code, lines = cron("--dry-run")
        assert (code, lines) == (
            0,
            ["A-7, Alice Academy: would make a plan and ask Legal to approve it. There is no plan. Nobody has approved "
             "the plan."],
        )  # fmt: skip
        assert everything() == before


def test_of_an_approved_plan_it_says_loudly_that_it_would_erase(case, cron, everything):
    with time_machine.travel(DUE, tick=True):
        case.approved(case.planned())
        before = everything()
        assert cron("--dry-run") == (0, ["A-7, Alice Academy: WOULD ERASE the data: the plan is approved."])
        assert everything() == before


def test_every_reason_is_told_not_only_the_one_that_decides(case, cron, everything):
    with time_machine.travel(DUE, tick=True):
        case.approved(case.planned())
        pausing.pause(actor=COMMAND, because="Something is odd.")
        Letter.objects.filter(occasion="warning_7").update(state="bounced")
        case.place()
        before = everything()
        code, (line,) = cron("--dry-run")
        assert code == 1
        for reason in (
            "would wait.",
            "Hold 1 keeps it.",
            "The warning 7 days before deletion came back.",
            "All deletion is paused.",
        ):
            assert reason in line
        assert everything() == before


def test_a_plan_that_would_be_another_one_now_is_told(case, cron, everything):
    with time_machine.travel(DUE, tick=True):
        case.approved(case.planned())
        case.world.run("INSERT INTO invoices (organisation, issued_on) VALUES (7, '2025-01-01')")
        before = everything()
        code, (line,) = cron("--dry-run")
        assert code == 0
        assert "would make a new plan and ask Legal to approve it. The plan has changed since it was approved." in line
        assert everything() == before


def test_of_an_agreement_that_is_not_due_it_says_why(case, cron):
    with time_machine.travel("2024-02-01T12:00Z"):
        assert cron("--dry-run") == (0, [])
        _code, (line,) = cron("--dry-run", "--agreement", "A-7")
        assert "Nothing may be deleted before Sunday 31 March 2024." in line


@pytest.mark.django_db(transaction=True)
def test_the_database_itself_refuses_whatever_would_write(alice):
    with reading_only(), pytest.raises(InternalError, match="read-only"):
        alice.save()
    alice.save()
    assert connection.vendor == "postgresql"


def test_what_is_approved_meanwhile_is_not_erased_by_it(case, cron):
    with time_machine.travel(DUE, tick=True):
        plan = case.planned()
        approvals.ask(plan)
        cron("--dry-run")
        assert plans.current(case.alice) == plan
        assert case.world.left() == case.had
