"""What is sent where an empty form would be refused before anybody's right is asked for."""

from __future__ import annotations

from typing import Any

WHY = {"because": "Asked for"}


def of_api(name: str, records: dict[str, Any]) -> dict[str, Any]:
    """The body of a POST to the API."""
    return {
        "api-notices-list": {
            "agreement": records["offboarding.agreement"].pk, "received_at": "2027-04-01T10:00:00Z", **WHY,
        },
        "api-notices-decide": {"decision": "refused", **WHY},
        "api-exports-list": {"customer": records["offboarding.customer"].pk},
        "api-holds-list": {
            "customer": records["offboarding.customer"].pk, "ground": "court", "reference": "T 1", "requested_by": "C",
            "review_on": "2099-01-01", "tell": True, "reach": {"everything": True}, **WHY,
        },
        "api-holds-release": WHY,
    }.get(name, {})  # fmt: skip


def of_portal(name: str, records: dict[str, Any], contact: Any) -> dict[str, Any]:
    """The form as this contact would send it."""
    from offboarding.portal.forms import token_for
    from offboarding.portal.visits import Visit

    digest = {"digest": records["exports.exportjob"].manifest_sha256}
    token = token_for(Visit(records["offboarding.agreement"], contact), seen="", day="2028-01-15") if contact else ""
    return {
        "portal-notice": {"do": "send", "sure": "on", "token": token, "words": ""},
        "portal-withdraw": WHY,
        "portal-object": {"text": "Not ours"},
        "portal-help": {"scope": "Move our courses"},
        "portal-answer": {"do": "accept"},
        "portal-earlier": {
            "do": "sign", "sure": "on", "token": token, "delete_from": "2028-01-15", "name": "Ada",
            "customer_name": "Alice Academy",
        },
        "portal-export-request": {"categories": ["users"], "formats": ["csv"]},
        "portal-export-confirm": {**digest, "sure": "on"},
        "portal-export-object": {**digest, "users": "Ada"},
    }.get(name, {})  # fmt: skip
