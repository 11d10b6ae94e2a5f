"""The screens of deletion. Django's own forms add, change and delete nothing here: verbs alone do."""

from __future__ import annotations

from retention.admin import (
    attestations,
    certificates,
    duties,
    holds,
    pauses,
    plans,
    resurrections,
    runs,
    verifications,
)

__all__ = [
    "attestations",
    "certificates",
    "duties",
    "holds",
    "pauses",
    "plans",
    "resurrections",
    "runs",
    "verifications",
]
