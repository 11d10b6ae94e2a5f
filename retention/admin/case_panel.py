"""The deletion panel of an agreement's page: what keeps the data, how far it has come, and the next step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from offboarding import clock
from offboarding.admin.case_verbs import Button, form_of, page_of
from offboarding.models import Agreement
from offboarding.rule_words import day_in_words
from retention import approvals, next_step, plans, reach_words
from retention.admin import reason_words
from retention.admin.attestations import ATTEST
from retention.admin.duties import DECIDE
from retention.admin.holds import PLACE
from retention.admin.plan_verbs import MAKE, PLAN_VERBS
from retention.admin.records import begin
from retention.admin.resurrections import RESURRECTION_VERBS
from retention.admin.runs import RUN_VERBS
from retention.codes import Blocker, Code
from retention.models import (
    Attestation,
    Certificate,
    DeletionPlan,
    DeletionRun,
    LegalHold,
    Resurrection,
    RetentionDuty,
)
from retention.progress import progress_of

MOST = 8
"""The newest of each kind; the lists have them all."""
BEFORE_THE_DAY = frozenset({Code.WARNING_MISSING, Code.WARNING_WAITING, Code.WARNING_LATE})
"""What is not due while the customer's time runs: warnings are written then."""


@dataclass
class Case:
    """What there is about one customer's deletion, as far as this person may look."""

    agreement: Agreement
    user: Any
    plan: DeletionPlan | None
    run: DeletionRun | None
    back: list[Resurrection]
    due: list[Attestation]

    def may(self, kind: str) -> bool:
        """Whether the person may look at this kind of records."""
        return bool(self.user.has_perm(f"retention.view_{kind}"))


def of(agreement: Agreement, user: Any) -> dict[str, Any]:
    """Everything that the panel shows; nothing where the person may see nothing of it."""
    if not user.has_module_perms("retention"):
        return {}
    case = _case(agreement, user)
    reasons = _reasons(case) if case.may("deletionplan") else []
    ways = list(_ways(case, reasons))
    return {
        "agreement": agreement,
        "standing": _standing(case),
        "holds": _holds(case) if case.may("legalhold") else None,
        "duties": _duties(case) if case.may("retentionduty") else None,
        "plan": case.plan if case.may("deletionplan") else None,
        "plan_address": page_of(case.plan) if case.plan else "",
        "plan_approved": case.plan is not None and approvals.in_force(case.plan) is not None,
        "runs": _runs(case) if case.may("deletionrun") else [],
        "certificates": _certificates(case) if case.may("certificate") else [],
        "open_attestations": _attestations(case) if case.may("attestation") else [],
        "back": [(one, page_of(one)) for one in case.back] if case.may("resurrection") else [],
        "reasons": reason_words.in_words(reasons),
        "first": ways[0] if ways and ways[0].urgent else None,
        "ways": [way.button for way in ways if not way.urgent],
    }


def _case(agreement: Agreement, user: Any) -> Case:
    customer = agreement.customer_id
    runs = DeletionRun.objects.filter(customer=customer).order_by("-pk")
    back = Resurrection.objects.filter(
        tenant_key=agreement.customer.tenant_key, state__in=[Resurrection.State.FOUND, Resurrection.State.CONFIRMED]
    )
    due = Attestation.objects.due(clock.today()).filter(run__customer=customer, run__state="live_erased")
    plan = plans.current(agreement.customer)
    return Case(agreement, user, plan, runs.first(), list(back), list(due))


# Where it stands ------------------------------------------------------------------------------------------------------


def _standing(case: Case) -> str:
    """One sentence about how far it has come."""
    run, plan, first = case.run, case.plan, case.agreement.delete_from
    if case.back:
        return _("The data was erased and is there again: most likely a backup was restored.")
    if run is not None and run.state in DeletionRun.OPEN:
        return {
            DeletionRun.State.QUEUED: _("The deletion waits for a free worker."),
            DeletionRun.State.RUNNING: _("Data is being erased."),
            DeletionRun.State.STOPPED: _("The deletion has stopped; somebody has to look at it."),
        }[DeletionRun.State(run.state)]
    if plan is not None:
        return _of_plan(plan)
    if run is not None and run.state in DeletionRun.ERASED and case.agreement.erased_at is not None:
        return _erased(run)
    if first is None:
        return _("No end is set, so nothing is to be deleted.")
    if clock.today() < first:
        return _("Nothing may be deleted before %(day)s.") % {"day": day_in_words(first)}
    return _("The data may be deleted since %(day)s, and nothing is planned yet.") % {"day": day_in_words(first)}


def _of_plan(plan: DeletionPlan) -> str:
    if plan.state == DeletionPlan.State.REFUSED:
        return _("The plan cannot be carried out; it says why.")
    if approvals.in_force(plan) is None:
        return _("A plan waits for the approval of a second person.")
    return _("The plan is approved and has not begun.")


def _erased(run: DeletionRun) -> str:
    if run.state == DeletionRun.State.FINAL:
        return _("The deletion is final: other copies are attested, and every later look found nothing.")
    return _("The data is erased where this application can look; other copies and later looks follow.")


def _reasons(case: Case) -> list[Blocker]:
    """What stands against it today, as far as it is time to ask."""
    agreement, run = case.agreement, case.run
    erased = run is not None and run.state in DeletionRun.ERASED and agreement.erased_at is not None
    if agreement.delete_from is None or (erased and case.plan is None):
        return []
    found = plans.blockers_of(agreement)
    if case.plan is None:
        found = next_step.before_a_plan(found)
    if clock.today() < agreement.delete_from:
        found = [one for one in found if one.code not in BEFORE_THE_DAY]
    return found


# Lines ----------------------------------------------------------------------------------------------------------------


def _holds(case: Case) -> list[dict[str, Any]]:
    holds = LegalHold.objects.in_force().filter(customer=case.agreement.customer_id)
    return [
        {
            "hold": hold,
            "address": page_of(hold),
            "keeps": reach_words.in_short(hold.keeps),
            "overdue": hold.review_on <= clock.today(),
        }
        for hold in holds
    ]


def _duties(case: Case) -> list[dict[str, Any]]:
    duties = RetentionDuty.objects.in_force().of(case.agreement.customer)
    return [{"duty": one, "address": page_of(one), "keeps": reach_words.in_short(one.keeps)} for one in duties[:MOST]]


def _runs(case: Case) -> list[dict[str, Any]]:
    runs = DeletionRun.objects.filter(customer=case.agreement.customer_id).prefetch_related("steps")[:MOST]
    now = timezone.now()
    return [
        {"run": run, "address": page_of(run), "progress": progress_of(run, list(run.steps.all()), now)} for run in runs
    ]


def _certificates(case: Case) -> list[tuple[Certificate, str]]:
    issued = Certificate.objects.filter(customer_number=case.agreement.customer_id)[:MOST]
    return [(one, page_of(one)) for one in issued]


def _attestations(case: Case) -> list[dict[str, Any]]:
    waiting = Attestation.objects.open().filter(run__customer=case.agreement.customer_id)[:MOST]
    return [{"attestation": one, "address": page_of(one), "overdue": one.due_on <= clock.today()} for one in waiting]


# The way on -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Way:
    """A button; ``urgent``: it is the next step."""

    button: Button
    urgent: bool = False


def _ways(case: Case, reasons: Iterable[Blocker]) -> Iterator[Way]:
    """The next step first, then what can always be done."""
    user, agreement = case.user, case.agreement
    if step := next(_next(case, list(reasons)), None):
        yield Way(step, urgent=True)
    if _nothing_left(case):
        return
    if PLACE.allowed(user):
        yield Way(Button(PLACE.label, begin(LegalHold, agreement=agreement.pk)))
    if DECIDE.allowed(user):
        yield Way(Button(DECIDE.label, begin(RetentionDuty, agreement=agreement.pk)))
    if MAKE.allowed(user) and agreement.delete_from is not None and not _is_working(case) and not case.back:
        again = MAKE.label if case.plan is None else _("Make a new plan")
        yield Way(Button(again, begin(DeletionPlan, agreement=agreement.pk)))


def _nothing_left(case: Case) -> bool:
    """Whether everything is erased: nothing was kept, nothing came back and no plan stands."""
    run = case.run
    if run is None or run.state not in DeletionRun.ERASED or case.agreement.erased_at is None:
        return False
    kept = DeletionPlan.objects.filter(pk=run.plan_id).values_list("content__kept", flat=True).first()
    return not kept and case.plan is None and not case.back


def _is_working(case: Case) -> bool:
    return case.run is not None and case.run.state in (DeletionRun.State.QUEUED, DeletionRun.State.RUNNING)


def _next(case: Case, reasons: list[Blocker]) -> Iterator[Button]:
    for record in case.back:
        yield from _first_of(RESURRECTION_VERBS, case.user, record)
    if case.run is not None and case.run.state == DeletionRun.State.STOPPED:
        yield from _first_of(RUN_VERBS, case.user, case.run)
    outdated = any(one.code in next_step.A_NEW_PLAN for one in reasons)
    if case.plan is not None and not outdated and not _is_working(case):
        yield from _first_of(PLAN_VERBS[:2], case.user, case.plan)
    for attestation in case.due:
        yield from _first_of((ATTEST,), case.user, attestation)
    due = case.agreement.delete_from is not None and case.agreement.delete_from <= clock.today()
    unplanned = case.plan is None and case.agreement.erased_at is None and not reasons
    if due and (unplanned or outdated) and not _is_working(case) and MAKE.allowed(case.user):
        yield Button(MAKE.label, begin(DeletionPlan, agreement=case.agreement.pk))


def _first_of(verbs: Any, user: Any, record: Any) -> Iterator[Button]:
    for verb in verbs:
        if verb.shown(user, record):
            yield Button(verb.label, form_of(record, verb.name))
            return
