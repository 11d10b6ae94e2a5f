"""A customer's page: who may act for it, and how its agreements stand."""

from __future__ import annotations

from django.utils import timezone

from offboarding.models import Contact, JournalEntry
from tests.offboarding.screens.cases import form_of, page_of
from tests.offboarding.screens.test_consequences import text_of


def test_contacts_stand_with_what_they_may_do_and_agreements_with_their_phase(desk, cases, ada, eva):
    cases.decided()
    answer = desk.get(page_of(cases.agreement.customer))
    text = text_of(answer)
    assert "request exports · confirm what has arrived · give notice" in text
    assert "not give notice" in text
    assert "ending A-1" in text
    assert page_of(cases.agreement) in answer.content.decode()


def test_a_contact_is_added_changed_ended_and_taken_back_and_the_journal_knows(desk, cases):
    customer = cases.agreement.customer
    person = {"name": "Åke", "email": "Ake@7.example", "language": "sv", "may_see": "on"}
    assert desk.post(form_of(customer, "add-contact"), person).url == page_of(customer)
    ake = Contact.objects.get(name="Åke")
    assert (ake.email, ake.may_give_notice) == ("ake@7.example", False)
    desk.post(form_of(ake, "edit"), {**person, "may_give_notice": "on"})
    desk.post(form_of(ake, "end"), {"because": "Moved"})
    desk.post(form_of(ake, "take-back"), {"because": "Came back"})
    ake.refresh_from_db()
    assert (ake.may_give_notice, ake.ended_at) == (True, None)
    events = JournalEntry.objects.filter(customer=customer.pk).order_by("seq").values_list("event", flat=True)
    assert list(events) == ["contact.added", "contact.changed", "contact.ended", "contact.added"]


def test_who_has_left_stands_apart_and_can_only_be_taken_back(desk, cases, ada):
    Contact.objects.filter(pk=ada.pk).update(ended_at=timezone.now())
    page = desk.get(page_of(cases.agreement.customer)).content.decode()
    assert "no contact any more since 20 November 2026" in page
    assert form_of(ada, "take-back") in page
    assert form_of(ada, "edit") not in page


def test_contacts_are_for_those_who_may_look_at_them(cases, client, charlie, permit, ada):
    client.force_login(permit(charlie, "view_customer"))
    page = client.get(page_of(cases.agreement.customer)).content.decode()
    assert ada.email not in page
    assert page_of(cases.agreement) not in page


def test_a_page_with_many_contacts_and_agreements_takes_few_queries(desk, cases, django_assert_max_num_queries):
    customer = cases.agreement.customer
    Contact.objects.bulk_create(
        Contact(customer=customer, name=f"P{n}", email=f"p{n}@7.example") for n in range(200)
    )  # fmt: skip
    with django_assert_max_num_queries(15):
        desk.get(page_of(customer))
