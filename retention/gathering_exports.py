"""What became of each request for an export: with which package the customer got it, and until when it was there.

A request is met by its own package, or by that of a later request for at least the same. Where several meet it, the one
that was there longest counts, and the fair time counts from it: a failed request that was made good the day before
deletion is met, and too fresh. Nothing else settles a request: no record says that a customer gave one up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from django.utils import timezone

from exports.models import ExportJob
from offboarding.models import Customer, JournalEntry
from retention.facts import Delivery, ExportFact

State = ExportJob.State
REMOVED, ENDED = "export.expired", ("export.complete", "export.incomplete")


@dataclass(frozen=True, slots=True)
class Request:
    """One request, and its package: ``complete`` when one stood, whatever became of it later."""

    number: int
    requested_at: datetime
    contents: frozenset[tuple[str, str]]
    """Every category in every format that was asked for."""
    complete: bool = False
    available_at: datetime | None = None
    removed: bool = False
    removed_at: datetime | None = None


def exports_of(customer: Customer) -> tuple[ExportFact, ...]:
    """All requests of the customer, in one query, and one more into the journal where packages were removed."""
    jobs = list(ExportJob.objects.filter(customer=customer).order_by("pk").only(
        "pk", "customer", "requested_at", "categories", "formats", "state", "finished_at",
    ))  # fmt: skip
    gone = [job.pk for job in jobs if job.state == State.EXPIRED]
    told = _journal(customer, gone) if gone else {}
    requests = [_request(job, told.get(job.pk, {})) for job in jobs]
    return tuple(fact(request, requests, timezone.now()) for request in requests)


def _journal(customer: Customer, exports: Sequence[int]) -> dict[int, dict[str, datetime]]:
    """Export → event → when last."""
    entries = JournalEntry.objects.filter(customer=customer.pk, event__in=(REMOVED, *ENDED)).order_by("seq")
    found: dict[int, dict[str, datetime]] = {pk: {} for pk in exports}
    for at, event, facts in entries.values_list("at", "event", "facts"):
        if facts.get("export") in found:
            found[facts["export"]][event] = at
    return found


def _request(job: ExportJob, told: dict[str, datetime]) -> Request:
    """A package that is gone was complete if the journal last said so of the export."""
    complete = job.state == State.COMPLETE
    if job.state == State.EXPIRED:
        complete = ENDED[0] in told and told[ENDED[0]] >= told.get(ENDED[1], told[ENDED[0]])
    return Request(
        number=job.pk,
        requested_at=job.requested_at,
        contents=frozenset(product(job.categories, job.formats)),
        complete=complete,
        available_at=job.finished_at if complete else None,
        removed=job.state == State.EXPIRED,
        removed_at=told.get(REMOVED),
    )


def fact(request: Request, requests: Iterable[Request], now: datetime) -> ExportFact:
    """What became of one request, considering every later one. Pure."""
    met = [one for one in requests if _meets(one, request)]
    if not met:
        return ExportFact(request.number, request.requested_at, Delivery.REQUESTED, None, None)
    best = max(met, key=lambda one: (_there(one, now), one is request))
    unclear = best.available_at is None or (best.removed and best.removed_at is None)
    delivery = None if unclear else Delivery.DELIVERED
    return ExportFact(request.number, request.requested_at, delivery, best.available_at, best.removed_at)


def _meets(one: Request, request: Request) -> bool:
    if not one.complete:
        return False
    later = (one.requested_at, one.number) > (request.requested_at, request.number)
    return one is request or (later and request.contents <= one.contents)


def _there(one: Request, now: datetime) -> float:
    """Seconds that a package could be fetched; below nothing where that is not known."""
    if one.available_at is None or (one.removed and one.removed_at is None):
        return -1.0
    return ((one.removed_at or now) - one.available_at).total_seconds()
