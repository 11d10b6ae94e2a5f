"""The list of agreements: each filter gives its rows, the page says what comes next, and its queries stay few."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine

from offboarding.models import Agreement, Contact, Customer, TerminationNotice
from offboarding.paging import BoundedPaginator

LIST = "/admin/offboarding/agreement/"
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ENDED = {
    "ENDING": ("notice", date(2026, 12, 20)),
    "WINDOW": ("notice", date(2026, 9, 30)),
    "CLOSING": ("notice", date(2026, 8, 1)),
    "HELD": ("notice", date(2026, 8, 2)),
    "DELETED": ("notice", date(2026, 1, 31)),
    "EXPIRING": ("expiry", date(2026, 11, 25)),
    "LATER": ("expiry", date(2027, 11, 25)),
}


@pytest.fixture(autouse=True)
def _in_november():
    with time_machine.travel(NOW, tick=False):
        yield


def agreement(customer, number, **changes):
    values = {"term_start": date(2026, 1, 1), "term_end": date(2026, 12, 31)}
    return Agreement.objects.create(customer=customer, number=number, **values | changes)


@pytest.fixture
def every_phase(alice, bob):
    """Alice has an agreement in every phase, Bob one that runs on."""
    for number, (ending, ends) in ENDED.items():
        until = date.fromordinal(ends.toordinal() + 90)
        agreement(
            alice, number, term_end=ends, ending=ending, service_ends=ends, export_until=until,
            delete_from=date.fromordinal(until.toordinal() + 1), auto_renews=False,
            held_since=NOW if number == "HELD" else None, erased_at=NOW if number == "DELETED" else None,
            policy="data_act" if number == "WINDOW" else "contract",
        )  # fmt: skip
    noticed = agreement(alice, "NOTICED")
    TerminationNotice.objects.create(
        agreement=noticed, channel="letter", received_at=NOW, received_by="staff:1:sam", recorded_at=NOW
    )
    agreement(bob, "BOB")
    Contact.objects.create(customer=alice, name="Ada", email="ada@alice.example")


def numbers(answer):
    return [row.number for row in answer.context["cl"].result_list]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("phase=active", {"BOB", "LATER"}),
        ("phase=notice_given", {"NOTICED"}),
        ("phase=ending", {"ENDING", "EXPIRING"}),
        ("phase=export_window", {"WINDOW"}),
        ("phase=closing", {"CLOSING"}),
        ("phase=on_hold", {"HELD"}),
        ("phase=deleted", {"DELETED"}),
        ("person=yes", {"NOTICED"}),
        ("due=service_7", {"EXPIRING"}),
        ("due=service_30", {"EXPIRING", "ENDING"}),
        ("due=deletion_30", {"CLOSING"}),
        ("due=held", {"HELD"}),
        ("clock=data_act", {"WINDOW"}),
        ("clock=contract", {*ENDED, "NOTICED", "BOB"} - {"WINDOW"}),
        ("phase=ending&due=service_7", {"EXPIRING"}),
        ("phase=active&person=yes", set()),
    ],
)
def test_each_filter_gives_its_rows_and_no_others(desk, every_phase, choice, expected):
    found = numbers(desk.get(f"{LIST}?{choice}"))
    assert set(found) == expected
    assert len(found) == len(expected)


def test_what_is_due_is_listed_by_its_date(desk, every_phase):
    assert numbers(desk.get(f"{LIST}?due=service_30")) == ["EXPIRING", "ENDING"]
    changes = desk.get(LIST).context["cl"]
    assert changes.result_list[0].number == "LATER"
    assert numbers(desk.get(f"{LIST}?o={changes.list_display.index('number_shown')}"))[0] == "BOB"


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("BOB", ["active", "renews itself", "Timely notice until", "1 December 2026", "in 9 days"]),
        ("NOTICED", ["notice given", "A notice waits for a decision"]),
        ("ENDING", ["ending", "notice by the customer", "20 December 2026", "in 28 days"]),
        ("EXPIRING", ["ending", "expiry without renewal", "Service ends", "in 3 days"]),
        ("WINDOW", ["export window", "Export window until", "29 December 2026", "in 37 days"]),
        ("CLOSING", ["closing", "Deletion not before", "31 October 2026", "22 days ago"]),
        ("HELD", ["on hold", "On hold since", "22 November 2026", "today"]),
        ("DELETED", ["deleted", "Data deleted", "22 November 2026"]),
    ],
)
def test_a_row_says_where_the_agreement_stands_and_what_comes_next(desk, every_phase, number, says):
    page = desk.get(f"{LIST}?q={number}").content.decode()
    row = page[page.index("<tbody>") : page.index("</tbody>")]
    assert [text for text in says if text not in row] == []


def test_a_page_of_agreements_takes_few_queries_however_many_rows(desk, every_phase, django_assert_max_num_queries):
    desk.get(LIST)
    for address in (LIST, f"{LIST}?phase=ending&person=yes", f"{LIST}?q=alice"):
        with django_assert_max_num_queries(8):
            desk.get(address)


def test_what_is_no_choice_is_refused_as_a_wrong_address(desk, every_phase):
    assert desk.get(f"{LIST}?phase=gone").headers["location"].endswith("?e=1")
    assert desk.get(f"{LIST}?due=tomorrow").status_code == 302


def test_an_empty_list_says_so(desk):
    assert "There is no agreement yet." in desk.get(LIST).content.decode()
    assert "No agreement is like that." in desk.get(f"{LIST}?q=nobody").content.decode()


def test_names_are_text_and_never_markup(desk):
    mallory = Customer.objects.create(tenant_key="<i>9</i>", name="<script>alert(1)</script>")
    agreement(mallory, '"><img src=x onerror=alert(1)>')
    for address in (LIST, f"{LIST}?q=<script>alert(1)</script>"):
        page = desk.get(address).content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        for raw in ("<script>alert(1)", "<img src=x", "<i>9"):
            assert raw not in page


def test_who_may_not_see_agreements_sees_no_list(client, charlie, permit, every_phase):
    client.force_login(charlie)
    assert client.get(LIST).status_code == 403
    client.force_login(permit(charlie, "view_agreement"))
    answer = client.get(LIST)
    assert len(numbers(answer)) == len(ENDED) + 2
    assert "addlink" not in answer.content.decode()


def test_the_list_speaks_swedish(desk, every_phase):
    assert "Avtal" in desk.get(LIST, headers={"accept-language": "sv"}).content.decode()


def test_rows_beyond_the_bound_are_not_counted_and_the_list_says_so(desk, bob, monkeypatch):
    for number in range(5):
        agreement(bob, f"B-{number}")
    monkeypatch.setattr(BoundedPaginator, "most", 4)
    page = desk.get(LIST)
    assert (page.context["cl"].result_count, len(numbers(desk.get(f"{LIST}?p=1")))) == (4, 5)
    assert "more than 4 agreements" in page.content.decode()
    monkeypatch.setattr(BoundedPaginator, "most", 5)
    assert "5 agreements" in desk.get(LIST).content.decode()


def test_every_row_stands_on_one_page_and_only_one(desk, bob, django_assert_max_num_queries):
    for number in range(120):
        agreement(bob, f"B-{number}")
    pages = [numbers(desk.get(f"{LIST}?p={page}")) for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [50, 50, 20]
    assert len({number for page in pages for number in page}) == 120
    assert desk.get(f"{LIST}?p=4").status_code == 302
