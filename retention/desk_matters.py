"""What waits for a person about deletion, and which runs work now, for the first page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from offboarding import desk_coming, desk_running
from offboarding.desk_matters import Matter, Moment, address_of
from retention.actor_words import in_words as actor_in_words
from retention.models import Attestation, DeletionPlan, DeletionRun, LegalHold, Pause, Resurrection, Verification
from retention.progress import progress_of

PATIENCE = timedelta(minutes=15)
"""How long a run may wait for a worker before a person is asked."""
OVERDUE = timedelta(days=2)
"""How many days a later look may be late before a person is asked: cron looks."""
MOST_LETTERS = 300
RUN, PLAN, LOOK = "retention_deletionrun", "retention_deletionplan", "retention_verification"


def back(moment: Moment) -> QuerySet[Resurrection]:
    """Erased tenants that are there again."""
    return Resurrection.objects.filter(state=Resurrection.State.FOUND).order_by("found_at", "pk")


def back_told(found: Resurrection, may: bool) -> Matter:
    """A tenant has no customer's name any more: the store and its key."""
    address = address_of(f"retention_resurrection_{'confirm' if may else 'change'}", found.pk)
    detail = _("It was erased and is there again: most likely a backup was restored.")
    return Matter(str(found), address, since=found.found_at, detail=detail)


def reopened(moment: Moment) -> QuerySet[DeletionRun]:
    """Something was found after the erasure, and nobody has planned anew."""
    runs = DeletionRun.objects.filter(state=DeletionRun.State.REOPENED)
    planned = DeletionPlan.objects.current().values("customer")
    return _runs(runs.exclude(customer__in=planned)).order_by("live_erased_at", "pk")


def _runs(runs: QuerySet[DeletionRun]) -> QuerySet[DeletionRun]:
    return runs.select_related("customer", "agreement")


def run_told(run: DeletionRun, may: bool) -> Matter:
    """Why it stands, as far as it is known."""
    from retention.admin import reason_words  # screens are not there yet when the kinds are declared

    reasons = reason_words.told(run.stopped_by)
    detail = run.error or (reasons[0].text if reasons else str(run.get_state_display()))
    verb = "resume" if may and run.state == DeletionRun.State.STOPPED else "change"
    since = run.heartbeat_at or run.started_at or run.queued_at
    address, detail = address_of(f"{RUN}_{verb}", run.pk), Truncator(detail).chars(MOST_LETTERS)
    return Matter(str(run.customer), address, number=run.agreement.number, since=since, detail=detail)


def stopped(moment: Moment) -> QuerySet[DeletionRun]:
    """Runs that stopped and go on only when somebody resumes them."""
    return _runs(DeletionRun.objects.filter(state=DeletionRun.State.STOPPED)).order_by("heartbeat_at", "pk")


def plans(moment: Moment) -> QuerySet[DeletionPlan]:
    """Complete plans that nobody has approved."""
    return _plans(DeletionPlan.objects.waiting_for_approval())


def refused_plans(moment: Moment) -> QuerySet[DeletionPlan]:
    """Plans that cannot be carried out as things stand."""
    return _plans(DeletionPlan.objects.filter(state=DeletionPlan.State.REFUSED))


def _plans(found: QuerySet[DeletionPlan]) -> QuerySet[DeletionPlan]:
    return found.select_related("customer", "agreement").defer("content", "samples").order_by("made_at", "pk")


def plan_told(plan: DeletionPlan, may: bool) -> Matter:
    """Who made it; whoever that is cannot approve it."""
    verb = "approve" if may and plan.state == DeletionPlan.State.READY else "change"
    detail = _("%(occasion)s · made by %(who)s") % {
        "occasion": plan.get_occasion_display(), "who": actor_in_words(plan.made_by),
    }  # fmt: skip
    address = address_of(f"{PLAN}_{verb}", plan.pk)
    return Matter(str(plan.customer), address, number=plan.agreement.number, since=plan.made_at, detail=detail)


def made_by(user: Any) -> Q:
    """Plans of one's own: somebody else has to approve them."""
    return Q(made_by__startswith=f"staff:{user.pk}:")


def attestations(moment: Moment) -> QuerySet[Attestation]:
    """Copies whose time is over and whose end nobody has attested."""
    due = Attestation.objects.due(moment.today).filter(run__state=DeletionRun.State.LIVE_ERASED)
    return due.select_related("run__customer").order_by("due_on", "pk")


def attestation_told(one: Attestation, may: bool) -> Matter:
    """Which copy, and who answers for it."""
    address = address_of(f"retention_attestation_{'attest' if may else 'change'}", one.pk)
    return Matter(f"{one.run.customer} · {one.store}", address, due=one.due_on, detail=one.attester)


def findings(moment: Moment) -> QuerySet[Verification]:
    """Later looks that found something that may be somebody else's."""
    unsure = Verification.objects.filter(done_at__isnull=False, passed=None)
    return unsure.select_related("run__customer").order_by("done_at", "pk")


def late_looks(moment: Moment) -> QuerySet[Verification]:
    """Looks that cron should have taken."""
    late = Verification.objects.due(moment.today - OVERDUE).filter(run__state__in=DeletionRun.ERASED)
    return late.select_related("run__customer").order_by("due_on", "pk")


def look_told(look: Verification, may: bool) -> Matter:
    """Where something was found, or when it should have been looked."""
    where = ", ".join(f"{one.get('store', '')}: {one.get('place', '')}" for one in look.found[:3])
    found = _("Found in %(where)s") % {"where": where} if where else ""
    verb = "settle" if may and look.done_at is not None else "change"
    due = None if look.done_at else look.due_on
    address = address_of(f"{LOOK}_{verb}", look.pk)
    return Matter(str(look.run.customer), address, since=look.done_at, due=due, detail=found)


def holds(moment: Moment) -> QuerySet[LegalHold]:
    """Holds that somebody should look at by now."""
    return LegalHold.objects.to_review(moment.today).select_related("customer").order_by("review_on", "pk")


def hold_told(hold: LegalHold, may: bool) -> Matter:
    """On what ground, and the paper behind it."""
    address = address_of(f"retention_legalhold_{'review' if may else 'change'}", hold.pk)
    return Matter(
        str(hold.customer), address, due=hold.review_on, detail=f"{hold.get_ground_display()} · {hold.reference}"
    )


def coming(user: Any, first: date, last: date) -> desk_coming.Coming | None:
    """The holds that come up for review, by day."""
    if not user.has_perm("retention.view_legalhold"):
        return None
    rows = LegalHold.objects.in_force().filter(review_on__range=(first, last))
    return desk_coming.Coming(
        kind="review",
        title=_("Holds to review"),
        counts=desk_coming.by_day(rows, "review_on"),
        address=address_of("retention_legalhold_changelist"),
        field="review_on",
    )


def pauses(moment: Moment) -> QuerySet[Pause]:
    """The pause of all deletion, if there is one."""
    return Pause.objects.in_force().order_by("placed_at", "pk")


def pause_told(pause: Pause, may: bool) -> Matter:
    """Who paused it, and why."""
    title = _("Paused by %(who)s") % {"who": actor_in_words(pause.placed_by)}
    address = address_of(f"retention_pause_{'resume' if may else 'change'}", pause.pk)
    return Matter(title, address, since=pause.placed_at, detail=pause.because)


def idle(moment: Moment) -> QuerySet[DeletionRun]:
    """Runs that no worker takes, or that one has left."""
    waiting = DeletionRun.objects.claimable(moment.now).filter(queued_at__lte=moment.now - PATIENCE)
    return _runs(waiting).order_by("queued_at", "pk")


def running(user: Any, moment: Moment) -> desk_running.Running | None:
    """The runs that wait or work."""
    if not user.has_perm("retention.view_deletionrun"):
        return None
    working = DeletionRun.objects.filter(state__in=[DeletionRun.State.QUEUED, DeletionRun.State.RUNNING])
    found = list(_runs(working).prefetch_related("steps").order_by("-pk")[: desk_running.MOST + 1])
    works = []
    for run in found[: desk_running.MOST]:
        figures = progress_of(run, list(run.steps.all()), moment.now)
        works.append(desk_running.Work(run.pk, str(run.customer), address_of(f"{RUN}_change", run.pk), figures))
    return desk_running.Running(
        title=_("Deletion runs"),
        live=address_of(f"{RUN}_progress"),
        rest=address_of(f"{RUN}_changelist"),
        works=works,
        more=len(found) > desk_running.MOST,
    )
