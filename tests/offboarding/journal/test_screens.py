"""The journal in the back office: words, names and links for whoever may see it; nobody can change it there."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from django.template import Context, Template
from django.utils import translation

from offboarding import journal, journal_words
from offboarding.actors import Actor
from offboarding.admin import journal as screen
from offboarding.models import Agreement, Contact, JournalEntry
from tests.offboarding.journal.ground import SAM, record

LIST = "/admin/offboarding/journalentry/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def agreement(alice):
    return Agreement.objects.create(
        customer=alice, number="A-1", term_start=date(2026, 1, 1), term_end=date(2026, 12, 31)
    )


@pytest.fixture
def neighbour(bob):
    return Agreement.objects.create(
        customer=bob, number="B-2", term_start=date(2026, 1, 1), term_end=date(2026, 12, 31)
    )


def tell(agreement, event="notice.received", actor=SAM, **facts) -> JournalEntry:
    return journal.record(event, actor=actor, customer=agreement.customer_id, agreement=agreement.pk, facts=facts)


def test_the_list_says_what_happened_who_did_it_and_where(desk, alice, agreement, neighbour):
    anna = Contact.objects.create(customer=alice, name="Anna Berg", email="anna@example.com")
    tell(agreement, actor=Actor.contact(anna.pk), channel="portal", received_on="2026-11-03")
    tell(neighbour, "hold.placed", actor=Actor.machine("fetch_notices"))
    page = desk.get(LIST).content.decode()
    assert "Notice received on the self-service page on 3 November 2026; it counts from that day." in page
    for text in ("Anna Berg", "automatic intake of mail", ">A-1<", ">B-2<"):
        assert text in page
    assert "Add journal entry" not in page
    assert "2 journal entries" in page


@pytest.mark.parametrize("kind", ["agreement", "customer"])
def test_the_history_of_a_record_is_what_the_journal_says_of_its_customer(desk, agreement, neighbour, kind):
    tell(agreement, channel="portal", received_on="2026-11-03")
    tell(neighbour, "hold.placed", actor=Actor.machine("fetch_notices"))
    record = {"agreement": agreement, "customer": agreement.customer}[kind]
    page = desk.get(f"/admin/offboarding/{kind}/{record.pk}/history/", follow=True)
    assert page.redirect_chain == [(f"{LIST}?q={agreement.customer.tenant_key}", 302)]
    assert ">A-1<" in page.content.decode() and ">B-2<" not in page.content.decode()
    assert desk.get(f"/admin/offboarding/{kind}/999/history/").status_code == 404


def test_nobody_can_add_change_or_delete_an_entry(desk):
    (entry,) = record()
    page = desk.get(f"{LIST}{entry.pk}/change/").content.decode()
    assert "Notice refused." in page
    assert entry.hash in page and entry.previous in page
    assert f"{LIST}{entry.pk}/history/" not in page, "the journal is its own history"
    assert 'type="submit"' not in page.split('id="content"')[1]
    assert desk.get(f"{LIST}add/").status_code == 403
    assert desk.post(f"{LIST}{entry.pk}/change/", {"reason": "other"}).status_code == 403
    assert desk.post(f"{LIST}{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    desk.post(LIST, {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"})
    assert JournalEntry.objects.get().reason == "wrong sender"


def test_an_entry_reads_as_a_sentence_with_its_facts_in_words(desk, agreement):
    entry = tell(agreement, channel="portal", received_on="2026-11-03", needs=[])
    page = desk.get(f"{LIST}{entry.seq}/change/").content.decode()
    head, _summary, record = page.partition("Exactly as it stands in the journal")
    assert "<h1>Notice received on the self-service page on 3 November 2026; it counts from that day.</h1>" in head
    assert "<dt>Day of receipt</dt><dd>3 November 2026</dd>" in head and "<dt>Agreement</dt>" in head
    assert "Reason" not in head and "received_on" not in head
    assert "notice.received" in record and "&quot;received_on&quot;: &quot;2026-11-03&quot;" in record
    assert desk.get(f"{LIST}999/change/").status_code == 404


def test_only_who_may_view_the_journal_sees_it(client, charlie, permit, agreement, rf):
    client.force_login(charlie)
    assert client.get(LIST).status_code == 403
    client.force_login(permit(charlie, "view_journalentry"))
    assert client.get(LIST).status_code == 200


def test_entries_are_found_by_what_they_are_about_and_by_agreement(desk, agreement, neighbour):
    tell(agreement, channel="email", received_on="2026-11-03")
    tell(neighbour, "hold.placed")

    def shown(query: str) -> list[int]:
        return [entry.seq for entry in desk.get(LIST + query).context["cl"].result_list]

    assert shown("?about=notice") == [1]
    assert shown("?about=hold") == [2]
    assert shown("?q=A-1") == [1]
    assert shown(f"?q={neighbour.reference.lower()}") == [2]
    assert shown(f"?q={neighbour.customer.tenant_key}") == [2]
    assert shown(f"?agreement={agreement.pk}") == [1]
    assert shown("?q=nothing") == []
    assert shown("?before=2") == [1]


def test_a_long_journal_is_read_on_by_number_and_never_counted(
    desk, agreement, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(screen.NewestPaginator, "most", 10)
    monkeypatch.setattr(screen.JournalEntryAdmin, "list_per_page", 5)
    for _each in range(14):
        tell(agreement, "hold.released")
    assert desk.get(LIST).context["cl"].older == ""
    with django_assert_max_num_queries(8) as asked:
        last = desk.get(f"{LIST}?p=2").context["cl"]
    assert [entry.seq for entry in last.result_list] == [9, 8, 7, 6, 5]
    assert last.older == "?before=5"
    assert all("LIMIT" in query["sql"] for query in asked if "COUNT(*)" in query["sql"])
    assert [entry.seq for entry in desk.get(LIST + last.older).context["cl"].result_list] == [4, 3, 2, 1]


def panel(agreement, user, rf) -> str:
    request = rf.get("/")
    request.user = user
    template = Template("{% load journal_panel %}{% journal_panel agreement %}")
    return template.render(Context({"request": request, "agreement": agreement}))


def test_an_agreements_panel_tells_its_own_story_only(agreement, neighbour, staff, charlie, rf):
    assert "Nothing has happened yet." in panel(agreement, staff, rf)
    for _each in range(21):
        tell(agreement, "letter.cancelled", count=2)
    tell(neighbour, "hold.placed")
    text = panel(agreement, staff, rf)
    assert text.count("2 letters cancelled.") == 20
    assert f'journalentry/?agreement={agreement.pk}"' in text
    assert "hold" not in text
    assert panel(agreement, charlie, rf).strip() == ""


def test_an_agreements_entries_come_in_pages(agreement, neighbour):
    for _each in range(5):
        tell(agreement, "hold.placed")
        tell(neighbour, "hold.placed")
    newest = journal.entries_of(agreement, 3)
    assert [entry.seq for entry in newest] == [9, 7, 5]
    assert [entry.seq for entry in journal.entries_of(agreement, 3, before_seq=5)] == [3, 1]


# Words ----------------------------------------------------------------------------------------------------------------


def test_every_event_reads_as_a_sentence_with_and_without_its_facts():
    for code, event in journal_words.declared().items():
        bare = journal_words.sentence(JournalEntry(event=code, facts={}))
        assert "%(" not in bare
        assert bare[0] == bare[0].upper()
        assert bare.endswith((".", "–")), code
        assert all(
            "%(" not in journal_words.sentence(JournalEntry(event=code, facts={name: 3})) for name in event.facts
        )


def test_counts_choose_the_plural_and_codes_and_days_are_told_in_words():
    with transaction.atomic():
        one = journal.record("letter.cancelled", actor=SAM, facts={"count": 1})
        rights = journal.record("contact.changed", actor=SAM, facts={"changed": ["may_see", "may_confirm"]})
    assert journal_words.sentence(one) == "1 letter cancelled."
    assert journal_words.sentence(rights) == "Contact changed: see the case, confirm packages."
    odd = JournalEntry(event="message.problem", facts={"problems": ["encrypted", "spam"]})
    assert journal_words.sentence(odd) == (
        "A message waits for a person. It is encrypted. The mail server marked it as spam."
    )
    terms = JournalEntry(event="agreement.registered", facts={"term_start": "2026-01-01", "term_end": "2026-12-31"})
    with translation.override("sv"):
        assert "1 januari 2026" in journal_words.sentence(terms)


def test_an_event_that_nobody_declares_any_more_shows_its_code():
    assert journal_words.sentence(JournalEntry(event="export.unknown", facts={})) == "export.unknown"


def test_who_is_told_in_words_also_when_the_contact_is_gone():
    def who(actor: Actor) -> str:
        return journal_words.who(JournalEntry(actor=str(actor)))

    assert who(Actor.staff(3, "sam:the:second")) == "sam:the:second"
    assert who(Actor.machine("verify_journal")) == "automatic check of the journal"
    assert who(Actor.machine("something_new")) == "something_new"
    assert who(Actor.contact(99)) == "contact 99"
