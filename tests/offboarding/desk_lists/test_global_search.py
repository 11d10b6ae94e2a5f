"""The search of the header: each kind by its keys and words, only what one may view, straight to the only exact hit."""

from __future__ import annotations

from datetime import date

import pytest

from offboarding import search_everywhere
from offboarding.models import Agreement, Contact, Customer, Letter

pytestmark = pytest.mark.django_db

TERM = {"term_start": date(2026, 1, 1), "term_end": date(2026, 12, 31)}


@pytest.fixture
def agreement(alice):
    return Agreement.objects.create(customer=alice, number="AVT-2026-17", **TERM)


@pytest.fixture
def alva(alice):
    return Contact.objects.create(customer=alice, name="Alva Ek", email="alva@alice.example")


@pytest.fixture
def letter(alice, agreement, alva):
    from django.utils import timezone

    now = timezone.now()
    return Letter.objects.create(
        customer=alice, agreement=agreement, contact=alva, address=alva.email, language="sv", occasion="decision",
        key="one", message_id="<one@vendor.example>", subject="Beslut", text="Hej", written_at=now, due_at=now,
    )  # fmt: skip


def page(record):
    meta = record._meta
    return f"/admin/{meta.app_label}/{meta.model_name}/{record.pk}/change/"


def hits(answer):
    return {str(kind.kind): [hit.title for hit in kind.hits] for kind in answer.context["found"]}


@pytest.mark.parametrize("words", ["AVT-2026-17", "  avt-2026-17  ", "reference", "ref without its marks"])
def test_an_agreements_number_or_reference_opens_it(desk, agreement, words):
    typed = {
        "reference": agreement.reference,
        "ref without its marks": agreement.reference[2:].replace("-", "").lower(),
    }
    answer = desk.get("/admin/search/", {"q": typed.get(words, words)})
    if words == "  avt-2026-17  ":
        assert hits(answer) == {"Agreements": ["AVT-2026-17"]}, "numbers are exact text"
    else:
        assert answer.url == page(agreement)


def test_a_tenant_key_opens_its_customer(desk, agreement, alice, bob):
    assert desk.get("/admin/search/?q=7").url == page(alice)


def test_an_address_opens_the_contact_who_has_it_and_lists_them_where_several_have(desk, alice, alva, bob):
    assert desk.get("/admin/search/?q=ALVA@alice.example").url == page(alva)
    Contact.objects.create(customer=bob, name="Alva B", email=alva.email)
    assert hits(desk.get("/admin/search/?q=alva@alice.example"))["Contacts"] == ["Alva Ek", "Alva B"]


@pytest.mark.parametrize("words", ["<one@vendor.example>", "one@vendor.example"])
def test_a_message_id_opens_its_letter(desk, letter, words):
    assert desk.get("/admin/search/", {"q": words}).url == page(letter)


def test_words_are_found_inside_names_of_every_kind(desk, agreement, alva, bob):
    found = hits(desk.get("/admin/search/?q=acad"))
    assert found == {"Agreements": ["AVT-2026-17"], "Customers": ["Alice Academy"], "Contacts": ["Alva Ek"]}
    assert hits(desk.get("/admin/search/?q=lva+e")) == {"Contacts": ["Alva Ek"]}


def test_nothing_is_found_of_what_one_may_not_view(client, charlie, permit, agreement, alva):
    client.force_login(permit(charlie, "view_contact"))
    assert hits(client.get("/admin/search/?q=alice")) == {"Contacts": ["Alva Ek"]}
    assert hits(client.get("/admin/search/?q=AVT-2026-17")) == {}


def test_the_only_exact_hit_can_be_looked_at_among_the_others(desk, agreement):
    assert "Agreements" in hits(desk.get("/admin/search/?q=AVT-2026-17&stay=1"))


@pytest.mark.parametrize("words", ["", "   ", "x" * 201, "\x00", "nothing is like this"])
def test_where_nothing_is_found_the_page_says_what_can_be_searched_for(desk, agreement, words):
    answer = desk.get("/admin/search/", {"q": words})
    assert answer.status_code == 200 and hits(answer) == {}


def test_more_hits_than_a_page_shows_lead_to_the_list(desk, alice):
    for number in range(search_everywhere.MOST + 1):
        Customer.objects.create(tenant_key=f"s{number}", name=f"Strand {number}")
    answer = desk.get("/admin/search/?q=strand")
    assert len(hits(answer)["Customers"]) == search_everywhere.MOST
    assert "/admin/offboarding/customer/?q=strand" in answer.content.decode()


def test_it_asks_few_questions_however_much_is_found(desk, alice, django_assert_max_num_queries):
    for number in range(30):
        Agreement.objects.create(customer=alice, number=f"AVT-{number:03}", **TERM)
        Contact.objects.create(customer=alice, name=f"Person {number}", email=f"p{number}@alice.example")
    desk.get("/admin/search/?q=nothing")
    with django_assert_max_num_queries(24):
        desk.get("/admin/search/?q=alice")


def test_it_only_reads(desk):
    assert desk.post("/admin/search/", {"q": "alice"}).status_code == 405
