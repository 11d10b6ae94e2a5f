"""Any list as CSV or workbook: what the list shows, for who may look at it, with nothing that acts as a formula."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry

from offboarding.admin import list_download
from offboarding.models import Agreement, Contact, Customer
from tests.offboarding.desk_lists.files import of_csv, of_workbook

pytestmark = pytest.mark.django_db

CUSTOMERS = "/admin/offboarding/customer/list"
CONTACTS = "/admin/offboarding/contact/list"
AGREEMENTS = "/admin/offboarding/agreement/list"
TERM = {"term_start": date(2026, 1, 1), "term_end": date(2026, 12, 31)}
FORMULAS = ['=cmd|" /C calc"!A0', "+1+1", "-2+3", "@SUM(A1)", "\tx"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_list_can_be_had_as_a_file(desk, alice, kind):
    Agreement.objects.create(customer=alice, number="AVT-1", **TERM)
    for model in admin.site._registry:
        answer = desk.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/list.{kind}")
        assert answer.status_code == 200, model
        rows = of_csv(answer) if kind == "csv" else of_workbook(answer)
        assert rows[0][0] == "key" and len(rows[0]) > 1, model


def test_it_has_the_columns_of_the_list_in_words_and_the_key(desk, alice):
    agreement = Agreement.objects.create(customer=alice, number="AVT-1", **TERM)
    head, row = of_csv(desk.get(f"{AGREEMENTS}.csv"))
    assert head == ["key", "number", "customer", "phase", "service ends", "next date", "needs a person"]
    assert row[:4] == [str(agreement.pk), f"AVT-1 {agreement.reference}", "Alice Academy 7", "active"]
    assert not any("<" in cell for cell in row)


def test_it_has_what_the_filters_and_the_search_leave_in_the_lists_order(desk, alice, bob):
    for name in ("Zoe", "Ada", "Eva"):
        Contact.objects.create(
            customer=alice, name=name, email=f"{name.lower()}@alice.example", may_request=name != "Eva"
        )
    Contact.objects.create(customer=bob, name="Bea", email="bea@bob.example")
    found = of_csv(desk.get(f"{CONTACTS}.csv?q=alice&o=-1&may_give_notice__exact=0"))
    assert [row[1] for row in found[1:]] == ["Zoe", "Eva", "Ada"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_name_that_looks_like_a_formula_is_a_text(desk, alice, text):
    Customer.objects.filter(pk=alice.pk).update(name=text)
    (cell,) = (row[1] for row in of_csv(desk.get(f"{CUSTOMERS}.csv"))[1:])
    assert cell == f"'{text}"
    assert of_workbook(desk.get(f"{CUSTOMERS}.xlsx"))[1][1] == text


def test_a_negative_number_stays_a_number(desk, alice):
    Customer.objects.filter(pk=alice.pk).update(tenant_key="-12.5")
    assert of_csv(desk.get(f"{CUSTOMERS}.csv"))[1][2] == "-12.5"


def test_who_may_not_look_at_the_list_gets_no_file(client, charlie, permit, alice):
    client.force_login(permit(charlie, "view_agreement"))
    assert client.get(f"{CUSTOMERS}.csv").status_code == 403
    assert client.get(f"{AGREEMENTS}.csv").status_code == 200
    assert not LogEntry.objects.filter(content_type__model="customer").exists()


def test_nobody_gets_one_without_signing_in(client, alice):
    answer = client.get(f"{CUSTOMERS}.csv")
    assert answer.status_code == 302


@pytest.mark.parametrize("path", ["customer/list.pdf", "nothing/list.csv", "idempotencykey/list.csv"])
def test_what_is_no_list_or_no_kind_of_file_is_not_found(desk, path):
    assert desk.get(f"/admin/offboarding/{path}").status_code == 404


def test_a_filter_that_is_none_is_refused(desk):
    assert desk.get(f"{AGREEMENTS}.csv?phase=nowhere").status_code == 400


def test_it_is_logged_who_took_which_list_without_the_words_searched_for(desk, staff, alice):
    desk.get(f"{CONTACTS}.csv?q=Secret+Person&may_request__exact=1")
    entry = LogEntry.objects.get()
    assert (entry.user, entry.content_type.model) == (staff, "contact")
    assert "CSV" in entry.change_message and "may_request__exact" in entry.change_message
    assert "Secret" not in entry.change_message


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_list_longer_than_a_file_says_so_in_its_last_row(desk, alice, bob, monkeypatch, kind):
    monkeypatch.setattr(list_download, "MOST", 1)
    answer = desk.get(f"{CUSTOMERS}.{kind}")
    rows = of_csv(answer) if kind == "csv" else of_workbook(answer)
    assert [row[1] for row in rows[:2]] == ["name", "Bob School"], "the newest first"
    assert "1 row" in rows[2][0] and len(rows) == 3


def test_exactly_as_many_rows_as_a_file_takes_are_no_more(desk, alice, bob, monkeypatch):
    monkeypatch.setattr(list_download, "MOST", 2)
    assert len(of_csv(desk.get(f"{CUSTOMERS}.csv"))) == 3


def test_the_page_of_a_list_offers_both_with_its_filters(desk, alice):
    page = desk.get("/admin/offboarding/customer/?q=ali&p=1").content.decode()
    assert f'{CUSTOMERS}.csv?q=ali"' in page and f'{CUSTOMERS}.xlsx?q=ali"' in page
