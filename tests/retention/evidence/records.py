"""A run of which every record stands as after an erasure, made by hand: quick, where no platform is needed.

Models are imported inside: this file may be read before Django is set up.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from retention.plan_content import NUMBERS

ERASED = datetime(2027, 4, 1, 8, 11, 12, tzinfo=UTC)
ENDED = {
    "term_start": date(2026, 1, 1), "term_end": date(2026, 12, 31), "ending": "expiry",
    "service_ends": date(2026, 12, 31), "export_until": date(2027, 3, 31), "delete_from": date(2027, 4, 1),
}  # fmt: skip
DUTY = "Räkenskapsinformation (bokföringslagen 7 kap. 2 §)"


def table(name: str, category: str, rows: int, *, kept_by: Any = (), shared: bool = False) -> dict[str, Any]:
    return {"table": name, "category": category, "shared": shared, "goes_with": "", "rows": rows, "used": 7 * shared,
            "kept_by": list(kept_by)}  # fmt: skip


def place(prefix: str, objects: int, **more: Any) -> dict[str, Any]:
    counts = {**dict.fromkeys(NUMBERS, 0), "objects": objects, "bytes": objects * 1000, "versions": objects}
    stays = {"kept_by": [], "kept_parts": {}, "parts_kept_by": []}
    return {"prefix": prefix, "named": False, "category": "courses", **counts, **stays, **more}


TABLES = (
    table("certification", "users", 1200),
    table("learner", "users", 18250),
    table("tag", "courses", 33, shared=True),
)
KEEPING = (
    table("invoice", "reports", 340, kept_by=[{"why": "duty", "number": 5}]),
    table("invoice_line", "reports", 940, kept_by=[{"why": "refers", "table": "invoice", "key": "fk"}]),
    table("message", "users", 77, kept_by=[{"why": "hold", "number": 2}]),
)
PLACES = (place("tenants/7/", 4313),)
_NOTHING = {"everything": False, "categories": [], "tables": [], "prefixes": [], "files": []}
KEPT = [
    {"hold": 2, "ground": "court", "reach": {**_NOTHING, "tables": [["platform", "message"]]}, "until": ""},
    {"duty": 5, "ground": DUTY, "reach": {**_NOTHING, "tables": [["platform", "invoice"]]}, "until": "2033-12-31"},
]


def plan_content(
    customer: Any, agreement: Any, tables: Any = TABLES, kept: Any = (), places: Any = PLACES
) -> dict[str, Any]:
    """What a plan of the customer says."""
    identity = {"key": customer.tenant_key, "name": customer.name, "created_column": "created_at",
                "created": "2020-01-01", "fingerprint": "f1" * 32}  # fmt: skip
    return {
        "version": 1, "occasion": "end",
        "customer": {"number": customer.pk, "name": customer.name, "tenant_key": customer.tenant_key},
        "agreement": {"number": agreement.pk, "contract": agreement.number, "delete_from": "2027-04-01"},
        "datamap_sha256": "cd34" * 16,
        "databases": [{"store": "platform", "engine": "postgresql", "identity": identity, "structure": "s",
                       "tables": list(tables), "broken": [], "refusals": [], "refused": {}}],
        "files": [{"store": "media", "storage": "platform_media", "places": list(places), "refusals": [],
                   "refused": {}, "problems": []}],
        "attested": [{"store": "backups", "description": "Nightly backups", "attester": "Operations", "keep_days": 35}],
        "own": {}, "kept": list(kept), "events": {}, "estimates": {"seconds": {}}, "unindexed": [],
    }  # fmt: skip


def erased_run(customer: Any, people: Any, *, number: str = "AVT-2026-17", **planned: Any) -> Any:
    """A live-erased run; ``people``: who planned and who approved; ``planned`` as ``plan_content`` takes it."""
    from offboarding.models import Agreement
    from retention import plan_content as contents
    from retention.models import Attestation, DeletionPlan, DeletionRun, PlanApproval, Verification

    agreement = Agreement.objects.create(customer=customer, number=number, erased_at=ERASED, **ENDED)
    content = plan_content(customer, agreement, **planned)
    sha256 = contents.sha256_of(content)
    plan = DeletionPlan.objects.create(
        customer=customer, agreement=agreement, state="used", made_by=f"staff:{people[0].pk}:{people[0].username}",
        made_at=ERASED, content=content, sha256=sha256,
    )  # fmt: skip
    approval = PlanApproval.objects.create(plan=plan, sha256=sha256, approved_by=people[1], approved_at=ERASED)
    run = DeletionRun.objects.create(
        customer=customer, agreement=agreement, plan=plan, approval=approval, state="live_erased", attempt=1,
        queued_at=ERASED, started_at=ERASED, live_erased_at=ERASED,
    )  # fmt: skip
    _steps(run, content)
    looked = {"databases": {"platform": {"tables": 61, "columns": 412, "keys": 120, "left_out": []}},
              "files": {"media": {"places": 1, "listed": 0}}, "own": {"places": ["packages"]}}  # fmt: skip
    Verification.objects.create(
        run=run, after_days=0, due_on=date(2027, 4, 1), done_at=ERASED, passed=True, looked_at=looked
    )
    Attestation.objects.create(
        run=run, store="backups", description="Nightly backups", attester="Operations", keep_days=35,
        due_on=date(2027, 5, 6),
    )  # fmt: skip
    return run


def _steps(run: Any, content: dict[str, Any]) -> None:
    from retention import plan_content as contents
    from retention.models import DeletionStep

    used = {one["table"]: one["used"] for one in content["databases"][0]["tables"]}
    for position, planned in enumerate(contents.steps(content), 1):
        done = {} if planned.kept else {"left": 0, "verified_at": ERASED, "finished_at": ERASED}
        DeletionStep.objects.create(
            run=run, position=position, kind=planned.kind, store=planned.store, name=planned.name,
            category=planned.category, state="kept" if planned.kept else "done", planned=planned.planned,
            gone=0 if planned.kept else planned.planned, bytes_gone=0 if planned.kept else planned.bytes,
            kept=planned.planned if planned.kept else used.get(planned.name, 0), **done,
        )  # fmt: skip
