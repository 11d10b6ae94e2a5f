"""Alice's case and what is done with it; Django is imported inside."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import time_machine

from tests.retention.machine.world import ALICES, SCHEMA


def at_its_end(tenant_key: str, name: str, by, year: int = 2023):
    """The agreement of a customer whose window is over, who was warned, and who asked for no export."""
    from django.core.management import call_command

    from offboarding import endings
    from offboarding.models import Agreement, Contact, Customer

    term = {"term_start": date(year, 1, 1), "term_end": date(year, 12, 31), "auto_renews": False}
    with time_machine.travel(f"{year}-06-01T10:00Z"):
        customer = Customer.objects.create(tenant_key=tenant_key, name=name, language="sv")
        Contact.objects.create(customer=customer, name="Alva Ek", email=f"alva{tenant_key}@alice.example")
        agreement = Agreement.objects.create(customer=customer, number=f"A-{tenant_key}", **term)
        endings.register(agreement, by=by)
    agreement.refresh_from_db()
    due = datetime.combine(agreement.delete_from, datetime.min.time()) + timedelta(hours=12)
    for days in (89, 30, 7, 1):
        with time_machine.travel(due - timedelta(days=days)):
            call_command("send_reminders", verbosity=0)
    return agreement


class Case:
    """Alice's, with bob beside her, and who plans and who approves."""

    def __init__(self, world, planner, approver) -> None:
        from offboarding.models import Customer

        self.world, self.planner, self.approver = world, planner, approver
        self.agreement = at_its_end("7", "Alice Academy", planner)
        self.alice = self.agreement.customer
        self.bob = Customer.objects.create(tenant_key="8", name="Bob School")
        self.before = world.neighbours()
        self.had = world.left()

    def planned(self):
        from retention import plans

        self.agreement.refresh_from_db()
        plan = plans.make_by(self.agreement, by=self.planner)
        assert plan.state == "ready", plan.content
        return plan

    def approved(self, plan):
        from retention import approvals

        approvals.approve(plan, by=self.approver, typed_name="Alice Academy")
        return plan

    def start(self, plan):
        from retention import runs

        return runs.start_by(plan, by=self.planner)

    def place(self, **reach):
        """A hold over ``reach``, or over everything."""
        from offboarding import clock
        from retention import holds
        from retention.models import LegalHold
        from retention.reach import Reach

        return holds.place(
            self.alice, by=self.planner, ground=LegalHold.Ground.COURT, reference="T 1-26", requested_by="The court",
            because="A court asked.", review_on=clock.today() + timedelta(days=90), tell=False,
            reach=Reach(**reach) if reach else Reach(everything=True),
        )  # fmt: skip

    def begin_again(self) -> None:
        """Everything of alice's is there once more, and nobody remembers that it was ever gone."""
        from django.db import connection

        from offboarding.models import Agreement

        self.world.run(f"TRUNCATE {', '.join(ALICES)} RESTART IDENTITY; {SCHEMA[SCHEMA.index('INSERT') :]}")
        self.world.put_files()
        with connection.cursor() as cursor:
            cursor.execute(
                "TRUNCATE retention_deletionstep, retention_verification, retention_attestation, retention_deletionrun,"
                " retention_planapproval, retention_deletionplan"
            )
        Agreement.objects.filter(pk=self.agreement.pk).update(erased_at=None)

    def proved(self, run) -> None:
        """Alice is gone, counted exactly, and nobody else has moved."""
        from retention.models import DeletionRun, DeletionStep

        run.refresh_from_db()
        assert (run.state, run.error, run.stopped_by) == (DeletionRun.State.LIVE_ERASED, "", []), run.error
        assert run.plan.state == "used"
        steps = list(run.steps.all())
        assert {step.state for step in steps} == {DeletionStep.State.DONE}
        counted = {step.name: (step.gone, step.left) for step in steps if step.kind == "table"}
        assert counted == {table: (count, 0) for table, count in self.had.items() if table != "files"}
        assert set(self.world.left().values()) == {0}
        assert self.world.neighbours() == self.before
