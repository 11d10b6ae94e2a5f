"""What became of each request for an export: with which package the customer got it, and until when it was there.

A request is met by its own package, or by that of a later request for at least the same. Where several meet it, the one
that was there longest counts, and the fair time counts from it: a failed request that was made good the day before
deletion is met, and too fresh.

What the customer says goes before: an open objection reopens the request whatever has come; once it is settled with a
new package, that one counts and no earlier one, and whatever settled it, the time to look begins with the answer. A
confirmation settles a request, if it is of its own package or of a later one that meets it – never of an earlier one: a
newer request does not inherit it. So does the customer's own cancelling. Nothing that the vendor does settles one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from exports.models import ExportJob, Receipt
from offboarding.models import Customer, JournalEntry
from retention.facts import Delivery, ExportFact

State = ExportJob.State
REMOVED, ENDED = "export.expired", ("export.complete", "export.incomplete")
CANCELLED, SETTLED = "export.cancelled", "export.objection_settled"


@dataclass(frozen=True, slots=True)
class Request:
    """One request, and its package: ``complete`` when one stood, whatever became of it later.

    ``confirmed``: the customer's last word is that everything has arrived; ``objected``: that something is missing, and
    nobody has settled it. ``settled_by``: the request whose package made an objection good. ``answered_at``: when an
    objection was settled last. ``given_up``: the customer cancelled it.
    """

    number: int
    requested_at: datetime
    contents: frozenset[tuple[str, str]]
    """Every category in every format that was asked for."""
    complete: bool = False
    available_at: datetime | None = None
    removed: bool = False
    removed_at: datetime | None = None
    confirmed: bool = False
    objected: bool = False
    settled_by: int | None = None
    answered_at: datetime | None = None
    given_up: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What the journal says happened to an export: when, by whom, and with which other export."""

    at: datetime
    actor: str
    by_export: int | None


def exports_of(customer: Customer) -> tuple[ExportFact, ...]:
    """All requests of the customer, in one query, and one more into the journal where packages were removed, requests
    cancelled or objections settled."""
    jobs = list(_jobs(customer))
    asked = [job.pk for job in jobs if job.state in (State.EXPIRED, State.CANCELLED) or job.settled]
    told = _journal(customer, asked) if asked else {}
    requests = [_request(job, told.get(job.pk, {})) for job in jobs]
    return tuple(fact(request, requests, timezone.now()) for request in requests)


def _jobs(customer: Customer) -> QuerySet[Any]:
    """With what the customer's receipts say: which is the newest, are objections open or settled.

    A confirmation of another digest than the package's says nothing.
    """
    receipts = Receipt.objects.filter(job=OuterRef("pk")).order_by("-given_at", "-pk")
    objections = receipts.filter(outcome=Receipt.Outcome.OBJECTED)
    jobs = ExportJob.objects.filter(customer=customer).annotate(
        last_word=Subquery(receipts.values("outcome")[:1]),
        last_digest=Subquery(receipts.values("manifest_sha256")[:1]),
        objected=Exists(objections.filter(settled_at=None)),
        settled=Exists(objections.exclude(settled_at=None)),
    )
    return jobs.order_by("pk").only(
        "pk", "customer", "requested_at", "categories", "formats", "state", "finished_at", "manifest_sha256",
    )  # fmt: skip


def _journal(customer: Customer, exports: Sequence[int]) -> dict[int, dict[str, Told]]:
    """Export → event → what the journal said of it last."""
    events = (REMOVED, *ENDED, CANCELLED, SETTLED)
    entries = JournalEntry.objects.filter(customer=customer.pk, event__in=events).order_by("seq")
    found: dict[int, dict[str, Told]] = {pk: {} for pk in exports}
    for at, event, actor, facts in entries.values_list("at", "event", "actor", "facts"):
        if facts.get("export") in found:
            before = found[facts["export"]].get(event)
            by_export = facts.get("by_export") or (before.by_export if before else None)
            found[facts["export"]][event] = Told(at, actor, by_export)
    return found


def _request(job: Any, told: Mapping[str, Told]) -> Request:
    """A package that is gone was complete if the journal last said so of the export."""
    complete = job.state == State.COMPLETE
    if job.state == State.EXPIRED:
        complete = ENDED[0] in told and told[ENDED[0]].at >= told.get(ENDED[1], told[ENDED[0]]).at
    confirmed = job.last_word == Receipt.Outcome.CONFIRMED and job.last_digest == job.manifest_sha256
    by_whom = told[CANCELLED].actor if CANCELLED in told else ""
    return Request(
        number=job.pk,
        requested_at=job.requested_at,
        contents=frozenset(product(job.categories, job.formats)),
        complete=complete,
        available_at=job.finished_at if complete else None,
        removed=job.state == State.EXPIRED,
        removed_at=told[REMOVED].at if REMOVED in told else None,
        confirmed=complete and confirmed,
        objected=job.objected,
        settled_by=told[SETTLED].by_export if SETTLED in told else None,
        answered_at=told[SETTLED].at if SETTLED in told else None,
        given_up=job.state == State.CANCELLED and by_whom.startswith("contact:"),
    )


def fact(request: Request, requests: Iterable[Request], now: datetime) -> ExportFact:
    """What became of one request, considering every later one. Pure."""
    if request.objected:
        return ExportFact(request.number, request.requested_at, Delivery.OBJECTED, None, None)
    met = _packages_for(request, list(requests))
    if request.given_up or request.confirmed or any(one.confirmed for one in met):
        return ExportFact(request.number, request.requested_at, Delivery.SETTLED, None, None)
    if not met:
        return ExportFact(request.number, request.requested_at, Delivery.REQUESTED, None, None, request.answered_at)
    best = max(met, key=lambda one: (_there(one, now), one is request))
    unclear = best.available_at is None or (best.removed and best.removed_at is None)
    delivery = None if unclear else Delivery.DELIVERED
    return ExportFact(
        request.number, request.requested_at, delivery, best.available_at, best.removed_at, request.answered_at
    )


def _packages_for(request: Request, requests: Sequence[Request]) -> list[Request]:
    """The packages with which the customer got what it asked for; after an objection only those that came later."""
    since = request.settled_by or 0
    later = [
        one for one in requests
        if (one.requested_at, one.number) > (request.requested_at, request.number)
        and one.number > since and request.contents <= one.contents
    ]  # fmt: skip
    numbered = {one.number: one for one in requests}
    found = [_as_it_counts(one, numbered) for one in (request, *later) if one.complete]
    return [one for one in found if one is not None]


def _as_it_counts(one: Request, requests: Mapping[int, Request]) -> Request | None:
    """The package itself, or the one that made an objection to it good; None while something is missing in it."""
    while one.settled_by is not None and not one.objected:
        after = requests.get(one.settled_by)
        if after is None or after.number <= one.number:
            return None
        one = after
    return one if one.complete and not one.objected else None


def _there(one: Request, now: datetime) -> float:
    """Seconds that a package could be fetched; below nothing where that is not known."""
    if one.available_at is None or (one.removed and one.removed_at is None):
        return -1.0
    return ((one.removed_at or now) - one.available_at).total_seconds()
