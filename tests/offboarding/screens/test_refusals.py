"""What a verb refuses stands at its field, in words, and nothing has changed."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from offboarding.models import JournalEntry
from tests.offboarding.screens.cases import form_of, scan

EXE = SimpleUploadedFile("letter.exe", b"MZ\x90\x00")
FORGED = SimpleUploadedFile("letter.pdf", b"<script>alert(1)</script>", content_type="application/pdf")
WRONG = [
    ("agreement", "record-notice", {"because": ""}, "because"),
    ("agreement", "record-notice", {"received_at": "2027-01-01T10:00"}, "received_at"),
    ("agreement", "record-notice", {"received_at": "yesterday"}, "received_at"),
    ("agreement", "record-notice", {"channel": "pigeon"}, "channel"),
    ("agreement", "record-notice", {"file": lambda: EXE}, "file"),
    ("agreement", "record-notice", {"file": lambda: FORGED}, "file"),
    ("agreement", "record-notice", {"contact": "999999"}, "contact"),
    ("agreement", "extend", {"until": "2027-03-30"}, "until"),
    ("agreement", "extend", {"until": ""}, "until"),
    ("agreement", "extend", {"because": "   "}, "because"),
    ("agreement", "record-waiver", {"delete_from": "2027-06-01"}, "delete_from"),
    ("agreement", "record-waiver", {"delete_from": "2026-12-31"}, "delete_from"),
    ("agreement", "record-waiver", {"file": ""}, "file"),
    ("agreement", "terminate", {"service_ends": "2026-11-01"}, "service_ends"),
    ("agreement", "terminate", {"cause": "vendor", "service_ends": "2026-11-25"}, "service_ends"),
    ("agreement", "terminate", {"cause": "vendor", "notice_day": "2026-11-25"}, "notice_day"),
    ("agreement", "terminate", {"cause": "notice"}, "cause"),
    ("agreement", "renew", {"until": "2026-12-31"}, "until"),
    ("agreement", "extend-transition", {"until": "2026-12-01"}, "until"),
    ("agreement", "declare-infeasible", {"told_on": "2026-12-24"}, "told_on"),
    ("agreement", "declare-infeasible", {"until": "2028-12-31"}, "until"),
    ("agreement", "request-assistance", {"scope": " "}, "scope"),
    ("terminationnotice", "decide", {"decision": "refused", "because": ""}, "because"),
    ("terminationnotice", "decide", {"decision": "late_accepted"}, "decision"),
    ("terminationnotice", "decide", {"decision": ""}, "decision"),
    ("terminationnotice", "correct-receipt", {"received_at": "2027-01-01T00:00"}, "received_at"),
    ("terminationnotice", "object", {"text": ""}, "text"),
    ("terminationnotice", "settle", {"upheld": "perhaps"}, "upheld"),
    ("transferassistance", "offer", {"estimated_hours": "0"}, "estimated_hours"),
    ("transferassistance", "offer", {"estimated_hours": "many"}, "estimated_hours"),
    ("transferassistance", "agree", {"separate_agreement": ""}, "separate_agreement"),
    ("transferassistance", "log-hours", {"hours": "25"}, "hours"),
    ("transferassistance", "log-hours", {"day": "2026-11-19"}, "day"),
    ("transferassistance", "log-hours", {"day": "2026-11-21"}, "day"),
    ("customer", "add-contact", {"email": "no address"}, "email"),
    ("customer", "add-contact", {"email": "EVA@7.example"}, "email"),
    ("contact", "edit", {"name": ""}, "name"),
    ("contact", "end", {"because": ""}, "because"),
]


@pytest.mark.parametrize(("model", "verb", "wrong", "field"), WRONG)
def test_a_refusal_stands_at_its_field_and_nothing_has_changed(desk, cases, eva, model, verb, wrong, field):
    record, data = cases.ready(model, verb)
    if verb == "record-waiver":
        data["asked_by"] = cases.ada.pk
    before = JournalEntry.objects.count()
    answer = desk.post(form_of(record, verb), {**data, **{k: v() if callable(v) else v for k, v in wrong.items()}})
    assert answer.status_code == 200
    assert answer.context["form"].errors.get(field), answer.context["form"].errors
    assert JournalEntry.objects.count() == before


def test_a_file_that_is_too_large_is_refused_by_its_size(desk, cases, settings):
    settings.INBOX_MAX_BYTES = 100
    data = {"channel": "letter", "received_at": "2026-11-18T10:00", "because": "Stamp", "file": scan("x" * 100)}
    answer = desk.post(form_of(cases.agreement, "record-notice"), data)
    assert "larger than" in answer.context["form"].errors["file"][0]


def test_a_file_of_another_case_is_refused(desk, cases, his, staff):
    from offboarding import messages

    messages.store(scan("his").read(), source="upload", received_at=timezone.now(), agreement=his)
    data = {"channel": "letter", "received_at": "2026-11-18T10:00", "because": "Stamp", "file": scan("his")}
    answer = desk.post(form_of(cases.agreement, "record-notice"), data)
    assert "does not belong to this agreement" in answer.context["form"].errors["file"][0]


def test_a_contact_of_another_customer_cannot_be_chosen(desk, cases, bo):
    data = {"channel": "letter", "received_at": "2026-11-18T10:00", "because": "Stamp", "contact": bo.pk}
    answer = desk.post(form_of(cases.agreement, "record-notice"), data)
    assert answer.context["form"].errors["contact"]
    assert bo.email not in desk.get(form_of(cases.agreement, "record-notice")).content.decode()


def test_the_refusal_is_read_out_at_the_field_for_those_who_do_not_see_it(desk, cases):
    answer = desk.post(form_of(cases.ending(), "extend"), {"until": "2027-03-30", "because": "x"})
    page = answer.content.decode()
    assert 'aria-invalid="true"' in page
    assert "Dates only move later" in page
