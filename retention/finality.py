"""What a live-erased run still waits for, and what a hold or a duty kept that may go now. Only reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offboarding.models import Agreement, Letter, StoredMessage
from retention.models import DeletionPlan, DeletionRun, LegalHold, RetentionDuty
from retention.reducing_scope import scope_of

_ON_THE_WAY = (Letter.State.QUEUED, Letter.State.SENDING, Letter.State.UNCLEAR)


def why_not_final(run: DeletionRun) -> list[str]:
    """Everything that the run waits for before it is final, in words of the active language; [] for nothing."""
    return list(_reasons(run))


def _reasons(run: DeletionRun) -> Iterator[str]:
    if run.state != DeletionRun.State.LIVE_ERASED:
        yield _("The live data is not erased.")
        return
    for attestation in run.attestations.open():
        yield _("It is not attested that “%(store)s” holds nothing any more.") % {"store": attestation.store}
    for verification in run.verifications.exclude(passed=True).order_by("after_days"):
        yield _looked(verification.after_days, done=verification.done_at is not None)
    if LegalHold.objects.in_force().filter(customer=run.customer).exists():
        yield _("A legal hold is in force: what we know of the case may be what it is about.")
    elif any("hold" in kept for kept in _newest(run).plan.content["kept"]):
        yield _("What a hold kept, and released since, is not erased yet.")
    if DeletionRun.objects.open().filter(customer=run.customer).exists():
        yield _("Another deletion of this customer is under way.")
    yield from _people(run)


def _newest(run: DeletionRun) -> DeletionRun:
    """The last erasure of the customer."""
    rows = DeletionRun.objects.erased().filter(customer=run.customer).select_related("plan")
    return rows.order_by("-pk").first() or run


def _looked(days: int, *, done: bool) -> str:
    if done and not days:
        return _("A person has to say whose the data is that was found right after the erasure.")
    if done:
        text = ngettext(
            "A person has to say whose the data is that was found %(days)d day after the erasure.",
            "A person has to say whose the data is that was found %(days)d days after the erasure.", days,
        )  # fmt: skip
    else:
        text = ngettext(
            "It has not been looked again, %(days)d day after the erasure.",
            "It has not been looked again, %(days)d days after the erasure.", days,
        )  # fmt: skip
    return text % {"days": days}


def _people(run: DeletionRun) -> Iterator[str]:
    """Letters on their way and messages that wait need the people that will be reduced."""
    scope = scope_of(run.customer)
    letters = scope.rows["offboarding.Letter"].filter(state__in=_ON_THE_WAY).count()
    if letters:
        yield ngettext(
            "%(count)d letter has not gone out or is unclear.",
            "%(count)d letters have not gone out or are unclear.", letters,
        ) % {"count": letters}  # fmt: skip
    messages = scope.rows["offboarding.StoredMessage"].filter(state=StoredMessage.State.PROBLEM).count()
    if messages:
        yield ngettext(
            "%(count)d message waits for a person.", "%(count)d messages wait for a person.", messages
        ) % {"count": messages}  # fmt: skip


# Kept parts -----------------------------------------------------------------------------------------------------------


def lapsed(on: date) -> list[Agreement]:
    """Agreements whose data was erased but for parts that a hold or a duty kept, of which some may go now.

    Each customer once, by its newest erased run; not while a deletion of it is under way or planned.
    """
    found = []
    for run in _with_kept_parts():
        if any(_over(kept, on) for kept in run.plan.content["kept"]):
            found.append(run.agreement)
    return found


def _with_kept_parts() -> Iterator[DeletionRun]:
    newest: dict[int, tuple[int, bool]] = {}
    rows = DeletionRun.objects.erased().order_by("pk")
    for pk, customer, kept in rows.values_list("pk", "customer_id", "plan__content__kept").iterator():
        newest[customer] = (pk, bool(kept))
    busy = set(DeletionRun.objects.open().values_list("customer_id", flat=True))
    busy |= set(DeletionPlan.objects.current().values_list("customer_id", flat=True))
    wanted = [pk for customer, (pk, kept) in newest.items() if kept and customer not in busy]
    chosen = DeletionRun.objects.filter(pk__in=wanted).select_related("agreement__customer", "plan")
    yield from chosen.order_by("pk").iterator()


def _over(kept: Mapping[str, Any], on: date) -> bool:
    """Whether a hold was released, or a duty ended or its last day has passed; one that is not known keeps."""
    if "hold" in kept:
        return LegalHold.objects.filter(pk=kept["hold"]).exclude(released_at=None).exists()
    if RetentionDuty.objects.filter(pk=kept["duty"]).exclude(ended_at=None).exists():
        return True
    return bool(kept["until"]) and date.fromisoformat(kept["until"]) < on
