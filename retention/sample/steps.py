"""The steps from the notice to the certificate, as the demo's start page lists them: ticked by the data alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from exports.models import ExportJob, Receipt
from offboarding import clock
from offboarding.admin.case_verbs import page_of
from offboarding.models import Agreement, JournalEntry
from retention import certificate_fetching, plans
from retention.models import DeletionPlan, PlanApproval

CUSTOMER = "customer"
"""Who plays the customer's contact; the others are those of ``cast``."""
TURN = "clock"


@dataclass(frozen=True, slots=True)
class Step:
    """``who``: a player, ``CUSTOMER`` or ``TURN``; ``address``: the page on which it is done; ``now``: the next one."""

    key: str
    title: str
    text: str
    who: str
    address: str
    done: bool
    now: bool = False


def steps_of(agreement: Agreement) -> list[Step]:
    """Every step of the case, the first that is not done marked as the next one."""
    listed = [*_until_decided(agreement), *_export(agreement), *_deletion(agreement)]
    first = next((number for number, step in enumerate(listed) if not step.done), -1)
    return [_marked(step, number == first) for number, step in enumerate(listed)]


def _marked(step: Step, now: bool) -> Step:
    return Step(step.key, step.title, step.text, step.who, step.address, step.done, now)


def _until_decided(agreement: Agreement) -> list[Step]:
    home = reverse("portal-case", args=[agreement.reference])
    notice = agreement.notices.order_by("pk").first()
    decided = notice is not None and bool(notice.decision)
    return [
        Step(
            "notice", _("The customer gives notice"),
            _("On its own page; before anything is sent it shows which dates the notice leads to."),
            CUSTOMER, reverse("portal-notice", args=[agreement.reference]) if notice is None else home,
            notice is not None,
        ),
        Step(
            "decision", _("A lead decides what the notice means"),
            _("It came in time: accept it, and the dates stand. Everybody gets a letter."),
            "lena", page_of(notice) if notice else page_of(agreement), decided,
        ),
    ]  # fmt: skip


def _export(agreement: Agreement) -> list[Step]:
    ask = reverse("portal-export-request", args=[agreement.reference])
    jobs = ExportJob.objects.filter(customer=agreement.customer).order_by("-pk")
    complete = jobs.filter(state__in=(ExportJob.State.COMPLETE, ExportJob.State.EXPIRED))
    confirmed = Receipt.objects.filter(job__in=complete, outcome=Receipt.Outcome.CONFIRMED)
    under_way = jobs.filter(state__in=ExportJob.ACTIVE).first()
    ready = complete.first()
    return [
        Step(
            "export", _("The customer asks for its data"),
            _("Everything, in the usual formats. It takes about a minute until all is packed and checked."),
            CUSTOMER, _package(agreement, under_way) if under_way else ask, ready is not None,
        ),
        Step(
            "confirm", _("The customer confirms that everything has arrived"),
            _("It can look into the package first; every row and file was counted three times."),
            CUSTOMER, _package(agreement, ready) if ready else ask, confirmed.exists(),
        ),
    ]  # fmt: skip


def _package(agreement: Agreement, job: ExportJob) -> str:
    return reverse("portal-export", args=[agreement.reference, job.pk])


def _deletion(agreement: Agreement) -> list[Step]:
    door, home = reverse("demo"), reverse("portal-case", args=[agreement.reference])
    plan = plans.current(agreement.customer) or DeletionPlan.objects.filter(agreement=agreement).order_by("-pk").first()
    approved = PlanApproval.objects.filter(plan__agreement=agreement, withdrawn_at=None).exists()
    erased = agreement.erased_at is not None
    due = erased or (agreement.delete_from is not None and agreement.delete_from <= clock.today())
    fetched = JournalEntry.objects.filter(agreement=agreement.pk, event=certificate_fetching.EVENT).exists()
    page = page_of(plan) if plan else page_of(agreement)
    return [
        Step(
            "wait", _("Time goes by until the data may be deleted"),
            _("Months, really: the end of the service, the time for exports, three warnings. Turn the clock."),
            TURN, door, due,
        ),
        Step(
            "plan", _("What would go is planned"),
            _("Cron makes the plan on the day: every table and folder, counted, in order."),
            "lena", page, plan is not None,
        ),
        Step(
            "approval", _("Legal approves the plan"),
            _("A second person, with the customer’s name typed and the password again: the password is “demo”."),
            "lars", page, approved,
        ),
        Step(
            "run", _("The data is deleted"),
            _("A lead begins it, or cron does on the next day; it is looked for afterwards by another way."),
            "lena", page, erased,
        ),
        Step(
            "certificate", _("The customer takes the certificate"),
            _("From its page: what is gone, what remains and why, signed, and to be checked by anybody."),
            CUSTOMER, home, fetched,
        ),
    ]  # fmt: skip
