"""Tombstones: that a tenant was erased, by whose approval, and what its row looked like – outside both databases.

One tombstone is two files in the ``evidence`` storage, ``tombstones/C-000042.json`` (canonical JSON) and ``.sig``,
named after the certificate of the erasure. Both are written once the erasure is committed; a kill in between is made
good by ``complete``. It holds no person's data but the name under which somebody approved.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from offboarding import evidence, journal, signing
from offboarding.actors import Actor
from offboarding.canonical import canonical, digest
from offboarding.journal_chain import instant
from offboarding.models import Agreement
from retention.models import Certificate, DeletionRun

FOLDER = "tombstones"
VERSION = 1
MOST_BYTES = 1024 * 1024
"""A tombstone that is larger is none of ours."""
DELETION = Actor.machine("deletion")
ERASURES = (Certificate.Occasion.LIVE_ERASED, Certificate.Occasion.REMAINDER, Certificate.Occasion.ERASED_AGAIN)


@dataclass(frozen=True, slots=True)
class Grave:
    """One database's part: the tenant's row as it was, and the tables of which nothing was kept."""

    store: str
    tenant_key: str
    fingerprint: str
    erased: frozenset[str]


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What one tombstone says. ``customer`` and ``agreement`` are our own numbers; ``graves`` one for each database."""

    name: str
    certificate: str
    customer: int
    agreement: int
    contract: str
    run: int
    plan_sha256: str
    approved_by: str
    approved_at: str
    erased_at: str
    graves: tuple[Grave, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A tombstone as the storage has it: its name without ending, and what it says or what is wrong with it."""

    name: str
    tombstone: Tombstone | None
    wrong: str = ""


def write(run: DeletionRun, certificate: Certificate) -> str:
    """In the transaction that marks the run live-erased; the name without ending, in the ``evidence`` storage."""
    name, content = name_of(certificate), content_of(run, certificate)
    facts = {"run": run.pk, "sha256": digest(content)}
    journal.record("certificate.tombstone", actor=DELETION, facts=facts, **journal.case_of(run.agreement))
    transaction.on_commit(lambda: put(name, content), robust=True)
    return name


def put(name: str, content: bytes) -> None:
    """The two files; again is harmless."""
    evidence.create(f"{name}.json", content)
    evidence.create(f"{name}.sig", signing.sign(evidence.read(f"{name}.json", MOST_BYTES)).to_json())


def complete() -> list[str]:
    """Writes what a kill left unwritten; the names of those."""
    missing = []
    standing = set(evidence.names(FOLDER))
    for certificate in Certificate.objects.filter(occasion__in=ERASURES).order_by("sequence"):
        if f"{certificate.number}.sig" in standing:
            continue
        runs = DeletionRun.objects.filter(pk=certificate.run_number, plan__sha256=certificate.plan_sha256)
        run = runs.select_related("plan", "approval__approved_by", "customer", "agreement").first()
        if run is not None:
            put(name_of(certificate), content_of(run, certificate))
            missing.append(name_of(certificate))
    return missing


def name_of(certificate: Certificate) -> str:
    """``tombstones/C-000042``."""
    return f"{FOLDER}/{certificate.number}"


def content_of(run: DeletionRun, certificate: Certificate) -> bytes:
    """The bytes that are signed."""
    plan, approval = run.plan.content, run.approval
    agreements = Agreement.objects.filter(customer=run.customer_id).exclude(delete_from=None).order_by("pk")
    said = {
        "version": VERSION,
        "certificate": {"number": certificate.number, "sha256": certificate.sha256},
        "customer": run.customer_id,
        "tenant_key": plan["customer"]["tenant_key"],
        "agreement": {"number": run.agreement_id, "contract": run.agreement.number},
        "agreements": list(agreements.values_list("number", flat=True)),
        "run": run.pk,
        "plan_sha256": run.plan.sha256,
        "approval": {"by": approval.approved_by.get_username(), "at": instant(approval.approved_at)},
        "erased_at": instant(run.live_erased_at) if run.live_erased_at else "",
        "stores": [_store(database) for database in plan["databases"] if database["identity"]],
    }
    return canonical(said)


def every() -> Iterator[Found]:
    """All tombstones by name; one that is damaged or not ours is told with what is wrong."""
    files = set(evidence.names(FOLDER))
    for stem in sorted({name.rpartition(".")[0] for name in files}):
        lacking = [f"{stem}.{ending}" for ending in ("json", "sig") if f"{stem}.{ending}" not in files]
        name = f"{FOLDER}/{stem}"
        yield Found(name, None, f"{FOLDER}/{lacking[0]} is missing.") if lacking else read(name)


def read(name: str) -> Found:
    """One tombstone. FileNotFoundError where there is none."""
    content = evidence.read(f"{name}.json", MOST_BYTES)
    try:
        signature = signing.Signature.from_json(evidence.read(f"{name}.sig", MOST_BYTES))
        if signature.key_id not in signing.known_key_ids():
            return Found(name, None, f"{name} is signed by the key {signature.key_id}, which is not ours.")
        signing.verify(content, signature, signature.key_id)
        tombstone = _tombstone(name, json.loads(content))
    except (signing.SignatureError, ValueError, KeyError, TypeError) as error:
        return Found(name, None, f"{name} or its signature is damaged: {error}")
    if name != f"{FOLDER}/{tombstone.certificate}":
        return Found(name, None, f"{name} lies under a name that is not its own.")
    return Found(name, tombstone)


def _store(database: Mapping[str, Any]) -> dict[str, Any]:
    """Without the tenant's name: the fingerprint knows it."""
    identity = database["identity"]
    return {
        "store": database["store"],
        "fingerprint": identity["fingerprint"],
        "erased": sorted(one["table"] for one in database["tables"] if not one["kept_by"] and not one["shared"]),
    }


def _tombstone(name: str, said: Mapping[str, Any]) -> Tombstone:
    return Tombstone(
        name=name,
        certificate=said["certificate"]["number"],
        customer=said["customer"],
        agreement=said["agreement"]["number"],
        contract=said["agreement"]["contract"],
        run=said["run"],
        plan_sha256=said["plan_sha256"],
        approved_by=said["approval"]["by"],
        approved_at=said["approval"]["at"],
        erased_at=said["erased_at"],
        graves=tuple(
            Grave(one["store"], said["tenant_key"], one["fingerprint"], frozenset(one["erased"]))
            for one in said["stores"]
        ),
    )
