"""Runs that have begun: those that wait for a worker or whose worker died are worked off here. And how one stands."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.utils.translation import gettext as _

from retention import deleting, policy_words
from retention.codes import Blocker, Code
from retention.enforcing_lines import Line, Stage, named
from retention.models import DeletionRun
from retention.next_step import TIME_ALONE, Grade

State = DeletionRun.State


def stages(customer: int | None) -> Iterator[Stage]:
    """Every run that waits or runs, the oldest first."""
    for run in under_way(customer):
        yield named(run.agreement), partial(work, run.pk)


def under_way(customer: int | None) -> list[DeletionRun]:
    """Runs that wait for a worker or have one."""
    runs = DeletionRun.objects.filter(state__in=[State.QUEUED, State.RUNNING]).select_related("agreement__customer")
    return list((runs if customer is None else runs.filter(customer=customer)).order_by("pk"))


def work(pk: int) -> Iterator[Line]:
    """Works a run off, unless another worker that lives has it."""
    deleting.work(pk)
    yield line_of(DeletionRun.objects.select_related("agreement__customer").get(pk=pk))


def line_of(run: DeletionRun) -> Line:
    """How a run stands, in words."""
    about, facts = named(run.agreement), {"run": run.pk}
    if run.state == State.STOPPED:
        why = [*policy_words.sentences(reasons_of(run)), *([run.error] if run.error else [])]
        said = _("run %(run)s has stopped.") % facts
        return Line(about, " ".join([said, *why]), _grade_of(run))
    if run.state in DeletionRun.ERASED:
        if run.verifications.filter(passed=None).exclude(done_at=None).exists():
            return Line(about, _("run %(run)s: the live data is erased.") % facts)
        return Line(about, _("run %(run)s: the live data is erased, and nothing was found any more.") % facts)
    if run.state in DeletionRun.OPEN:
        return Line(about, _("run %(run)s is under way.") % facts)
    return Line(about, _("run %(run)s was given up.") % facts)


def reasons_of(run: DeletionRun) -> list[Blocker]:
    """Why it stopped. ValueError or KeyError for what no version of this application has written."""
    return [Blocker(Code(one["code"]), one["facts"]) for one in run.stopped_by]


def _grade_of(run: DeletionRun) -> Grade:
    only_waits = bool(run.stopped_by) and all(one["code"] in TIME_ALONE for one in run.stopped_by)
    return Grade.FINE if only_waits and not run.error else Grade.PERSON
