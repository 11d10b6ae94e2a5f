"""From a due agreement to a final certificate, by cron and two people alone: no queue, no other command."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from django.core.management import call_command

from offboarding.models import Letter
from retention import approvals, attestations, plans
from retention.models import Attestation, Certificate, DeletionRun, Verification

DUE = "2024-04-10T03:00Z"


def test_cron_plans_asks_erases_looks_again_and_comes_to_an_end(case, cron):
    with time_machine.travel(DUE, tick=True) as day:
        code, lines = cron()
        assert (code, lines) == (1, ["A-7, Alice Academy: plan 1 is made, and Legal is asked to approve it."])
        (asked,) = Letter.objects.filter(occasion=Letter.Occasion.APPROVAL_ASKED)
        assert asked.agreement == case.agreement
        assert case.world.left() == case.had
        code, lines = cron()
        assert (code, lines) == (1, [waits_for_approval()])
        approvals.approve(plans.current(case.alice), by=case.approver, typed_name="Alice Academy")
        code, lines = cron()
        run = DeletionRun.objects.get()
        assert (code, lines) == (0, [erased()])
        case.proved(run)
        assert Certificate.objects.get().occasion == "live_erased"
        assert cron() == (0, [])
        for days in (1, 7, 30):
            day.move_to(run_day(run) + timedelta(days=days))
            call_command("send_reminders", verbosity=0)
            code, lines = cron()
            said = f"A-7, Alice Academy: looked again, {days} day{'s' * (days > 1)} after the erasure: nothing is left."
            assert lines[0] == said
            assert code == (0 if days < 14 else 1)
        assert lines[1:] == ["A-7, Alice Academy: a person has to attest “backups”, since Wednesday 24 April 2024."]
        assert Letter.objects.filter(occasion=Letter.Occasion.ATTESTATION).count() == 1
        assert cron() == (1, lines[1:])
        copy = Attestation.objects.get()
        attestations.attest(copy, by=case.approver, statement="Rotated out.")
        assert cron() == (0, ["A-7, Alice Academy: run 1 is not final yet. 1 letter has not gone out or is unclear."])
        call_command("send_reminders", verbosity=0)
        assert cron() == (0, ["A-7, Alice Academy: run 1 is final."])
        assert cron() == (0, [])
    assert set(Verification.objects.values_list("after_days", "passed")) == {
        (0, True),
        (1, True),
        (7, True),
        (30, True),
    }
    assert set(Certificate.objects.values_list("occasion", flat=True)) == {"live_erased", "copies_gone"}


def run_day(run):
    run.refresh_from_db()
    return run.live_erased_at


def waits_for_approval():
    return "A-7, Alice Academy: plan 1 waits for approval since Wednesday 10 April 2024. Nobody has approved the plan."


def erased():
    return "A-7, Alice Academy: run 1: the live data is erased, and nothing was found any more."
