"""An agreement's page says where the case stands, draws it, and stays safe and quick whatever is in it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from offboarding.models import Agreement, Customer, Letter, StoredMessage, TerminationNotice
from tests.offboarding.screens.cases import form_of, page_of
from tests.offboarding.screens.test_consequences import later, text_of

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
LONG = ("Ö" * 40 + " " + "Å" * 39, "مدرسة الأمل الثانوية للبنات في مدينة ستوكهولم \u202e txet desrever")


def marks_of(answer):
    """The points that are drawn, from left to right."""
    return [label.point.kind for label in sorted(answer.context["across"].labels, key=lambda label: label.x)]


# Where the case stands ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "phase", "says"),
    [
        ("2026-11-20", "Ending", "The service runs until Thursday 31 December 2026."),
        ("2027-02-01", "Export window", "The service ended on Thursday 31 December 2026."),
        ("2027-05-01", "Closing", "The time for exports ended on Wednesday 31 March 2027."),
    ],
)
def test_the_page_says_in_one_sentence_where_the_case_stands(client, cases, staff, time_machine, day, phase, says):
    cases.decided()
    text = text_of(later(client, staff, time_machine, day).get(page_of(cases.agreement)))
    assert phase in text
    assert says in text


def test_an_agreement_that_goes_on_says_until_when_a_notice_is_timely(desk, cases):
    text = text_of(desk.get(page_of(cases.agreement)))
    assert "renews itself for 12 months. A notice for this term is timely until Tuesday 1 December 2026." in text
    assert "Dates and the rules that made them" not in text


def test_a_hold_and_a_deletion_are_said_and_drawn(client, cases, staff, time_machine):
    cases.decided()
    held = datetime(2027, 3, 1, 9, tzinfo=UTC)
    Agreement.objects.filter(pk=cases.agreement.pk).update(held_since=held)
    desk = later(client, staff, time_machine, "2027-05-01")
    answer = desk.get(page_of(cases.agreement))
    assert "has been on hold since Monday 1 March 2027" in text_of(answer)
    assert {"hold", "window", "service", "closing"} == {one.kind for one in answer.context["across"].stretches}
    Agreement.objects.filter(pk=cases.agreement.pk).update(held_since=None, erased_at=held + timedelta(days=55))
    answer = desk.get(page_of(cases.agreement))
    assert "deleted on Sunday 25 April 2027" in text_of(answer)
    assert marks_of(answer)[-2:] == ["erased", "today"]


def test_the_story_is_drawn_in_order_and_listed_for_those_who_do_not_see_it(desk, cases):
    cases.decided()
    answer = desk.get(page_of(cases.agreement))
    assert marks_of(answer) == ["term", "notice", "today", "latest", "ends", "export", "deletion"]
    (words,) = re.findall(r'<details class="in-words">(.*?)</details>', answer.content.decode(), re.S)
    points, *others = re.findall(r"<[ou]l>(.*?)</[ou]l>", words, re.S)
    assert points.count("<li>") == 7
    assert "Thu 31 Dec 2026: Service ends" in points
    assert "1 Jan 2026 – 31 Dec 2026: Service" in others[0]
    assert "Tue 2 Mar 2027: Warning 30 days before deletion: to be sent" in others[1]


def test_the_page_reads_in_swedish(desk, cases):
    cases.decided()
    text = text_of(desk.get(page_of(cases.agreement), headers={"accept-language": "sv"}))
    assert "torsdag 31 december 2026" in text


# What needs a person --------------------------------------------------------------------------------------------------


def matters(desk, cases):
    return {str(matter.text): matter for matter in desk.get(page_of(cases.agreement)).context["matters"]}


def test_what_waits_stands_on_top_with_the_way_to_its_form(desk, cases):
    assert matters(desk, cases) == {}
    notice = cases.notice(contact=None, sender="x@y.example")
    (matter,) = matters(desk, cases).values()
    assert matter.buttons[0].address == form_of(notice, "vouch")
    assert matter.urgent
    desk.post(form_of(notice, "vouch"), {"because": "Phoned the head"})
    (matter,) = matters(desk, cases).values()
    assert matter.buttons[0].address == form_of(notice, "decide")


def test_an_objection_a_waiver_letters_and_a_message_wait_too(desk, cases, staff):
    from offboarding import notices

    cases.waiver()
    notices.object_to(cases.agreement.notices.get(), text="Not ours", by=staff)
    Letter.objects.update(state=Letter.State.BOUNCED)
    customer, now = cases.agreement.customer, timezone.now()
    StoredMessage.objects.create(
        sha256="0" * 64, storage_name="x", bytes=1, source="mailbox", received_at=now, stored_at=now, state="problem",
        customer=customer,
    )  # fmt: skip
    found = list(matters(desk, cases))
    for number, words in enumerate(("objects to the notice", "waiver", "did not arrive", "message of this customer")):
        assert words in found[number]


def test_a_customer_without_a_contact_is_told_because_nobody_is_written_to(desk, cases, ada, eva):
    cases.agreement.customer.contacts.update(ended_at=timezone.now())
    assert list(matters(desk, cases)) == ["The customer has no contact: nobody is written to."]


# Safe -----------------------------------------------------------------------------------------------------------------


def test_nothing_that_somebody_wrote_becomes_markup(desk, cases, ada):
    Customer.objects.filter(pk=cases.agreement.customer_id).update(name=f"Alice {EVIL}")
    notice = cases.notice(sender=EVIL[:100], because=EVIL)
    from offboarding import notices

    notices.object_to(notice, text=EVIL, by=cases.sam)
    asked = cases.help()
    type(asked).objects.update(scope=EVIL)
    type(ada).objects.filter(pk=ada.pk).update(name=EVIL)
    Letter.objects.update(error=EVIL, state="bounced")
    now = timezone.now()
    StoredMessage.objects.create(
        sha256="1" * 64, storage_name="x", bytes=1, source="mailbox", received_at=now, stored_at=now, state="matched",
        subject=EVIL, sender=EVIL, agreement=cases.agreement, customer=cases.agreement.customer,
    )  # fmt: skip
    customer = cases.agreement.customer
    for address in (page_of(cases.agreement), page_of(notice), page_of(asked), page_of(ada), page_of(customer),
                    form_of(notice, "settle"), form_of(notice, "withdraw"), form_of(ada, "edit"),
                    form_of(cases.agreement, "record-notice"), f"{page_of(notice).rsplit('/', 3)[0]}/"):  # fmt: skip
        page = desk.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "onerror=alert(2)&gt;" in page, address


@pytest.mark.parametrize("name", LONG, ids=["wide", "right-to-left"])
def test_long_and_right_to_left_names_stand_apart_from_what_surrounds_them(desk, cases, name):
    Customer.objects.filter(pk=cases.agreement.customer_id).update(name=name[:80])
    page = desk.get(page_of(cases.agreement)).content.decode()
    assert f"<bdi>{name[:80]}</bdi>" in page


def test_the_page_needs_no_style_and_no_script_of_its_own(desk, cases):
    notice = cases.disputed()
    for address in (page_of(cases.agreement), form_of(notice, "settle"), page_of(notice)):
        page = desk.get(address).content.decode()
        content = page[page.index('id="content"') :]
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", content)
        assert not re.search(r"<script(?![^>]*\ssrc=)[^>]*>", content)


# Quick ----------------------------------------------------------------------------------------------------------------


def test_the_page_takes_no_more_queries_however_much_has_happened(desk, cases, django_assert_max_num_queries):
    from offboarding.actors import Actor
    from offboarding.models import JournalEntry

    first = cases.decided()
    now, agreement = timezone.now(), cases.agreement
    TerminationNotice.objects.bulk_create(
        TerminationNotice(
            agreement=agreement, channel="email", received_at=now - timedelta(minutes=n), received_by="machine:x",
            recorded_at=now, state="duplicate", duplicate_of=first, contact=cases.ada, sender=f"{n}@7.example",
        )
        for n in range(200)
    )  # fmt: skip
    last = JournalEntry.objects.order_by("-seq").first()
    JournalEntry.objects.bulk_create(
        [
            JournalEntry(
                seq=last.seq + n, at=now, actor=str(Actor.machine("x")), event=last.event, facts=last.facts,
                agreement=agreement.pk, customer=agreement.customer_id, previous="", hash=f"{n:064}", key_id="",
                seal="",
            )
            for n in range(1, 10_001)
        ],
        batch_size=2000,
    )  # fmt: skip
    with django_assert_max_num_queries(46):
        answer = desk.get(page_of(agreement))
    assert len(answer.context["panels"].notices) == 8
    assert answer.context["panels"].notices[0].record == first, "what is in force stands first"
    assert "All of them" in text_of(answer)


# Pages of what belongs to it ------------------------------------------------------------------------------------------


def test_a_notices_page_names_people_and_why_it_waits(desk, cases, ada):
    from offboarding import notices

    notice = notices.object_to(cases.notice(contact=None, sender="x@y.example"), text="Not ours", contact=ada)
    text = text_of(desk.get(page_of(notice)))
    for words in ("The sender is no contact of the customer.", "Receipt decided by sam", "Objection by Ada"):
        assert words in text


def test_a_page_of_help_adds_up_its_hours_and_reads_yes_and_no(desk, cases):
    from offboarding import assistance

    asked = cases.help("agreed")
    for hours in ("1.5", "2.25"):
        assistance.log_hours(asked, by=cases.sam, day=timezone.localdate(), hours=Decimal(hours), what="Import")
    text = text_of(desk.get(page_of(asked)))
    assert "In all 3.75" in text
    assert "Is charged for no" in text
