"""A dry run: every store of the map is looked at, and what would go is written down. Nothing is changed anywhere."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from exports.datamap import DataMap, DataMapError, load
from offboarding import clock
from offboarding.models import Agreement, Customer
from retention import identities, identity
from retention.erasers.database import DatabaseEraser
from retention.erasers.findings import EraserError
from retention.keeping_duties import duties_of, events_of
from retention.models import LegalHold
from retention.plan_building import DatabaseFound, FilesFound, Found, Subject, build
from retention.plan_content import Content
from retention.plan_keeping import Keep

Samples = dict[str, dict[str, list[list[str]]]]


@dataclass
class Erasers:
    """One eraser for each store of the map, by its key."""

    datamap: DataMap
    databases: dict[str, DatabaseEraser] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a dry run found. ``samples``: keys of some rows that go, by store and table, to be searched for afterwards.

    ``events``: duty → the day that it counts from, as the platform has it.
    """

    content: Content
    samples: Samples
    events: Mapping[int, date | None]


def data_map() -> DataMap:
    """The map that the settings name; ``EraserError`` in its own words where it cannot be used."""
    try:
        return load(Path(settings.DATA_MAP))
    except DataMapError as error:
        raise EraserError(str(error)) from error


@contextmanager
def open_erasers(customer: Customer, work: Path | None = None, keeps: Sequence[Keep] = ()) -> Iterator[Erasers]:
    """Erasers for all stores. ``work``: the run's own folder for their notes; None for a dry run, which needs none.

    ``keeps``: what stays, so that files kept inside a place that goes are left there.
    """
    datamap = data_map()
    with ExitStack() as stack:
        if work is None:
            work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dry-run-")))
        work.mkdir(parents=True, exist_ok=True)
        erasers = Erasers(datamap)
        for key in datamap.databases:
            if key not in settings.PLATFORM_URLS:
                raise EraserError(f"PLATFORM_URLS does not say where the database {key} is.")
            notes = work / f"{key}.sqlite3"
            eraser = DatabaseEraser(datamap, key, settings.PLATFORM_URLS[key], customer.tenant_key, notes)
            erasers.databases[key] = stack.enter_context(eraser)
        yield erasers


def look(agreement: Agreement, occasion: str) -> Looked:
    """Looks at everything. Raises ``EraserError`` where a store cannot be looked at; refusals stand in the content."""
    customer = agreement.customer
    events = _events(customer)
    keeps = keeps_of(agreement, events)
    with open_erasers(customer, keeps=keeps) as erasers:
        known = identities.known_of(customer)
        databases = [_database(agreement, erasers, key, known.get(key)) for key in erasers.databases]
        files = [
            FilesFound(key, erasers.datamap.files[key].storage, eraser.inspect())
            for key, eraser in erasers.files.items()
        ]
        found = Found(databases, files, _own(customer), events)
        content = build(_subject(agreement, occasion), erasers.datamap, found, keeps)
    return Looked(content, _samples(databases, content), events)


def _database(agreement: Agreement, erasers: Erasers, key: str, known: identity.Known | None) -> DatabaseFound:
    eraser = erasers.databases[key]
    gone = known.identity if known is not None and known.begun else None
    findings = eraser.inspect(gone)
    doubts: Sequence[identity.Doubt] = ()
    if findings.identity is not None:
        doubts = identity.doubts(
            findings.identity, key=agreement.customer.tenant_key, name=agreement.customer.name,
            service_ends=agreement.service_ends, zone=clock.zone(), known=known,
        )  # fmt: skip
    return DatabaseFound(eraser.store, eraser.engine, findings, doubts)


def _subject(agreement: Agreement, occasion: str) -> Subject:
    return Subject(
        occasion=occasion,
        customer=agreement.customer_id,
        name=agreement.customer.name,
        tenant_key=agreement.customer.tenant_key,
        agreement=agreement.pk,
        contract=agreement.number,
        delete_from=agreement.delete_from.isoformat() if agreement.delete_from else "",
    )


def _samples(databases: Sequence[DatabaseFound], content: Content) -> Samples:
    kept = {
        (database["store"], table["table"])
        for database in content["databases"]
        for table in database["tables"]
        if table["kept_by"]
    }
    return {
        found.store.key: {
            one.table: [list(key) for key in one.samples]
            for one in found.findings.tables
            if one.samples and (found.store.key, one.table) not in kept
        }
        for found in databases
    }


# What stays -----------------------------------------------------------------------------------------------------------


def keeps_of(agreement: Agreement, events: Mapping[int, date | None]) -> list[Keep]:
    """The holds in force and the duties that still keep something today, as a plan keeps to them."""
    holds = LegalHold.objects.in_force().filter(customer=agreement.customer_id).order_by("pk")
    found = [Keep("hold", hold.pk, hold.ground, hold.keeps) for hold in holds]
    for duty in duties_of(agreement, events=events):
        if duty.keeps_on(clock.today()):
            last = duty.last_day
            found.append(Keep("duty", duty.number, duty.ground, duty.reaches, last.isoformat() if last else ""))
    return found


def _events(customer: Customer) -> Mapping[int, date | None]:
    return dict(events_of(customer, customer.tenant_key))


def _own(customer: Customer) -> dict[str, int]:
    from retention.traces import count

    asked: Callable[[Customer], Mapping[str, int]] = count
    return dict(asked(customer))
