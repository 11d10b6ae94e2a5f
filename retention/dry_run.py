"""A dry run: every store of the map is looked at, and what would go is written down. Nothing is changed anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from exports.datamap import DataMap
from offboarding import clock
from offboarding.models import Agreement, Customer
from retention import identities, identity, traces
from retention.keeping_duties import duties_of, events_of
from retention.models import LegalHold
from retention.opening import Erasers, Staying, left_over, open_erasers
from retention.plan_building import DatabaseFound, FilesFound, Found, Subject, build, kept_in
from retention.plan_content import Content
from retention.plan_keeping import Keep

__all__ = ["Erasers", "Looked", "look", "open_erasers"]

Samples = dict[str, dict[str, list[list[str]]]]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a dry run found. ``samples``: keys of some rows that go, by store and table, to be searched for afterwards.

    ``events``: duty → the day that it counts from, as the platform has it.
    """

    content: Content
    samples: Samples
    events: Mapping[int, date | None]


def look(agreement: Agreement, occasion: str) -> Looked:
    """Looks at everything. Raises ``EraserError`` where a store cannot be looked at; refusals stand in the content."""
    customer = agreement.customer
    events = dict(events_of(customer, customer.tenant_key))
    keeps = keeps_of(agreement, events)
    known = identities.known_of(customer, occasion)
    with open_erasers(customer, files=False) as erasers:
        datamap = erasers.datamap
        databases = [_database(agreement, erasers, key, known.get(key)) for key in erasers.databases]
    files: list[FilesFound] = []
    if all(one.findings.tables for one in databases):
        tables = {(one.store.key, table) for one in databases for table in kept_in(one, keeps)}
        files = _files(customer, datamap, Staying(keeps, tables, left_over(customer, occasion, datamap)))
    found = Found(databases, files, dict(traces.count(customer)), events)
    content = build(_subject(agreement, occasion), datamap, found, keeps)
    return Looked(content, _samples(databases, content), events)


def _files(customer: Customer, datamap: DataMap, staying: Staying) -> list[FilesFound]:
    """Not looked at where a database is not as its map says or has no such tenant: rows say which files are whose."""
    with open_erasers(customer, databases=False, staying=staying) as erasers:
        return [FilesFound(key, datamap.files[key].storage, one.inspect()) for key, one in erasers.files.items()]


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
