"""The resources of this package, by their place below ``/api/v1/``."""

from __future__ import annotations

from exports.api.jobs import Exports
from exports.api.receipts import Receipts

RESOURCES = {"exports": Exports, "receipts": Receipts}
