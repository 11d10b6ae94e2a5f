"""Records of a deletion in the state that each screen needs, and what a person writes into each form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.retention.evidence.records import ENDED, erased_run, plan_content

BASE = "/admin/retention"
NOW = datetime(2027, 4, 3, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse"
NAME = 'Älvdalens <b>"folkhögskola"</b> & Co'
WHY = {"because": "Because of the case"}
HOLD = {
    "ground": "court", "reference": "T 1234-27", "requested_by": "District Court", "review_on": "2027-07-01",
    "extent": "everything", **WHY,
}  # fmt: skip
DUTY = {
    "ground": "Invoices", "source": "bokföringslagen", "extent": "some", "categories": ["reports"],
    "rule": "bookkeeping", "years": "7", "counted_from": "service_ends",
}  # fmt: skip


def page_of(record: Any) -> str:
    """The address of a record's page."""
    return f"{BASE}/{record._meta.model_name}/{record.pk}/change/"


def form_of(record: Any, verb: str) -> str:
    """The address of a form about a record."""
    return f"{BASE}/{record._meta.model_name}/{record.pk}/{verb}/"


def begin_of(kind: str, agreement: Any = None) -> str:
    """The address of the form that makes a record."""
    return f"{BASE}/{kind}/add/" + (f"?agreement={agreement.pk}" if agreement else "")


@dataclass
class Records:
    """Alice's case, whose data is due; ``pia`` planned and ``ada`` approves."""

    alice: Any
    pia: Any
    ada: Any

    def agreement(self, number="AVT-1"):
        from offboarding.models import Agreement

        return Agreement.objects.get_or_create(customer=self.alice, number=number, defaults=ENDED)[0]

    def hold(self, **facts):
        from retention import holds
        from retention.reach import Reach

        self.agreement()
        given = {
            "ground": "court", "reference": "T 1", "requested_by": "<i>Court</i>", "because": "Case", "tell": False,
            "review_on": date(2027, 6, 1), "reach": Reach(everything=True), "by": self.pia,
        }  # fmt: skip
        return holds.place(self.alice, **{**given, **facts})

    def duty(self):
        from retention import keeping_duties
        from retention.reach import Category, Reach

        return keeping_duties.decide(
            by=self.pia, customer=None, ground="Invoices", source="Law", rule="years", years=7, until=None,
            reach=Reach(categories=frozenset({Category.REPORTS})), counted_from="service_ends", counted_day=None,
            counted_column="",
        )  # fmt: skip

    def plan(self, state="ready", made_by="machine:enforce_retention", **facts):
        from retention import plan_content as contents
        from retention.models import DeletionPlan

        agreement = self.agreement()
        content = plan_content(self.alice, agreement, **facts)
        if state == "refused":
            refusal = {"code": "no_tenant", "facts": {"table": "organisations", "field": "id", "key": "7"}}
            content["databases"][0] |= {"refusals": [refusal], "refused": {"no_tenant": 1}, "identity": None}
        return DeletionPlan.objects.create(
            customer=self.alice, agreement=agreement, state=state, made_by=made_by, made_at=NOW, content=content,
            sha256=contents.sha256_of(content),
        )  # fmt: skip

    def approved(self):
        from retention import approvals

        plan = self.plan()
        approvals.approve(plan, by=self.ada, typed_name=self.alice.name)
        return plan

    def run(self, state="stopped"):
        from retention import approvals, runs
        from retention.models import DeletionRun, DeletionStep

        plan = self.approved()
        run = DeletionRun.objects.create(
            customer=self.alice, agreement=plan.agreement, plan=plan, approval=approvals.in_force(plan), state=state,
            queued_at=NOW, started_at=NOW,
            stopped_by=[{"code": "hold", "facts": {"hold": 3}}, {"code": "gone", "facts": {}}],
        )  # fmt: skip
        DeletionStep.objects.bulk_create(runs._steps(run))
        run.steps.filter(position=1).update(state="running", gone=300)
        return run

    def erased(self):
        return erased_run(self.alice, [self.pia, self.ada])

    def attestation(self):
        return self.erased().attestations.get()

    def look(self):
        look = self.erased().verifications.get()
        found = {"store": "platform", "place": "notes.body", "why": "key", "count": 2, "examples": ["<u>4</u>"]}
        look.passed, look.found = None, [{**found, "certain": False}]
        look.save()
        return look

    def back(self):
        from retention.models import Resurrection

        return Resurrection.objects.create(
            tombstone="tombstones/x.json", store="platform", tenant_key=self.alice.tenant_key, fingerprint="f" * 64,
            rows=7, found_at=NOW,
        )  # fmt: skip

    def pause(self):
        from retention import pausing

        return pausing.pause_by(by=self.pia, because="<i>Restore</i> under way")

    def certificate(self):
        from django.db import transaction

        from retention import certificates

        with transaction.atomic():
            return certificates.issue(self.erased())


def report() -> SimpleUploadedFile:
    return SimpleUploadedFile("rapport.pdf", b"%PDF-1.7 gone", content_type="application/pdf")


NAMED = {"typed_name": NAME, "password": PASSWORD}
FORMS: dict[tuple[str, str], tuple[Any, dict[str, Any], str]] = {
    ("legalhold", "review"): (Records.hold, {"review_on": "2027-08-01", **WHY}, "place_legalhold"),
    ("legalhold", "release"): (Records.hold, WHY, "release_legalhold"),
    ("retentionduty", "end"): (Records.duty, WHY, "decide_retentionduty"),
    ("deletionplan", "approve"): (Records.plan, NAMED, "approve_deletionplan"),
    ("deletionplan", "withdraw"): (Records.approved, WHY, "approve_deletionplan"),
    ("deletionplan", "start"): (Records.approved, {}, "start_deletionrun"),
    ("deletionrun", "resume"): (Records.run, {}, "start_deletionrun"),
    ("deletionrun", "abandon"): (Records.run, WHY, "start_deletionrun"),
    ("attestation", "attest"): (
        Records.attestation,
        {"statement": "Looked", "early_because": "Overwritten", "evidence": report},
        "attest_attestation",
    ),
    ("verification", "settle"): (Records.look, WHY, "attest_attestation"),
    ("verification", "confirm"): (Records.look, WHY, "attest_attestation"),
    ("resurrection", "confirm"): (Records.back, NAMED, "confirm_resurrection"),
    ("resurrection", "dismiss"): (Records.back, WHY, "confirm_resurrection"),
    ("pause", "resume"): (Records.pause, WHY, "set_pause"),
}
"""(model, verb) → how its record is made, what is written into the form, the permission."""
ASKS_THE_WORLD = {("deletionplan", "start"), ("deletionrun", "resume"), ("resurrection", "confirm")}
"""Forms whose verbs ask platform or evidence: here they refuse, elsewhere they are tried on real ones."""
BEGINS: dict[str, tuple[dict[str, Any], str]] = {
    "legalhold": (HOLD, "place_legalhold"),
    "retentionduty": (DUTY, "decide_retentionduty"),
    "deletionplan": (WHY, "make_deletionplan"),
    "pause": (WHY, "set_pause"),
}
PAGES: dict[str, Any] = {
    "legalhold": Records.hold,
    "retentionduty": Records.duty,
    "deletionplan": Records.plan,
    "deletionrun": Records.run,
    "attestation": Records.attestation,
    "verification": Records.look,
    "certificate": Records.certificate,
    "resurrection": Records.back,
    "pause": Records.pause,
}


def data_of(record: Any, data: dict[str, Any]) -> dict[str, Any]:
    """What is sent: files made anew, and for an approval the hash of what was shown."""
    sent = {name: value() if callable(value) else value for name, value in data.items()}
    return {**sent, "sha256": record.sha256} if "password" in data and hasattr(record, "sha256") else sent
