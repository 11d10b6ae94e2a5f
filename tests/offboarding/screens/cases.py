"""Records in the state that each form of a case needs, and what a person writes into that form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

BASE = "/admin/offboarding"
WHY = {"because": "Post stamp of the day"}


def page_of(record: Any) -> str:
    """The address of a record's page."""
    return f"{BASE}/{record._meta.model_name}/{record.pk}/change/"


def form_of(record: Any, verb: str) -> str:
    """The address of a form about a record."""
    return f"{BASE}/{record._meta.model_name}/{record.pk}/{verb}/"


def scan(text: str = "signed") -> SimpleUploadedFile:
    """A scanned letter."""
    return SimpleUploadedFile("Uppsägning.pdf", b"%PDF-1.7 " + text.encode(), content_type="application/pdf")


@dataclass
class Cases:
    """``ready(model, verb)``: a record and the form's data, so that the verb works."""

    agreement: Any
    ada: Any
    sam: Any
    lea: Any

    def notice(self, **facts):
        """A notice of today, undecided."""
        from offboarding import notices

        given = {"channel": "letter", "received_at": timezone.now(), "by": self.sam, "because": "Stamp"}
        return notices.record(self.agreement, **{"contact": self.ada, **given, **facts})

    def decided(self):
        """The agreement ends on 31 December 2026."""
        from offboarding import notices

        notice = notices.decide(self.notice(), "timely", by=self.sam)
        self.agreement.refresh_from_db()
        return notice

    def disputed(self):
        """A notice in force, to which somebody objects."""
        from offboarding import notices

        return notices.object_to(self.decided(), text="Not ours", by=self.sam)

    def waiver(self):
        """A waiver that waits for approval."""
        from offboarding import messages, windows

        self.decided()
        document, _created = messages.store(b"%PDF- signed", source="upload", received_at=timezone.now())
        return windows.record_waiver(
            self.agreement, delete_from=date(2027, 2, 1), asked_by=self.ada, document=document, by=self.sam,
            because="Signed",
        )  # fmt: skip

    def help(self, state="requested"):
        """A request for help in a state."""
        from offboarding import assistance

        asked = assistance.request(self.agreement, scope="Load our results", by=self.sam)
        if state in ("offered", "agreed"):
            asked = assistance.offer(asked, by=self.sam, estimated_hours=8, charged=False)
        if state == "agreed":
            asked = assistance.agree(asked, by=self.sam, separate_agreement="SA-1")
        return asked

    def switching(self):
        """The agreement under the Data Act, with a request to switch."""
        from offboarding import notices

        self.agreement.policy = "data_act"
        self.agreement.save()
        notices.decide(self.notice(), "timely", by=self.sam)
        self.agreement.refresh_from_db()
        return self.agreement

    def ending(self):
        """The agreement, which ends on 31 December 2026."""
        self.decided()
        return self.agreement

    def left(self):
        """Ada, who acts for Alice no more."""
        from offboarding import contacts

        return contacts.end(self.ada, by=self.sam, because="Moved")

    def ready(self, model: str, verb: str) -> tuple[Any, dict[str, Any]]:
        """The record and the data of one form."""
        make, data = READY[model, verb]
        return make(self), {name: value() if callable(value) else value for name, value in data.items()}


PERSON = {"name": "Åke", "email": "ake@7.example", "language": "", "may_see": "on", "may_give_notice": "on"}
READY: dict[tuple[str, str], tuple[Any, dict[str, Any]]] = {
    ("agreement", "record-notice"): (
        lambda cases: cases.agreement,
        {"channel": "letter", "received_at": "2026-11-18T10:00", "sender": "Ada", "file": scan, **WHY},
    ),
    ("agreement", "extend"): (Cases.ending, {"until": "2027-05-31", **WHY}),
    ("agreement", "record-waiver"): (Cases.ending, {"delete_from": "2027-02-01", "file": scan, **WHY}),
    ("agreement", "terminate"): (
        lambda cases: cases.agreement,
        {"cause": "mutual", "service_ends": "2026-12-15", **WHY},
    ),
    ("agreement", "renew"): (Cases.ending, {"until": "2027-12-31", **WHY}),
    ("agreement", "extend-transition"): (Cases.switching, {"until": "2027-03-31", **WHY}),
    ("agreement", "declare-infeasible"): (Cases.switching, {"until": "2027-04-30", "told_on": "2026-11-20", **WHY}),
    ("agreement", "request-assistance"): (lambda cases: cases.agreement, {"scope": "Two days on site"}),
    ("terminationnotice", "vouch"): (lambda cases: cases.notice(contact=None, sender="x@y.example"), WHY),
    ("terminationnotice", "decide"): (Cases.notice, {"decision": "timely"}),
    ("terminationnotice", "correct-receipt"): (Cases.notice, {"received_at": "2026-11-17T08:00", **WHY}),
    ("terminationnotice", "withdraw"): (Cases.decided, WHY),
    ("terminationnotice", "object"): (Cases.decided, {"text": "Not ours"}),
    ("terminationnotice", "settle"): (Cases.disputed, {"upheld": "no", **WHY}),
    ("waiver", "approve"): (Cases.waiver, {}),
    ("waiver", "reject"): (Cases.waiver, WHY),
    ("transferassistance", "offer"): (Cases.help, {"estimated_hours": "12.5", "charged": "on"}),
    ("transferassistance", "agree"): (lambda cases: cases.help("offered"), {"separate_agreement": "SA-2"}),
    ("transferassistance", "log-hours"): (
        lambda cases: cases.help("agreed"),
        {"day": "2026-11-20", "hours": "2", "what": "Import"},
    ),
    ("transferassistance", "finish"): (lambda cases: cases.help("agreed"), {}),
    ("transferassistance", "decline"): (Cases.help, WHY),
    ("customer", "add-contact"): (lambda cases: cases.agreement.customer, PERSON),
    ("contact", "edit"): (lambda cases: cases.ada, PERSON),
    ("contact", "end"): (lambda cases: cases.ada, WHY),
    ("contact", "take-back"): (Cases.left, WHY),
}
PERMISSIONS = {
    "record-notice": "record_terminationnotice",
    "extend": "extend_agreement",
    "record-waiver": "record_waiver",
    "terminate": "end_agreement",
    "renew": "end_agreement",
    "extend-transition": "extend_agreement",
    "declare-infeasible": "extend_agreement",
    "request-assistance": "manage_transferassistance",
    "vouch": "decide_terminationnotice",
    "decide": "decide_terminationnotice",
    "correct-receipt": "decide_terminationnotice",
    "withdraw": "withdraw_terminationnotice",
    "object": "record_terminationnotice",
    "settle": "decide_terminationnotice",
    "approve": "approve_waiver",
    "reject": "approve_waiver",
    "offer": "manage_transferassistance",
    "agree": "manage_transferassistance",
    "log-hours": "manage_transferassistance",
    "finish": "manage_transferassistance",
    "decline": "manage_transferassistance",
    "add-contact": "add_contact",
    "edit": "change_contact",
    "end": "change_contact",
    "take-back": "change_contact",
}
