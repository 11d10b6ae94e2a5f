"""The screens of customers, agreements and staff."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.utils import translation

from offboarding.admin.people import permission_text
from offboarding.models import Agreement, Customer

CUSTOMERS = "/admin/offboarding/customer/"


def test_the_first_page_speaks_the_readers_language(desk):
    assert "What needs a person today" in desk.get("/admin/").content.decode()
    page = desk.get("/admin/", headers={"accept-language": "sv"}).content.decode()
    for text in ('lang="sv"', "Exportjobb", "Kunder", "Avtal", "Tjänsten upphör"):
        assert text in page


def test_a_tenant_key_is_fixed_once_written_because_packages_name_it(desk):
    desk.post(f"{CUSTOMERS}add/", {"tenant_key": "7", "name": "Alice Academy", "language": "sv"})
    alice = Customer.objects.get()
    desk.post(f"{CUSTOMERS}{alice.pk}/change/", {"tenant_key": "8", "name": "Alice University", "language": "sv"})
    alice.refresh_from_db()
    assert (alice.tenant_key, alice.name) == ("7", "Alice University")


@pytest.mark.parametrize("key", ["7\n", "a\x00b", "a\tb"])
def test_a_tenant_key_that_cannot_be_exact_is_refused_at_its_field(desk, key):
    answer = desk.post(f"{CUSTOMERS}add/", {"tenant_key": f"x{key}x", "name": "Alice", "language": "en"})
    assert "tenant_key" in answer.context["adminform"].form.errors
    assert not Customer.objects.exists()


def test_neither_customers_nor_agreements_nor_people_can_be_deleted(desk, alice, charlie):
    agreement = Agreement.objects.create(
        customer=alice, number="A-1", term_start=date(2026, 1, 1), term_end=date(2026, 12, 31)
    )
    for address in (
        f"{CUSTOMERS}{alice.pk}/delete/",
        f"/admin/offboarding/agreement/{agreement.pk}/delete/",
        f"/admin/auth/user/{charlie.pk}/delete/",
    ):
        assert desk.post(address, {"post": "yes"}).status_code == 403
    for address in (CUSTOMERS, "/admin/offboarding/agreement/", "/admin/auth/user/"):
        assert "delete_selected" not in desk.get(address).content.decode()


def test_the_queues_own_screens_are_not_there_because_they_ask_for_no_permission():
    assert not [model for model in admin.site._registry if model._meta.app_label == "django_q"]


@time_machine.travel(date(2026, 11, 22))
def test_dates_are_written_with_the_month_in_words_and_a_clock_of_24_hours(desk, alice):
    Agreement.objects.create(customer=alice, number="A-1", term_start=date(2026, 1, 1), term_end=date(2026, 12, 31))
    assert "31 December 2026" in desk.get("/admin/offboarding/agreement/").content.decode()


def test_permissions_are_named_in_the_readers_language(desk, charlie):
    cancel, view = (Permission.objects.get(codename=name) for name in ("cancel_exportjob", "view_customer"))
    assert permission_text(cancel) == "Exports | Export job | Can cancel an export"
    with translation.override("sv"):
        assert permission_text(cancel) == "Exporter | Exportjobb | Får avbryta en export"
        assert permission_text(view) == "Avslut | Kund | Får se kund"
    page = desk.get(f"/admin/auth/user/{charlie.pk}/change/", headers={"accept-language": "sv"}).content.decode()
    assert "Får avbryta en export" in page


def test_choosing_permissions_takes_few_queries_however_many_there_are(desk, django_assert_max_num_queries):
    user = User.objects.create_user("dora")
    with django_assert_max_num_queries(12):
        desk.get(f"/admin/auth/user/{user.pk}/change/")


def test_permissions_are_boxes_to_tick_under_the_kind_of_records(desk, charlie):
    cancel = Permission.objects.get(codename="cancel_exportjob")
    address = f"/admin/auth/user/{charlie.pk}/change/"
    page = desk.get(address).content.decode()
    assert "<label>Exports | Export job</label>" in page and "Can cancel an export" in page
    assert "Hold down" not in page and "log entry" not in page
    form = desk.get(address).context["adminform"].form
    kept = {name: form[name].value() for name in ("username", "email", "first_name", "last_name")}
    desk.post(address, {**kept, "is_active": "on", "user_permissions": [cancel.pk]})
    assert list(charlie.user_permissions.all()) == [cancel]


def test_deleting_a_group_says_how_many_lose_how_much_and_not_each_row(desk, charlie):
    group = Group.objects.create(name="Readers")
    group.permissions.set(Permission.objects.filter(codename__in=["cancel_exportjob", "view_customer"]))
    charlie.groups.add(group)
    address = f"/admin/auth/group/{group.pk}/delete/"
    page = desk.get(address).content.decode()
    assert "2 permissions" in page and "1 person loses it" in page
    assert "object (" not in page
    desk.post(address, {"post": "yes"})
    assert not Group.objects.filter(name="Readers").exists()


def test_people_of_no_group_are_found(desk, charlie):
    page = desk.get("/admin/auth/user/?groups__isnull=True").content.decode()
    assert "no group" in page and charlie.username in page
