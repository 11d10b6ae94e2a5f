"""Who did what, as the customer reads it: its own people by name, the vendor as the vendor, nothing internal."""

from __future__ import annotations

from offboarding.portal import history
from tests.offboarding.portal.phases import ending
from tests.offboarding.portal.visiting import text_of


def test_people_of_the_customer_have_names_and_those_of_the_vendor_have_none(enter, ada, hers, page, staff, settings):
    from offboarding import assistance

    settings.VENDOR_NAME = "Molnbolaget"
    ending(hers, ada, staff)
    assistance.request(hers, scope="A secret of Ada's", contact=ada)
    browser = enter(ada)
    browser.cookies["django_language"] = "en"
    text = text_of(browser.get(page("history/")))
    assert "· Ada Help with the transfer requested." in text
    assert "· Molnbolaget Notice accepted (timely)." in text
    for internal in ("sam", "Stamp", "secret"):
        assert internal not in text


def test_what_is_the_vendors_own_business_is_not_told():
    told = set(history.TOLD)
    assert {"notice.received", "export.requested", "export.downloaded", "certificate.issued"} <= told
    own = ("plan.", "run.", "hold.k", "hold.l", "hold.rev", "duty.", "message.", "contact.", "verification.", "tenant.")
    assert [event for event in told if event.startswith(own)] == []
    assert "letter.written" not in told


def test_every_event_that_is_told_is_declared_and_its_words_show_only_facts_it_has():
    from offboarding import journal_words

    for event, words in history.TOLD.items():
        declared = journal_words.declared()[event]
        if words:
            assert str(words) % dict.fromkeys(declared.facts, "–")


def test_a_letter_is_told_to_whom_it_went(enter, ada, eva, hers, page, staff):
    from django.db import transaction

    from offboarding import letters
    from offboarding.actors import Actor
    from tests.offboarding.portal.phases import notice_of

    notice_of(hers, ada, staff)
    with transaction.atomic():
        for letter in hers.letters.filter(contact=eva):
            letters.tell(letter, "letter.sent", actor=Actor.machine("send_reminders"))
    texts = []
    for contact in (eva, ada):
        browser = enter(contact)
        browser.cookies["django_language"] = "en"
        texts.append(text_of(browser.get(page("history/"))))
    assert "A letter went to you: your notice has reached us." in texts[0]
    assert "A letter went to you" not in texts[1]


def test_letters_about_help_with_moving_are_told_apart(enter, ada, hers, page, staff):
    from django.db import transaction

    from offboarding import assistance, letters
    from offboarding.actors import Actor

    asked = assistance.request(hers, scope="All of it", contact=ada)
    assistance.offer(asked, estimated_hours=2, charged=False, by=staff)
    with transaction.atomic():
        for letter in hers.letters.filter(contact=ada).order_by("pk"):
            letters.tell(letter, "letter.sent", actor=Actor.machine("send_reminders"))
    browser = enter(ada)
    browser.cookies["django_language"] = "en"
    text = text_of(browser.get(page("history/")))
    assert "A letter went to you: you asked for help with moving." in text
    assert "A letter went to you: our offer to help you move." in text


def test_long_names_and_other_scripts_stand_whole_and_escaped(enter, ada, hers, alice, page):
    alice.name = "Ö" * 40 + " <b>أكاديمية</b> " + "Å" * 40
    alice.save()
    ada.name = "عبد الرحمن & Söner"
    ada.save()
    html = enter(ada).get(page()).content.decode()
    assert "&lt;b&gt;أكاديمية&lt;/b&gt;" in html
    assert "<bdi>عبد الرحمن &amp; Söner</bdi>" in html
