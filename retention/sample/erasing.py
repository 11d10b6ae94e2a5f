"""A first look at deletion: cron plans, Legal approves one case, cron erases it; another is left to approve."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from offboarding.models import Agreement
from retention import approvals, plans
from retention.next_step import Grade
from retention.sample.cases import ERASED
from retention.sample.cast import LEGAL


def erase_one(stdout: Any) -> None:
    """The case that is to be erased, really erased: planned by cron, approved by name, run by cron. Once."""
    agreement = Agreement.objects.select_related("customer").get(number=ERASED)
    if agreement.erased_at is not None:
        return
    enforce(stdout, agreement=ERASED)
    plan = plans.current(agreement.customer)
    if plan is None or plan.state != "ready":
        raise CommandError(f"There is no plan for {ERASED} that could be approved.")
    approvals.approve(plan, by=User.objects.get(username=LEGAL), typed_name=agreement.customer.name)
    enforce(stdout, agreement=ERASED)
    agreement.refresh_from_db()
    if agreement.erased_at is None:
        raise CommandError(f"The data of {ERASED} is not erased.")


def enforce(stdout: Any, **options: Any) -> None:
    """``manage.py enforce_retention``; that something waits for a person is what a first look is about."""
    try:
        call_command("enforce_retention", stdout=stdout, **options)
    except CommandError as error:
        if error.returncode != Grade.PERSON:
            raise
