"""What ``enforce_retention`` would do with each case, and everything that stands against it; only reading."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property, partial

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from exports.models import ExportJob
from offboarding import journal_proof
from offboarding.models import Agreement
from retention import (
    dry_run,
    enforcing_after,
    enforcing_due,
    enforcing_runs,
    finishing,
    learning,
    plan_content,
    refusal_words,
    verifications,
)
from retention.enforcing_case import Case, case_of, line
from retention.enforcing_due import Chosen, Turns
from retention.enforcing_lines import Line, Stage, named, safely
from retention.gathering import Known
from retention.models import DeletionRun, Verification
from retention.next_step import Grade, Step, grade_of

WOULD: dict[Step, str | Promise] = {
    Step.WAIT: gettext_lazy("would wait."),
    Step.PLAN: gettext_lazy("would make a plan and ask Legal to approve it."),
    Step.REPLAN: gettext_lazy("would make a new plan and ask Legal to approve it."),
    Step.REFUSED: gettext_lazy("would wait for a person: the plan cannot be carried out."),
    Step.ASK: gettext_lazy("would ask Legal to approve the plan."),
    Step.AWAIT_APPROVAL: gettext_lazy("would wait for the approval."),
    Step.AWAIT_START: gettext_lazy("would wait: the plan is approved."),
    Step.START: gettext_lazy("WOULD ERASE the data: the plan is approved."),
    Step.FAILED: gettext_lazy("would wait for a person: the run stopped at an error."),
}


def lines(today: date, agreement: Agreement | None, limit: int | None) -> Iterator[Line]:
    """The lines that ``enforcing.work`` would give, each with every reason against it."""
    customer = None if agreement is None else agreement.customer_id
    for about, stage in _stages(today, customer):
        yield from safely(about, stage)
    yield from enforcing_after.waiting(today, customer)
    turns, journal = Turns(today), _Journal()
    for one in enforcing_due.chosen(today, agreement, limit):
        yield from safely(named(one.agreement), partial(_foreseen, one, turns, journal))


def _stages(today: date, customer: int | None) -> Iterator[Stage]:
    for job in ExportJob.objects.due_to_expire(timezone.now()).order_by("pk"):
        if customer in (None, job.customer_id):
            yield f"export {job.pk}", partial(_said, f"export {job.pk}", _("the package would be removed."))
    for look in verifications.due(today):
        if customer in (None, look.run.customer_id):
            yield named(look.run.agreement), partial(_look, look)
    for run in enforcing_after.to_finish(customer):
        yield named(run.agreement), partial(_end, run)
    for run in enforcing_runs.under_way(customer):
        about = named(run.agreement)
        yield about, partial(_said, about, _("run %(run)s would be worked off.") % {"run": run.pk})


def _said(about: str, said: str) -> Iterator[Line]:
    yield Line(about, said)


def _look(look: Verification) -> Iterator[Line]:
    said = ngettext(
        "would look again, %(days)s day after the erasure.", "would look again, %(days)s days after the erasure.",
        look.after_days,
    )  # fmt: skip
    yield Line(named(look.run.agreement), said % {"days": look.after_days})


def _end(run: DeletionRun) -> Iterator[Line]:
    why = finishing.why_not_final(run)
    said = _("run %(run)s would become final.") if not why else _("run %(run)s would not become final yet.")
    yield Line(named(run.agreement), " ".join([said % {"run": run.pk}, *why]))


class _Journal:
    """Whether the journal holds, asked once and only where it matters; nothing is signed."""

    @cached_property
    def holds(self) -> bool:
        return not journal_proof.prove().findings


def _foreseen(one: Chosen, turns: Turns, journal: _Journal) -> Iterator[Line]:
    case = enforcing_due.read(one, turns)
    if case.step is Step.PLAN and not turns.take():
        yield line(case, enforcing_due.out_of_turn(turns), Grade.FINE, case.reasons)
        return
    if case.step is not Step.WAIT:
        case = _looked_at(case, journal)
    said = str(WOULD[case.step])
    yield line(case, " ".join([said, *_errors(case)]), grade_of(case.step, case.reasons), case.reasons)


def _looked_at(case: Case, journal: _Journal) -> Case:
    """The case with platform and journal asked, so that no reason is left out; a plan is made and thrown away."""
    found = dry_run.look(case.agreement, case.occasion)
    sha256 = None if case.plan is None else plan_content.sha256_of(found.content)
    if case.plan is not None and case.stopped is not None and plan_content.still_so(case.plan.content, found.content):
        sha256 = case.plan.sha256
    platform = learning.platform_of(found.content)
    return case_of(case.agreement, case.occasion, Known(platform, journal.holds, found.events, sha256))


def _errors(case: Case) -> list[str]:
    """What no code of the policy says: why a plan was refused, at what a run stopped."""
    if case.step is Step.REFUSED and case.plan is not None:
        return refusal_words.sentences(case.plan.content)
    return [case.stopped.error] if case.step is Step.FAILED and case.stopped is not None else []
