"""From the name of an address to the address itself, with the numbers of the case's records."""

from __future__ import annotations

import re
from typing import Any

API = {
    "customers": "offboarding.customer", "agreements": "offboarding.agreement",
    "notices": "offboarding.terminationnotice", "journal": "offboarding.journalentry", "exports": "exports.exportjob",
    "receipts": "exports.receipt", "holds": "retention.legalhold", "deletion-plans": "retention.deletionplan",
    "deletion-runs": "retention.deletionrun", "certificates": "retention.certificate",
}  # fmt: skip
WORDS = {"language": "sv", "app_label": "offboarding", "app": "offboarding", "model": "agreement"}
KINDS = {"admin:retention_certificate_paper": "docx", "admin:list-download": "csv", "portal-certificate": "json",
         "admin:retention_certificate_document": "json", "api-certificates-document": "json"}  # fmt: skip


def place_of(name: str, pattern: Any, records: dict[str, Any]) -> str:
    """The address. ``records``: ``app.model`` → record, see ``case.records``."""
    from django.urls import reverse

    names = set(pattern.pattern.regex.groupindex) | set(getattr(pattern.pattern, "converters", {}))
    return reverse(name, kwargs={one: _value(name, one, records) for one in names})


def _value(name: str, argument: str, records: dict[str, Any]) -> Any:
    record = records.get(_model(name))
    if argument in ("pk", "object_id", "id", "digest") and record is not None:
        return record.pk
    of_portal = {
        "reference": records["offboarding.agreement"].reference,
        "notice": records["offboarding.terminationnotice"].pk,
        "asked": records["offboarding.transferassistance"].pk,
        "job": records["exports.exportjob"].pk,
        "export": records["exports.exportjob"].pk,
        "number": 1,
        "certificate": records["retention.certificate"].pk,
        "receipt": records["exports.receipt"].pk,
        "sequence": records["retention.certificate"].sequence,
        "name": records["exports.volume"].name.rpartition("/")[2],
        "file": records["exports.volume"].name.rpartition("/")[2],
        "kind": KINDS.get(name, "pdf"),
        "content_type_id": 1,
        "object_id": 1,
        "pk": 1,
    }
    return of_portal[argument] if argument in of_portal else WORDS[argument]


def _model(name: str) -> str:
    if name.startswith("api-"):
        return next(model for place, model in API.items() if name.startswith(f"api-{place}-"))
    if name.startswith("admin:user-"):
        return "auth.user"
    found = re.match(r"admin:([a-z]+)_([a-z]+)", name)
    return f"{found[1]}.{found[2]}" if found else ""
