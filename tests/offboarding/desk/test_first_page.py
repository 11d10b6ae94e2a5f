"""The first page: what needs a person, for whom, in which order, one click from its form."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch
from django.utils import timezone

from offboarding import desk_matters, first_page
from offboarding.models import Agreement, Contact, Customer, Letter, StoredMessage, TerminationNotice
from tests.offboarding.desk.pages import acts, first, kinds, mine


def _letter(agreement, **facts):
    number = Letter.objects.count()
    now = timezone.now()
    given = {
        "customer": agreement.customer, "agreement": agreement, "address": "ada@7.example", "language": "sv",
        "occasion": "warning_7", "key": f"k{number}", "message_id": f"<{number}@x>", "subject": "s", "text": "t",
        "state": "bounced", "written_at": now, "due_at": now,
    }  # fmt: skip
    return Letter.objects.create(**{**given, **facts})


def _message(number=0, **facts):
    given = {
        "sha256": f"{number:064}", "storage_name": "x", "bytes": 1, "source": "mailbox", "subject": "Uppsägning",
        "sender": "who@x.example", "received_at": timezone.now(), "stored_at": timezone.now(), "state": "problem",
    }  # fmt: skip
    return StoredMessage.objects.create(**{**given, **facts})


def test_an_empty_desk_says_that_all_is_clear(desk):
    page = first(desk)
    assert "All clear" in page
    assert "Nothing waits for you, sam." in page
    assert kinds(page) == []


def test_a_notice_stands_first_says_since_when_and_why_and_is_one_click_from_its_form(desk, cases):
    notice = cases.notice(received_at=timezone.now() - dt.timedelta(days=3))
    _message()
    page = first(desk)
    assert kinds(page) == ["notices", "messages"]
    assert f"/admin/offboarding/terminationnotice/{notice.pk}/decide/" in acts(page)[0]
    assert "Alice Academy" in page
    assert "for 3\xa0days" in page
    assert "No date is set before somebody decides" in page
    assert "urgent" in page


def test_a_notice_of_an_unknown_sender_leads_to_vouching_for_it_and_says_so(desk, cases):
    notice = cases.notice(contact=None, sender="x@y.example")
    page = first(desk)
    assert acts(page) == [f"/admin/offboarding/terminationnotice/{notice.pk}/vouch/"]
    assert "The sender is no contact of the customer." in page


def test_every_button_of_the_page_opens_a_form_that_exists(desk, cases, hers):
    disputed = cases.disputed()
    cases.agreement.waivers.all().delete()
    _letter(hers)
    _letter(hers, occasion="decision")
    _letter(hers, state="queued", due_at=timezone.now() - dt.timedelta(hours=2))
    _message()
    page = first(desk)
    assert kinds(page) == ["objections", "failed_warnings", "late_warnings", "letters", "messages", "queue"]
    assert f"/admin/offboarding/terminationnotice/{disputed.pk}/settle/" in acts(page)
    for address in acts(page):
        assert desk.get(address).status_code == 200, address


def test_a_waiver_waits_for_its_second_approval_by_somebody_else(client, staff, cases, lea, permit):
    from offboarding import windows

    waiver = cases.waiver()
    form = f"/admin/offboarding/waiver/{waiver.pk}/approve/"
    client.force_login(lea)
    assert acts(first(client)) == [form]
    windows.approve_waiver(waiver, by=lea)
    page = first(client)
    assert acts(page) == []
    assert kinds(page) == []
    client.force_login(permit(lea, "view_waiver"))
    assert kinds(first(client)) == ["waivers-others"], "whoever approved first cannot be the second"
    client.force_login(staff)
    page = first(client)
    assert form in acts(page)
    assert "a second person has to approve it" in mine(page)


def test_help_waits_for_an_offer_and_once_the_customer_accepts_it_for_its_agreement(desk, cases, ada):
    from offboarding import assistance

    asked = cases.help()
    form = f"/admin/offboarding/transferassistance/{asked.pk}"
    assert acts(first(desk)) == [f"{form}/offer/"]
    assistance.offer(asked, by=cases.sam, estimated_hours=8, charged=False)
    assert kinds(first(desk)) == [], "now the customer's answer is waited for"
    assistance.accept(asked, contact=ada)
    page = first(desk)
    assert acts(page) == [f"{form}/agree/"]
    assert "The customer accepts the offer" in page


def test_who_may_only_look_finds_the_matters_folded_and_no_button(client, charlie, permit, cases):
    cases.notice()
    client.force_login(permit(charlie, "view_terminationnotice"))
    page = first(client)
    assert kinds(mine(page)) == []
    assert kinds(page) == ["notices-others"]
    assert "For somebody else" in page
    assert acts(page) == []
    assert "All clear" in page


def test_who_may_see_nothing_sees_no_name_and_no_number(client, charlie, cases, hers):
    cases.notice()
    _letter(hers)
    client.force_login(charlie)
    page = first(client)
    assert "Alice" not in page
    assert kinds(page) == []
    assert "What comes" not in page
    assert "Where the agreements stand" not in page


def test_who_may_decide_and_not_look_is_sent_to_the_form_and_to_no_list(client, charlie, permit, cases):
    notice = cases.notice()
    client.force_login(permit(charlie, "decide_terminationnotice"))
    page = first(client)
    assert acts(page) == [f"/admin/offboarding/terminationnotice/{notice.pk}/decide/"]
    assert "See all" not in page


def _delete_in(agreement, days):
    day = timezone.localdate() + dt.timedelta(days=days)
    before = day - dt.timedelta(days=1)
    Agreement.objects.filter(pk=agreement.pk).update(delete_from=day, export_until=before, service_ends=before)


def test_a_customer_with_nobody_to_warn_is_told_before_the_first_warning_is_due(desk, cases, hers):
    cases.decided()
    _delete_in(hers, 37)
    assert kinds(first(desk)) == []
    Contact.objects.filter(customer=hers.customer).update(ended_at=timezone.now())
    page = first(desk)
    assert kinds(page) == ["nobody"]
    assert acts(page) == [f"/admin/offboarding/customer/{hers.customer_id}/add-contact/"]
    _delete_in(hers, 38)
    assert kinds(first(desk)) == []


def test_five_of_a_kind_are_shown_the_longest_waiting_first_and_the_list_has_the_rest(desk):
    for number in range(7):
        _message(number, sender=f"s{number}@x.example", received_at=timezone.now() - dt.timedelta(hours=number))
    page = first(desk)
    shown = [number for number in range(7) if f"s{number}@x.example</bdi></a>" in page]
    assert shown == [2, 3, 4, 5, 6]
    assert page.index("s6@x.example") < page.index("s2@x.example")
    assert "See all 7" in page
    assert "/admin/offboarding/storedmessage/?state__exact=problem" in page
    assert desk.get("/admin/offboarding/storedmessage/?state__exact=problem").status_code == 200


def test_counting_ends_at_a_hundred(desk):
    for number in range(102):
        _message(number)
    page = first(desk)
    assert "100+" in page
    assert "More than 100 matters wait for you." in page


def _many(count):
    """Notices, letters and messages of so many customers."""
    customers = Customer.objects.bulk_create(Customer(tenant_key=f"n{n}", name=f"N {n}") for n in range(count))
    agreements = Agreement.objects.bulk_create(
        Agreement(customer=one, number=f"N-{one.tenant_key}", term_start="2026-01-01", term_end="2026-12-31")
        for one in customers
    )
    now = timezone.now()
    TerminationNotice.objects.bulk_create(
        TerminationNotice(
            agreement=one, channel="email", received_at=now, received_by="machine:x", recorded_at=now, state="received"
        )
        for one in agreements
    )
    for number, one in enumerate(agreements):
        _letter(one)
        _message(number, customer=one.customer)


@pytest.mark.parametrize("count", [3, 300])
def test_the_page_asks_the_same_few_questions_whatever_waits(desk, count):
    _many(count)
    first(desk)
    with CaptureQueriesContext(connection) as asked:
        first(desk)
    everything = [one["sql"] for one in asked.captured_queries]
    page_only = [sql for sql in everything if "django_session" not in sql]
    assert len(page_only) == _EXPECTED.setdefault("queries", len(page_only)), "\n".join(page_only)
    assert len(page_only) <= 30


_EXPECTED: dict[str, int] = {}


def _moment():
    return desk_matters.Moment(timezone.now(), timezone.localdate())


def test_every_selection_of_a_kind_is_bounded(desk):
    sam = _sam()
    with CaptureQueriesContext(connection) as asked:
        for kind in _kinds():
            list(kind(sam, _moment()))
    assert len(asked) >= len(_kinds())
    unbounded = [
        one["sql"] for one in asked.captured_queries if "LIMIT" not in one["sql"] and "auth_" not in one["sql"]
    ]
    assert [sql for sql in unbounded if "offboarding_cache" not in sql] == []


def test_kinds_of_which_nothing_waits_are_asked_for_together(desk, hers):
    kinds, sam = _kinds(), _sam()
    sam.get_all_permissions()
    _message(1)
    with CaptureQueriesContext(connection) as asked:
        (group,) = desk_matters.groups_for(sam, _moment())
    assert group.kind == "messages"
    of_all = [one["sql"] for one in asked if one["sql"].count("EXISTS") >= len(kinds)]
    assert len(of_all) == 1
    assert len(asked) < 10 < len(kinds)


def test_every_list_that_a_kind_names_is_there():
    for kind in _kinds():
        assert not kind.rest or kind._list().startswith("/admin/")
    with pytest.raises(NoReverseMatch):
        desk_matters.address_of("offboarding_letter_no_such_form", 1)


def _kinds():
    return [one for one in desk_matters._PROVIDERS.values() if isinstance(one, desk_matters.Kind)]


def _sam():
    from django.contrib.auth.models import User

    return User.objects.get(username="sam")


@pytest.mark.parametrize(
    ("matter", "words"),
    [
        ({"due": dt.date(2026, 11, 20)}, "due 2 days ago"),
        ({"due": dt.date(2026, 11, 22)}, "due today"),
        ({"due": dt.date(2026, 11, 23)}, "due in 1 day"),
        ({"since": dt.datetime(2026, 11, 22, 9, 59, 30, tzinfo=dt.UTC)}, "just now"),
        ({"since": dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)}, "for 2\xa0days"),
        ({}, ""),
    ],
)
def test_how_long_something_waits_is_said_in_words(matter, words):
    moment = desk_matters.Moment(dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC), dt.date(2026, 11, 22))
    assert first_page.waits(desk_matters.Matter("x", "/", **matter), moment) == words
