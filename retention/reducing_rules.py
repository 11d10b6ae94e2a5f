"""The columns with a rule of their own in ``traces_map``: what each becomes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Model
from django.utils import timezone

from exports.models import ExportJob, Receipt
from offboarding.canonical import digest
from offboarding.models import Contact, Letter
from retention.models import DeletionPlan, DeletionStep, LegalHold, RetentionDuty, Verification

Changes = Iterator[tuple[str, Any]]
NOWHERE = "erased.invalid"
"""A domain that can never exist (RFC 2606): nothing sent to it arrives anywhere."""


def nothing(row: Model) -> Changes:
    """Of most models: no rule of their own."""
    yield from ()


def _contact(row: Contact) -> Changes:
    yield "name", f"#{row.pk}"
    yield "email", f"contact-{row.pk}@{NOWHERE}"
    yield "ended_at", row.ended_at or timezone.now()


def _letter(row: Letter) -> Changes:
    yield "address", f"contact-{row.contact_id}@{NOWHERE}" if row.contact_id else ""
    occasion, _colon, _rest = row.key.partition(":")
    yield "key", f"{occasion}:{row.agreement_id or 0}:letter-{row.pk}"


def _reach(row: LegalHold | RetentionDuty) -> Changes:
    """A single file is often called like the person it is about."""
    yield "reach", row.reach | {"files": [[store, _hashed(name)] for store, name in row.reach["files"]]}


def _plan(row: DeletionPlan) -> Changes:
    """A plan that was carried out stays whole: its hash stands in the approval and the certificate."""
    if row.state != DeletionPlan.State.USED:
        for found in [*row.content.get("databases", []), *row.content.get("files", [])]:
            for refusal in found.get("refusals", []):
                refusal["facts"] = {
                    name: "–" if name == "examples" else value for name, value in refusal["facts"].items()
                }
        yield "content", row.content


def _step(row: DeletionStep) -> Changes:
    yield "result", _counts(row.result)


def _verification(row: Verification) -> Changes:
    yield "found", [{**found, "examples": []} for found in row.found]


def _counts(value: Any) -> Any:
    """The value without its texts; names of fields are ours."""
    if isinstance(value, dict):
        return {name: _counts(inner) for name, inner in value.items() if not isinstance(inner, str)}
    if isinstance(value, list):
        return [_counts(inner) for inner in value if not isinstance(inner, str)]
    return value


def _hashed(name: str) -> str:
    return name if name.startswith("SHA-256 ") else f"SHA-256 {digest(name.encode('utf-8', 'surrogateescape'))}"


def _job(row: ExportJob) -> Changes:
    """A package that still stands needs its statement; ``packages.erase`` came before."""
    if row.state in (*ExportJob.ACTIVE, ExportJob.State.COMPLETE, ExportJob.State.INCOMPLETE):
        raise ValueError(f"Export {row.pk} still has a package.")
    yield from ()


def _receipt(row: Receipt) -> Changes:
    yield "missing", {category: _hashed(words) for category, words in row.missing.items()}


RULES: dict[str, Callable[[Any], Changes]] = {
    "offboarding.Contact": _contact,
    "offboarding.Letter": _letter,
    "exports.ExportJob": _job,
    "exports.Receipt": _receipt,
    "retention.LegalHold": _reach,
    "retention.RetentionDuty": _reach,
    "retention.DeletionPlan": _plan,
    "retention.DeletionStep": _step,
    "retention.Verification": _verification,
}
