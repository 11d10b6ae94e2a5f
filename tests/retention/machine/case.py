"""Alice's case as the state machine plays it: what people, cron and accidents do, each by the verb or from outside."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import time_machine
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from exports.contents import Category
from offboarding import clock, endings, notices
from offboarding.models import Agreement, Contact, Customer, TerminationNotice
from retention import approvals, attestations, deleting, holds, pausing, plans, resurrections
from retention.erasers.database import DatabaseEraser
from retention.models import Attestation, DeletionRun, LegalHold, PlanApproval, Resurrection
from retention.reach import Reach
from tests.retention.machine.world import World

BEGIN = datetime(2026, 5, 20, 10, tzinfo=UTC)
TERM = {"term_start": date(2025, 7, 1), "term_end": date(2026, 6, 30)}
LETTER = TerminationNotice.Channel.LETTER


REFUSED = suppress(ValidationError)
"""A verb may say no; then it has changed nothing."""


class DiedError(BaseException):
    """The process is gone, as far as anybody below can tell."""


class Case:
    """One customer, her neighbour, and two people who may do everything."""

    def __init__(self, world: World, planner, approver, settings) -> None:
        self.world, self.planner, self.approver, self.settings = world, planner, approver, settings
        self.now = BEGIN
        with self.clock():
            self.alice = Customer.objects.create(tenant_key="7", name="Alice Academy", language="sv")
            self.bob = Customer.objects.create(tenant_key="8", name="Bob School")
            self.alva = Contact.objects.create(
                customer=self.alice, name="Alva Ek", email="alva@alice.example", may_give_notice=True
            )
            Contact.objects.create(customer=self.bob, name="Bo", email="bo@bob.example")
            self.agreement = Agreement.objects.create(customer=self.alice, number="A-7", **TERM)
            for agreement in (self.agreement, Agreement.objects.create(customer=self.bob, number="B-8", **TERM)):
                endings.register(agreement, by=planner)

    @contextmanager
    def clock(self):
        """Everything in it happens at the case's own time, which goes on while it lasts."""
        with time_machine.travel(self.now, tick=True):
            yield
        self.now += timedelta(seconds=1)

    def today(self) -> date:
        return self.now.astimezone(clock.zone()).date()

    def fresh(self) -> Agreement:
        return Agreement.objects.get(pk=self.agreement.pk)

    # People

    def notice(self) -> None:
        with self.clock():
            received = notices.record(
                self.fresh(), channel=LETTER, received_at=self.now, by=self.planner, because="By post.",
                contact=self.alva,
            )  # fmt: skip
            notices.decide(received, TerminationNotice.Decision.TIMELY, by=self.planner)

    def hold(self, everything: bool) -> None:
        reach = Reach(everything=True) if everything else Reach(categories=frozenset({Category.REPORTS}))
        with self.clock(), REFUSED:
            holds.place(
                self.alice, by=self.planner, ground=LegalHold.Ground.COURT, reference="T 1-26", reach=reach, tell=False,
                requested_by="The court", because="A court asked.", review_on=self.today() + timedelta(days=90),
            )  # fmt: skip

    def release(self) -> None:
        for one in LegalHold.objects.in_force()[:1]:
            with self.clock(), REFUSED:
                holds.release(one, by=self.planner, because="The court has decided.")

    def plan(self) -> None:
        with self.clock(), REFUSED:
            plans.make_by(self.fresh(), by=self.planner, because="Wanted to see it.")

    def approve(self) -> None:
        if plan := plans.current(self.alice):
            with self.clock(), REFUSED:
                approvals.approve(plan, by=self.approver, typed_name="Alice Academy")

    def withdraw(self) -> None:
        for one in PlanApproval.objects.filter(withdrawn_at=None)[:1]:
            with self.clock(), REFUSED:
                approvals.withdraw(one, by=self.approver, because="Too fast.")

    def pause(self) -> None:
        with self.clock(), REFUSED:
            pausing.pause(actor=_staff(self.planner), because="Something is odd.")

    def unpause(self) -> None:
        with self.clock(), REFUSED:
            pausing.resume(actor=_staff(self.planner), because="It was nothing.")

    def attest(self) -> None:
        for one in Attestation.objects.due(self.today()):
            with self.clock(), REFUSED:
                attestations.attest(one, by=self.approver, statement="Rotated out.", evidence=None)

    def confirm(self) -> None:
        for one in Resurrection.objects.filter(state=Resurrection.State.FOUND):
            with self.clock(), REFUSED:
                resurrections.confirm(one, by=self.approver, typed_name="Alice Academy")

    # Machines

    def cron(self) -> None:
        with self.clock():
            for command in ("send_reminders", "enforce_retention", "send_reminders"):
                _called(command)

    def reapply(self) -> None:
        with self.clock():
            _called("reapply_deletions")

    def deliver(self) -> None:
        """A task that comes, and comes once more."""
        for run in DeletionRun.objects.open():
            with self.clock():
                deleting.work(run.pk)
                deleting.work(run.pk)

    def crash(self, after: int, monkeypatch) -> None:
        """A worker that dies after so many batches; somebody starts again when its lease is over."""
        whole, left = DatabaseEraser.delete_batch, [after]

        def dying(self, table, guard, limit=2, **more):
            if not left[0]:
                raise DiedError
            left[0] -= 1
            return whole(self, table, guard, min(limit, 2), **more)

        with monkeypatch.context() as patch, self.clock():
            patch.setattr(DatabaseEraser, "delete_batch", dying)
            for run in DeletionRun.objects.open():
                with suppress(DiedError):
                    deleting.work(run.pk)
        self.now += timedelta(seconds=2 * self.settings.DELETION_LEASE_SECONDS)


def _staff(user):
    from offboarding.actors import Actor

    return Actor.staff(user.pk, user.username)


def _called(command: str) -> int:
    """A command as cron calls it; its exit code. 2 is a failure, and nothing here may fail."""
    try:
        call_command(command, verbosity=0, stdout=StringIO())
    except CommandError as error:
        assert error.returncode == 1, f"{command} failed: {error}"
        return 1
    return 0
