"""The queue for a person: the list, one message's page, its original as a download, and the form that settles it."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from offboarding.mail_matching import Reason
from offboarding.mail_problems import Problem
from offboarding.message_words import WORDS, Doubt
from offboarding.models import JournalEntry, StoredMessage
from tests.offboarding.inbox.conftest import written

pytestmark = pytest.mark.django_db
LIST = "/admin/offboarding/storedmessage/"
STRANGE = "Eve <eve@elsewhere.example>"


@pytest.fixture(autouse=True)
def _cases(agreement, neighbour):
    return agreement


@pytest.fixture
def waiting(take_in):
    """A stranger's notice with markup in its text, that waits for a person."""
    return take_in(written("<script>alert(1)</script> We leave.", sender=STRANGE, subject="<b>Leaving</b>", number="9"))


def events(name: str) -> int:
    return JournalEntry.objects.filter(event=name).count()


def test_every_code_has_words():
    assert set(WORDS) == {*Problem, *Reason, *Doubt}


def test_the_list_shows_what_waits_first_and_why_in_words(desk, take_in, waiting):
    take_in(written(subject="Farewell"))
    page = desk.get(LIST).content.decode()
    assert page.index("&lt;b&gt;Leaving") < page.index("Farewell")
    assert "its sender is nobody&#x27;s contact" in page
    assert "eve@elsewhere.example" in page
    assert "<b>Leaving" not in page


def test_the_list_names_attachments_with_their_sizes(desk, take_in):
    body = "--m\nContent-Type: text/plain\n\nWe leave.\n--m\nContent-Type: application/pdf\n"
    body += 'Content-Disposition: attachment; filename="notice.pdf"\n\n%PDF-1.4\n--m--\n'
    raw = written(body).replace(b"text/plain; charset=utf-8", b'multipart/mixed; boundary="m"', 1)
    message = take_in(raw)
    for address in (LIST, f"{LIST}{message.pk}/change/"):
        assert "notice.pdf" in desk.get(address).content.decode()


def test_the_list_takes_few_queries_however_many_there_are(desk, take_in, django_assert_max_num_queries):
    for number in range(30):
        take_in(written(sender=STRANGE, number=str(number)))
    with django_assert_max_num_queries(12):
        desk.get(LIST)


def test_the_page_shows_text_as_text_and_writes_down_who_read_it(desk, waiting):
    page = desk.get(f"{LIST}{waiting.pk}/change/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; We leave." in page
    assert "<script>alert" not in page
    assert events("message.read") == 1


def test_who_may_not_read_originals_sees_no_text_and_gets_no_original(client, charlie, permit, waiting):
    client.force_login(permit(charlie, "view_storedmessage"))
    page = client.get(f"{LIST}{waiting.pk}/change/").content.decode()
    assert "We leave" not in page
    assert "nobody&#x27;s contact" in page
    assert client.post(f"{LIST}{waiting.pk}/original/").status_code == 403
    assert client.get(f"{LIST}{waiting.pk}/settle/").status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403
    assert events("message.read") == 0


def test_who_may_do_nothing_sees_nothing(client, charlie, waiting):
    client.force_login(charlie)
    for address in (LIST, f"{LIST}{waiting.pk}/change/"):
        assert client.get(address).status_code == 403


def test_the_original_is_a_download_that_no_browser_shows(desk, waiting, ground):
    answer = desk.post(f"{LIST}{waiting.pk}/original/")
    assert b"".join(answer.streaming_content) == (ground / waiting.storage_name).read_bytes()
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == f'attachment; filename="message-{waiting.pk}.eml"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert events("message.read") == 1
    assert desk.get(f"{LIST}{waiting.pk}/original/").status_code == 405


def test_a_damaged_original_is_said_and_not_served(desk, waiting, ground):
    (ground / waiting.storage_name).write_bytes(b"something else")
    answer = desk.post(f"{LIST}{waiting.pk}/original/", follow=True)
    assert "holds other bytes" in answer.content.decode()
    assert events("message.read") == 0


def test_a_person_takes_a_message_as_a_notice(desk, waiting, agreement, staff):
    data = {"outcome": "notice", "agreement": agreement.pk, "channel": "email", "because": "Eve is their lawyer."}
    desk.post(f"{LIST}{waiting.pk}/settle/", data)
    waiting.refresh_from_db()
    notice = agreement.notices.get()
    assert (waiting.state, waiting.settled_by, waiting.settled_because) == ("settled", staff, "Eve is their lawyer.")
    assert (notice.message, notice.received_at, notice.needs) == (waiting, waiting.received_at, ["sender_unknown"])
    assert events("message.settled") == 1
    assert "It is a notice for agreement ALICE-2026" in desk.get(f"{LIST}{waiting.pk}/change/").content.decode()


def test_a_person_puts_a_message_to_a_case_without_making_it_a_notice(desk, take_in, agreement):
    take_in(written())
    thanks = take_in(written("Thanks!", number="2"))
    desk.post(f"{LIST}{thanks.pk}/settle/", {"outcome": "attached", "agreement": agreement.pk, "channel": "email",
                                             "because": "They thank us."})  # fmt: skip
    thanks.refresh_from_db()
    assert (thanks.state, thanks.agreement, agreement.notices.count()) == ("settled", agreement, 1)


def test_a_person_dismisses_a_message_with_a_reason_and_only_once(desk, waiting):
    address = f"{LIST}{waiting.pk}/settle/"
    answer = desk.post(address, {"outcome": "dismissed", "channel": "email", "because": " "})
    assert "Say why." in answer.content.decode()
    desk.post(address, {"outcome": "dismissed", "channel": "email", "because": "Advertising"})
    waiting.refresh_from_db()
    assert (waiting.state, waiting.agreement) == ("settled", None)
    again = desk.post(address, {"outcome": "dismissed", "channel": "email", "because": "Advertising"})
    assert "does not wait for anybody" in again.content.decode()


def test_a_notice_needs_its_agreement(desk, waiting):
    answer = desk.post(f"{LIST}{waiting.pk}/settle/", {"outcome": "notice", "channel": "email", "because": "x"})
    assert "Choose the agreement it is about." in answer.content.decode()
    waiting.refresh_from_db()
    assert waiting.state == "problem"


def bring(desk, content: bytes, name: str, when: str = "2026-01-02T10:00", because: str = "Postmark"):
    data = {"file": SimpleUploadedFile(name, content), "received_at": when, "because": because}
    return desk.post(f"{LIST}add/", data, follow=True)


def test_a_mail_that_staff_brings_is_taken_in_as_if_it_had_come_by_itself(desk, agreement):
    bring(desk, written(), "forwarded.eml")
    message, notice = StoredMessage.objects.get(), agreement.notices.get()
    assert (message.source, message.file_name, message.state) == ("upload", "forwarded.eml", "matched")
    assert timezone.localtime(notice.received_at).isoformat() == "2026-01-02T10:00:00+01:00"
    assert (notice.received_by.split(":")[2], notice.received_because) == ("sam", "Postmark")


def test_a_scan_that_staff_brings_waits_until_it_is_put_to_an_agreement(desk, agreement):
    answer = bring(desk, b"%PDF-1.7 a letter", "letter.pdf")
    assert "Nobody has put it to an agreement yet." in answer.content.decode()
    message = StoredMessage.objects.get()
    assert (message.content_type, message.storage_name[-4:], message.state) == ("application/pdf", ".pdf", "problem")
    data = {"outcome": "notice", "agreement": agreement.pk, "channel": "letter", "because": "The letter names it."}
    desk.post(f"{LIST}{message.pk}/settle/", data)
    assert agreement.notices.get().channel == "letter"


@pytest.mark.parametrize(
    ("content", "name", "when", "because", "said"),
    [
        (b"MZ", "notice.exe", "2026-01-02T10:00", "x", "Only a mail (.eml), a PDF or a scan"),
        (b"<html>", "notice.html", "2026-01-02T10:00", "x", "Only a mail (.eml), a PDF or a scan"),
        (b"", "empty.eml", "2026-01-02T10:00", "x", "The file is empty."),
        (b"%PDF-", "letter.pdf", "2999-01-02T10:00", "x", "cannot have been received in the future"),
        (b"%PDF-", "letter.pdf", "2026-01-02T10:00", " ", "This field is required."),
    ],
)
def test_what_cannot_be_taken_in_is_refused_at_its_field(desk, content, name, when, because, said):
    assert said in bring(desk, content, name, when, because).content.decode()
    assert not StoredMessage.objects.exists()


def test_the_same_scan_twice_is_one_message(desk):
    for _time in range(2):
        bring(desk, b"%PDF-1.7 a letter", "letter.pdf")
    assert StoredMessage.objects.count() == 1


def test_a_file_that_is_recorded_as_a_notice_elsewhere_does_not_wait_any_more(agreement, staff):
    from offboarding import messages, notices

    message, _created = messages.store(
        b"%PDF-1.7", source="upload", received_at=timezone.now(), content_type="application/pdf"
    )
    assert message.state == "problem"
    notices.record(
        agreement, channel="letter", received_at=timezone.now(), by=staff, because="Postmark", message=message
    )
    message.refresh_from_db()
    assert (message.state, message.agreement) == ("matched", agreement)
