"""What a program changes: through the verbs, with their permissions, reasons and refusals."""

from __future__ import annotations

from datetime import date

import pytest

from exports.models import ExportJob
from offboarding.models import Contact, JournalEntry, TerminationNotice
from retention.models import LegalHold

pytestmark = pytest.mark.django_db
NOTICE = {"received_at": "2026-10-01T10:00:00+02:00", "because": "It came by the CRM."}


def _hold(alice, **others):
    return {
        "customer": alice.pk, "ground": "court", "reference": "T 1-26", "requested_by": "The court",
        "because": "Asked.", "review_on": "2099-01-01", "tell": True, "reach": {"everything": True}, **others,
    }  # fmt: skip


def test_a_notice_is_recorded_and_decided(program, agreement, staff):
    told = program.post("notices/", {"agreement": agreement.pk, **NOTICE})
    assert told.status_code == 201
    notice = TerminationNotice.objects.get()
    assert (told.json()["id"], notice.channel, notice.received_because) == (notice.pk, "api", "It came by the CRM.")
    told = program.post(f"notices/{notice.pk}/decide/", {"decision": "refused", "because": "A mistake."})
    assert (told.status_code, told.json()["state"]) == (200, "refused")
    assert JournalEntry.objects.get(event="notice.refused").actor == f"staff:{staff.pk}:sam"


def test_a_verbs_refusal_names_the_field_and_the_reason(program, agreement):
    told = program.post("notices/", {"agreement": agreement.pk, **NOTICE, "received_at": "2099-01-01T10:00:00Z"})
    assert told.status_code == 400
    assert told["Content-Type"] == "application/problem+json"
    assert told.json()["errors"] == {"received_at": ["A notice cannot be received in the future."]}
    assert not TerminationNotice.objects.exists()


def test_refusals_are_in_the_language_that_is_asked_for(program, agreement):
    sent = {"agreement": agreement.pk, **NOTICE, "received_at": "2099-01-01T10:00:00Z"}
    told = program.post("notices/", sent, **{"Accept-Language": "sv"}).json()
    assert told["errors"] != {"received_at": ["A notice cannot be received in the future."]}
    assert list(told["errors"]) == ["received_at"]


def test_a_contact_of_another_customer_gives_no_notice(program, agreement, bob):
    stranger = Contact.objects.create(customer=bob, name="Bo", email="bo@bob.example", may_give_notice=True)
    told = program.post("notices/", {"agreement": agreement.pk, "contact": stranger.pk, **NOTICE})
    assert (told.status_code, list(told.json()["errors"])) == (400, ["contact"])
    assert not TerminationNotice.objects.exists()


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({}, {"agreement", "received_at", "because"}),
        ({"agreement": 999_999, **NOTICE}, {"agreement"}),
        ({"agreement": "x", **NOTICE}, {"agreement"}),
        ({"agreement": 10**30, **NOTICE}, {"agreement"}),
        ({"agreement": 1, "received_at": "soon", "because": "a\x00b", "channel": "pigeon"},
         {"agreement", "received_at", "because", "channel"}),
    ],
)  # fmt: skip
def test_a_malformed_notice_changes_nothing(program, sent, fields):
    told = program.post("notices/", sent)
    assert told.status_code == 400
    assert set(told.json()["errors"]) == fields
    assert not JournalEntry.objects.filter(event__startswith="notice").exists()


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"text"', "\x00"])
def test_what_is_no_json_object_is_refused(program, body):
    sent = {**program.headers, "Idempotency-Key": "k"}
    told = program.client.post("/api/v1/notices/", body, content_type="application/json", headers=sent)
    assert (told.status_code, told["Content-Type"]) == (400, "application/problem+json")


def test_a_form_is_no_json(program):
    told = program.client.post("/api/v1/notices/", {"a": "b"}, headers={**program.headers, "Idempotency-Key": "k"})
    assert told.status_code == 415


def test_an_export_is_requested_followed_cancelled_and_started_again(program, alice, staff):
    told = program.post("exports/", {"customer": alice.pk, "categories": ["users"], "formats": ["csv"]}).json()
    assert (told["state"], told["progress"]["active"], told["language"]) == ("queued", True, "sv")
    assert program.post("exports/", {"customer": alice.pk}).json()["errors"].keys() == {"customer"}
    place = f"exports/{told['id']}"
    assert program.post(f"{place}/cancel/").json()["state"] == "cancelled"
    assert program.post(f"{place}/cancel/").status_code == 400
    assert program.post(f"{place}/retry/").json()["state"] == "queued"
    assert program.get(f"{place}/volumes/").json() == []
    assert ExportJob.objects.get().requested_by == staff


def test_a_hold_is_placed_and_released(program, alice):
    told = program.post("holds/", _hold(alice))
    assert told.status_code == 201, told.json()
    hold = LegalHold.objects.get()
    assert (hold.keeps.whole, hold.review_on) == (True, date(2099, 1, 1))
    told = program.post(f"holds/{hold.pk}/release/", {"because": "The case is closed."}).json()
    assert (told["id"], told["released_because"]) == (hold.pk, "The case is closed.")
    assert program.post(f"holds/{hold.pk}/release/", {"because": "Again."}).json()["errors"].keys() == {"hold"}


@pytest.mark.parametrize(
    ("reach", "field"),
    [
        ({}, "reach"),
        ({"categories": ["everybody"]}, "reach.categories.0"),
        ({"tables": [["platform"]]}, "reach.tables.0"),
        ({"tables": [["platform", "no_such_table"]]}, "tables"),
        ("everything", "reach"),
    ],
)
def test_a_hold_says_what_it_keeps_in_words_that_are_known(program, alice, reach, field):
    told = program.post("holds/", _hold(alice, reach=reach))
    assert told.status_code == 400
    assert list(told.json()["errors"]) == [field]
    assert not LegalHold.objects.exists()


def test_looking_is_not_enough_to_act(charlie, make_program, alice, agreement):
    program = make_program(charlie, "view_exportjob", "view_legalhold", "view_terminationnotice")
    entries = JournalEntry.objects.count()
    sent = {
        "exports/": {"customer": alice.pk},
        "holds/": _hold(alice),
        "notices/": {"agreement": agreement.pk, **NOTICE},
    }
    for place, body in sent.items():
        told = program.post(place, body)
        assert (told.status_code, told["Content-Type"]) == (403, "application/problem+json")
    assert JournalEntry.objects.count() == entries
